"""The ways of writing a day, a month or a quarter by its numbers, the longest first."""

from __future__ import annotations

import re
from collections.abc import Callable

from handlers.date_mentions import Anchor, Shape
from handlers.date_values import (
    asked,
    confirmed,
    day_in,
    exact_day,
    latest_past,
    month_in,
    no_such_day,
    part_of,
    part_of_year,
    quarter_in,
    strange,
    year_said,
)
from handlers.heard import Heard
from handlers.when import When

# A number that goes on to the left or the right is no date: 192.168.1.2, 25/2/20222.
LEFT = r"(?<![0-9])(?<![0-9][./\-:,])"
RIGHT = r"(?![0-9])(?![./\-][0-9])"
_DAY, _MONTH, _YEAR = r"(?P<d>[0-9]{1,2})", r"(?P<m>[0-9]{1,2})", r"(?P<y>[0-9]{4})"
_SEP = r" ?[./\-] ?"
_PART = r"(?:\b(?P<part>dau|giua|cuoi) (?:cua )?)?"
# The year behind a day or a month: "/2022", " năm 2022", "-22", " năm ngoái"; nothing written ends it.
YEAR = (
    rf"(?:[ ,./\-]{{1,3}}(?:nam )?{_YEAR}(?![0-9/])(?![.\-][0-9])"
    r"|(?: ?[/.\-] ?| nam )(?P<yy>[0-9]{2})(?![0-9])(?![./\-][0-9])"
    rf"| ?,? nam (?P<which>nay|ngoai|truoc|kia|vua roi|vua qua|roi|qua)\b|{RIGHT})"
)
JUST = r"(?: (?:vua roi|vua qua|roi|qua|nay)\b)?"
# "vụ 2/2022", "đợt 3/2022", "số 12/2022": the first number counts something else than months.
_COUNTED = "vu dot lan so ky hk ca lo khoa tuan chuyen to may other kip doi phan bai muc dieu qd cv"
_UNCOUNTED = "".join(rf"(?<!\b{word} )" for word in _COUNTED.split())


def _numbers(found: re.Match[str], _: Anchor) -> Heard[When]:
    """Day, month and year, each in digits."""
    year = int(found["y"])
    return exact_day(year + 2000 if year < 100 else year, int(found["m"]), int(found["d"]))


