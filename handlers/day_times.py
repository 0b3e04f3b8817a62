"""The time of day in a folded text: "24 giờ 00", "7h sáng", "12h trưa", "14:30", "hết ngày"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

FILLER = "~"  # stands where something was read, so that places in the text stay the same

_PART = r"(?P<part>sang|morning|trua|chieu|toi|evening|dem|khuya|am|pm)\b"
# Two digits after the hour are minutes unless they begin a date: "24h 31/5/2022", "7 giờ 31 tháng 5".
_NO_DATE = r"(?![0-9])(?! ?[./\-] ?[0-9])(?! ?(?:thang|nam)\b)(?! [0-9]{1,2} [0-9])"
_MINUTES = rf"(?: ?(?P<minute>[0-9]{{1,2}}){_NO_DATE}(?: ?(?:phut|ph|p|')(?![a-z]))?|(?P<half> ruoi\b))?"
_HOUR = rf"(?<![0-9./\-])(?P<hour>[0-9]{{1,2}}) ?(?:gio\b|h(?![a-z])|g(?=[0-9]{{2}})){_MINUTES}"
_COLON = r"(?<![0-9./\-:])(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::[0-9]{2})?(?P<half>(?!))?(?![0-9:])"
_BARE = r"(?<![0-9./\-])(?P<hour>[0-9]{1,2})(?P<minute>(?!))?(?P<half>(?!))? ?(?=[ap]m\b)"
_TIMES = tuple(re.compile(rf"{shape}(?: ?{_PART})?,?") for shape in (_COLON, _HOUR, _BARE))
_END_OF_DAY = re.compile(r"\bhet (?=ngay (?:[0-9]|thang))")


@dataclass(frozen=True, slots=True)
class DayTime:
    """An hour 0 to 24 and a minute; 24 is the end of the day (BLDS 2015, Điều 148).

    `sure` is false where the words have two meanings, as in "12 giờ đêm".
    """

    hour: int
    minute: int = 0
    sure: bool = True

    def on(self, day: date, zone: tzinfo) -> datetime:
        """The aware instant of this time on `day` in `zone`."""
        later = day + timedelta(days=self.hour // 24)
        return datetime.combine(later, time(self.hour % 24, self.minute), zone)


def take_times(key: str) -> tuple[list[DayTime | None], str]:
    """The times said, None for one that no clock shows, and the key with filler in their places."""
    said: list[DayTime | None] = []

    def take(found: re.Match[str]) -> str:
        said.append(_time(found))
        return FILLER * len(found[0])

    for shape in _TIMES:
        key = shape.sub(take, key)
    if not said and _END_OF_DAY.search(key):
        said.append(DayTime(24))
        key = _END_OF_DAY.sub(lambda found: FILLER * len(found[0]), key)
    return said, key


def _time(found: re.Match[str]) -> DayTime | None:
    hour, minute = int(found["hour"]), int(found["minute"] or (30 if found["half"] else 0))
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return _in_part_of_day(hour, minute, found["part"] or "")


def _in_part_of_day(hour: int, minute: int, part: str) -> DayTime:
    """Hours of the afternoon and evening are said up to 12; midnight belongs to two days."""
    if part in ("chieu", "toi", "evening", "pm") and hour < 12:
        return DayTime(hour + 12, minute)
    if part == "trua" and hour in (1, 2):
        return DayTime(hour + 12, minute)
    if part in ("dem", "khuya") and 6 <= hour < 12:
        return DayTime(hour + 12, minute)
    late = ("dem", "khuya", "sang", "morning", "am", "toi", "evening")
    return DayTime(hour, minute, sure=not (hour == 12 and part in late))
