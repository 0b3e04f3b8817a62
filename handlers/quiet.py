"""When something unasked may be said: outside quiet hours and, where asked for, on working days only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.holidays import is_working_day

_LONGEST = 30  # days; no run of days off is longer


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the day, in a zone, in which nothing unasked is said: from `begins` until before `ends`.

    Equal times mean no quiet hours. With `working_days` the days off are quiet as a whole.
    """

    zone: ZoneInfo
    begins: time = time(21)
    ends: time = time(6, 30)
    working_days: bool = False
    days_off: Collection[date] = field(default=())

    def any_day(self) -> Quiet:
        """The same hours, on days off as well."""
        return replace(self, working_days=False) if self.working_days else self

    def holds(self, at: datetime) -> bool:
        """Whether the instant is quiet."""
        return self._quiet_hour(at.astimezone(self.zone).time()) or self.day_off(at)

    def day_off(self, at: datetime) -> bool:
        """Whether it is on a day that is quiet as a whole."""
        return self.working_days and not is_working_day(at.astimezone(self.zone).date(), self.days_off)

    def _quiet_hour(self, hour: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= hour < self.ends
        return hour >= self.begins or hour < self.ends

    def sayable(self, at: datetime) -> datetime:
        """The instant itself, or the first one after it that is not quiet (UTC)."""
        if not self.holds(at):
            return at.astimezone(UTC)
        local = at.astimezone(self.zone)
        for days in range(_LONGEST):
            day = local.date() + timedelta(days=days)
            for hour in (time(0), self.ends):
                begin = datetime.combine(day, hour, self.zone)
                if begin > local and not self.holds(begin):
                    return begin.astimezone(UTC)
        return at.astimezone(UTC)

    def last_sayable(self, before: datetime) -> datetime | None:
        """The last instant (whole minutes, UTC) before another that is not quiet; None when there is none.

        The last warning before a deadline goes out then, rather than be lost to the night.
        """
        local = (before - timedelta(minutes=1)).astimezone(self.zone).replace(second=0, microsecond=0)
        if not self.holds(local):
            return local.astimezone(UTC)
        for days in range(_LONGEST):
            day = local.date() - timedelta(days=days)
            for hour in (time(23, 59), _before(self.begins)):
                end = datetime.combine(day, hour, self.zone)
                if end < local and not self.holds(end):
                    return end.astimezone(UTC)
        return None


def _before(hour: time) -> time:
    """A minute earlier on the clock."""
    return (datetime.combine(date(2000, 1, 2), hour) - timedelta(minutes=1)).time()
