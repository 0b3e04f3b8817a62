"""Puts together what a line states: amounts with their periods, the ends of a range, an amount said twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from handlers.money_amounts import Amount
from handlers.money_pieces import Found, Period, Piece

_NUMERIC = frozenset((Found.AMOUNT, Found.NUMBER, Found.COUNTED))


@dataclass(frozen=True, slots=True)
class Statement:
    """An amount and its period; `clash` when the line names a second period for it."""

    amount: Amount
    period: Period | None = None
    clash: bool = False


def statements(met: Sequence[Piece]) -> list[Statement]:
    """The amounts of the line with their periods; without any, its bare numbers.

    A period belongs to the amount before it, or, when that has one or is missing, to the amount after it.
    """
    wanted = {Found.AMOUNT} if any(piece.found is Found.AMOUNT for piece in met) else _NUMERIC
    stated: list[Statement] = []
    waiting: Period | None = None
    for piece in met:
        if piece.amount and piece.found in wanted:
            stated.append(Statement(piece.amount, waiting))
            waiting = None
        elif piece.period and stated and stated[-1].period is None:
            stated[-1] = replace(stated[-1], period=piece.period)
        elif piece.period and not (stated and stated[-1].period is piece.period):
            waiting = piece.period
    if waiting and stated:
        stated[-1] = replace(stated[-1], clash=True)
    return stated


def agreed(stated: Sequence[Statement], *, announced: bool) -> Statement | None:
    """The one amount that all of them state, in digits and in words perhaps; None when they differ.

    `announced`: a parenthesis or `=` said that the same amount comes again. A clear amount settles an unclear
    one.
    """
    first = stated[0]
    if len(stated) == 1:
        return first
    common = [vnd for vnd in first.amount.readings if all(vnd in each.amount.readings for each in stated)]
    periods = {each.period for each in stated if each.period}
    clear = [each.amount for each in stated if not each.amount.unclear]
    if not clear or len(common) != 1 or len(periods) > 1:
        return None
    doubts = (*(each.doubt for each in clear), "" if len(clear) == len(stated) else "unusual_number")
    doubt = next(filter(None, doubts), "" if announced else "unusual_number")
    return Statement(replace(clear[0], readings=tuple(common), doubt=doubt), next(iter(periods), None))


def in_dong(met: Sequence[Piece], stated: Iterable[Statement]) -> list[Statement]:
    """The statements that are not in the foreign currency they stand beside."""
    foreign = {
        id(neighbour.amount)
        for at, piece in enumerate(met)
        if piece.found is Found.FOREIGN
        for neighbour in (*met[max(at - 1, 0) : at], *met[at + 1 : at + 2])
    }
    return [each for each in stated if each.amount.unit and id(each.amount) not in foreign]


def ends_of_range(met: Sequence[Piece]) -> tuple[int, ...]:
    """Both ends in đồng, when each is clear; `5-6tr` lends the unit of one end to the other."""
    at = next(at for at, piece in enumerate(met) if piece.found is Found.TO)
    low = next((piece.amount for piece in reversed(met[:at]) if piece.amount), None)
    high = next((piece.amount for piece in met[at:] if piece.amount), None)
    if low is None or high is None:
        return ()
    if low.unit == high.unit:
        ends = (low.readings[:1], high.readings[:1])
    elif high.unit:
        ends = ((_lent(low, high),), high.readings[:1])
    else:
        ends = (low.readings[:1], (int(high.count * low.worth),))
    return (*ends[0], *ends[1])


def _lent(bare: Amount, unit: Amount) -> int:
    """The bare end in the unit of the other; `500-1 tỷ` begins at 500 triệu."""
    lent = int(bare.count * unit.worth)
    return lent // 1000 if unit.worth >= 10**6 and lent >= 100 * max(unit.readings, default=lent) else lent
