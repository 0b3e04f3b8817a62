"""What the bot says first: promised once at the most, to one chat of a person, held or merged until sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, and_, bindparam, literal, or_, select, update
from sqlalchemy.sql.dml import UpdateBase

from storage.models import metadata
from storage.outbox_turn import waiting
from storage.prepared import Prepared
from storage.types import Json
from storage.upserts import insert_into
from storage.vault import Vault, VaultClosed

OUTBOX, CHAT = metadata.tables["outbox"], metadata.tables["chat"]
WORKER = metadata.tables["worker"]
_COLUMNS = ("channel", "address", "chat_id", "language", "body", "slot", "once", "created_at", "due_at")


def _tell(dialect: str) -> UpdateBase:
    given: dict[str, Any] = {name: bindparam(f"new_{name}") for name in (*_COLUMNS, "expires_at")}
    row = insert_into(dialect, OUTBOX).values(**given, state="waiting", priority=1, tries=0, parts_sent=0)
    return row.on_conflict_do_nothing(index_elements=["once"]).returning(OUTBOX.c.id)


# What may be said together: a message in hand, and what waits for the same person and is due. Two statements:
# with `or` between them SQLite looks through everything that waits for anybody, as it would by priority.
_TOLD = select(
    OUTBOX.c.id, OUTBOX.c.once, OUTBOX.c.body, OUTBOX.c.created_at, OUTBOX.c.due_at, OUTBOX.c.expires_at
).where(OUTBOX.c.priority + 0 > 0)
_IN_HAND = Prepared(_TOLD.where(OUTBOX.c.id == bindparam("row")))
_BESIDE = Prepared(
    _TOLD.where(
        waiting(),
        OUTBOX.c.channel == bindparam("its_channel"),
        OUTBOX.c.address == bindparam("its_address"),
        OUTBOX.c.due_at <= bindparam("now"),
        OUTBOX.c.parts_sent == 0,
        OUTBOX.c.tries == 0,
        OUTBOX.c.id != bindparam("row"),
    )
)
_idle = select(CHAT.c.id).where(CHAT.c.id == bindparam("chat"), CHAT.c.draft_id.is_(None))
_OFFER = Prepared(
    update(CHAT)
    .where(CHAT.c.id.in_(_idle.with_for_update(skip_locked=True).scalar_subquery()))
    .values(talk=bindparam("new_talk"))
)
_STANDING = Prepared(select(CHAT.c.draft_id, CHAT.c.talk).where(CHAT.c.id == bindparam("chat")))
_TELL = Prepared(_tell)
# Nobody's rows are held here: whoever is told something may be talking at the same moment.
_CHATS = (
    select(
        CHAT.c.id, CHAT.c.worker_id, CHAT.c.channel, CHAT.c.address, WORKER.c.language,
        CHAT.c.reachable, WORKER.c.unit_id, CHAT.c.talk,
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
    unit_id: int | None
    talk: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Beside:
    """An unasked message that is due; `body` is empty when its key is gone."""

    id: int
    once: str | None
    body: dict[str, Any]
    created_at: datetime
    due_at: datetime
    expires_at: datetime | None


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
            one = Addressee(*row[:7], row[7] or {})
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

    def offer(self, chat_id: int, offered: dict[str, Any] | None) -> None:
        """Let somebody who stands nowhere choose by typing; not while they are talking at this moment."""
        talk = {"offered": offered} if offered else None
        _OFFER.run(self._connection, {"chat": chat_id, "new_talk": talk})

    def standing(self, chat_id: int) -> tuple[int | None, dict[str, Any]]:
        """The draft that a chat is at, and what its talk is about; nothing of anybody is held."""
        row = _STANDING.first(self._connection, {"chat": chat_id})
        return (None, {}) if row is None else (row[0], row[1] or {})

    def waiting(self, to: Addressee, slot: str) -> tuple[dict[str, Any], datetime] | None:
        """What waits for somebody in a slot, and when it is due."""
        row = self._connection.execute(
            select(OUTBOX.c.body, OUTBOX.c.due_at).where(
                OUTBOX.c.channel == to.channel,
                OUTBOX.c.address == to.address,
                OUTBOX.c.slot == slot,
                waiting(),
                OUTBOX.c.parts_sent == 0,
            )
        ).first()
        return None if row is None else (self._vault.open(row[0]), row[1])

    # --- said together, when its turn comes

    def beside(self, row: int, channel: str, address: str, now: datetime) -> list[Beside]:
        """The unasked message in hand, and whatever else is due for the same person, the oldest first."""
        where = {"row": row, "its_channel": channel, "its_address": address, "now": now}
        rows = [*_IN_HAND.all(self._connection, {"row": row}), *_BESIDE.all(self._connection, where)]
        return [
            Beside(one[0], one[1], self._opened(one[2]), *one[3:]) for one in sorted(rows, key=itemgetter(0))
        ]

    def _opened(self, kept: Any) -> dict[str, Any]:
        try:
            return dict(self._vault.open(kept))
        except VaultClosed:
            return {}

    def join(
        self, row: int, body: dict[str, Any], expires_at: datetime | None, others: Sequence[int]
    ) -> None:
        """One message says what several would have said: it keeps all of it, the others are settled."""
        kept = self._vault.kept(body)
        joined = update(OUTBOX).where(OUTBOX.c.id == row)
        self._connection.execute(joined.values(body=kept, expires_at=expires_at, slot=None))
        gone = update(OUTBOX).where(OUTBOX.c.id.in_(others), waiting())
        self._connection.execute(gone.values(state="superseded", body=literal({}, Json())))

    def free(self, once: str) -> None:
        """What carried this key was not sent after all: it may be promised anew when its reason returns."""
        unsent = and_(OUTBOX.c.once == once, OUTBOX.c.state.in_(("superseded", "expired")))
        self._connection.execute(update(OUTBOX).where(unsent).values(once=None))

    # --- what is asked again after it

    def sent(self, row: int) -> tuple[str, datetime | None, datetime] | None:
        """How a message stands, when it was sent, and when it is due."""
        found = self._connection.execute(
            select(OUTBOX.c.state, OUTBOX.c.sent_at, OUTBOX.c.due_at).where(OUTBOX.c.id == row)
        ).first()
        return None if found is None else (found[0], found[1], found[2])

    def answered(self, channel: str, address: str, after: int, since: datetime | None) -> bool:
        """Whether a live answer newer than the row `after` was sent from an instant on, or is about to be."""
        sent = OUTBOX.c.state == "sent"
        said = (
            OUTBOX.c.state.in_(("waiting", "claimed", "unknown")),
            sent if since is None else and_(sent, OUTBOX.c.sent_at >= since),
        )
        rows = select(OUTBOX.c.id).where(
            OUTBOX.c.channel == channel, OUTBOX.c.address == address,
            OUTBOX.c.priority == 0, OUTBOX.c.id > after, or_(*said),
        )  # fmt: skip
        return self._connection.execute(rows.limit(1)).first() is not None
