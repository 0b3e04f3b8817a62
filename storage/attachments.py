"""Files that people sent: which are ours to fetch, which we hold, which cannot be had, which to wipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from storage.models import Attachment, metadata
from storage.prepared import Prepared
from storage.upserts import insert_into
from storage.vault import Vault

ATTACHMENT, DISCARDED = metadata.tables["attachment"], metadata.tables["discarded"]
# What tells something of a secret file, besides its content: its name, how to get it, its own sha-256.
TELLING = ("name", "reference")
_DIGESTED = ("sha256", "secret", "encrypted")
_DIGESTS = Prepared(
    select(*(ATTACHMENT.c[name] for name in _DIGESTED))
    .where(ATTACHMENT.c.draft_id == bindparam("draft"))
    .order_by(ATTACHMENT.c.id)
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file to fetch from its messenger, or from our own folder when its secrecy has changed."""

    id: int
    channel: str
    reference: str
    tries: int
    sealed: bool = False
    encrypted: bool = False
    sha256: str | None = None


class Attachments:
    """Files inside one open transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def promise(self, values: dict[str, Any], *, sealed: bool = False) -> None:
        """Remember a file that is to be fetched after the commit; what tells of a secret one is hidden."""
        row = {**values, "sealed": sealed, "state": "waiting", "tries": 0}
        if sealed:
            row |= self._hidden({name: row[name] for name in TELLING})
        self._connection.execute(insert(Attachment).values(**row))

    def _hidden(self, secret: Mapping[str, Any]) -> dict[str, Any]:
        return {**dict.fromkeys(TELLING, ""), "secret": self._vault.seal(secret)}

    def keep_only(self, draft_id: int, unique: Sequence[str]) -> None:
        """Forget files that were taken out of a draft."""
        gone = (ATTACHMENT.c.draft_id == draft_id) & ATTACHMENT.c.unique_reference.not_in(unique)
        self.forget(gone & ATTACHMENT.c.initiative_id.is_(None))

    def forget(self, which: ColumnElement[bool]) -> None:
        """Drop rows; their files are wiped after the commit, unless another row names them."""
        rows = delete(ATTACHMENT).where(which).returning(ATTACHMENT.c.sha256)
        self.discard(self._connection.execute(rows).scalars().all())

    def discard(self, digests: Sequence[str | None]) -> None:
        """Rows have let go of these files."""
        row = insert_into(self._connection.dialect.name, DISCARDED)
        for digest in sorted({digest for digest in digests if digest}):
            self._connection.execute(row.values(sha256=digest).on_conflict_do_nothing())

    def discarded(self, most: int) -> list[tuple[str, bool]]:
        """Files that a row has let go of, and whether another row still names each."""
        named = select(ATTACHMENT.c.id).where(ATTACHMENT.c.sha256 == DISCARDED.c.sha256).exists()
        rows = select(DISCARDED.c.sha256, named).limit(most)
        return [(digest, bool(held)) for digest, held in self._connection.execute(rows)]

    def wiped(self, digests: Sequence[str]) -> None:
        """These need not be looked at any more."""
        self._connection.execute(delete(DISCARDED).where(DISCARDED.c.sha256.in_(digests)))

    def due(self, now: datetime, most: int) -> list[Waiting]:
        """Files whose turn it is, oldest first."""
        names = ("id", "channel", "reference", "tries", "sealed", "encrypted", "sha256", "secret")
        rows = (
            select(*(ATTACHMENT.c[name] for name in names))
            .where(ATTACHMENT.c.state == "waiting", ATTACHMENT.c.due_at <= now)
            .order_by(ATTACHMENT.c.due_at, ATTACHMENT.c.id)
            .limit(most)
        )
        found = (self._readable(row) for row in self._connection.execute(rows).mappings())
        return [Waiting(**{name: row[name] for name in names[:-1]}) for row in found]

    def hurry(self, now: datetime) -> None:
        """The clock was put back: what was due by the old time is due now."""
        later = (ATTACHMENT.c.state == "waiting") & (ATTACHMENT.c.due_at > now)
        self._connection.execute(update(ATTACHMENT).where(later).values(due_at=now))

    def one(self, attachment_id: int) -> tuple[str, int, str] | None:
        """Kind, sender and channel of a file."""
        columns = (ATTACHMENT.c.kind, ATTACHMENT.c.worker_id, ATTACHMENT.c.channel)
        row = self._connection.execute(select(*columns).where(ATTACHMENT.c.id == attachment_id)).first()
        return None if row is None else (row[0], row[1], row[2])

    def stored(
        self, attachment_id: int, sha256: str, size: int, media_type: str, plain_sha256: str | None = None
    ) -> None:
        """The file is ours, under the sha-256 of the bytes we hold; `plain_sha256` if they are a cipher."""
        values = {"state": "stored", "sha256": sha256, "size": size, "media_type": media_type}
        row = select(ATTACHMENT).where(ATTACHMENT.c.id == attachment_id)
        before = self._connection.execute(row).mappings().first()
        if before is None:
            self.discard([sha256])
            return
        if before["sha256"] != sha256:
            self.discard([before["sha256"]])
        if before["sealed"]:
            secret = {**self._vault.open(before["secret"]), "sha256": plain_sha256 or sha256}
            values["secret"] = self._vault.seal(secret)
        encrypted = plain_sha256 is not None
        if before["sealed"] != encrypted:
            values["state"] = "waiting"  # its secrecy has changed while it was fetched
        self._change(attachment_id, {**values, "encrypted": encrypted})

    def again(self, attachment_id: int, due_at: datetime, tries: int) -> None:
        """It could not be fetched now; try later."""
        self._change(attachment_id, {"due_at": due_at, "tries": tries})

    def failed(self, attachment_id: int) -> None:
        """It cannot be had."""
        self._change(attachment_id, {"state": "failed"})

    def _change(self, attachment_id: int, values: dict[str, Any]) -> None:
        self._connection.execute(update(ATTACHMENT).where(ATTACHMENT.c.id == attachment_id).values(**values))

    def set_sealed(self, draft_id: int, sealed: bool, now: datetime) -> None:
        """The files of a draft are secret from now on, or no longer; what we hold is rewritten in turn."""
        rows = select(ATTACHMENT).where(ATTACHMENT.c.draft_id == draft_id, ATTACHMENT.c.sealed != sealed)
        for row in self._connection.execute(rows).mappings().all():
            self.set_secret(row, sealed, now)

    def set_secret(self, row: Mapping[Any, Any], sealed: bool, now: datetime) -> None:
        """One row is secret from now on, or no longer."""
        plain = self._readable(row)
        values: dict[str, Any] = {name: plain[name] for name in TELLING}
        if sealed:
            digest = None if row["encrypted"] else row["sha256"]
            values = self._hidden({**values, "sha256": digest})
        held = row["state"] == "stored" and row["encrypted"] != sealed
        turn = {"state": "waiting", "due_at": now, "tries": 0} if held else {}
        self._change(row["id"], {"secret": None, **values, **turn, "sealed": sealed})

    def _readable(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        """A row with what was hidden. Raises VaultClosed."""
        told = self._vault.open(row["secret"]) if row["secret"] is not None else {}
        return {**row, **{name: told[name] for name in TELLING if name in told}}

    def encrypted(self) -> list[str]:
        """The names of the secret files we hold."""
        rows = select(ATTACHMENT.c.sha256).where(ATTACHMENT.c.encrypted, ATTACHMENT.c.sha256.is_not(None))
        return sorted(set(self._connection.execute(rows).scalars()))

    def renamed(self, old: str, new: str) -> None:
        """A file we hold lies under another name now."""
        self._connection.execute(update(ATTACHMENT).where(ATTACHMENT.c.sha256 == old).values(sha256=new))

    def copy(self, from_initiative: int, to_draft: int) -> None:
        """A correction begins with the files that were there."""
        own = ("id", "draft_id", "initiative_id")
        names = [column.name for column in ATTACHMENT.c if column.name not in own]
        for row in self.of_initiatives([from_initiative]).get(from_initiative, []):
            values = {name: row[name] for name in names}
            self._connection.execute(insert(Attachment).values(**values, draft_id=to_draft))

    def of_initiatives(self, initiative_ids: Sequence[int]) -> dict[int, list[Any]]:
        """The files of initiatives, in the order they came; of secret ones no name and no digest."""
        found: dict[int, list[Any]] = {}
        rows = select(ATTACHMENT).where(ATTACHMENT.c.initiative_id.in_(initiative_ids))
        for row in self._connection.execute(rows.order_by(ATTACHMENT.c.id)).mappings():
            found.setdefault(row["initiative_id"], []).append(row)
        return found

    def opened(self, initiative_id: int) -> list[dict[str, Any]]:
        """The files of one initiative with what is hidden of secret ones: for who may read it."""
        return [self._readable(row) for row in self.of_initiatives([initiative_id]).get(initiative_id, [])]

    def digests(self, draft_id: int) -> list[str | None]:
        """The sha-256 of the contents of a draft's files, as they came; None of one not held yet."""
        rows = _DIGESTS.all(self._connection, {"draft": draft_id})
        return [self._content_digest(dict(zip(_DIGESTED, row, strict=True))) for row in rows]

    def _content_digest(self, row: Mapping[Any, Any]) -> str | None:
        if row["secret"] is None:
            return None if row["encrypted"] else row["sha256"]
        digest: str | None = self._vault.open(row["secret"]).get("sha256")
        return digest
