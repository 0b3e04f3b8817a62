"""A day as a worker said it: the first day of a span, how precise it is, the instant if an hour was said."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Precision(StrEnum):
    """How much of a day was said. A year alone is too little to be an answer."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"


_MONTHS = "January February March April May June July August September October November December"
_ENGLISH_MONTHS = tuple(_MONTHS.split())


@dataclass(frozen=True, slots=True)
class When:
    """A day, a month or a quarter; never more precise than what was typed.

    `day` is the first day of the span. `instant` is aware and only there when a time of day was said;
    it may lie on the next day: "24 giờ 00 ngày 31/8/2023" has day 31/8 and the first instant of 1/9.
    """

    day: date
    precision: Precision = Precision.DAY
    instant: datetime | None = None

    @property
    def quarter(self) -> int:
        """The quarter of the year, 1 to 4."""
        return (self.day.month + 2) // 3

    @property
    def last_day(self) -> date:
        """The last day of the span: the day itself, or the end of its month or quarter."""
        if self.precision is Precision.DAY:
            return self.day
        month = self.day.month if self.precision is Precision.MONTH else self.quarter * 3
        return date(self.day.year, month, monthrange(self.day.year, month)[1])

    def begins_after(self, today: date) -> bool:
        """Whether the whole span is still to come; a span that contains today is not."""
        return self.day > today

    @property
    def iso(self) -> str:
        """`2022-02-25`, `2022-09` or `2022-Q2`: sorts as text and reads back with `read_date`."""
        if self.precision is Precision.DAY:
            return self.day.isoformat()
        if self.precision is Precision.MONTH:
            return f"{self.day:%Y-%m}"
        return f"{self.day.year}-Q{self.quarter}"

    def written(self, language: str) -> str:
        """As shown to a reader of `language` (`vi`, `en`); days are day-first in both."""
        english = language == "en"
        if self.precision is Precision.DAY:
            return f"{self.day:%d/%m/%Y}"
        if self.precision is Precision.MONTH:
            name = _ENGLISH_MONTHS[self.day.month - 1]
            return f"{name} {self.day.year}" if english else f"tháng {self.day.month}/{self.day.year}"
        return f"Q{self.quarter} {self.day.year}" if english else f"quý {self.quarter}/{self.day.year}"
