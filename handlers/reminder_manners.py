"""When one person hears a reminder: the quiet hours of their unit, hour and distances they chose, a snooze.

The last warning before a close obeys quiet hours only as far as it still comes in time, and no choice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from handlers.house import House
from handlers.quiet import Quiet
from handlers.reminder_moments import LATE, Moment, moments_of, quiet_of
from handlers.reminder_phases import known
from storage.reminder_choices import AS_IT_COMES, Choice
from storage.reminders import Reader
from storage.transaction import Transaction

# News of a new date and a final report are said whatever was chosen.
CHOSEN = frozenset({"before", "digest", "half", "idle", "opens"})


@dataclass(frozen=True, slots=True)
class Manner:
    """How one person is to be spoken to unasked."""

    quiet: Quiet
    choice: Choice = AS_IT_COMES

    def say_at(self, moment: Moment, now: datetime) -> tuple[datetime | None, str]:
        """When it is said (UTC); or None and why it is not: `not_chosen`, `snoozed`, `quiet`."""
        if moment.last:
            return self._said(moment, now, self.quiet.any_day()), ""
        if moment.kind == "moved":  # nobody may miss a close because they were not told of it
            return self._said(moment, now, self.quiet, self.quiet.any_day()), ""
        if moment.kind not in CHOSEN:
            return self._in_time([now], moment, "quiet")
        if distance_of(moment) in self.choice.left_out:
            return None, "not_chosen"
        snoozed = self.choice.snoozed_until
        start = now if snoozed is None or snoozed <= now else snoozed
        why = "quiet" if start == now else "snoozed"
        return self._in_time([self._at_hour(start), start], moment, why)

    @staticmethod
    def _said(moment: Moment, now: datetime, *quiets: Quiet) -> datetime:
        """When one of these lets it be said in time; else now."""
        return next((at for quiet in quiets if (at := quiet.sayable(now)) < moment.until), now)

    def _in_time(self, instants: Iterable[datetime], moment: Moment, why: str) -> tuple[datetime | None, str]:
        for instant in instants:
            at = self.quiet.sayable(instant)
            if at < moment.until:
                return at, ""
        return None, why

    def _at_hour(self, start: datetime) -> datetime:
        """The first instant from `start` on with the chosen hour on the wall."""
        if self.choice.hour is None:
            return start
        local = start.astimezone(self.quiet.zone)
        at = datetime.combine(local.date(), self.choice.hour, self.quiet.zone)
        if at < local:
            at = datetime.combine(local.date() + timedelta(days=1), self.choice.hour, self.quiet.zone)
        return at.astimezone(UTC)

    def ahead_of(self, last: Moment, now: datetime) -> datetime | None:
        """When the last warning is said before quiet hours that reach to the close; None: at its own time."""
        quiet = self.quiet.any_day()
        if quiet.sayable(last.at) < last.until:
            return None
        at = quiet.last_sayable(last.at)
        return at if at is not None and at > now else None


def distance_of(moment: Moment) -> str:
    """What a person chooses by: the distance as the configuration writes it, or the kind."""
    return moment.offset.partition(".")[0] if moment.kind == "before" else moment.kind


def manners_of(tx: Transaction, house: House, readers: Mapping[int, Reader]) -> dict[int, Manner]:
    """How each of these workers is to be spoken to, a few statements for all of them."""
    choices = tx.reminder_choices.of(sorted(readers))
    quiet = quiet_in(tx, house, {reader.unit_id for reader in readers.values()})
    return {
        worker: Manner(quiet[reader.unit_id], choices.get(worker, AS_IT_COMES))
        for worker, reader in readers.items()
    }


def comes_late(tx: Transaction, house: House, moment: Moment, reader: Reader, now: datetime) -> bool:
    """Whether somebody hears it later than they were to; a night or an hour of their own is no delay."""
    if not moment.late(now):
        return False
    manner = manners_of(tx, house, {reader.worker_id: reader})[reader.worker_id]
    meant, _ = manner.say_at(moment, moment.at)
    return meant is None or now - meant > LATE


def quiet_in(tx: Transaction, house: House, units: Collection[int | None]) -> dict[int | None, Quiet]:
    """When people of these units are left alone: as the programme says, or as their lead has set it."""
    usual = quiet_of(house.programme)
    hours = tx.reminder_choices.quiet_of(sorted(unit for unit in units if unit is not None))
    own = {
        unit: Quiet(
            usual.zone, its.begins, its.ends, usual.working_days and not its.every_day, usual.days_off
        )
        for unit, its in hours.items()
    }  # fmt: skip
    return {unit: usual if unit is None else own.get(unit, usual) for unit in units}


def last_of(tx: Transaction, house: House, moment: Moment, now: datetime) -> Moment | None:
    """The last warning that is still to come in the phase of a warning that is not the last."""
    if moment.kind != "before" or moment.last:
        return None
    moves = known(tx, house.programme)
    for phase in house.programme.phases:
        if phase.code == moment.phase:
            found = moments_of(house.programme, phase, moves[phase.code], now)
            return next((one for one in found if one.last and not one.sweep and one.at > now), None)
    return None
