"""Reads one amount of money inside a line and says in how many ways it can be understood.

`4,98 tỷ`, `1tr5`, `1 tỷ 200 triệu`, `1,2 nghìn tỷ`, `300.000 đồng`; a bare number has no unit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from handlers.money_parts import Part, ends_an_amount, parts_of
from handlers.money_tokens import Kind, Line
from handlers.numerals import MALFORMED, Figure, figure, tail

_THOUSAND, _MILLION, _BILLION = 1000, 10**6, 10**9


@dataclass(frozen=True, slots=True)
class Amount:
    """Đồng, one reading or several, and where the text after it begins."""

    readings: tuple[int, ...]
    end: int
    doubt: str = ""  # why it is confirmed
    unclear: str = ""  # why it is asked
    unit: bool = True  # some unit of money was said
    worth: int = 0  # đồng of that unit, for the other end of a range
    count: Fraction = Fraction(0)  # the bare number


def amount(line: Line, at: int) -> Amount | None:
    """The amount that begins at this token, or None."""
    prefixed = line.word(at) in {"vnd", "₫"} and line.kind(at + 1) is Kind.NUMBER
    parts = parts_of(line, at + prefixed)
    if not parts:
        return None
    end = parts[-1].end
    if parts[0].scale is None and not prefixed:
        return _without_unit(parts[0], end)
    total = _total(parts)
    if _names_a_thing(parts, line, end):
        total = replace(total, unclear=total.unclear or "unclear_unit")
    worth = parts[0].scale.worth if parts[0].scale else 1
    return replace(_whole_dong(total, end), worth=worth)


def _figure(part: Part) -> Figure:
    worths = (part.scale.others or (part.scale.worth,)) if part.scale else (1,)
    if part.said:
        values = part.said.others or (part.said.value,)
        unclear = {0: "", 1: "unclear_number"}.get(len(part.said.others), "range")
        read = Figure(tuple(Fraction(v * w) for w in worths for v in values), "", unclear, part.said.places)
    else:
        figures = [figure(part.typed, worth) for worth in worths]
        read = replace(figures[0], readings=tuple(r for each in figures for r in each.readings))
    if len(worths) > 1:
        read = replace(read, unclear=read.unclear or "unclear_unit")
    if part.half:
        read = replace(read, readings=tuple(reading + part.half for reading in read.readings))
    return replace(read, doubt=part.doubt or read.doubt, unclear=part.unclear or read.unclear)


def _total(parts: list[Part]) -> Figure:
    """All parts together; a further part is smaller than the unit before it and clear in itself."""
    total = _figure(parts[0])
    if len(parts) > 1 and parts[0].scale and parts[0].scale.others:
        return replace(MALFORMED, unclear="unclear_unit")
    for upper, part in pairwise(parts):
        total = _together(total, _further(upper, part), upper.grain)
    return total


def _further(upper: Part, part: Part) -> Figure:
    if part.scale is None or part.scale.worth == 1:
        return _tail(upper, part)
    added = _figure(part)
    if upper.grain > part.scale.worth * 1000:
        # `1 tỷ 200 nghìn` is often a slip for 200 triệu.
        return replace(added, doubt=added.doubt or "unusual_number")
    if part.typed and part.scale.worth == _THOUSAND and any(each < 10 * _THOUSAND for each in added.readings):
        return replace(added, doubt=added.doubt or "unusual_number")
    return added


def _together(total: Figure, added: Figure, grain: int) -> Figure:
    if not total.readings or not added.readings:
        return replace(MALFORMED, unclear=added.unclear or total.unclear)
    odd = total.readings[0] % grain or added.readings[0] >= grain
    return Figure(
        tuple(high + low for high in total.readings for low in added.readings),
        total.doubt or added.doubt,
        total.unclear or added.unclear or ("unclear_number" if odd else ""),
    )


def _tail(upper: Part, part: Part) -> Figure:
    if part.said:
        digits = str(part.said.value).zfill(part.said.places)
    else:
        read = figure(part.typed, 1)
        if len(read.readings) != 1 or read.readings[0].denominator != 1:
            return MALFORMED
        digits = part.typed if part.typed.isdigit() else str(read.readings[0])
    worth = upper.scale.worth if upper.scale and upper.scale.takes_tail else 0
    if part.said and part.said.english:
        # `two million five hundred`: English has no such shorthand.
        return Figure((Fraction(part.said.value),), "shorthand" if worth > _THOUSAND else "", part.unclear)
    in_words = part.said is not None and digits[0] == "0"
    short = tail(digits, worth, glued=part.glued, literal=in_words or (part.dong and not part.glued))
    if part.unclear:  # `5 triệu 3 máy`: a tail, or three machines
        return Figure((*short.readings, Fraction(0)), unclear=part.unclear)
    return replace(short, doubt=part.doubt or short.doubt)


def _names_a_thing(parts: list[Part], line: Line, end: int) -> bool:
    """`3 lít xăng`, `5 chai nước`: slang for money only when nothing is named behind it."""
    return any(part.scale and part.scale.thing for part in parts) and not ends_an_amount(line, end)


def _without_unit(part: Part, end: int) -> Amount:
    """A bare number: đồng when it has five digits or more, otherwise the unit is asked."""
    read = _figure(part)
    bare = Amount(
        (), end, unclear=read.unclear or "no_unit", unit=False, count=sum(read.readings[:1], Fraction(0))
    )
    if not read.readings or (read.unclear and part.typed):
        return bare
    whole_number, noughts = bare.count.denominator == 1, part.typed[:1] == "0"
    if bare.count == 0 or (read.whole >= 5 and not noughts):
        one_gap = " " in part.typed and len(part.typed) <= 7
        plain = replace(read, doubt="unusual_number" if one_gap else read.doubt)
        return replace(_whole_dong(plain, end), unit=False, count=bare.count)
    units: tuple[int, ...] = (_MILLION, _THOUSAND) if whole_number else (_MILLION, _BILLION)
    if bare.count >= _THOUSAND:
        units = (_THOUSAND, 1, _MILLION)
    if noughts and whole_number:
        return bare
    return replace(bare, readings=tuple(int(each * unit) for unit in units for each in read.readings))


def _whole_dong(total: Figure, end: int) -> Amount:
    """Đồng have no fractions: what is cut off is confirmed, what leaves next to nothing is asked."""
    readings = tuple(dict.fromkeys(int(reading) for reading in total.readings))
    doubt, unclear = total.doubt, total.unclear
    if any(reading.denominator != 1 for reading in total.readings):
        doubt = doubt or "part_of_dong"
        if min(readings) < _THOUSAND:
            unclear = unclear or "unclear_number"
    elif readings and 0 < readings[0] < _THOUSAND:
        doubt = doubt or "unusual_number"
    return Amount(readings, end, doubt, unclear)
