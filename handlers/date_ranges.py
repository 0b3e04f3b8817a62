"""Two days in one breath ("1-15/9/2022", "tháng 3-4/2022"): never averaged, both are offered."""

from __future__ import annotations

import re
from collections.abc import Callable

from handlers.date_mentions import Anchor, Shape
from handlers.date_shapes import LEFT, YEAR
from handlers.date_values import asked, day_in, exact_day, latest_past, month_in, quarter_in, year_said
from handlers.heard import Heard
from handlers.when import When

_TO = r" ?(?:-|,|va|den|until|toi) ?"


def _ends(found: re.Match[str], anchor: Anchor, makes: list[Callable[[int], When | None]]) -> Heard[When]:
    """Both ends in the year said, or each in its latest past one; not understood when one does not exist."""
    year = year_said(found.groupdict(), anchor.today)
    whens = [make(year) if year else latest_past(anchor, make).value for make in makes]
    known = [when for when in whens if when]
    return asked(*known, reason="two_days" if len(known) == len(makes) else "not_understood")


def _days(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    """1-15/9/2022, 20/11 - 25/12."""
    second = int(found["m2"])
    first = int(found.groupdict().get("m") or second)
    start, end = int(found["d"]), int(found["d2"])
    return _ends(
        found, anchor, [lambda year: day_in(year, first, start), lambda year: day_in(year, second, end)]
    )


def _months(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    """Tháng 3-4/2022."""
    first, second = int(found["m"]), int(found["m2"])
    return _ends(found, anchor, [lambda year: month_in(year, first), lambda year: month_in(year, second)])


def _quarters(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    """Quý 1-2/2022."""
    first, second = int(found["q"]), int(found["q2"])
    return _ends(found, anchor, [lambda year: quarter_in(year, first), lambda year: quarter_in(year, second)])


def _day_or_months(found: re.Match[str], _: Anchor) -> Heard[When]:
    """5-6/2022 is 5 June or May to June; 9-8/2022 and 25-2/2022 can only be days."""
    first, second, year = int(found["m"]), int(found["m2"]), int(found["y"])
    if not 0 < first < second <= 12:
        return exact_day(year, second, first)
    whens = (day_in(year, second, first), month_in(year, first), month_in(year, second))
    return asked(*(when for when in whens if when), reason="two_days")


_ONE, _OTHER = r"(?P<m>[0-9]{1,2})", r"(?P<m2>[0-9]{1,2})"

RANGES = (
    Shape(re.compile(rf"\bthang {_ONE}{_TO}(?:thang )?(?P<m2>0?[1-9]|1[0-2])(?![0-9]){YEAR}"), _months),
    Shape(re.compile(rf"\bquy (?P<q>[1-4]){_TO}(?:quy )?(?P<q2>[1-4])(?![0-9]){YEAR}"), _quarters),
    Shape(
        re.compile(rf"{LEFT}(?P<d>[0-9]{{1,2}}) ?/ ?{_ONE}{_TO}(?P<d2>[0-9]{{1,2}}) ?/ ?{_OTHER}{YEAR}"),
        _days,
    ),
    Shape(
        re.compile(rf"{LEFT}(?<!thu )(?P<d>[0-9]{{1,2}}){_TO}(?P<d2>[0-9]{{1,2}})[/.]{_OTHER}{YEAR}"), _days
    ),
    Shape(re.compile(rf"{LEFT}{_ONE}-{_OTHER}/(?P<y>[0-9]{{4}})(?![0-9/.\-])"), _day_or_months),
)
