"""Drafts: what somebody has answered and not yet submitted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, bindparam, delete, select, update

from storage.attachments import Attachments
from storage.initiatives import UnitIds
from storage.models import metadata
from storage.prepared import Inserting, Prepared
from storage.vault import Vault, VaultClosed

DRAFT, CHAT = metadata.tables["draft"], metadata.tables["chat"]
ATTACHMENT = metadata.tables["attachment"]
UNIT, WORKER = metadata.tables["unit"], metadata.tables["worker"]

_BEGIN = Inserting(DRAFT)
_KEEP = Prepared(
    update(DRAFT)
    .where(DRAFT.c.id == bindparam("draft"))
    .values(
        place=bindparam("new_place"), offered=bindparam("new_offered"), updated_at=bindparam("new_updated_at")
    )
)
_OF = Prepared(
    select(
        DRAFT.c.id,
        DRAFT.c.place,
        DRAFT.c.corrects_id,
        DRAFT.c.created_at,
        DRAFT.c.updated_at,
        DRAFT.c.for_worker_id,
        DRAFT.c.for_name,
        DRAFT.c.unit_id,
    )
    .where(DRAFT.c.worker_id == bindparam("worker"))
    .order_by(DRAFT.c.updated_at.desc(), DRAFT.c.id)
)
_DROP_FILES = Prepared(
    delete(ATTACHMENT)
    .where(ATTACHMENT.c.draft_id == bindparam("draft"), ATTACHMENT.c.initiative_id.is_(None))
    .returning(ATTACHMENT.c.sha256)
)
_ITS_WORKER = select(DRAFT.c.worker_id).where(DRAFT.c.id == bindparam("draft")).scalar_subquery()
_DROP = tuple(
    Prepared(statement)
    for statement in (
        # Only its worker's chats can stand at a draft; asked so, no other chat is looked at.
        update(CHAT)
        .where(CHAT.c.worker_id == _ITS_WORKER, CHAT.c.draft_id == bindparam("draft"))
        .values(draft_id=None),
        delete(DRAFT).where(DRAFT.c.id == bindparam("draft")),
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
    for_worker_id: int | None = None
    for_name: str = ""
    unit_id: int | None = None

    @property
    def for_other(self) -> bool:
        """Whether it is typed for somebody else."""
        return self.for_worker_id is not None or bool(self.for_name)


class Drafts:
    """Drafts inside one open transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def begin(
        self, worker_id: int, form: str, place: dict[str, Any], now: datetime, corrects_id: int | None = None
    ) -> int:
        """A new draft; its number."""
        about = {"worker_id": worker_id, "form": form, "corrects_id": corrects_id}
        kept = self._vault.kept(place)
        values = {**about, "place": kept, "created_at": now, "updated_at": now}
        return _BEGIN.number(self._connection, values)

    def enter_for(self, draft_id: int, unit_id: int, worker_id: int | None, name: str) -> None:
        """The draft is typed for somebody of that unit: a worker we know, or a name."""
        whom = {"unit_id": unit_id, "for_worker_id": worker_id, "for_name": name}
        self._connection.execute(update(DRAFT).where(DRAFT.c.id == draft_id).values(**whom))

    def keep(
        self, draft_id: int, place: dict[str, Any], offered: dict[str, Any] | None, now: datetime
    ) -> None:
        """Where the draft stands now, and which buttons it last offered."""
        kept = self._vault.kept(place)
        values = {"new_place": kept, "new_offered": offered, "new_updated_at": now}
        _KEEP.run(self._connection, {"draft": draft_id, **values})

    def of(self, worker_id: int) -> list[DraftLine]:
        """A worker's drafts, the one touched last first."""
        rows = _OF.all(self._connection, {"worker": worker_id})
        return [DraftLine(row[0], self._vault.open(row[1]), *row[2:]) for row in rows]

    def one(self, worker_id: int, draft_id: int) -> DraftLine | None:
        """One of a worker's own drafts; None for anybody else's."""
        return next((line for line in self.of(worker_id) if line.id == draft_id), None)

    def export(self, units: UnitIds | None = None) -> Iterator[Mapping[str, Any]]:
        """Every draft (of authors in these units) by its number, with its author's name and present unit.

        `whom` is the name of the author known here for whom somebody else types it.
        """
        whom = WORKER.alias("whom")
        rows = (
            select(
                DRAFT,
                UNIT.c.code.label("unit"),
                UNIT.c.name.label("unit_name"),
                UNIT.c.id.label("in_unit"),
                WORKER.c.name.label("author"),
                whom.c.name.label("whom"),
            )
            .join(WORKER, WORKER.c.id == DRAFT.c.worker_id)
            .outerjoin(whom, whom.c.id == DRAFT.c.for_worker_id)
            .outerjoin(UNIT, UNIT.c.id == WORKER.c.unit_id)
            .order_by(DRAFT.c.id)
        )
        if units is not None:
            rows = rows.where(WORKER.c.unit_id.in_(units))
        for row in self._connection.execute(rows.execution_options(yield_per=500)).mappings():
            yield {**row, "place": self._readable(row["place"])}

    def _readable(self, kept: Any) -> Mapping[str, Any]:
        """The place, or of a sealed one without its key only that it is sealed."""
        try:
            return cast("Mapping[str, Any]", self._vault.open(kept))
        except VaultClosed:
            return {"sealed": True}

    def correcting(self, worker_id: int, initiative_id: int) -> int | None:
        """The draft in which a worker is already correcting an initiative."""
        lines = (line for line in self.of(worker_id) if line.corrects_id == initiative_id)
        return next((line.id for line in lines), None)

    def detach(self, draft_id: int) -> None:
        """The draft corrects nothing any more: it is an initiative of its own."""
        self._connection.execute(update(DRAFT).where(DRAFT.c.id == draft_id).values(corrects_id=None))

    def drop(self, draft_id: int) -> None:
        """Forget a draft; chats that stood at it stand nowhere. Its files stay with what was submitted."""
        files = _DROP_FILES.all(self._connection, {"draft": draft_id})
        Attachments(self._connection, self._vault).discard([digest for (digest,) in files])
        for statement in _DROP:
            statement.run(self._connection, {"draft": draft_id})
