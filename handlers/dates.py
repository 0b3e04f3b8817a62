"""Reads the day a worker says an improvement was first applied, and the instants of a configuration."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, tzinfo

from handlers.date_doubts import YEAR_SAID, doubts, no_solar_day, turns, why_nothing
from handlers.date_mentions import Anchor, Kind, Mention, take_mentions
from handlers.date_ranges import RANGES
from handlers.date_relative import RELATIVE
from handlers.date_shapes import WRITTEN
from handlers.date_values import FIRST_YEAR, asked
from handlers.date_words import date_key
from handlers.day_times import DayTime, take_times
from handlers.heard import Decision, Heard
from handlers.when import Precision, When

__all__ = ["NotAnInstant", "Precision", "When", "read_date", "read_instant"]

# The longest text in which a date is looked for: a paragraph. What is longer is a story, and is asked.
LONGEST = 600

_SHAPES = (*RANGES, *WRITTEN, *RELATIVE)
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[t ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r" ?(?:z|[+-][0-9]{2}:?[0-9]{2})"
)


class NotAnInstant(ValueError):
    """The text names no single moment: write "24 giờ 00 ngày 31/5/2022" or ISO 8601 with an offset."""


def read_date(text: str, today: date, zone: tzinfo) -> Heard[When]:
    """What day, month or quarter a worker means, for a `today` in `zone`; any text, never an exception.

    Reasons: to confirm `only_month`, `only_quarter`, `part_of_period`, `relative`, `no_year`, `no_month`,
    `day_month_swapped`, `run_together`, `named_day`, `weekday_differs`, `text_around`, `part_of_day`; to ask
    `two_days`, `lunar`, `season`, `only_year`, `only_week`, `vague`, `strange_year`, `text_around`,
    `not_understood`; to refuse `no_such_day`, `future` (never when a time of day was said).
    """
    if len(text) > LONGEST:
        return asked(reason="not_understood")
    key = date_key(text)
    if (reason := no_solar_day(key)) is not None:
        return asked(reason=reason)
    moment = _iso_instant(key)
    if moment is not None:
        local = moment.astimezone(zone)
        return Heard(Decision.ACCEPT, When(local.date(), instant=local))
    times, timeless = take_times(key)
    mentions, rest = take_mentions(timeless, _SHAPES, _anchor(timeless, today))
    heard = _around(_together(mentions), rest)
    if heard is None or (heard.decision is Decision.ASK and _is_wide(mentions)):
        return asked(reason=why_nothing(key, heard.reason if heard else ""))
    return _with_time(heard, times, today, zone)


def _iso_instant(key: str) -> datetime | None:
    """The moment of an ISO 8601 text with an offset; None for everything else."""
    if not _ISO.fullmatch(key):
        return None
    try:
        return datetime.fromisoformat(key.upper().replace(" ", "T", 1).replace(" ", ""))
    except ValueError:
        return None


def _anchor(key: str, today: date) -> Anchor:
    """A date without a year beside the only year said belongs to that year."""
    years = {int(found) for found in YEAR_SAID.findall(key)}
    latest = date(years.pop(), 12, 31) if len(years) == 1 else today
    return Anchor(today, min(latest, today))


def _is_wide(mentions: list[Mention]) -> bool:
    return all(mention.kind is Kind.WIDE for mention in mentions)


def _together(mentions: list[Mention]) -> Heard[When] | None:
    """What the mentions say as one: the best kind speaks, a weekday or a feast beside it checks it."""
    for kind in Kind:
        group = [mention.heard for mention in mentions if mention.kind is kind]
        if group:
            heard = _agreed(group)
            others = [mention for mention in mentions if mention.kind is not kind]
            return _checked(heard, others) if kind is Kind.EXACT else heard
    return None


def _meanings(heard: Heard[When]) -> tuple[When, ...]:
    return (heard.value,) if heard.value is not None else heard.readings


def _agreed(group: list[Heard[When]]) -> Heard[When]:
    """One meaning said twice stays one; several, or one beside an impossible day, are asked."""
    meanings = dict.fromkeys(when for heard in group for when in _meanings(heard))
    if len(group) == 1 or not meanings:
        return group[0]
    if len(meanings) == 1 and all(heard.value for heard in group):
        return min(group, key=lambda heard: heard.decision is not Decision.ACCEPT)
    return asked(*meanings, reason="two_days")


def _checked(heard: Heard[When], others: list[Mention]) -> Heard[When]:
    """A weekday that does not fit the date is told; a feast without a year takes the year of its date."""
    when = heard.value
    if when is None or when.precision is not Precision.DAY:
        return heard
    for mention in others:
        said = _meanings(mention.heard)
        if mention.kind is Kind.WEEKDAY and not any(_same_weekday(when, other) for other in said):
            return Heard(Decision.CONFIRM, when, reason="weekday_differs")
        if mention.kind is Kind.NAMED:
            if not any((other.day.month, other.day.day) == (when.day.month, when.day.day) for other in said):
                return asked(when, *said, reason="two_days")
            heard = Heard(Decision.CONFIRM, when, reason="named_day")
    return heard


def _same_weekday(when: When, other: When) -> bool:
    if other.precision is Precision.MONTH:
        return other.day.month == when.day.month
    return other.day.weekday() == when.day.weekday()


def _around(heard: Heard[When] | None, rest: str) -> Heard[When] | None:
    """Words left over make a sure date doubtful; some of them turn it into another one."""
    if heard is None or heard.decision is Decision.REJECT:
        return heard
    if turns(rest):
        return asked(*_meanings(heard), reason=heard.reason if heard.readings else "text_around")
    if heard.decision is Decision.ACCEPT and heard.value and doubts(rest):
        return Heard(Decision.CONFIRM, heard.value, reason="text_around")
    return heard


def _with_time(heard: Heard[When], times: list[DayTime | None], today: date, zone: tzinfo) -> Heard[When]:
    """The instant, if one clear time of day was said; a day to come without one is refused."""
    when, clock = heard.value, times[0] if len(times) == 1 else None
    if when is None:
        return heard
    if clock is not None and clock.sure and when.precision is Precision.DAY:
        return replace(heard, value=replace(when, instant=clock.on(when.day, zone)))
    if when.begins_after(today):
        return Heard(Decision.REJECT, when, reason="future")
    return Heard(Decision.CONFIRM, when, reason=heard.reason or "part_of_day") if times else heard


def read_instant(text: str, zone: tzinfo) -> datetime:
    """The aware instant a configuration names: a day with its year and a time, or ISO 8601 with an offset.

    "24 giờ 00 ngày 31/5/2022" and "hết ngày 31/5/2022" are the first instant of 1/6 (BLDS 2015, Điều 148).
    Raises NotAnInstant for everything else, a day without a time included.
    """
    key = date_key(text) if len(text) <= LONGEST else ""
    moment = _iso_instant(key)
    if moment is not None:
        return moment
    times, timeless = take_times(key)
    mentions, rest = take_mentions(timeless, WRITTEN, Anchor(date(FIRST_YEAR, 1, 1), date(FIRST_YEAR, 1, 1)))
    heard = _around(_together(mentions), rest)
    clock = times[0] if len(times) == 1 else None
    if heard is None or heard.decision is not Decision.ACCEPT or heard.value is None:
        raise NotAnInstant(text)
    if clock is None or not clock.sure:
        raise NotAnInstant(text)
    return clock.on(heard.value.day, zone)
