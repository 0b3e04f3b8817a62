"""What a written date means: the day, month or quarter it names, or why it names none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from handlers.date_mentions import Anchor
from handlers.heard import Decision, Heard
from handlers.when import Precision, When

# Years outside are slips of the thumb: nobody's work of this programme lies there.
FIRST_YEAR, LAST_YEAR = 1950, 2100
# "năm ngoái", "năm trước", "năm vừa rồi" are last year; only these two are not.
_YEARS_BACK = {"nay": 0, "kia": 2}


def no_such_day() -> Heard[When]:
    """Refused: the calendar has no such day, month or quarter."""
    return Heard(Decision.REJECT, reason="no_such_day")


def asked(*readings: When, reason: str) -> Heard[When]:
    """Asked, with the readings as choices."""
    return Heard(Decision.ASK, readings=tuple(dict.fromkeys(readings)), reason=reason)


def confirmed(when: When, reason: str) -> Heard[When]:
    """One likely meaning, to be confirmed; a year nobody works in is asked again."""
    if strange(when.day.year):
        return asked(reason="strange_year")
    return Heard(Decision.CONFIRM, when, reason=reason)


def strange(year: int) -> bool:
    """Whether no work can have been done in that year."""
    return not FIRST_YEAR <= year <= LAST_YEAR


def day_in(year: int, month: int, day: int) -> When | None:
    """The day as a span of one day, or None when the calendar has no such day."""
    try:
        return When(date(year, month, day))
    except ValueError:
        return None


def month_in(year: int, month: int) -> When | None:
    """The month, or None when there is no such month."""
    first = day_in(year, month, 1)
    return When(first.day, Precision.MONTH) if first else None


def quarter_in(year: int, quarter: int) -> When | None:
    """The quarter, or None when there is no such quarter."""
    first = day_in(year, quarter * 3 - 2, 1)
    return When(first.day, Precision.QUARTER) if first else None


def months_before(day: date, months: int) -> When | None:
    """The month that lies `months` before the month of `day`; negative counts forward."""
    count = day.year * 12 + day.month - 1 - months
    return month_in(count // 12, count % 12 + 1)


def days_before(day: date, days: int) -> When:
    """The day that lies `days` before; at most a century, so that no typed number leaves the calendar."""
    return When(day - timedelta(days=min(days, 36_525)))


def latest_past(anchor: Anchor, make: Callable[[int], When | None], reason: str = "no_year") -> Heard[When]:
    """The latest that is not in the future, among one a year; nine years hold every 29 February."""
    for year in range(anchor.latest.year, anchor.latest.year - 9, -1):
        when = make(year)
        if when is not None and not when.begins_after(anchor.latest):
            return confirmed(when, reason)
    return no_such_day()


def year_said(found: Mapping[str, str | None], today: date) -> int | None:
    """The year of a date: four digits, two (20xx), or a word as in "năm ngoái"; None when none was said."""
    if (written := found.get("y")) is not None:
        return int(written)
    if (short := found.get("yy")) is not None:
        return 2000 + int(short)
    if (word := found.get("which")) is not None:
        return today.year - _YEARS_BACK.get(word, 1)
    return None


def exact_day(year: int, month: int, day: int) -> Heard[When]:
    """Day, month and year as written; month-first is confirmed where day-first names no day."""
    if strange(year):
        return asked(reason="strange_year")
    when = day_in(year, month, day)
    if when is not None:
        return Heard(Decision.ACCEPT, when)
    swapped = day_in(year, day, month) if month > 12 else None
    return confirmed(swapped, "day_month_swapped") if swapped else no_such_day()


def part_of(span: When, part: str | None) -> When:
    """The first, middle or last day of a span. Source: BLDS 2015, Điều 146 (for a month).

    The law knows no middle of a quarter: it stays the quarter.
    """
    if part == "dau":
        return When(span.day)
    if part == "cuoi":
        return When(span.last_day)
    if part == "giua" and span.precision is Precision.MONTH:
        return When(span.day.replace(day=15))
    return span


def part_of_year(year: int, part: str) -> When | None:
    """1 January, 30 June or 31 December. Source: BLDS 2015, Điều 146."""
    month, day = {"dau": (1, 1), "giua": (6, 30), "cuoi": (12, 31)}[part]
    return day_in(year, month, day)
