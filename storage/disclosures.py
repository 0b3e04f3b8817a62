"""How much establishments let out of their initiatives: every decision kept, the newest in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from storage.models import Disclosure, metadata

DISCLOSURE = metadata.tables["disclosure"]


class Disclosures:
    """Levels of disclosure inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def decide(
        self, unit_id: int, initiative_id: int | None, level: str | None, by: int | None, now: datetime
    ) -> None:
        """Set a level for an initiative, or (None) for a unit; a level of None takes the last one back."""
        values = {"unit_id": unit_id, "initiative_id": initiative_id, "level": level, "set_by": by}
        self._connection.execute(insert(Disclosure).values(**values, set_at=now))

    def of_units(self, unit_ids: Sequence[int]) -> Mapping[int, str]:
        """The level of each of these units that has one."""
        newest = (
            select(func.max(DISCLOSURE.c.id))
            .where(DISCLOSURE.c.unit_id.in_(unit_ids), DISCLOSURE.c.initiative_id.is_(None))
            .group_by(DISCLOSURE.c.unit_id)
        )
        rows = select(DISCLOSURE.c.unit_id, DISCLOSURE.c.level).where(DISCLOSURE.c.id.in_(newest))
        return {unit: level for unit, level in self._connection.execute(rows) if level is not None}

    def of_initiatives(self, initiative_ids: Sequence[int]) -> Mapping[int, str]:
        """The level of each of these initiatives that has one of its own."""
        newest = (
            select(func.max(DISCLOSURE.c.id))
            .where(DISCLOSURE.c.initiative_id.in_(initiative_ids))
            .group_by(DISCLOSURE.c.initiative_id)
        )
        rows = select(DISCLOSURE.c.initiative_id, DISCLOSURE.c.level).where(DISCLOSURE.c.id.in_(newest))
        return {number: level for number, level in self._connection.execute(rows) if level is not None}
