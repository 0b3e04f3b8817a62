"""Whether a text answers a question: taken, doubtful, or refused with the key that says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from handlers.dates import read_date
from handlers.folding import kept, plain_spaces
from handlers.forms import Choice, Date, Files, Money, Names, Step, Text
from handlers.heard import Decision
from handlers.messages import amount_in_words, day, money
from handlers.money import Benefit, read_money
from handlers.names import NotNames, Share, read_names, shared_equally
from handlers.when import When


@dataclass(frozen=True, slots=True)
class Given:
    """What a turn may know: the moment, the zone, the phase's applied range, the draft's number."""

    now: datetime
    zone: tzinfo
    applied_from: date
    applied_to: date
    draft: int = 0
    sent_at: datetime | None = None  # when the messenger took what was said

    @property
    def today(self) -> date:
        """The day it is where the programme runs."""
        return self.now.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Taken:
    """The text is the answer."""

    value: Any
    echo: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """The text has one likely meaning to confirm, or several to choose from."""

    reason: str
    values: tuple[Any, ...] = ()
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The text is no answer; `reason` is the last part of the key that says why."""

    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)


Reading = Taken | Doubt | Refused


def read(step: Step, typed: str, given: Given) -> Reading:
    """Read what was typed as an answer to `step`."""
    match step:
        case Text():
            return _text(step, typed)
        case Money():
            return _money(typed)
        case Date():
            return _date(typed, given)
        case Names():
            return _names(typed)
        case Choice():
            return Refused("not_a_choice")
        case Files():
            return Refused("not_a_file")
    raise TypeError(step)


def _text(step: Text, typed: str) -> Reading:
    value = kept(typed)
    length = len(plain_spaces(value))
    if length < step.shortest or not any(letter.isalnum() for letter in value):
        return Refused("too_short", {"shortest": step.shortest})
    if len(value) > step.longest:
        return Refused("too_long", {"longest": step.longest, "length": len(value)})
    return Taken(value)


def _money(typed: str) -> Reading:
    heard = read_money(typed)
    readings = tuple(_benefit(value) for value in heard.readings)
    if heard.decision is Decision.REJECT or (heard.decision is not Decision.ASK and heard.value is None):
        return Refused(heard.reason or "not_understood")
    if heard.decision is Decision.ASK or heard.value is None:
        return Doubt(heard.reason or "not_understood", readings)
    value = _benefit(heard.value)
    if heard.decision is Decision.CONFIRM:
        return Doubt(heard.reason, (value,), confirm=True)
    return Taken(value, shown(value))


def _benefit(benefit: Benefit) -> dict[str, Any]:
    return {"vnd": benefit.vnd, "period": benefit.period.value if benefit.period else None}


def _date(typed: str, given: Given) -> Reading:
    heard = read_date(typed, given.today, given.zone)
    if heard.decision is Decision.REJECT:
        return Refused(heard.reason or "not_understood")
    if heard.decision is Decision.ASK or heard.value is None:
        inside = tuple(_when(value) for value in heard.readings if _outside(value, given) is None)
        return Doubt(heard.reason or "not_understood", inside)
    if (refused := _outside(heard.value, given)) is not None:
        return refused
    value = _when(heard.value)
    if heard.decision is Decision.CONFIRM:
        return Doubt(heard.reason, (value,), confirm=True)
    return Taken(value, shown(value))


def _outside(when: When, given: Given) -> Refused | None:
    if when.day > given.today:
        return Refused("future")
    if when.last_day < given.applied_from or when.day > given.applied_to:
        bounds = {"from": given.applied_from, "to": given.applied_to}
        return Refused("outside", {name: day(bound.isoformat(), "day") for name, bound in bounds.items()})
    return None


def _when(when: When) -> dict[str, Any]:
    return {"day": when.day.isoformat(), "precision": when.precision.value}


def _names(typed: str) -> Reading:
    try:
        others, equally = read_names(kept(typed))
    except NotNames as wrong:
        return Refused(wrong.reason)
    if equally:
        return Taken(_shares(shared_equally([share.name for share in others])))
    return Taken(_shares(others))


def _shares(shares: list[Share]) -> list[list[Any]]:
    return [[share.name, share.share] for share in shares]


def equal_names(typed: str) -> list[list[Any]] | None:
    """The names of a list without shares, shared equally; None when it is no list of names."""
    try:
        others, _ = read_names(kept(typed) + "\nchia đều")
    except NotNames:
        return None
    return _shares(shared_equally([share.name for share in others]))


def shown(value: Any) -> dict[str, Any]:
    """A money or date value as a parameter shown in the reader's language."""
    if "vnd" in value:
        return money(value["vnd"], value["period"])
    return day(value["day"], value["precision"])


def words_of(value: Any) -> dict[str, Any] | str:
    """An amount written out, or an empty text where there is no amount."""
    vnd = value.get("vnd")
    return amount_in_words(vnd) if vnd is not None else ""


def within_two_seconds(earlier: str, later: datetime) -> bool:
    """Whether two moments are as close as the pieces of a text that the app has cut."""
    return later - datetime.fromisoformat(earlier) <= timedelta(seconds=2)
