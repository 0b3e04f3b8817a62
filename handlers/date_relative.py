"""Days that count from today or have a name: hôm kia, 3 ngày trước, thứ 5 tuần trước, Quốc khánh 2022."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from handlers.date_mentions import Anchor, Kind, Shape
from handlers.date_shapes import JUST, LEFT, RIGHT, YEAR
from handlers.date_values import (
    asked,
    confirmed,
    day_in,
    days_before,
    exact_day,
    latest_past,
    month_in,
    months_before,
    no_such_day,
    part_of,
    quarter_in,
    strange,
    year_said,
)
from handlers.heard import Decision, Heard
from handlers.when import When

_PART = r"(?:\b(?P<part>dau|giua|cuoi) )?"
_LAST, _NEXT = "truoc|vua roi|vua qua|roi|qua", "sau|toi|until"
# "hom kia" without marks may also be "hôm kìa", a day earlier.
_DAYS_BACK = {"nay": 0, "qua": 1, "kiia": 2, "kia": 2, "kiaa": 3}


def future(when: When | None = None) -> Heard[When]:
    """Refused: still to come."""
    return Heard(Decision.REJECT, when, reason="future")


def _day_word(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    when = days_before(anchor.today, _DAYS_BACK[found["which"]])
    if found["which"] in ("kia", "kiaa") or found[0] == "dem qua":
        return confirmed(when, "relative")
    return Heard(Decision.ACCEPT, when)


def _to_come(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    return future()


def _ago(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    """Days and weeks ago are days; months ago are a month; years ago are too little."""
    count, unit = int(found["n"]), found["unit"]
    if unit == "nam":
        return asked(reason="only_year")
    if unit in ("thang", "quy"):
        return _months_ago(count * (3 if unit == "quy" else 1), unit, anchor)
    when = days_before(anchor.today, count * (7 if unit == "tuan" else 1))
    return asked(reason="strange_year") if strange(when.day.year) else Heard(Decision.ACCEPT, when)


def _months_ago(count: int, unit: str, anchor: Anchor) -> Heard[When]:
    """Above twelve, "25 tháng trước" is rather the 25th of last month: asked."""
    when = months_before(anchor.today, min(count, 1200))
    if when is None or strange(when.day.year):
        return asked(reason="strange_year")
    last = months_before(anchor.today, 1)
    day = day_in(last.day.year, last.day.month, count) if last else None
    if unit == "thang" and count > 12 and day is not None:
        return asked(day, when, reason="two_days")
    return confirmed(when, "relative")


def _half_ago(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    """Nửa tháng is fifteen days, nửa năm six months. Source: BLDS 2015, Điều 146."""
    if found["unit"] == "thang":
        return confirmed(days_before(anchor.today, 15), "relative")
    return _months_ago(6, "nam", anchor)


def _month_word(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    """Tháng trước, đầu tháng này, cuối tháng; a bare "cuối tháng" is the latest that is past."""
    span = months_before(anchor.today, _back(found["which"]))
    when = part_of(span, found["part"]) if span else None
    if when and found["which"] is None and when.begins_after(anchor.today):
        before = months_before(anchor.today, 1)
        when = part_of(before, found["part"]) if before else None
    return confirmed(when, "part_of_period" if found["part"] else "relative") if when else no_such_day()


def _quarter_word(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    count = anchor.today.year * 4 + (anchor.today.month - 1) // 3 - _back(found["which"])
    span = quarter_in(count // 4, count % 4 + 1)
    return confirmed(part_of(span, found["part"]), "relative") if span else no_such_day()


def _back(which: str | None) -> int:
    if which in (None, "nay"):
        return 0
    return -1 if which in _NEXT.split("|") else 1


def _day_of_month(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    """Ngày 25 tháng trước; "ngày 25" alone is the latest past one."""
    day, which = int(found["d"]), found["which"]
    months = (months_before(anchor.today, back) for back in ((_back(which),) if which else range(14)))
    days = (day_in(month.day.year, month.day.month, day) for month in months if month)
    for when in days:
        if when is not None and (which or not when.begins_after(anchor.today)):
            return confirmed(when, "relative" if which else "no_month")
    return no_such_day()


def _weekday(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    """A weekday of a week said. Weeks start on Monday, but not for everybody: Sundays are asked."""
    number = 6 if found["n"] is None else int(found["n"]) - 2
    weeks = {"nay": 0, "truoc nua": 2}.get(found["week"], 1 if found["week"] in _LAST.split("|") else -1)
    monday = anchor.today - timedelta(days=anchor.today.weekday() + 7 * weeks)
    when = When(monday + timedelta(days=number))
    if weeks < 0:
        return future(when)
    # Where weeks start on Sunday, the week of today has its Sunday on or before today.
    other = When(when.day - timedelta(days=7)) if number == 6 and anchor.today.weekday() != 6 else when
    if other != when:
        return asked(other, when, reason="two_days")
    return Heard(Decision.ACCEPT, when) if weeks == 0 else confirmed(when, "relative")


def _latest_weekday(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    """A weekday alone is the latest one; on that very weekday it may be today."""
    number = 6 if found["n"] is None else int(found["n"]) - 2
    back = (anchor.today.weekday() - number) % 7
    if back:
        return confirmed(days_before(anchor.today, back), "relative")
    if found["just"]:
        return confirmed(days_before(anchor.today, 7), "relative")
    return asked(When(anchor.today), days_before(anchor.today, 7), reason="two_days")


def _weekday_or_month(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    """T7 is Saturday or July."""
    number = int(found["n"])
    weekday = days_before(anchor.today, (anchor.today.weekday() - number + 2) % 7)
    month = latest_past(anchor, lambda year: month_in(year, number)).value
    return asked(weekday, *((month,) if month else ()), reason="two_days")


_FEASTS = {
    (9, 2): "(?:tet doc lap|(?:le )?quoc khanh)",
    (2, 14): "(?:valentine|le tinh nhan)",
    (1, 1): "(?:tet duong lich|tet duong|tet tay|new year'?s? day|new year)",
    (12, 25): "(?:noel|giang sinh|christmas)",
    (5, 1): "(?:quoc te lao dong)",
    (3, 8): "(?:quoc te phu nu)",
    (10, 20): "(?:phu nu viet nam)",
    (11, 20): "(?:nha giao viet nam|ngay nha giao)",
    (6, 1): "(?:tet thieu nhi|quoc te thieu nhi)",
    (7, 27): "(?:thuong binh liet s[iy])",
    (10, 31): "(?:halloween)",
    (4, 30): "(?:giai phong mien nam|thong nhat dat nuoc)",
}


def _feast(month: int, day: int) -> Callable[[re.Match[str], Anchor], Heard[When]]:
    def build(found: re.Match[str], anchor: Anchor) -> Heard[When]:
        year = year_said(found.groupdict(), anchor.today)
        if year is None:
            return latest_past(anchor, lambda year: day_in(year, month, day), "named_day")
        heard = exact_day(year, month, day)
        return confirmed(heard.value, "named_day") if heard.value else heard

    return build


def _feast_shapes() -> list[Shape]:
    """With its year a feast is an answer; without, it may only name the date beside it."""
    said = YEAR.removesuffix(f"|{RIGHT})") + ")"
    shapes = []
    for (month, day), name in _FEASTS.items():
        build = _feast(month, day)
        shapes.append(Shape(re.compile(rf"\b{name}{said}"), build))
        shapes.append(Shape(re.compile(rf"\b{name}\b(?P<y>(?!))?{JUST}"), build, Kind.NAMED))
    return shapes


def _only(reason: str) -> Callable[[re.Match[str], Anchor], Heard[When]]:
    return lambda found, anchor: asked(reason=reason)


def _year(found: re.Match[str], anchor: Anchor) -> Heard[When]:
    year = int(found["y"])
    if strange(year):
        return asked(reason="strange_year")
    return future() if year > anchor.today.year else asked(reason="only_year")


def _shape(
    pattern: str, build: Callable[[re.Match[str], Anchor], Heard[When]], kind: Kind = Kind.EXACT
) -> Shape:
    return Shape(re.compile(pattern), build, kind)


_UNIT = "(?P<unit>ngay|tuan|thang|quy|nam)"
_PART_OF_DAY = "(?:morning|sang|trua|chieu|evening|dem)"
_SAID_DAY = r"(?:thu (?P<n>[2-7])|chu nhat)\b"
_WEEK = f"{_LAST}|nay|truoc nua|{_NEXT}"

RELATIVE = (
    *_feast_shapes(),
    _shape(rf"{_SAID_DAY},? (?:cua )?tuan (?P<week>truoc nua|{_WEEK})\b", _weekday),
    _shape(rf"{_SAID_DAY}(?P<just> (?:{_LAST}))?\b", _latest_weekday, Kind.WEEKDAY),
    _shape(r"\bt(?P<n>[2-7])\b(?![/.\-][0-9])", _weekday_or_month, Kind.WEEKDAY),
    _shape(
        rf"\b(?:ngay )?(?:hom|{_PART_OF_DAY}(?: hom)?) (?P<which>nay|qua|kiia|kiaa|kia)\b",
        _day_word,
    ),
    _shape(r"\btoi(?: hom)? (?P<which>qua)\b", _day_word),
    _shape(rf"\b(?:ngay|toi|{_PART_OF_DAY}) mai\b|\bngay (?:mot|kia)\b|^mai$", _to_come),
    _shape(
        rf"\b(?:ngay|hom) (?P<d>[0-9]{{1,2}})"
        rf"(?: thang (?P<which>nay|{_LAST}|{_NEXT})\b|{RIGHT}(?! ?(?:/|thang|tuan)))",
        _day_of_month,
    ),
    _shape(rf"{LEFT}(?P<d>[0-9]{{1,2}}) thang (?P<which>nay|vua roi|vua qua|roi)\b", _day_of_month),
    _shape(
        rf"{LEFT}(?P<n>[0-9]{{1,5}}) {_UNIT} truoc(?: day)?\b(?! ?(?:ngay )?[0-9~])",
        _ago,
    ),
    _shape(rf"{LEFT}(?P<n>[0-9]{{1,5}}) (?:hom|bua) (?P<unit>truoc)\b", _ago),
    _shape(
        r"\bcach (?:day|nay) (?:khoang |about )?(?P<n>[0-9]{1,5}) "
        rf"{_UNIT}\b",
        _ago,
    ),
    _shape(r"\b(?:half|nua) (?P<unit>thang|nam) truoc\b", _half_ago),
    _shape(rf"{_PART}\bthang (?P<which>nay|{_LAST}|{_NEXT})\b", _month_word),
    _shape(r"\b(?P<part>dau|giua|cuoi) thang\b(?P<which>(?!))?", _month_word),
    _shape(rf"{_PART}\bquy (?P<which>nay|{_LAST}|{_NEXT})\b", _quarter_word),
    _shape(rf"\btuan (?:{_LAST}|nay)\b|\b(?:dau|giua|cuoi) tuan\b", _only("only_week"), Kind.WIDE),
    _shape(rf"\b(?:tuan|nam) (?:{_NEXT})\b", _to_come, Kind.WIDE),
    _shape(rf"\bnam (?:nay|ngoai|kia|{_LAST})\b", _only("only_year"), Kind.WIDE),
    _shape(rf"{LEFT}(?P<y>[0-9]{{4}}) ?- ?[0-9]{{4}}{RIGHT}", _year, Kind.WIDE),
    _shape(rf"(?:\bnam )?{LEFT}(?P<y>[0-9]{{4}}){RIGHT}", _year, Kind.WIDE),
)
