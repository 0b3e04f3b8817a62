"""Reads a typed numeral with its dots and commas, for the unit that follows it: what it can mean in đồng.

In Việt Nam the dot groups thousands and the comma is the decimal mark; people mix both. A mark before exactly
three digits is a group when only that makes sense and a question when both do (`4.980 tỷ`). Digits behind a
unit are its tail: the 5 of `1tr5`, the 50 nobody agrees about in `1tr50`. Never a float.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from handlers.number_words import BILLION

SECOND_LOOK = 30 * BILLION
"""Đồng. A benefit above this is confirmed a second time; there is no maximum."""

_LONGEST = 40  # characters of a numeral; anything longer only says "too large"
_COUNTED_IN_THOUSANDS = frozenset({1000, 10**6, 10**9})
_MARKS = re.compile(r"[ .,']")


@dataclass(frozen=True, slots=True)
class Figure:
    """What was understood, in đồng: one reading, or several with the reason why it is unclear."""

    readings: tuple[Fraction, ...]
    doubt: str = ""  # taken only after a confirmation, and why
    unclear: str = ""  # never taken without asking, and why
    whole: int = 0  # digits before the decimal mark


MALFORMED = Figure((), unclear="unclear_number")


def figure(typed: str, unit: int) -> Figure:
    """The numeral times its unit in đồng (1 for đồng itself and for no unit at all)."""
    groups, marks = _MARKS.split(typed), _MARKS.findall(typed)
    if not groups[0]:
        return MALFORMED
    if len(typed) > _LONGEST:
        return Figure((Fraction(10**_LONGEST),), whole=_LONGEST)
    if not marks:
        doubt = "unusual_number" if typed[0] == "0" and len(typed) > 2 else ""
        return _counted(typed, unit, doubt)
    if len(set(marks)) > 1:
        return _grouped_with_decimals(groups, marks, unit)
    if len(marks) == 1 and marks[0] in ".,":
        return _one_mark(groups[0], groups[1], marks[0], unit)
    if not _are_thousands(groups):
        return MALFORMED
    return _counted("".join(groups), unit, "unusual_number" if marks[0] == " " and unit > 1 else "")


def _are_thousands(groups: list[str]) -> bool:
    """1.234.567: one to three digits, then threes; a leading nought groups nothing."""
    return len(groups[0]) <= 3 and groups[0][0] != "0" and all(len(group) == 3 for group in groups[1:])


def _decimal(whole: str, part: str) -> Fraction:
    return Fraction(int(whole + part), 10 ** len(part))


def _counted(digits: str, unit: int, doubt: str = "") -> Figure:
    """A whole count of units; a long count of a big unit looks like the unit was said twice."""
    count, whole = Fraction(int(digits)), len(digits)
    if unit >= 1000 and whole >= 7:
        return Figure((count, count * unit), unclear="unclear_number", whole=whole)
    if unit >= 1000 and whole >= 5:
        doubt = doubt or "unusual_number"
    return Figure((count * unit,), doubt, whole=whole)


def _grouped_with_decimals(groups: list[str], marks: list[str], unit: int) -> Figure:
    """1.500.000,50 or 1,234.56: the last mark, of another kind than the rest, is the decimal one."""
    *before, last = marks
    if len(set(before)) > 1 or last not in ".," or not _are_thousands(groups[:-1]):
        return MALFORMED
    whole, part = "".join(groups[:-1]), groups[-1]
    exact = _decimal(whole, part) * unit
    if len(part) == 3 and (unit == 1 or " " in before):
        # `1.000,000 đồng` is a slip for 1.000.000 as easily as it is 1.000.
        return Figure((Fraction(int(whole + part) * unit), exact), unclear="dot_or_comma", whole=len(whole))
    return Figure((exact,), whole=len(whole))


def _one_mark(whole: str, part: str, mark: str, unit: int) -> Figure:
    """`4,98` is a decimal; exactly three digits behind the mark may be either."""
    if len(part) != 3 or not _are_thousands([whole, part]):
        return Figure((_decimal(whole, part) * unit,), whole=len(whole))
    if unit < 10_000:
        # Đồng have no decimals. 17.000k is 17 million said oddly: seventeen thousand would be no benefit.
        return _counted(whole + part, unit, "" if unit == 1 else "unusual_number")
    if mark == "." and part == "000":
        return _counted(whole + part, unit, "unusual_number")
    grouped, decimal = Fraction(int(whole + part) * unit), _decimal(whole, part) * unit
    convention_groups = mark == "." and grouped <= SECOND_LOOK
    readings = (grouped, decimal) if convention_groups else (decimal, grouped)
    return Figure(readings, unclear="dot_or_comma", whole=len(whole))


def tail(digits: str, worth: int, *, glued: bool, literal: bool) -> Figure:
    """The đồng that these digits add behind a unit of this worth (0: behind nothing that takes a tail).

    `glued` is `1tr5` as against `1 triệu 5`; `literal` says that the digits may also count đồng.
    """
    value = int(digits)
    if not worth or not value or len(digits) > 18:
        return MALFORMED
    counted, tenths = Fraction(value), Fraction(value * worth, 10 ** len(digits))
    if len(digits) == 1 and not literal:
        return Figure((tenths,), doubt="" if glued and worth == 10**6 else "shorthand")
    if worth not in _COUNTED_IN_THOUSANDS or len(digits) == 1:
        return Figure((tenths, counted), unclear="unclear_tail")
    if len(digits) == 3 and worth == 1000:
        return Figure((counted,))
    if len(digits) == 3 and not literal:
        return Figure((tenths,), doubt="shorthand")
    if len(digits) == 2 and digits[0] == "0" and not literal:
        return Figure((tenths,), doubt="shorthand")
    if len(digits) >= 6 and value < worth:
        return Figure((counted,), doubt="" if literal else "shorthand")
    # `1tr50`: spoken it is 1.050.000, written it is as often 1.500.000.
    spoken = counted * worth / 1000 if len(digits) == 2 else counted
    return Figure((spoken, tenths) if len(digits) == 2 else (tenths, spoken), unclear="unclear_tail")
