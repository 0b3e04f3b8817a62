"""Days on which nobody is at work: weekends and Việt Nam's public holidays, lunar ones from a dated table.

Public holidays: Bộ luật Lao động 2019, điều 112 (New Year; five days of Tết; 10 March of the lunar year;
30 April; 1 May; National Day and one day beside it); one that falls on a weekend is made good on the next
working day (điều 111). Which five days Tết takes and which side of National Day is free is decided anew
every year, so a programme may name days of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache

# The first day of the lunar year and the tenth of its third month, by the calendar of UTC+7: 2030 differs
# from the Chinese one, because the new moon comes an hour before midnight in Hà Nội.
_TET = {
    2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29),
    2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 2),
    2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip
_HUNG_KINGS = {
    2021: (4, 21), 2022: (4, 10), 2023: (4, 29), 2024: (4, 18), 2025: (4, 7),
    2026: (4, 26), 2027: (4, 16), 2028: (4, 4), 2029: (4, 23), 2030: (4, 12),
}  # fmt: skip
TABLE_ENDS = max(_TET)
_SATURDAY = 5


@lru_cache(maxsize=64)
def holidays_of(year: int) -> frozenset[date]:
    """The public holidays of a year; beyond the table only those of the solar calendar are known."""
    named = {date(year, 1, 1), date(year, 4, 30), date(year, 5, 1), date(year, 9, 1), date(year, 9, 2)}
    if year in _HUNG_KINGS:
        named.add(date(year, *_HUNG_KINGS[year]))
    if year in _TET:
        first = date(year, *_TET[year])
        named |= {first + timedelta(days=offset) for offset in range(-1, 4)}
    return frozenset(named | _made_good(named))


def _made_good(named: Collection[date]) -> set[date]:
    """A working day for every holiday that fell on a weekend, the next one that is not taken."""
    found: set[date] = set()
    for day in sorted(named):
        if day.weekday() < _SATURDAY:
            continue
        instead = day
        while instead.weekday() >= _SATURDAY or instead in named or instead in found:
            instead += timedelta(days=1)
        found.add(instead)
    return found


def is_working_day(day: date, days_off: Collection[date] = ()) -> bool:
    """Whether offices are at work; `days_off` are further days that the programme names."""
    return day.weekday() < _SATURDAY and day not in holidays_of(day.year) and day not in days_off


def working_days_after(day: date, count: int, days_off: Collection[date] = ()) -> date:
    """The `count`-th working day after a day; the day itself does not count."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, days_off)
    return day


def next_working_day(day: date, days_off: Collection[date] = ()) -> date:
    """The day itself when it is a working day, else the next one."""
    while not is_working_day(day, days_off):
        day += timedelta(days=1)
    return day
