"""What the bot says first: promised once at the most, to one chat of a person, held or merged until sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import UpdateBase

from storage.models import metadata
from storage.prepared import Prepared
from storage.vault import Vault

OUTBOX, CHAT = metadata.tables["outbox"], metadata.tables["chat"]
WORKER = metadata.tables["worker"]
_COLUMNS = ("channel", "address", "chat_id", "language", "body", "slot", "once", "created_at", "due_at")


def _tell(dialect: str) -> UpdateBase:
    insert_into = sqlite.insert if dialect == "sqlite" else postgresql.insert
    given: dict[str, Any] = {name: bindparam(f"new_{name}") for name in (*_COLUMNS, "expires_at")}
    row = insert_into(OUTBOX).values(**given, state="waiting", priority=1, tries=0, parts_sent=0)
    return row.on_conflict_do_nothing(index_elements=["once"]).returning(OUTBOX.c.id)


_TELL = Prepared({name: _tell(name) for name in ("sqlite", "postgresql")})
# Nobody's rows are held here: whoever is told something may be talking at the same moment.
_CHATS = (
    select(
        CHAT.c.id, CHAT.c.worker_id, CHAT.c.channel, CHAT.c.address, WORKER.c.language,
        CHAT.c.reachable, CHAT.c.talk,
    )
    .join(WORKER, WORKER.c.id == CHAT.c.worker_id)
    .where(CHAT.c.worker_id.in_(bindparam("workers", expanding=True)), WORKER.c.consent != "")
    .order_by(CHAT.c.id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where somebody is told something: one of their chats, and how the talk stands there."""

    chat_id: int
    worker_id: int
    channel: str
    address: str
    language: str
    reachable: bool
    talk: dict[str, Any]


class Unasked:
    """Unasked messages inside one open transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def addressees(self, workers: Sequence[int]) -> list[Addressee]:
        """One chat for each of these people: the newest that can be reached, else the newest."""
        if not workers:
            return []
        best: dict[int, Addressee] = {}
        for row in self._connection.execute(_CHATS, {"workers": list(workers)}):
            one = Addressee(*row[:6], row[6] or {})
            known = best.get(one.worker_id)
            if known is None or one.reachable or not known.reachable:
                best[one.worker_id] = one
        return [best[worker] for worker in dict.fromkeys(workers) if worker in best]

    def tell(
        self,
        to: Addressee,
        body: dict[str, Any],
        now: datetime,
        due_at: datetime,
        *,
        once: str | None = None,
        slot: str | None = None,
        expires_at: datetime | None = None,
    ) -> bool:
        """Promise a message; False when one of the same `once` was promised before, sent or not."""
        kept = self._vault.kept(body) if "protected" in body else body
        values = {
            "channel": to.channel,
            "address": to.address,
            "chat_id": to.chat_id,
            "language": to.language,
            "body": kept,
            "slot": slot,
            "once": once,
            "created_at": now,
            "due_at": due_at,
            "expires_at": expires_at,
        }
        row = _TELL.first(self._connection, {f"new_{name}": value for name, value in values.items()})
        return row is not None

    def offer(self, to: Addressee, offered: dict[str, Any] | None) -> None:
        """Let somebody who stands nowhere choose by typing; not while they are talking at this moment."""
        idle = select(CHAT.c.id).where(CHAT.c.id == to.chat_id, CHAT.c.draft_id.is_(None))
        free = idle.with_for_update(skip_locked=True).scalar_subquery()
        talk = {"offered": offered} if offered else None
        self._connection.execute(update(CHAT).where(CHAT.c.id.in_(free)).values(talk=talk))

    def waiting(self, to: Addressee, slot: str) -> tuple[dict[str, Any], datetime] | None:
        """What waits for somebody in a slot, and when it is due."""
        row = self._connection.execute(
            select(OUTBOX.c.body, OUTBOX.c.due_at).where(
                OUTBOX.c.channel == to.channel,
                OUTBOX.c.address == to.address,
                OUTBOX.c.slot == slot,
                OUTBOX.c.state == "waiting",
                OUTBOX.c.parts_sent == 0,
            )
        ).first()
        return None if row is None else (self._vault.open(row[0]), row[1])
