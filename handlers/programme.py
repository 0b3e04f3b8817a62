"""The programme: its phases, targets and subsidies, all of it configuration; half-open instants in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

Measure = Literal["initiatives", "people"]


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached: a count, or a percentage of members; of initiatives or of distinct people.

    Exactly one of `count` and `percent` (above 0, at most 100) is set. It holds for `unit` (`ROOT` is the
    root), or with `each` for every unit below it.
    """

    measure: Measure
    count: int | None = None
    percent: Decimal | None = None
    unit: str = "ROOT"
    each: bool = False


@dataclass(frozen=True, slots=True)
class Subsidy:
    """Money owed to an author for one initiative, in đồng: who pays, how much or up to how much, and when."""

    payer: str
    when: str
    amount: int | None = None
    up_to: int | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A named span: submitted from the UTC instant `opens` until before `closes`.

    `applied_from` and `applied_to` are days in the programme's zone, both inclusive.
    """

    code: str
    name: str
    opens: datetime
    closes: datetime
    applied_from: date
    applied_to: date
    targets: tuple[Target, ...] = ()

    def contains(self, now: datetime) -> bool:
        """Whether the phase is open: the closing instant itself is outside."""
        return self.opens <= now < self.closes


@dataclass(frozen=True, slots=True)
class Reminding:
    """How long before a close people are reminded, and in which local hours nothing unasked is said.

    `digest` is a weekday (0 is Monday) and a local time; None: there is none. With `working_days` days off
    are as quiet as the night.
    """

    before: tuple[timedelta, ...] = (
        *(timedelta(days=days) for days in (30, 14, 7, 3, 1)),
        timedelta(hours=3),
    )
    quiet: tuple[time, time] | None = (time(21), time(6, 30))
    digest: tuple[int, time] | None = (0, time(8))
    working_days: bool = True


@dataclass(frozen=True, slots=True)
class Programme:
    """A campaign: phases of which no two are open at the same instant."""

    name: str
    zone: ZoneInfo
    phases: tuple[Phase, ...]
    subsidies: tuple[Subsidy, ...] = ()
    # What an initiative needs before it is valid: unit, recognition, portal, officer.
    asks: tuple[str, ...] = ("unit",)
    # Ready-made reasons, in the programme's own words, for returning and for not accepting.
    return_reasons: tuple[str, ...] = ()
    refusal_reasons: tuple[str, ...] = ()
    days_off: frozenset[date] = frozenset()
    reminding: Reminding = field(default_factory=Reminding)
    # What makes an initiative count that somebody typed for its author: the author's own word alone, or also
    # a paper that the author has signed, recorded by whoever typed it for one who has no phone.
    proxy_needs: Literal["worker", "paper"] = "paper"

    def phase_at(self, now: datetime) -> Phase | None:
        """The phase that is open."""
        return next((phase for phase in self.phases if phase.contains(now)), None)

    def next_phase(self, now: datetime) -> Phase | None:
        """The first phase that has not opened yet."""
        coming = (phase for phase in self.phases if phase.opens > now)
        return min(coming, key=lambda phase: phase.opens, default=None)

    def last_closed(self, now: datetime) -> Phase | None:
        """The phase that closed last."""
        over = (phase for phase in self.phases if phase.closes <= now)
        return max(over, key=lambda phase: phase.closes, default=None)

    def local_day(self, now: datetime) -> date:
        """The day it is where the programme runs."""
        return now.astimezone(self.zone).date()
