"""Who holds which role for which unit, now: granted, taken back, looked up; it decides nothing."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from storage.models import Grant, metadata
from storage.prepared import Prepared

GRANT, ABOVE = metadata.tables["role_grant"], metadata.tables["unit_above"]
WORKER = metadata.tables["worker"]


class Held(NamedTuple):
    """A role somebody holds now, and the unit it was given for."""

    worker_id: int
    role: str
    unit_id: int


class Reach(NamedTuple):
    """A role that reaches a unit; `here` when it was given for that very unit."""

    role: str
    here: bool


_now = GRANT.c.until.is_(None)
_HELD = select(GRANT.c.worker_id, GRANT.c.role, GRANT.c.unit_id).where(_now).order_by(GRANT.c.id)
_OF = Prepared(_HELD.where(GRANT.c.worker_id == bindparam("worker")))
_HOLDERS = Prepared(_HELD.where(GRANT.c.unit_id == bindparam("unit")))
_ROLES = Prepared(select(GRANT.c.role).where(_now, GRANT.c.worker_id == bindparam("worker")))


_ABOVE_OR_HERE = GRANT.c.unit_id.in_(select(ABOVE.c.above_id).where(ABOVE.c.unit_id == bindparam("unit")))
# Built once: rights are looked up at every tap of a button that needs one.
_REACHING = Prepared(
    select(GRANT.c.role, GRANT.c.unit_id).where(
        _now,
        GRANT.c.worker_id == bindparam("worker"),
        or_(
            GRANT.c.role == "admin",
            GRANT.c.unit_id == bindparam("unit"),
            and_(GRANT.c.role == "officer", _ABOVE_OR_HERE),
        ),
    )
)
# Everybody who may be told of what waits in a unit, the nearest first: one look instead of one a level.
_UPWARD = Prepared(
    select(GRANT.c.worker_id, GRANT.c.role, GRANT.c.unit_id)
    .join(ABOVE, ABOVE.c.above_id == GRANT.c.unit_id)
    .where(_now, ABOVE.c.unit_id == bindparam("unit"), or_(GRANT.c.role == "lead", GRANT.c.role == "officer"))
    .order_by(ABOVE.c.depth, ABOVE.c.above_id, GRANT.c.id)
)
_OFFICERS = _HELD.where(GRANT.c.role == "officer", _ABOVE_OR_HERE)


class Roles:
    """Roles inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def grant(self, worker_id: int, role: str, unit_id: int, now: datetime) -> bool:
        """Give a role for a unit; False when it is held already."""
        if Held(worker_id, role, unit_id) in self.of(worker_id):
            return False
        values = {"worker_id": worker_id, "role": role, "unit_id": unit_id, "since": now}
        self._connection.execute(insert(Grant).values(**values))
        return True

    def revoke(
        self, worker_id: int, now: datetime, *, role: str | None = None, unit_id: int | None = None
    ) -> list[Held]:
        """End the roles of a worker: all, one kind, those for one unit; which were ended."""
        ending = [
            held
            for held in self.of(worker_id)
            if role in (None, held.role) and unit_id in (None, held.unit_id)
        ]
        for held in ending:
            one = update(GRANT).where(
                _now,
                GRANT.c.worker_id == worker_id,
                GRANT.c.role == held.role,
                GRANT.c.unit_id == held.unit_id,
            )
            self._connection.execute(one.values(until=now))
        return ending

    def of(self, worker_id: int) -> list[Held]:
        """The roles a worker holds, the oldest first."""
        return [Held(*row) for row in _OF.all(self._connection, {"worker": worker_id})]

    def reaching(self, worker_id: int, unit_id: int) -> list[Reach]:
        """The worker's roles that reach a unit: given for it, an officer's above it, an admin's anywhere."""
        rows = _REACHING.all(self._connection, {"worker": worker_id, "unit": unit_id})
        return [Reach(role, granted == unit_id) for role, granted in rows]

    def anywhere(self, worker_id: int) -> list[Reach]:
        """The worker's roles, whatever unit they are for."""
        return [Reach(role, False) for (role,) in _ROLES.all(self._connection, {"worker": worker_id})]

    def everybody(self) -> list[tuple[int, str]]:
        """Everybody who holds a role: number and name, by number."""
        rows = select(WORKER.c.id, WORKER.c.name).join(GRANT, GRANT.c.worker_id == WORKER.c.id)
        found = self._connection.execute(rows.where(_now).distinct().order_by(WORKER.c.id))
        return [(row[0], row[1]) for row in found]

    def holders(self, unit_id: int, role: str | None = None) -> list[int]:
        """The workers who hold a role (any, when none is named) for this very unit."""
        rows = _HOLDERS.all(self._connection, {"unit": unit_id})
        found = (Held(*row) for row in rows)
        return list(dict.fromkeys(held.worker_id for held in found if role in (None, held.role)))

    def reviewers_of(self, unit_id: int) -> list[int]:
        """The unit's own reviewers: its leads, and officers appointed for this very unit."""
        return list(dict.fromkeys([*self.holders(unit_id, "lead"), *self.holders(unit_id, "officer")]))

    def upward(self, unit_id: int) -> list[Held]:
        """Leads and officers of a unit and of every unit above it, the nearest unit first."""
        return [Held(*row) for row in _UPWARD.all(self._connection, {"unit": unit_id})]

    def officers_over(self, unit_id: int) -> list[int]:
        """The officers who answer for a unit: appointed for it or for any unit above it."""
        rows = self._connection.execute(_OFFICERS, {"unit": unit_id})
        return list(dict.fromkeys(row.worker_id for row in rows))
