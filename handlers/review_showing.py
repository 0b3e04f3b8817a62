"""What a reviewer is shown next: the oldest, one by itself, the one behind it, or that nothing is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers import rights
from handlers.house import House, Outcome
from handlers.messages import Button, Note, Reply
from handlers.moves import appealed, refused_before
from handlers.promising import offer, promise
from handlers.review_card import card, reader
from handlers.review_notices import not_again
from handlers.review_sight import desk_of
from storage.people import Person
from storage.review_queue import Desk
from storage.reviews import Item
from storage.transaction import Transaction


def first(tx: Transaction, person: Person, house: House, now: datetime, *notes: Note) -> Outcome:
    """The oldest that waits, or that nothing does."""
    desk = desk_of(tx, person.worker_id, house)
    found = tx.review_queue.page(desk, 1)
    if found:
        return show(tx, person, found[0], house, now, *notes, desk=desk)
    return nothing_left(tx, person, house, now, *notes)


def nothing_left(
    tx: Transaction, person: Person, house: House, now: datetime, *notes: Note, undo: int = 0
) -> Outcome:
    """The queue is empty; what lacks its portal code is named beside it."""
    rows: list[tuple[Button, ...]] = []
    lacking = _without_portal_code(tx, person, house)
    if lacking:
        rows.append((Button("queue|list.0.portal|-", "button.without_portal_code", {"count": lacking}),))
    rows.append((Button("menu|menu|-", "button.menu"),))
    reply = Reply("review.nothing", {}, notes, tuple(rows))
    if undo:
        reply = with_undo(tx, reply, undo)
    tx.people.set_talk(person, {})
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()


def _without_portal_code(tx: Transaction, person: Person, house: House) -> int:
    if "portal" not in house.programme.asks:
        return 0
    return tx.review_queue.count(desk_of(tx, person.worker_id, house, portal=True))[0]


def show(
    tx: Transaction,
    person: Person,
    item: Item,
    house: House,
    now: datetime,
    *notes: Note,
    undo: int = 0,
    desk: Desk | None = None,
) -> Outcome:
    """The card; `undo` is the initiative just decided, which may be taken back from here."""
    reply = card(tx, item, reader(tx, person.worker_id, house, now, desk), *notes)
    if undo:
        reply = with_undo(tx, reply, undo)
    say(tx, person, reply, now)
    return Outcome()


def say(tx: Transaction, person: Person, reply: Reply, now: datetime, **talk: object) -> None:
    """Promise what a reviewer sees, and remember that they are at the queue."""
    tx.people.set_talk(person, {})
    promise(tx, person, [reply], now)
    offer(tx, person, reply, **{"review": {"at": now.isoformat()}, **talk})


def open_one(
    tx: Transaction, person: Person, initiative_id: int, house: House, now: datetime, *notes: Note
) -> Outcome:
    """One initiative, if it is the person's to review; rights are looked up now."""
    item = tx.reviews.look(initiative_id)
    if item is None or not rights.may(tx, person, "review", item.unit_id, now):
        return rights.refused(tx, person, "review", item.unit_id if item else None, house, now)
    if person.worker_id in (item.author_id, *tx.reviews.authors(item.id)):
        notes = (*notes, Note("review.own"))
    elif appealed(item) and refused_before(tx, person.worker_id, item):
        notes = (*notes, not_again(tx, item))
    return show(tx, person, item, house, now, *notes)


def onward(
    tx: Transaction, person: Person, item: Item, house: House, now: datetime, *notes: Note, undo: int = 0
) -> Outcome:
    """What comes behind an item; at the end from the beginning, and then that nothing is left."""
    desk = desk_of(tx, person.worker_id, house)
    following = tx.review_queue.after(desk, item)
    if following is None:
        following = next((one for one in tx.review_queue.page(desk, 2) if one.id != item.id), None)
        notes = (*notes, Note("review.round")) if following is not None else notes
    if following is None and tx.review_queue.holds(desk, item.id):
        return show(tx, person, item, house, now, *notes, Note("review.only_one"))
    if following is not None:
        return show(tx, person, following, house, now, *notes, undo=undo, desk=desk)
    return nothing_left(tx, person, house, now, *notes, undo=undo)


def with_undo(tx: Transaction, reply: Reply, initiative_id: int) -> Reply:
    """The same, with a button that takes back what was decided last on an initiative."""
    item, last = tx.reviews.look(initiative_id), tx.reviews.last_move(initiative_id)
    if item is None or last is None:
        return reply
    button = Button(f"queue|undo.{item.id}|{last.id}", "button.undo", {"code": item.code})
    return replace(reply, choices=(*reply.choices, (button,)))
