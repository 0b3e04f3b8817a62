"""How a unit stands against its targets: every number that is shown, worked out once, for chat, picture and
tables alike.

Two measures that are never mixed: initiatives against a target, and distinct people against members. Valid
ones count; what waits stands beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from handlers.figures import per_cent
from handlers.programme import Phase, Programme
from storage.aims import Size
from storage.tallies import ALL, Figures
from storage.transaction import Transaction
from storage.units_reached import Standings

PACE_DAYS = 7
MEASURES = ("initiatives", "people")


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure: what is done, what waits, the target (None: there is none), the share in per cent."""

    done: int
    waiting: int
    target: int | None
    share: Decimal | None
    units: Standings

    @property
    def lacking(self) -> int:
        """How many are still to come; nought when the target is met or there is none."""
        return max(0, (self.target or 0) - self.done)

    @property
    def met(self) -> bool:
        """Whether there is a target and it is met."""
        return self.target is not None and self.done >= self.target


@dataclass(frozen=True, slots=True)
class Progress:
    """How a unit and all below it stand in a phase, or (`phase` None) in all phases together.

    `coming`: it has not opened yet. `pace` and `pace_needed` are valid initiatives a day; `reached_on` is the
    day on which the target is reached if the pace stays (None: never at this pace, or there is no target, or
    it is reached).
    """

    unit_id: int
    phase: Phase | None
    figures: Figures
    initiatives: Measured
    people: Measured
    size: Size
    members_share: Decimal | None
    opens: datetime | None
    closes: datetime | None
    seconds_left: int | None
    coming: bool
    pace: Decimal
    pace_needed: Decimal | None
    reached_on: date | None

    @property
    def leading(self) -> str:
        """The measure that puts units below in order: initiatives, unless those have a target of people only.

        Where no unit below has any, the unit's own targets say which.
        """
        measured = (self.initiatives, self.people)
        aimed = [one.units.aimed > 0 for one in measured]
        if not any(aimed):
            aimed = [one.target is not None for one in measured]
        return MEASURES[1] if aimed == [False, True] else MEASURES[0]

    @property
    def days_left(self) -> int | None:
        """Whole days until the close, the running one counted; None when it is not open."""
        return None if self.seconds_left is None else -(-self.seconds_left // 86_400)


def progress_of(
    tx: Transaction, programme: Programme, unit_id: int, phase: Phase | None, now: datetime
) -> Progress:
    """The figures of a unit at an instant; `phase` None is all of them together."""
    code = ALL if phase is None else phase.code
    today = programme.local_day(now)
    here = tx.aims.standing(unit_id, code, today - timedelta(days=PACE_DAYS - 1), today)
    figures, size = here.figures, here.size
    initiatives = _measured(figures.valid, figures.waiting, here.aims[0], here.units[0])
    people = _measured(figures.people, figures.people_waiting, here.aims[1], here.units[1])
    opens, closes = _span(programme, phase)
    left = _seconds_left(opens, closes, now)
    pace = Decimal(here.recent) / PACE_DAYS
    return Progress(
        unit_id, phase, figures, initiatives, people, size,
        per_cent(figures.people, size.members), opens, closes, left, opens is not None and now < opens,
        pace, _pace_needed(initiatives, left), _reached_on(initiatives, pace, today, left),
    )  # fmt: skip


def parts_of(tx: Transaction, programme: Programme, unit_id: int, now: datetime) -> list[Progress]:
    """Every phase in order and then all together; a programme of one phase has that one part."""
    phases = programme.phases
    parts: list[Phase | None] = [*phases, None] if len(phases) != 1 else [*phases]
    return [progress_of(tx, programme, unit_id, phase, now) for phase in parts]


def _measured(done: int, waiting: int, target: int | None, units: Standings) -> Measured:
    share = None if target is None else per_cent(done, target)
    return Measured(done, waiting, target, share, units)


def _span(programme: Programme, phase: Phase | None) -> tuple[datetime | None, datetime | None]:
    if phase is not None:
        return phase.opens, phase.closes
    phases = programme.phases
    if not phases:
        return None, None
    return min(one.opens for one in phases), max(one.closes for one in phases)


def _seconds_left(opens: datetime | None, closes: datetime | None, now: datetime) -> int | None:
    if opens is None or closes is None or not opens <= now < closes:
        return None
    return int((closes - now).total_seconds())


def _pace_needed(measured: Measured, seconds_left: int | None) -> Decimal | None:
    """How many a day from now on; None when nothing is lacking or the time is over."""
    if not measured.lacking or not seconds_left:
        return None
    return Decimal(measured.lacking) * 86_400 / seconds_left


def _reached_on(measured: Measured, pace: Decimal, today: date, seconds_left: int | None) -> date | None:
    if not measured.lacking or pace <= 0 or seconds_left is None:
        return None
    days = -(-measured.lacking // pace)
    return today + timedelta(days=int(days)) if days < 10_000 else None
