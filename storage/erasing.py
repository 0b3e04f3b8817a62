"""Erasing a person from every table, as `storage/personal.py` says of each; the count is all that stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select, update

from storage.attachments import Attachments
from storage.models import metadata
from storage.own_data import OwnData
from storage.personal import BLANK, ERASE, RULES, Rule
from storage.vault import Vault

CHAT, OUTBOX = metadata.tables["chat"], metadata.tables["outbox"]
CONSENT, INITIATIVE = metadata.tables["consent"], metadata.tables["initiative"]
ATTACHMENT, WORKER = metadata.tables["attachment"], metadata.tables["worker"]
RECOGNISED = ("recognised", "valid")
UNDECIDED = ("submitted", "returned")


@dataclass(frozen=True, slots=True)
class Remains:
    """What is left of a person: initiatives that keep their text, and those of which only the count stays.

    `undecided` are the numbers of those that nobody can decide on any more.
    """

    kept: int
    counted: int
    undecided: tuple[int, ...]


class Erasing:
    """Erasing inside one open transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def foresee(self, worker_id: int, *, keep_recognised: bool) -> Remains:
        """What an erasure would leave."""
        rows = self._connection.execute(
            select(INITIATIVE.c.id, INITIATIVE.c.state).where(INITIATIVE.c.author_id == worker_id)
        ).all()
        kept = [row for row in rows if keep_recognised and row.state in RECOGNISED]
        undecided = tuple(row.id for row in rows if row.state in UNDECIDED)
        return Remains(len(kept), len(rows) - len(kept), undecided)

    def erase(
        self, worker_id: int, now: datetime, *, keep_recognised: bool, mark: Callable[[str], str]
    ) -> None:
        """Erase the person. Their files are wiped after the commit, unless somebody else sent the same.

        `mark` makes of the proof of a consent something that only this installation can compare.
        """
        about = OwnData(self._connection, self._vault)
        numbers, addresses = about.numbers(worker_id), about.addresses(worker_id)
        numbers["emptied"] = self._emptied(worker_id, keep_recognised=keep_recognised)
        Attachments(self._connection, self._vault).discard(self._digests(numbers))
        self._seal_proofs(worker_id, addresses, mark)
        for channel, address in addresses:
            there = and_(OUTBOX.c.channel == channel, OUTBOX.c.address == address)
            self._connection.execute(delete(OUTBOX).where(there))
        for rule in RULES:
            self._apply(rule, numbers[rule.whose])
        self._connection.execute(update(WORKER).where(WORKER.c.id == worker_id).values(erased_at=now))

    def _emptied(self, worker_id: int, *, keep_recognised: bool) -> list[int]:
        rows = select(INITIATIVE.c.id).where(INITIATIVE.c.author_id == worker_id)
        if keep_recognised:
            rows = rows.where(INITIATIVE.c.state.not_in(RECOGNISED))
        return list(self._connection.execute(rows).scalars())

    def _digests(self, numbers: dict[str, list[int]]) -> list[str]:
        """The files of the person, and of their initiatives."""
        own = or_(
            ATTACHMENT.c.worker_id.in_(numbers["worker"]),
            ATTACHMENT.c.initiative_id.in_(numbers["initiative"]),
            ATTACHMENT.c.draft_id.in_(numbers["draft"]),
        )
        named = select(ATTACHMENT.c.sha256).where(own, ATTACHMENT.c.sha256.is_not(None))
        return list(self._connection.execute(named.distinct()).scalars())

    def _seal_proofs(
        self, worker_id: int, addresses: Sequence[tuple[str, str]], mark: Callable[[str], str]
    ) -> None:
        place = "|".join(f"{channel}:{address}" for channel, address in sorted(addresses))
        rows = select(CONSENT.c.id, CONSENT.c.proof).where(CONSENT.c.worker_id == worker_id)
        for number, proof in self._connection.execute(rows).all():
            sealed = update(CONSENT).where(CONSENT.c.id == number)
            self._connection.execute(sealed.values(proof=f"mark:{mark(f'{place}|{proof}')}"))

    def _apply(self, rule: Rule, numbers: Sequence[int]) -> None:
        table: Any = metadata.tables[rule.table]
        mine = table.c[rule.column].in_(numbers)
        if rule.deed == ERASE:
            self._connection.execute(delete(table).where(mine))
        elif rule.deed == BLANK:
            self._connection.execute(update(table).where(mine).values(**rule.blank))
