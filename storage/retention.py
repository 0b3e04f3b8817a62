"""What has served its purpose goes: settled messages, heard events, dead letters, drafts nobody touches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from storage.models import metadata

OUTBOX, HEARD, DEAD = metadata.tables["outbox"], metadata.tables["heard"], metadata.tables["dead_letter"]
DRAFT = metadata.tables["draft"]
OPEN = ("waiting", "claimed")


@dataclass(frozen=True, slots=True)
class OldDraft:
    """A draft that nobody has touched for long."""

    id: int
    worker_id: int
    updated_at: datetime
    place: object


class Retention:
    """Deleting what is old, inside one open transaction; each says how much went."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def drop_messages(self, before: datetime) -> int:
        """Settled messages promised before a moment."""
        old = delete(OUTBOX).where(OUTBOX.c.created_at < before, OUTBOX.c.state.not_in(OPEN))
        return self._connection.execute(old).rowcount

    def drop_heard(self, before: datetime) -> int:
        """Numbers of events heard before a moment; no messenger brings one again after a day."""
        return self._connection.execute(delete(HEARD).where(HEARD.c.at < before)).rowcount

    def drop_dead_letters(self, before: datetime) -> int:
        """Dead letters of before a moment."""
        return self._connection.execute(delete(DEAD).where(DEAD.c.at < before)).rowcount

    def old_drafts(self, before: datetime) -> list[OldDraft]:
        """Drafts not touched since a moment."""
        rows = select(DRAFT.c.id, DRAFT.c.worker_id, DRAFT.c.updated_at, DRAFT.c.place)
        return [OldDraft(*row) for row in self._connection.execute(rows.where(DRAFT.c.updated_at < before))]

    def promised_at(self, once: str) -> datetime | None:
        """When a message that is sent once was promised; None when it was not."""
        return self._connection.execute(select(OUTBOX.c.created_at).where(OUTBOX.c.once == once)).scalar()
