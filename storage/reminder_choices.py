"""How people wish to be reminded, and the quiet hours of units: read for hundreds at a time, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from storage.in_bulk import among
from storage.models import metadata
from storage.prepared import Prepared

CHOICE, QUIET = metadata.tables["reminder_choice"], metadata.tables["unit_quiet"]
UNIT = metadata.tables["unit"]
DEEPEST = 32  # levels; no tree of units is deeper


class Choice(NamedTuple):
    """Distances (7d, 3h, digest) that are not wanted, the local hour, and until when nothing is."""

    left_out: frozenset[str] = frozenset()
    hour: time | None = None
    snoozed_until: datetime | None = None


AS_IT_COMES = Choice()


class Hours(NamedTuple):
    """Local hours in which a unit is left alone; `every_day`: days off are days like others there."""

    begins: time
    ends: time
    every_day: bool = False


_ANY = Prepared(select(QUIET.c.unit_id).limit(1))


class ReminderChoices:
    """The choices inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, workers: Sequence[int]) -> dict[int, Choice]:
        """What these workers chose; who chose nothing is not there."""
        rows = self._connection.execute(
            select(CHOICE).where(among(self._connection, CHOICE.c.worker_id, workers))
        )
        return {
            row.worker_id: Choice(
                frozenset(row.left_out or ()),
                None if row.hour is None else time.fromisoformat(row.hour),
                row.snoozed_until,
            )
            for row in rows
        }

    def keep(self, worker_id: int, choice: Choice, now: datetime) -> None:
        """Remember a choice in place of the one before."""
        values = {
            "left_out": sorted(choice.left_out),
            "hour": None if choice.hour is None else f"{choice.hour:%H:%M}",
            "snoozed_until": choice.snoozed_until,
            "changed_at": now,
        }
        self._put(CHOICE, CHOICE.c.worker_id == worker_id, {"worker_id": worker_id}, values)

    def quiet_of(self, units: Sequence[int]) -> dict[int, Hours]:
        """The quiet hours that hold in these units: their own, or of the nearest unit above that has any."""
        if _ANY.first(self._connection, {}) is None:
            return {}
        found: dict[int, Hours] = {}
        asking = {unit: unit for unit in units}
        for _ in range(DEEPEST):
            if not asking:
                break
            places = sorted(set(asking.values()))
            quiet = select(QUIET).where(QUIET.c.unit_id.in_(places))
            own = {row.unit_id: _hours(row) for row in self._connection.execute(quiet)}
            parents = select(UNIT.c.id, UNIT.c.parent_id).where(UNIT.c.id.in_(places))
            above = {row[0]: row[1] for row in self._connection.execute(parents)}
            found |= {unit: own[place] for unit, place in asking.items() if place in own}
            asking = {u: above[p] for u, p in asking.items() if p not in own and above.get(p) is not None}
        return found

    def set_quiet(self, unit_id: int, hours: Hours, by: int, now: datetime) -> None:
        """Give a unit quiet hours of its own; equal times mean that it has none."""
        said = {"begins": f"{hours.begins:%H:%M}", "ends": f"{hours.ends:%H:%M}"}
        values = {**said, "every_day": hours.every_day, "set_by": by, "set_at": now}
        self._put(QUIET, QUIET.c.unit_id == unit_id, {"unit_id": unit_id}, values)

    def clear_quiet(self, unit_id: int) -> None:
        """Back to the quiet hours of the unit above, or of the programme."""
        self._connection.execute(delete(QUIET).where(QUIET.c.unit_id == unit_id))

    def _put(self, table: Any, where: Any, key: dict[str, int], values: dict[str, Any]) -> None:
        if self._connection.execute(update(table).where(where).values(**values)).rowcount == 0:
            self._connection.execute(insert(table).values(**key, **values))


def _hours(row: Any) -> Hours:
    return Hours(time.fromisoformat(row.begins), time.fromisoformat(row.ends), row.every_day)
