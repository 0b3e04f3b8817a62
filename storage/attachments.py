"""Files that people sent: which are ours to fetch, which we hold, which cannot be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from storage.models import Attachment, metadata

ATTACHMENT = metadata.tables["attachment"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file to fetch from its messenger."""

    id: int
    channel: str
    reference: str
    tries: int


class Attachments:
    """Files inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def promise(self, values: dict[str, Any]) -> None:
        """Remember a file that is to be fetched after the commit."""
        self._connection.execute(insert(Attachment).values(**values, state="waiting", tries=0))

    def keep_only(self, draft_id: int, unique: Sequence[str]) -> None:
        """Forget files that were taken out of a draft."""
        gone = (ATTACHMENT.c.draft_id == draft_id) & ATTACHMENT.c.unique_reference.not_in(unique)
        self._connection.execute(delete(ATTACHMENT).where(gone, ATTACHMENT.c.initiative_id.is_(None)))

    def due(self, now: datetime, most: int) -> list[Waiting]:
        """Files whose turn it is, oldest first."""
        rows = (
            select(ATTACHMENT.c.id, ATTACHMENT.c.channel, ATTACHMENT.c.reference, ATTACHMENT.c.tries)
            .where(ATTACHMENT.c.state == "waiting", ATTACHMENT.c.due_at <= now)
            .order_by(ATTACHMENT.c.due_at, ATTACHMENT.c.id)
            .limit(most)
        )
        return [Waiting(*row) for row in self._connection.execute(rows)]

    def one(self, attachment_id: int) -> tuple[str, int, str] | None:
        """Kind, sender and channel of a file."""
        columns = (ATTACHMENT.c.kind, ATTACHMENT.c.worker_id, ATTACHMENT.c.channel)
        row = self._connection.execute(select(*columns).where(ATTACHMENT.c.id == attachment_id)).first()
        return None if row is None else (row[0], row[1], row[2])

    def stored(self, attachment_id: int, sha256: str, size: int, media_type: str) -> None:
        """The file is ours: its name is its content."""
        values = {"state": "stored", "sha256": sha256, "size": size, "media_type": media_type}
        self._change(attachment_id, values)

    def again(self, attachment_id: int, due_at: datetime, tries: int) -> None:
        """It could not be fetched now; try later."""
        self._change(attachment_id, {"due_at": due_at, "tries": tries})

    def failed(self, attachment_id: int) -> None:
        """It cannot be had."""
        self._change(attachment_id, {"state": "failed"})

    def _change(self, attachment_id: int, values: dict[str, Any]) -> None:
        self._connection.execute(update(ATTACHMENT).where(ATTACHMENT.c.id == attachment_id).values(**values))

    def copy(self, from_initiative: int, to_draft: int) -> None:
        """A correction begins with the files that were there."""
        own = ("id", "draft_id", "initiative_id")
        names = [column.name for column in ATTACHMENT.c if column.name not in own]
        for row in self.of_initiatives([from_initiative]).get(from_initiative, []):
            values = {name: row[name] for name in names}
            self._connection.execute(insert(Attachment).values(**values, draft_id=to_draft))

    def of_initiatives(self, initiative_ids: Sequence[int]) -> dict[int, list[Any]]:
        """The files of initiatives, in the order they came."""
        found: dict[int, list[Any]] = {}
        rows = select(ATTACHMENT).where(ATTACHMENT.c.initiative_id.in_(initiative_ids))
        for row in self._connection.execute(rows.order_by(ATTACHMENT.c.id)).mappings():
            found.setdefault(row["initiative_id"], []).append(row)
        return found
