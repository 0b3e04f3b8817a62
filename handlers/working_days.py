"""Working days as the law counts them: from Monday to Friday, but for the holidays that are given."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

SATURDAY = 5


def working_days_after(day: date, n: int, holidays: Collection[date] = ()) -> date:
    """The n-th working day after a day, which itself does not count."""
    while n > 0:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and day not in holidays:
            n -= 1
    return day
