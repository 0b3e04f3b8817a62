"""Reads what a worker types about the benefit of an initiative: đồng and period, or none in money.

Nothing ambiguous is ever guessed: what was typed is taken, confirmed, asked with its possible readings, or
refused. The rules stand in order of precedence, each with the key of its reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from handlers.heard import Decision, Heard
from handlers.money_phrases import pieces
from handlers.money_pieces import Found, Period, Piece
from handlers.money_statements import Statement, agreed, ends_of_range, in_dong, statements
from handlers.money_tokens import Kind, Line
from handlers.money_vocabulary import says_not_in_money
from handlers.number_words import digits, words
from handlers.numerals import SECOND_LOOK

__all__ = ["NOT_IN_MONEY", "REASONS", "SECOND_LOOK", "Benefit", "Period", "digits", "read_money", "words"]

_CONFIRMED = "large slang shorthand unusual_number part_of_dong period_guessed once_presumed words_around"
_ASKED = (
    "not_understood maybe_not_in_money no_unit unclear_unit unclear_number unclear_tail dot_or_comma range "
    "several_numbers vague foreign_currency per_piece other_period maybe_negative not_a_gain"
)
REASONS: dict[Decision, frozenset[str]] = {
    Decision.CONFIRM: frozenset(_CONFIRMED.split()),
    Decision.ASK: frozenset(_ASKED.split()),
    Decision.REJECT: frozenset(("negative", "too_large")),
}
"""Every reason this reader gives, so that each has its text."""

_LONGEST = 500  # characters; nobody needs more to name one amount
_LARGEST = 2**63 - 1  # what a database column holds


@dataclass(frozen=True, slots=True)
class Benefit:
    """What an initiative brings: đồng per period as it was said, never converted."""

    vnd: int | None  # None: not expressed in money
    period: Period | None  # None: not said

    @property
    def in_money(self) -> bool:
        return self.vnd is not None


NOT_IN_MONEY = Benefit(None, None)

# Found anywhere beside an amount, these leave a question and hardly a reading worth a button.
_NO_READING = (
    (Found.SUM, "several_numbers"),  # 12 x 5tr, 10 %, 10^6
    (Found.PER_PIECE, "per_piece"),
    (Found.OTHER_PERIOD, "other_period"),  # per day, per quarter: no conversion is invented
    (Found.VAGUE, "vague"),  # vài chục triệu
)
# These leave a question with the amount as its likely answer.
_PERHAPS = (
    (Found.NOT, "not_a_gain"),  # không được 5 triệu
    (Found.MAYBE_MINUS, "maybe_negative"),  # a minus, or a bullet
)


def read_money(text: str) -> Heard[Benefit]:
    """What the typed text says about the benefit. Never raises; linear in the length of the text."""
    typed = text.strip()
    if len(typed) > _LONGEST:
        return _far_too_long(typed[:_LONGEST])
    line = Line(typed)
    met = pieces(line)
    stated = statements(met)
    found = {piece.found for piece in met}
    if not stated:
        return _without_numbers(line, found)
    if not found & {Found.AMOUNT, Found.NUMBER, Found.MINUS}:
        return _only_counted(line)
    if refusal := _refused(stated, found) or _not_one_amount(met, stated, found):
        return refusal
    one = agreed(stated, announced=Found.AGAIN in found)
    if one is None:
        return _ask("several_numbers", *(_apart(stated) if Found.AMOUNT in found else ()))
    return _perhaps(met, one, found) or _taken(met, one, found)


def _ask(reason: str, *readings: Benefit) -> Heard[Benefit]:
    storable = [each for each in readings if each.vnd and each.vnd <= _LARGEST]
    return Heard(Decision.ASK, readings=tuple(dict.fromkeys(storable)), reason=reason)


def _far_too_long(beginning: str) -> Heard[Benefit]:
    if beginning[0].isdecimal() and all(letter.isdecimal() or letter in "., " for letter in beginning):
        return Heard(Decision.REJECT, reason="too_large")
    return _ask("not_understood")


def _without_numbers(line: Line, found: set[Found]) -> Heard[Benefit]:
    """No number at all: none in money only when the text says so, otherwise a question."""
    if says_not_in_money(line.words):
        return Heard(Decision.ACCEPT, NOT_IN_MONEY)
    if Found.FOREIGN in found:
        return _ask("foreign_currency")
    for kind, reason in _NO_READING:
        if kind in found:
            return _ask(reason)
    some_word = any(token.kind is Kind.WORD or token.text in {"-", "."} for token in line.tokens)
    return _ask("maybe_not_in_money" if some_word else "not_understood")


def _only_counted(line: Line) -> Heard[Benefit]:
    """`không tính được, đỡ 2 người`: the only numbers count something else than money."""
    if says_not_in_money(line.words):
        return Heard(Decision.CONFIRM, NOT_IN_MONEY, reason="words_around")
    return _ask("no_unit")


def _benefits(stated: Iterable[Statement]) -> list[Benefit]:
    return [Benefit(vnd, each.period) for each in stated for vnd in each.amount.readings]


def _apart(stated: list[Statement]) -> list[Benefit]:
    """Amounts that differ; a period is theirs for certain only when each has one."""
    certain = all(each.period for each in stated)
    return [each if certain else Benefit(each.vnd, None) for each in _benefits(stated)]


def _refused(stated: list[Statement], found: set[Found]) -> Heard[Benefit] | None:
    """A negative benefit, and one that no column holds."""
    if Found.MINUS in found:
        return Heard(Decision.REJECT, reason="negative")
    readings = [vnd for each in stated for vnd in each.amount.readings]
    return Heard(Decision.REJECT, reason="too_large") if readings and min(readings) > _LARGEST else None


def _not_one_amount(met: list[Piece], stated: list[Statement], found: set[Found]) -> Heard[Benefit] | None:
    """Another currency, a range, a sum, a figure per day or per piece."""
    if Found.FOREIGN in found:
        return _ask("foreign_currency", *_benefits(in_dong(met, stated)))
    for kind, reason in _NO_READING:
        if kind in found:
            # `đỡ 2 giờ/ngày, được 5tr/tháng`: the only amount has a month or year of its own.
            own = len(stated) == 1 and stated[0].period is not None and kind is not Found.PER_PIECE
            return _ask(reason, *(_benefits(stated) if own else ()))
    if Found.TO in found:
        return _ask("range", *(Benefit(vnd, stated[-1].period) for vnd in ends_of_range(met)))
    return None


def _perhaps(met: list[Piece], one: Statement, found: set[Found]) -> Heard[Benefit] | None:
    """One amount, but what it means or whether it is the benefit is not certain enough to propose it."""
    readings = _benefits([one])
    if 0 in one.amount.readings:
        return _ask("maybe_not_in_money")  # a nought never stands for "unknown"
    if one.amount.unclear:
        return _ask(one.amount.unclear, *readings)
    if one.clash:
        return _ask("several_numbers", *readings)
    if Found.NUMBER in found:
        return _ask("several_numbers")  # `1 trăm 20 triệu`: the other number may belong to it
    for kind, reason in _PERHAPS:
        if kind in found:
            return _ask(reason, *readings)
    kinds = [piece.found for piece in met]
    before = kinds[: kinds.index(Found.AMOUNT)] if Found.AMOUNT in found else kinds
    spent = Found.COST in found or Found.SPENT in before or Found.ONE_OFF in before
    if spent and not found & {Found.GAIN, Found.SAVED}:
        return _ask("not_a_gain", *readings)
    return None


def _taken(met: list[Piece], one: Statement, found: set[Found]) -> Heard[Benefit]:
    """One amount: accepted when nothing else was said, otherwise shown for confirmation."""
    period = one.period
    once = Found.ONE_OFF in found or (Found.SAVED in found and not found & {Found.WORD, Found.COUNTED})
    if period is None and once:
        period = Period.ONCE  # a purchase or a damage is avoided once; the person confirms it
    vnd = one.amount.readings[0]
    doubts = (
        ("large", vnd > SECOND_LOOK),
        (one.amount.doubt, bool(one.amount.doubt)),
        ("period_guessed", any(piece.guessed for piece in met)),
        ("once_presumed", period is not one.period),
        ("words_around", Found.COUNTED in found),
        ("words_around", bool(found & {Found.WORD, Found.COST, Found.SPENT})),
    )
    reason = next((key for key, doubted in doubts if doubted), "")
    return Heard(Decision.CONFIRM if reason else Decision.ACCEPT, Benefit(vnd, period), reason=reason)
