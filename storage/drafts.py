"""Drafts: what somebody has answered and not yet submitted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from storage.models import Draft, metadata

DRAFT, CHAT = metadata.tables["draft"], metadata.tables["chat"]
ATTACHMENT = metadata.tables["attachment"]
UNIT, WORKER = metadata.tables["unit"], metadata.tables["worker"]

_KEEP = (
    update(DRAFT)
    .where(DRAFT.c.id == bindparam("draft"))
    .values(
        place=bindparam("new_place"), offered=bindparam("new_offered"), updated_at=bindparam("new_updated_at")
    )
)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft as a list shows it."""

    id: int
    place: dict[str, Any]
    corrects_id: int | None
    created_at: datetime
    updated_at: datetime


class Drafts:
    """Drafts inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(
        self, worker_id: int, form: str, place: dict[str, Any], now: datetime, corrects_id: int | None = None
    ) -> int:
        """A new draft; its number."""
        values = {"worker_id": worker_id, "form": form, "place": place, "corrects_id": corrects_id}
        row = insert(Draft).values(**values, created_at=now, updated_at=now).returning(DRAFT.c.id)
        return int(self._connection.execute(row).scalar_one())

    def keep(
        self, draft_id: int, place: dict[str, Any], offered: dict[str, Any] | None, now: datetime
    ) -> None:
        """Where the draft stands now, and which buttons it last offered."""
        values = {"new_place": place, "new_offered": offered, "new_updated_at": now}
        self._connection.execute(_KEEP, {"draft": draft_id, **values})

    def of(self, worker_id: int) -> list[DraftLine]:
        """A worker's drafts, the one touched last first."""
        columns = (DRAFT.c.id, DRAFT.c.place, DRAFT.c.corrects_id, DRAFT.c.created_at, DRAFT.c.updated_at)
        rows = select(*columns).where(DRAFT.c.worker_id == worker_id).order_by(DRAFT.c.updated_at.desc())
        return [DraftLine(*row) for row in self._connection.execute(rows)]

    def one(self, worker_id: int, draft_id: int) -> DraftLine | None:
        """One of a worker's own drafts; None for anybody else's."""
        return next((line for line in self.of(worker_id) if line.id == draft_id), None)

    def export(self, unit_ids: Sequence[int] | None = None) -> Iterator[RowMapping]:
        """Every draft (of authors in these units) by its number, with its author's name and present unit."""
        rows = (
            select(DRAFT, UNIT.c.code.label("unit"), WORKER.c.name.label("author"))
            .join(WORKER, WORKER.c.id == DRAFT.c.worker_id)
            .outerjoin(UNIT, UNIT.c.id == WORKER.c.unit_id)
            .order_by(DRAFT.c.id)
        )
        if unit_ids is not None:
            rows = rows.where(WORKER.c.unit_id.in_(unit_ids))
        yield from self._connection.execution_options(yield_per=500).execute(rows).mappings()

    def correcting(self, worker_id: int, initiative_id: int) -> int | None:
        """The draft in which a worker is already correcting an initiative."""
        lines = (line for line in self.of(worker_id) if line.corrects_id == initiative_id)
        return next((line.id for line in lines), None)

    def detach(self, draft_id: int) -> None:
        """The draft corrects nothing any more: it is an initiative of its own."""
        self._connection.execute(update(DRAFT).where(DRAFT.c.id == draft_id).values(corrects_id=None))

    def drop(self, draft_id: int) -> None:
        """Forget a draft; chats that stood at it stand nowhere. Its files stay with what was submitted."""
        self._connection.execute(update(CHAT).where(CHAT.c.draft_id == draft_id).values(draft_id=None))
        self._connection.execute(
            delete(ATTACHMENT).where(ATTACHMENT.c.draft_id == draft_id, ATTACHMENT.c.initiative_id.is_(None))
        )
        self._connection.execute(delete(DRAFT).where(DRAFT.c.id == draft_id))
