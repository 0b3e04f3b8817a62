"""What has waited long for a decision, and whether that was told already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, select

from storage.models import metadata
from storage.upserts import insert_into

INITIATIVE, TOLD = metadata.tables["initiative"], metadata.tables["slow_told"]
ABOVE = metadata.tables["unit_above"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An initiative that nobody has decided on since an instant."""

    id: int
    code: str
    unit_id: int
    waiting_since: datetime
    appealed_at: datetime | None


_COLUMNS = select(*(INITIATIVE.c[name] for name in Waiting.__dataclass_fields__)).where(
    INITIATIVE.c.state == "submitted", INITIATIVE.c.waiting_since.is_not(None)
)


class SlowReviews:
    """Slow decisions inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def untold(self, stage: str, before: datetime, most: int) -> list[Waiting]:
        """What has waited since before an instant and was not told at this stage, the oldest first."""
        return self._found(_COLUMNS.where(INITIATIVE.c.waiting_since <= before, ~self._told(stage)), most)

    def told(self, stage: str, units: Sequence[int], most: int) -> list[Waiting]:
        """What was told at this stage and still waits at these units or below, the oldest first."""
        below = INITIATIVE.c.unit_id.in_(select(ABOVE.c.unit_id).where(ABOVE.c.above_id.in_(units)))
        return self._found(_COLUMNS.where(self._told(stage), below), most)

    @staticmethod
    def _told(stage: str) -> ColumnElement[bool]:
        return exists().where(
            TOLD.c.initiative_id == INITIATIVE.c.id,
            TOLD.c.stage == stage,
            TOLD.c.waiting_since == INITIATIVE.c.waiting_since,
        )

    def _found(self, rows: Select[Any], most: int) -> list[Waiting]:
        ordered = rows.order_by(INITIATIVE.c.waiting_since, INITIATIVE.c.id).limit(most)
        return [Waiting(*row) for row in self._connection.execute(ordered)]

    def mark(self, one: Waiting, stage: str, now: datetime) -> bool:
        """Write down that it is told now; False when another process has just done so."""
        values = {"initiative_id": one.id, "stage": stage, "waiting_since": one.waiting_since, "told_at": now}
        mark = insert_into(self._connection.dialect.name, TOLD).values(**values).on_conflict_do_nothing()
        return self._connection.execute(mark.returning(TOLD.c.initiative_id)).first() is not None
