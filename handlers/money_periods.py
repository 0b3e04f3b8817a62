"""Reads what an amount is counted over: a year, a month, once, or something nothing is converted from."""

from __future__ import annotations

from handlers.money_amounts import amount
from handlers.money_parts import ends_an_amount
from handlers.money_pieces import Found, Period, Piece, Taken
from handlers.money_scales import DONG
from handlers.money_tokens import Kind, Line
from handlers.money_vocabulary import (
    ADVERBS,
    COUNTERS,
    DATED,
    ENGLISH_PIECES,
    IN_TIME,
    JUST_NOW,
    NOT_A_PIECE,
    ONE,
    OTHER_TIMES,
    PER,
    PHRASES,
    TIMES,
)
from handlers.spoken_numbers import spoken


def period(line: Line, at: int, met: list[Piece]) -> Taken:
    """The period, or the piece or time span it is counted by, that begins at this word."""
    word = line.word(at)
    if word in COUNTERS and met and met[-1].found is Found.AMOUNT and ends_an_amount(line, at + 1):
        return [Piece(Found.PER_PIECE)], at + 1  # `19k cái`
    if word in ADVERBS:
        return [Piece(Found.PERIOD, period=ADVERBS[word])], at + 1
    behind = bool(met) and met[-1].found in {Found.AMOUNT, Found.NUMBER, Found.PERIOD, Found.AGAIN}
    step = at + (word in PER or word in IN_TIME)
    one = line.word(step) in ONE
    step += one
    kind_of_word = line.kind(step) is Kind.WORD
    if step == at:
        return _bare_time(line, at, behind=behind)
    if word in PER:
        after_words = kind_of_word and any(piece.amount for piece in met)  # `5 triệu tiền điện/tháng`
        return _per(line, at, step, behind=behind or after_words)
    if line.word(step) == "lan" and one:
        last = ends_an_amount(line, step + 1) or line.begins(step + 1, "duy", "nhat")
        return _once(step) if last else ([Piece(Found.PER_PIECE)], step + 1)
    if timed := _time(line, step, sure=one or not _dated(line, step + 1)):
        return timed
    noun = line.word(step)
    counted = one and behind and kind_of_word and noun not in NOT_A_PIECE
    return ([Piece(Found.PER_PIECE)], step + 1) if counted or (behind and noun in ENGLISH_PIECES) else None


def _once(step: int) -> Taken:
    return [Piece(Found.PERIOD, period=Period.ONCE)], step + 1


def _time(line: Line, step: int, *, sure: bool) -> Taken:
    noun = line.word(step)
    if noun in TIMES and sure:
        # `một năm năm triệu`: the second word may have belonged to the number.
        said = spoken(line.words, step + 1) if noun == "nam" else None
        return [Piece(Found.PERIOD, period=TIMES[noun], guessed=said is not None)], step + 1
    if noun in OTHER_TIMES and noun != "t":
        return [Piece(Found.OTHER_PERIOD)], step + 1
    return None


def _per(line: Line, at: int, step: int, *, behind: bool) -> Taken:
    """`/tháng`, `mỗi năm`, `/tấn`, `/12 tháng`; a stroke between other words (`n/a`) is nothing."""
    noun, kind = line.word(step), line.kind(step)
    if line.word(at) == "/" and not behind:
        return [Piece(Found.SUM)] if kind is Kind.NUMBER else [], at + 1  # 25/2, 1/2 tỷ, n/a
    if noun in TIMES:
        return [Piece(Found.PERIOD, period=TIMES[noun])], step + 1
    if noun in OTHER_TIMES:
        return [Piece(Found.OTHER_PERIOD)], step + 1
    if kind is Kind.NUMBER and behind:
        return [Piece(Found.OTHER_PERIOD)], step + 1
    # *mới* (just now) folds like *mỗi* (each): `mới được 5 triệu` is not per piece.
    another = kind is Kind.WORD and (behind or (noun not in JUST_NOW and not _begins_a_phrase(line, step)))
    return ([Piece(Found.PER_PIECE)], step + 1) if another else None


def _begins_a_phrase(line: Line, at: int) -> bool:
    return any(line.begins(at, *phrase) for phrase in PHRASES)


def _dated(line: Line, at: int) -> bool:
    """`năm 2022`, `tháng 9`, `năm nay`: one year, not every year."""
    read = amount(line, at)
    bare = line.kind(at) is Kind.NUMBER and not (read and read.unit)
    return bare or line.word(at) in DATED


def _bare_time(line: Line, at: int, *, behind: bool) -> Taken:
    """`5 triệu tháng`, `tháng 5 triệu`, `tháng 9`."""
    noun, read = line.word(at), amount(line, at + 1)
    ahead = read is not None and read.unit
    if noun in OTHER_TIMES and noun != "t" and (behind or ahead):
        return [Piece(Found.OTHER_PERIOD)], at + 1  # `ngày 500k`
    if noun not in TIMES:
        return None
    if _dated(line, at + 1):
        return [Piece(Found.COUNTED)], at + 2
    if ahead:
        return [Piece(Found.PERIOD, period=TIMES[noun], guessed=True)], at + 1
    if not behind:
        return None
    if noun == "nam" and line.word(at - 1) not in DONG:
        # `5 triệu năm`: a year, or five hundred thousand more.
        return [Piece(Found.OTHER_PERIOD)], at + 1
    return [Piece(Found.PERIOD, period=TIMES[noun], guessed=True)], at + 1