def _day_month(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    """25 tháng 2 năm 2022, 25/2 năm ngoái, 25/2."""
    day, month, year = int(found["d"]), int(found["m"]), year_said(found.groupdict(), anchor.today)
    if year is not None:
        return exact_day(year, month, day)
    if month > 12 >= day > 0:
        return _month_and_short_year(day, month, anchor)
    return latest_past(anchor, lambda year: day_in(year, month, day))


def _month_and_short_year(first: int, second: int, anchor: Anchor) -> Heard[When]:
    """7/22 is July 2022; 7/25, when that is still to come, can only be 25 July written month-first."""
    month = month_in(2000 + second, first)
    if month is not None and not month.begins_after(anchor.today):
        return confirmed(month, "only_month")
    return latest_past(anchor, lambda year: day_in(year, first, second), "day_month_swapped")


def _run_together(found: re.Match[str], _: Anchor) -> Heard[When]:
    """25022022 or 20220225; at most one of the two has a year of this century in its place."""
    digits = found[0]
    for year, month, day in ((digits[4:], digits[2:4], digits[:2]), (digits[:4], digits[4:6], digits[6:])):
        when = None if strange(int(year)) else day_in(int(year), int(month), int(day))
        if when is not None:
            return confirmed(when, "run_together")
    return asked(reason="not_understood")


def _part(found: re.Match[str]) -> str | None:
    return found.groupdict().get("part")


def _in_year(
    found: re.Match[str], anchor: Anchor, make: Callable[[int], When | None], only: str
) -> Heard[When]:
    """What `make` builds in the year said, or the latest past one when none was said."""
    year = year_said(found.groupdict(), anchor.today)
    if year is None:
        return latest_past(anchor, make)
    if strange(year):
        return asked(reason="strange_year")
    when = make(year)
    return confirmed(when, "part_of_period" if _part(found) else only) if when else no_such_day()


def _month(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    """Tháng 9/2022, cuối tháng 8, 9/2022."""

    def make(year: int) -> When | None:
        span = month_in(year, int(found["m"]))
        return part_of(span, _part(found)) if span else None

    return _in_year(found, anchor, make, "only_month")


def _quarter(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    """Quý 2/2022, đầu quý 3."""

    def make(year: int) -> When | None:
        span = quarter_in(year, int(found["q"])) if int(found["q"]) else None
        return part_of(span, _part(found)) if span else None

    return _in_year(found, anchor, make, "only_quarter")


def _year_part(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    """Đầu năm 2023, giữa năm ngoái, cuối 2022, cuối năm."""
    return _in_year(found, anchor, lambda year: part_of_year(year, found["part"]), "part_of_period")


def _shape(pattern: str, build: Callable[[re.Match[str], Anchor], Heard[When]]) -> Shape:
    return Shape(re.compile(pattern), build)


WRITTEN = (
    _shape(rf"{LEFT}{_YEAR}{_SEP}{_MONTH}{_SEP}{_DAY}{RIGHT}", _numbers),
    _shape(rf"{LEFT}{_DAY}{_SEP}{_MONTH}{_SEP}{_YEAR}(?![0-9/])(?![.\-][0-9])", _numbers),
    # With a year of two digits the separators must agree: 1-5/09 is a range, not the year 2009.
    _shape(rf"{LEFT}{_DAY}(?P<s>{_SEP}){_MONTH}(?P=s)(?P<y>[0-9]{{2}}){RIGHT}(?! ?[/.] ?[0-9])", _numbers),
    _shape(rf"{LEFT}{_DAY} {_MONTH} {_YEAR}{RIGHT}", _numbers),
    _shape(rf"\bnam {_YEAR},? thang {_MONTH},? ngay {_DAY}{RIGHT}", _numbers),
    _shape(rf"\bthang {_MONTH},? ngay {_DAY}{YEAR}", _day_month),
    _shape(rf"{LEFT}{_UNCOUNTED}{_DAY},? ?thang {_MONTH}{YEAR}{JUST}", _day_month),
    _shape(rf"{_PART}\bthang {_MONTH}{YEAR}{JUST}", _month),
    _shape(rf"{LEFT}{_YEAR}[/\- ]{{1,3}}quy (?P<q>[0-9]){RIGHT}", _quarter),
    _shape(rf"{_PART}\bquy (?P<q>[0-9]){YEAR}{JUST}", _quarter),
    _shape(rf"{_PART}{LEFT}{_UNCOUNTED}{_MONTH}(?={_SEP}[0-9]{{4}}){YEAR}", _month),
    _shape(rf"{_PART}{LEFT}{_YEAR}[/.\-]{_MONTH}{RIGHT}", _month),
    _shape(rf"\b(?P<part>dau|giua|cuoi) (?:nam )?{_YEAR}{RIGHT}", _year_part),
    _shape(
        r"\b(?P<part>dau|giua|cuoi) nam (?P<which>nay|ngoai|truoc|kia|vua roi|vua qua|roi|qua)\b", _year_part
    ),
    _shape(r"\b(?P<part>dau|giua|cuoi) nam\b(?! (?:sau|toi|hoc|moi)\b)", _year_part),
    _shape(rf"{LEFT}{_UNCOUNTED}{_DAY} ?/ ?{_MONTH}{YEAR}{JUST}", _day_month),
    _shape(rf"(?:^|\b(?:ngay|hom|since|tu|hoi) ){_DAY} ?[.\-] ?{_MONTH}{YEAR}{JUST}(?=[ .!]*$)", _day_month),
    _shape(rf"{LEFT}[0-9]{{8}}(?![0-9])", _run_together),
)
