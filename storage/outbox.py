"""Messages promised and not yet settled: only a person's oldest can be claimed, so order is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)  # fmt: skip

from storage import groups
from storage.models import metadata
from storage.outbox_ends import NOTHING, Settled, write_down
from storage.outbox_turn import CLAIM, OPEN, unsettled, waiting
from storage.prepared import Inserting, Prepared
from storage.vault import Vault, VaultClosed, is_sealed

OUTBOX, CHAT = metadata.tables["outbox"], metadata.tables["chat"]
GATHERING = timedelta(seconds=5)  # after a crash, for the parts of one answer that are still to come


@dataclass(frozen=True, slots=True)
class Promise:
    """A claimed message: what to say, to whom, in which language; `parts_sent` were sent before."""

    id: int
    channel: str
    address: str
    chat_id: int | None
    language: str
    body: Mapping[str, Any]
    tries: int
    parts_sent: int
    priority: int = 0
    created_at: datetime | None = None
    once: str | None = None


_PROMISE = Inserting(OUTBOX)
_SAID = ("channel", "address", "chat_id", "language", "body", "created_at")
_CLAIM = Prepared(CLAIM)
_LATE = Prepared(select(OUTBOX.c.id).where(waiting(), OUTBOX.c.expires_at <= bindparam("now")).limit(1))
_NEXT_DUE = Prepared(select(func.min(OUTBOX.c.due_at)).where(waiting(), OUTBOX.c.due_at > bindparam("now")))
_SUPERSEDE = Prepared(
    update(OUTBOX)
    .where(
        waiting(),
        OUTBOX.c.channel == bindparam("its_channel"),
        OUTBOX.c.address == bindparam("its_address"),
        OUTBOX.c.slot == bindparam("its_slot"),
        OUTBOX.c.parts_sent == 0,
    )
    .values(state="superseded", body=NOTHING)
)


class OutboxRows:
    """The outbox inside one open transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault
        self._lease: datetime | None = None
        self._leaving: list[Promise] = []
        self._told: set[tuple[str, str]] = set()  # whom something was promised to in this transaction

    def send_with_commit(self, lease: datetime) -> None:
        """Until `claim` an answer that nothing goes before is claimed as it is promised; `claim` has it."""
        self._lease = lease

    def promise(self, rows: Sequence[Mapping[str, Any]], *, alone: bool = False) -> None:
        """Add messages; each a channel, address, chat_id, language, body, slot, created_at, due_at.

        `alone`: nothing else was promised to that address when it was last looked at. A body marked
        `protected` is kept as cipher text until it is sent.
        """
        for row in rows:
            kept = {**row, "body": self._vault.kept(row["body"])} if "protected" in row["body"] else row
            where = (row["channel"], row["address"])
            if alone and where not in self._told and self._may_leave(row):
                claimed = {**kept, "state": "claimed", "lease_until": self._lease, "tries": 1}
                number = _PROMISE.number(self._connection, claimed)
                said = {name: row[name] for name in _SAID}
                self._leaving.append(Promise(number, **said, tries=1, parts_sent=0))
            else:
                _PROMISE.of(row).run(self._connection, kept)
            self._told.add(where)

    def _may_leave(self, row: Mapping[str, Any]) -> bool:
        """Whether it is an answer for this moment."""
        live = row.get("priority", 0) == 0 and row["due_at"] <= row["created_at"]
        return live and self._lease is not None

    @property
    def mark(self) -> int:
        """How many messages have been claimed as they were promised."""
        return len(self._leaving)

    def forget_since(self, mark: int) -> None:
        """What was promised after the mark was not."""
        del self._leaving[mark:]

    def protect(self, worker_id: int) -> None:
        """What waits to be said to a worker may quote what has just become secret: seal it all."""
        chats = select(CHAT.c.id).where(CHAT.c.worker_id == worker_id)
        rows = select(OUTBOX.c.id, OUTBOX.c.body).where(OUTBOX.c.chat_id.in_(chats), unsettled())
        for row, body in self._connection.execute(rows).all():
            if not is_sealed(body):
                sealed = update(OUTBOX).where(OUTBOX.c.id == row)
                self._connection.execute(sealed.values(body=self._vault.seal({**body, "protected": True})))

    def supersede(self, channel: str, address: str, slots: Sequence[str]) -> None:
        """Take back unsent messages of these slots: a newer one says it better."""
        for slot in slots:
            values = {"its_channel": channel, "its_address": address, "its_slot": slot}
            _SUPERSEDE.run(self._connection, values)

    def drop_unasked(self, channel: str, address: str) -> None:
        """Take back what nobody asked for and was not yet sent."""
        there = and_(OUTBOX.c.channel == channel, OUTBOX.c.address == address, waiting())
        unasked = update(OUTBOX).where(there, OUTBOX.c.priority > 0)
        self._connection.execute(unasked.values(state="superseded"))

    def claim(self, most: int, now: datetime, lease: datetime, upto: int = 1) -> list[Promise]:
        """Up to `most` messages of priorities to `upto` to send now: one for each person, oldest first.

        Those that were claimed as they were promised are among them, however many they are.
        """
        leaving, self._leaving, self._lease = self._leaving, [], None
        values = {"now": now, "most": max(0, most - len(leaving)), "lease": lease, "upto": upto}
        rows = _CLAIM.all(self._connection, values)
        claimed = (*leaving, *(self._readable(Promise(*row)) for row in rows))
        return sorted(claimed, key=lambda promise: (promise.priority, promise.id))

    def _readable(self, promise: Promise) -> Promise:
        """With its body in clear; empty when its key is gone: then it fails alone, and the others go out."""
        if not is_sealed(promise.body):
            return promise
        try:
            return replace(promise, body=self._vault.open(promise.body))
        except VaultClosed:
            return replace(promise, body={})

    def expire(self, now: datetime) -> list[str]:
        """What is no longer worth saying is settled as expired; the keys of what that was."""
        if _LATE.first(self._connection, {"now": now}) is None:
            return []
        late = and_(waiting(), OUTBOX.c.expires_at <= now)
        lost = self._keys(late)
        if lost:
            self._connection.execute(update(OUTBOX).where(late).values(state="expired", body=NOTHING))
        return lost

    def _keys(self, where: ColumnElement[bool]) -> list[str]:
        """The keys of what these messages say: of one that says several, those of all."""
        found = []
        for once, kept in self._connection.execute(select(OUTBOX.c.once, OUTBOX.c.body).where(where)):
            body = {} if is_sealed(kept) else kept
            found += [key for key, _ in body.get("parts", ())] or [once or ""]
        return found

    def give_up(self, channel: str, address: str) -> list[str]:
        """Nothing can be sent to this chat: what waits for it is settled, and it is marked; its keys."""
        there = and_(OUTBOX.c.channel == channel, OUTBOX.c.address == address, waiting())
        lost = self._keys(there)
        gone = update(OUTBOX).where(there).values(state="failed", error="unreachable", body=NOTHING)
        self._connection.execute(gone)
        chat = update(CHAT).where(CHAT.c.channel == channel, CHAT.c.address == address)
        self._connection.execute(chat.values(reachable=False))
        return lost

    def move(self, channel: str, old: str, new: str) -> None:
        """A chat has another address now (a group became a supergroup); what waits follows it."""
        groups.moved(self._connection, channel, old, new)
        for table in (OUTBOX, CHAT):
            there = and_(table.c.channel == channel, table.c.address == old)
            self._connection.execute(update(table).where(there).values(address=new))

    def settle(self, settled: Sequence[Settled], now: datetime) -> list[str]:
        """Record how sends ended; what was said is not kept. The keys of what will not be said after all."""
        failed = [one.id for one in settled if one.state == "failed"]
        lost = self._keys(OUTBOX.c.id.in_(failed)) if failed else []
        write_down(self._connection, settled, now)
        for one in settled:
            if one.gone is not None:
                lost += self.give_up(*one.gone)
                groups.ended(self._connection, *one.gone, now)
            if one.moved is not None:
                self.move(*one.moved)
        return lost

    def went(self, row: int, parts: int) -> None:
        """So many parts of a message have left: whoever sends it after a crash begins with the next."""
        self._connection.execute(update(OUTBOX).where(OUTBOX.c.id == row).values(parts_sent=parts))

    def forget_strangers(self, rows: Sequence[int]) -> None:
        """Erase settled messages to people who are not remembered."""
        if rows:
            stranger = delete(OUTBOX).where(OUTBOX.c.id.in_(rows), OUTBOX.c.chat_id.is_(None))
            self._connection.execute(stranger.where(OUTBOX.c.state.not_in(OPEN)))

    def release(self, now: datetime) -> int:
        """Messages whose sender died before it could settle wait again; how many. Only the leader may ask.

        Answers are not held back any longer: a clock that went wrong may have said until when. Only what
        gathers several parts waits a little: the rest is brought again now.
        """
        self.hurry(now)
        claimed = update(OUTBOX).where(OUTBOX.c.state == "claimed")
        released = self._connection.execute(
            claimed.values(state="waiting", tries=OUTBOX.c.tries - 1)
        ).rowcount
        gathers = or_(OUTBOX.c.slot == "pieces", OUTBOX.c.slot.like("album:%"))
        gathering = update(OUTBOX).where(waiting(), OUTBOX.c.parts_sent == 0, gathers)
        self._connection.execute(gathering.values(due_at=now + GATHERING))
        return released

    def hurry(self, now: datetime) -> int:
        """The clock was put back: live answers that were due by the old time are due now; how many."""
        live = and_(waiting(), OUTBOX.c.priority == 0, OUTBOX.c.due_at > now)
        return self._connection.execute(update(OUTBOX).where(live).values(due_at=now)).rowcount

    def next_due(self, now: datetime) -> datetime | None:
        """When the next message that waits for its time may be sent; None when none does.

        What is due and could not be claimed waits for another message to that person, or for room: whoever
        settles that one looks again, and no time tells when.
        """
        due: datetime | None = _NEXT_DUE.scalar(self._connection, {"now": now})
        return due

    def oldest_open(self) -> datetime | None:
        """When the message that has waited longest was due; None when nothing waits."""
        rows = select(func.min(OUTBOX.c.due_at)).where(unsettled())
        return self._connection.execute(rows).scalar()

    def open_count(self) -> int:
        """How many messages are not settled."""
        rows = select(func.count()).select_from(OUTBOX).where(unsettled())
        return self._connection.execute(rows).scalar_one()


__all__ = ["OutboxRows", "Promise", "Settled"]
