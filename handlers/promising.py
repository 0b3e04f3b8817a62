"""A handler never sends, it promises: replies become rows of the outbox; what they offer is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers.messages import Event, Reply
from storage.people import Person
from storage.transaction import Transaction


def promise(tx: Transaction, person: Person, replies: Sequence[Reply], now: datetime) -> None:
    """Promise replies to a person, in order."""
    if not replies:
        return
    slots = {reply.slot for reply in replies if reply.slot}
    if person.replaceable:
        tx.outbox.supersede(person.channel, person.address, sorted({"pieces", *slots}))
    rows = [_row(person.channel, person.address, person.chat_id, person.language, r, now) for r in replies]
    tx.outbox.promise(rows, alone=person.alone)
    person.replaceable, person.alone = person.replaceable or bool(slots), False


def promise_stranger(tx: Transaction, event: Event, language: str, reply: Reply, now: datetime) -> None:
    """Promise a reply to somebody who is not remembered; the row is erased when it is settled."""
    promise_to(tx, (event.channel, event.address), language, reply, now)


def promise_to(tx: Transaction, where: tuple[str, str], language: str, reply: Reply, now: datetime) -> None:
    """Promise a reply to a channel and address; the row is erased when it is settled."""
    if reply.slot:
        tx.outbox.supersede(*where, [reply.slot])
    tx.outbox.promise([_row(*where, None, language, reply, now)])


def promise_at(
    tx: Transaction, channel: str, address: str, language: str, reply: Reply, now: datetime
) -> None:
    """Promise a reply to an address that nobody is remembered for; the row is erased when it is settled."""
    tx.outbox.promise([_row(channel, address, None, language, reply, now)])


def promise_once(
    tx: Transaction, person: Person, reply: Reply, once: str, now: datetime, due_at: datetime | None = None
) -> None:
    """Promise what nobody asked for; `once` is a key under which there is at most one row ever."""
    row = _row(person.channel, person.address, person.chat_id, person.language, reply, now)
    tx.outbox.promise([{**row, "once": once, "priority": 1, "due_at": due_at or row["due_at"]}])


def offer(tx: Transaction, person: Person, reply: Reply, **talk: object) -> None:
    """Remember what this reply lets the person choose by typing, and what the talk is about."""
    offered = reply.offered()
    about = {"about": person.talk["about"]} if "about" in person.talk else {}
    kept = {**about, **{name: value for name, value in talk.items() if value is not None}}
    tx.people.set_talk(person, {**kept, "offered": offered} if offered else kept)


def _row(
    channel: str, address: str, chat_id: int | None, language: str, reply: Reply, now: datetime
) -> dict[str, object]:
    return {
        "channel": channel,
        "address": address,
        "chat_id": chat_id,
        "language": language,
        "body": reply.body(),
        "slot": reply.slot,
        "created_at": now,
        "due_at": now + timedelta(seconds=reply.after),
    }
