"""The people of a unit as their lead may see them: names, whether they can be reached, how many drafts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, func, select, update

from storage.models import metadata

WORKER, CHAT, DRAFT = metadata.tables["worker"], metadata.tables["chat"], metadata.tables["draft"]
MEMBERSHIP = metadata.tables["membership"]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs to a unit now; `drafts` is a number only, what is in them is theirs."""

    worker_id: int
    name: str
    reachable: bool
    drafts: int
    since: datetime


_reachable = exists().where(CHAT.c.worker_id == WORKER.c.id, CHAT.c.reachable.is_(True))
_drafts = select(func.count()).select_from(DRAFT).where(DRAFT.c.worker_id == WORKER.c.id).scalar_subquery()
_HERE = MEMBERSHIP.join(WORKER, WORKER.c.id == MEMBERSHIP.c.worker_id)
_MEMBERS = (
    select(WORKER.c.id, WORKER.c.name, _reachable, _drafts, MEMBERSHIP.c.since)
    .select_from(_HERE)
    .where(MEMBERSHIP.c.until.is_(None))
)


class Members:
    """The people of units inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, unit_id: int, offset: int, limit: int) -> list[Member]:
        """Some of a unit's people; those who cannot be reached first, then by when they came."""
        wanted = _MEMBERS.where(MEMBERSHIP.c.unit_id == unit_id).order_by(_reachable, WORKER.c.id)
        return [Member(*row) for row in self._connection.execute(wanted.offset(offset).limit(limit))]

    def one(self, unit_id: int, worker_id: int) -> Member | None:
        """Somebody, if they belong to the unit now."""
        wanted = _MEMBERS.where(MEMBERSHIP.c.unit_id == unit_id, WORKER.c.id == worker_id)
        row = self._connection.execute(wanted).first()
        return None if row is None else Member(*row)

    def unit_of(self, worker_id: int) -> int | None:
        """The unit somebody belongs to now; None for nobody, and for whoever belongs nowhere."""
        wanted = select(MEMBERSHIP.c.unit_id).where(MEMBERSHIP.c.worker_id == worker_id)
        return self._connection.execute(wanted.where(MEMBERSHIP.c.until.is_(None))).scalar()

    def names(self, unit_id: int) -> list[tuple[int, str]]:
        """Everybody of a unit by number and name."""
        wanted = select(WORKER.c.id, WORKER.c.name).select_from(_HERE).order_by(WORKER.c.id)
        here = wanted.where(MEMBERSHIP.c.unit_id == unit_id, MEMBERSHIP.c.until.is_(None))
        return [(row[0], row[1]) for row in self._connection.execute(here)]

    def count(self, unit_id: int) -> tuple[int, int]:
        """How many belong to a unit, and how many of them cannot be reached."""
        return self._count(unit_id), self._count(unit_id, ~_reachable)

    def _count(self, unit_id: int, *also: ColumnElement[bool]) -> int:
        rows = select(func.count()).select_from(_HERE)
        here = rows.where(MEMBERSHIP.c.unit_id == unit_id, MEMBERSHIP.c.until.is_(None), *also)
        return self._connection.execute(here).scalar_one()

    def remove(self, unit_id: int, worker_id: int, now: datetime) -> None:
        """Somebody no longer belongs to the unit; what they made stays where it was made."""
        open_ = update(MEMBERSHIP).where(
            MEMBERSHIP.c.unit_id == unit_id, MEMBERSHIP.c.worker_id == worker_id, MEMBERSHIP.c.until.is_(None)
        )
        self._connection.execute(open_.values(until=now))
        worker = update(WORKER).where(WORKER.c.id == worker_id, WORKER.c.unit_id == unit_id)
        self._connection.execute(worker.values(unit_id=None))

    def name(self, worker_id: int) -> str:
        """A worker's name, or an empty text for one who is gone."""
        row = select(WORKER.c.name).where(WORKER.c.id == worker_id)
        return self._connection.execute(row).scalar() or ""
