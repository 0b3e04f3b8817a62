"""Everything that is kept about one person: counted, and read out row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from storage.models import metadata
from storage.personal import RULES
from storage.vault import Vault, VaultClosed, is_sealed

CHAT, WORKER = metadata.tables["chat"], metadata.tables["worker"]
DRAFT, INITIATIVE = metadata.tables["draft"], metadata.tables["initiative"]
ATTACHMENT, OUTBOX = metadata.tables["attachment"], metadata.tables["outbox"]


@dataclass(frozen=True, slots=True)
class Summary:
    """How much is kept about a person, and since when."""

    since: datetime
    chats: int
    drafts: int
    initiatives: int
    files: int
    messages: int


class OwnData:
    """What is kept about a person, inside one open transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def summary(self, worker_id: int) -> Summary:
        """How much there is."""
        since = self._connection.execute(
            select(WORKER.c.created_at).where(WORKER.c.id == worker_id)
        ).scalar_one()
        chats = select(CHAT.c.id).where(CHAT.c.worker_id == worker_id)
        return Summary(
            since,
            self._count(CHAT, CHAT.c.worker_id == worker_id),
            self._count(DRAFT, DRAFT.c.worker_id == worker_id),
            self._count(INITIATIVE, INITIATIVE.c.author_id == worker_id),
            self._count(ATTACHMENT, ATTACHMENT.c.worker_id == worker_id),
            self._count(OUTBOX, OUTBOX.c.chat_id.in_(chats)),
        )

    def _count(self, table: Any, where: Any) -> int:
        return int(
            self._connection.execute(select(func.count()).select_from(table).where(where)).scalar_one()
        )

    def numbers(self, worker_id: int) -> dict[str, list[int]]:
        """The numbers of the person's rows that other rows point to."""
        return {
            "worker": [worker_id],
            "chat": self._numbers(CHAT, CHAT.c.worker_id == worker_id),
            "draft": self._numbers(
                DRAFT, or_(DRAFT.c.worker_id == worker_id, DRAFT.c.for_worker_id == worker_id)
            ),
            "initiative": self._numbers(INITIATIVE, INITIATIVE.c.author_id == worker_id),
        }

    def _numbers(self, table: Any, where: Any) -> list[int]:
        return list(self._connection.execute(select(table.c.id).where(where).order_by(table.c.id)).scalars())

    def addresses(self, worker_id: int) -> list[tuple[str, str]]:
        """Where the person can be written to: channel and address."""
        rows = select(CHAT.c.channel, CHAT.c.address).where(CHAT.c.worker_id == worker_id)
        return [(row.channel, row.address) for row in self._connection.execute(rows)]

    def rows(self, worker_id: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Every table that holds something about the person, with those rows as plain columns."""
        numbers = self.numbers(worker_id)
        numbers["emptied"] = numbers["initiative"]
        for rule in RULES:
            if not rule.export:
                continue
            table = metadata.tables[rule.table]
            mine = select(table).where(table.c[rule.column].in_(numbers[rule.whose]))
            found = self._connection.execute(mine.order_by(*table.primary_key.columns)).mappings()
            yield rule.table, [self._readable(row) for row in found]

    def _readable(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        """The row with its secrets opened: they are the person's own."""
        plain = dict(row)
        for column, value in row.items():
            if not is_sealed(value):
                continue
            try:
                plain[column] = self._vault.open(value)
            except VaultClosed:
                plain[column] = None
        hidden = plain.pop("secret", None) or {}
        # The file is found by the digest of what lies in the folder, not of what it says.
        return {**plain, **{name: value for name, value in hidden.items() if name != "sha256"}}
