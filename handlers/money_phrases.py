"""Walks along a typed line about a benefit and names what it meets: amounts, periods, ranges, other words.

It decides nothing: `money` does.
"""

from __future__ import annotations

from handlers.money_amounts import Amount, amount
from handlers.money_parts import ends_an_amount
from handlers.money_periods import period
from handlers.money_pieces import Found, Piece, Taken
from handlers.money_scales import SCALES
from handlers.money_tokens import Kind, Line
from handlers.money_vocabulary import (
    FOREIGN,
    FOREIGN_BEHIND_A_NUMBER,
    LONGEST_PHRASE,
    NEGATIVE,
    OTHER_TIMES,
    PHRASES,
    TIMES,
    TO,
    UNCOUNTED,
    UNCOUNTED_DIGITS,
    WORDS,
)
from handlers.spoken_numbers import spoken

_NUMBERS = frozenset((Found.AMOUNT, Found.NUMBER, Found.COUNTED))


def pieces(line: Line) -> list[Piece]:
    """Everything on the line that means something, in order."""
    met: list[Piece] = []
    at = 0
    while at < len(line):
        for look in (_phrase, _vague, _sign, _foreign, _money, period, _duration, _bare_number):
            if taken := look(line, at, met):
                break
        else:
            taken = _single(line, at)
        met += taken[0]
        at = taken[1]
    return met


def _single(line: Line, at: int) -> tuple[list[Piece], int]:
    word = line.word(at)
    found = WORDS.get(word, Found.WORD if line.kind(at) is Kind.WORD else None)
    return ([Piece(found)] if found else []), at + 1


def _phrase(line: Line, at: int, met: list[Piece]) -> Taken:
    for length in range(LONGEST_PHRASE, 0, -1):
        phrase = tuple(line.words[at : at + length])
        if len(phrase) == length and phrase in PHRASES:
            return [Piece(found) for found in PHRASES[phrase]], at + length
    return None


def _vague(line: Line, at: int, met: list[Piece]) -> Taken:
    """`vài chục triệu`, `hàng trăm triệu`, `mấy triệu`, and `5 triệu mấy`."""
    word, following = line.word(at), line.word(at + 1)
    if _plain_scale(word) and met and met[-1].found in _NUMBERS:
        return [Piece(Found.VAGUE)], at + 1  # `5 nghìn rưỡi tỷ`
    if word not in UNCOUNTED:
        return None
    plain = _plain_scale(following)
    digits = word in UNCOUNTED_DIGITS and line.kind(at + 1) is Kind.WORD and _unit_follows(line, at + 1)
    odd = word == "may" and not following and bool(met) and met[-1].found in _NUMBERS
    return ([Piece(Found.VAGUE)], at + 1) if plain or digits or odd or following == "muoi" else None


def _plain_scale(word: str) -> bool:
    scale = SCALES.get(word)
    return scale is not None and scale.grain > 1 and not (scale.thing or scale.doubt or scale.others)


def _unit_follows(line: Line, at: int) -> bool:
    read = amount(line, at)
    return read is not None and read.unit


def _sign(line: Line, at: int, met: list[Piece]) -> Taken:
    """A dash or `đến` between numbers is a range; before the first one a dash is a minus, or a bullet."""
    word, ahead = line.word(at), line.kind(at + 1) is Kind.NUMBER
    behind = bool(met) and met[-1].found in {*_NUMBERS, Found.PERIOD}
    listed = word == "," and bool(met) and met[-1].found is Found.NUMBER  # năm, sáu triệu
    if ((word in TO and behind) or listed) and (ahead or amount(line, at + 1)):
        return [Piece(Found.TO)], at + 1
    if ahead and ((word == "-" and line.glued(at + 1) and not line.glued(at)) or word in NEGATIVE):
        return [Piece(Found.MINUS)], at + 1
    if word == "-":
        bullet = ahead and (at == 0 or line.glued(at))
        return ([Piece(Found.MAYBE_MINUS)] if bullet else []), at + 1
    if word in {"+", "*"} and not (behind and ahead):
        return [], at + 1
    return None


def _foreign(line: Line, at: int, met: list[Piece]) -> Taken:
    word, behind = line.word(at), bool(met) and met[-1].found in _NUMBERS
    if word == "do" and behind:
        # `5 triệu đô` is dollars; `5 triệu do giảm phế` gives a reason.
        if line.typed(at) == "đô" or line.word(at + 1) in {"la", "my"} or ends_an_amount(line, at + 1):
            return [Piece(Found.FOREIGN)], at + 1
        return None
    if word not in FOREIGN or (word in FOREIGN_BEHIND_A_NUMBER and not behind):
        return None
    return [Piece(Found.FOREIGN)], at + 1


def _money(line: Line, at: int, met: list[Piece]) -> Taken:
    read = amount(line, at)
    if read and " " in line.word(at) and line.word(at - 1) in {*TIMES, *OTHER_TIMES}:
        # `tháng 9 500 nghìn`: the gap separates a date from the amount.
        return [Piece(Found.AMOUNT, Amount((), read.end, unclear="several_numbers"))], read.end
    if line.word(at) == "tam" and line.typed(at) != "tám":
        # Without its mark this is eight or *tầm* (about): only the mark tells 80 million from about 10.
        about = amount(line, at + 1)
        if about and about.unit and line.typed(at) == "tầm":
            return [], at + 1
        if about and about.unit and read and read.unit:
            either = (*read.readings, *about.readings)
            return [Piece(Found.AMOUNT, Amount(either, read.end, unclear="unclear_number"))], read.end
    return ([Piece(Found.AMOUNT, read)], read.end) if read and read.unit else None


def _duration(line: Line, at: int, met: list[Piece]) -> Taken:
    """`2 tháng`, `hai năm`, `6 months`: a length of time, for which no yearly figure is invented."""
    said = None if line.kind(at) is Kind.NUMBER else spoken(line.words, at)
    end = said.end if said else at + 1
    if said is None and line.kind(at) is not Kind.NUMBER:
        return None
    if said and said.places > 1 and line.word(end - 1) == "nam":
        return [Piece(Found.OTHER_PERIOD)], end
    noun = line.word(end)
    return ([Piece(Found.OTHER_PERIOD)], end + 1) if noun in TIMES or noun in OTHER_TIMES else None


def _bare_number(line: Line, at: int, met: list[Piece]) -> Taken:
    """A number without a unit: đồng, a question, or the count of whatever word follows it."""
    read = amount(line, at)
    if read is None:
        return None
    word = line.word(read.end)
    if word == "%":
        return [Piece(Found.SUM)], read.end + 1
    low_end = (word in TO or word == ",") and amount(line, read.end + 1) is not None
    # `hai trăm 20 triệu`: a number names nothing that the first could be a count of.
    alone = low_end or line.kind(read.end) is Kind.NUMBER or ends_an_amount(line, read.end) or word in TO
    if line.kind(at) is Kind.WORD:
        number = low_end or (alone and (read.end - at > 1 or len(line) == 1))
        return ([Piece(Found.NUMBER, read)], read.end) if number else None
    named = line.glued(at) and line.kind(at - 1) is Kind.WORD
    if named or not alone:
        return [Piece(Found.COUNTED, read)], read.end
    return [Piece(Found.NUMBER if read.unclear else Found.AMOUNT, read)], read.end
