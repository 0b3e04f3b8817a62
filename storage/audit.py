"""Who did what: only ever added to, each entry sealed by the one before it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Executable, bindparam, select, text, update

from storage.models import metadata
from storage.prepared import Inserting, Prepared
from storage.upserts import insert_into

AUDIT, SETTING = metadata.tables["audit"], metadata.tables["setting"]
HEAD = "audit_head"  # the setting that holds how many entries there are and the hash of the last
GENESIS = "0" * 64
FIELDS = ("at", "actor_id", "what", "subject", "before", "after", "why")
AT_ONCE = 1_000
TRIGGERS = {"audit_no_update", "audit_no_delete"}
_REASON = re.compile(r"[!-~]{0,100}")

# Every writer waits here for the one before it, and only for as long as its commit takes.
_READ_HEAD = Prepared(select(SETTING.c.value).where(SETTING.c.name == HEAD).with_for_update())
_MOVE_HEAD = Prepared(update(SETTING).where(SETTING.c.name == HEAD).values(value=bindparam("head")))
_ADD = Inserting(AUDIT)


def _make_head(dialect: str) -> Executable:
    return insert_into(dialect, SETTING).values(name=HEAD, value=f"0 {GENESIS}").on_conflict_do_nothing()


def sealed(previous: str, entry: dict[str, Any]) -> str:
    """The hash of an entry: sha-256 over the hash before it and the entry's fields, in hexadecimal."""
    at = entry["at"].astimezone(UTC).isoformat(timespec="microseconds")
    line = orjson.dumps([at, *(entry[name] for name in FIELDS[1:])])
    return hashlib.sha256(previous.encode() + line).hexdigest()


def as_reason(why: str | None) -> str | None:
    """A key stays as it is; a person's own words leave only their hash, because no entry is ever erased."""
    if why is None or _REASON.fullmatch(why):
        return why
    return f"sha256:{hashlib.sha256(why.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What looking through the whole audit found; `fault` is empty when every entry is as it was written.

    Faults: `changed` (the entry `broken` is not what followed the one before it), `cut` (entries are missing
    at the end), `no_head`, `unguarded` (the database would let entries be changed).
    """

    entries: int
    head: str
    fault: str = ""
    broken: int | None = None
    seen: bool = True


class AuditTrail:
    """The audit inside one open transaction; entries are written, together, just before it ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._noted: list[dict[str, Any]] = []

    def note(
        self,
        actor_id: int | None,
        what: str,
        subject: str,
        now: datetime,
        *,
        before: str | None = None,
        after: str | None = None,
        why: str | None = None,
    ) -> None:
        """Add one entry: numbers, codes and keys, never a name and never the text of an initiative.

        `why` is the key of a reason; of a sentence only the hash is kept.
        """
        values = {"actor_id": actor_id, "what": what, "subject": subject, "before": before, "after": after}
        self._noted.append({"at": now, **values, "why": as_reason(why)})

    @property
    def mark(self) -> int:
        """How many entries wait to be written; a savepoint that fails goes back to it."""
        return len(self._noted)

    def forget_since(self, mark: int) -> None:
        """What was noted after the mark did not happen."""
        del self._noted[mark:]

    def write(self) -> None:
        """Chain what was noted to the last entry. Called by the transaction before it commits."""
        if not self._noted:
            return
        count, previous = self._head()
        for entry in self._noted:
            entry["hash"] = previous = sealed(previous, entry)
        _ADD.of(self._noted[0]).many(self._connection, self._noted)
        _MOVE_HEAD.run(self._connection, {"head": f"{count + len(self._noted)} {previous}"})
        self._noted = []

    def _head(self) -> tuple[int, str]:
        row = _READ_HEAD.first(self._connection, {})
        if row is None:
            self._connection.execute(_make_head(self._connection.dialect.name))
            row = _READ_HEAD.first(self._connection, {})
        count, _, last = (row[0] if row else f"0 {GENESIS}").partition(" ")
        return int(count), last

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every entry, oldest first, with its number and its hash."""
        last = 0
        while True:
            page = select(AUDIT).where(AUDIT.c.id > last).order_by(AUDIT.c.id).limit(AT_ONCE)
            rows = self._connection.execute(page).mappings().all()
            if not rows:
                return
            yield from (dict(row) for row in rows)
            last = rows[-1]["id"]

    def verify(self, known: str = "") -> Verdict:
        """Look through every entry; `known` is a hash somebody wrote down earlier and expects to find."""
        count, previous, seen = 0, GENESIS, known in ("", GENESIS)
        for entry in self.entries():
            if entry["hash"] != sealed(previous, entry):
                return Verdict(count, previous, "changed", entry["id"], seen)
            count, previous = count + 1, entry["hash"]
            seen = seen or previous == known
        head = self._connection.execute(select(SETTING.c.value).where(SETTING.c.name == HEAD)).scalar()
        fault = ""
        if head is None:
            fault = "no_head" if count else ""
        elif head != f"{count} {previous}":
            fault = "cut"
        elif not self._guarded():
            fault = "unguarded"
        return Verdict(count, previous, fault, None, seen)

    def _guarded(self) -> bool:
        """Whether the database itself still refuses to change or delete entries."""
        if self._connection.dialect.name == "sqlite":
            names = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
        else:
            names = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit'::regclass AND tgenabled <> 'D'"
        return set(self._connection.execute(text(names)).scalars()) >= TRIGGERS
