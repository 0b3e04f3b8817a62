"""Saying first what nobody asked just now: to one chat of a person, once, outside quiet hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.house import House
from handlers.messages import Reply
from handlers.reminder_manners import quiet_in
from storage.transaction import Transaction
from storage.unasked import Addressee

AT_ONCE = timedelta()
BUSY = frozenset({"about", "review", "unit_ended"})  # what is typed now belongs to something else


def tell(
    tx: Transaction,
    to: Addressee,
    reply: Reply,
    house: House,
    now: datetime,
    *,
    once: str | None = None,
    wait: timedelta = AT_ONCE,
) -> bool:
    """Promise it; False when what carries this `once` was promised to them before.

    `wait` leaves time for more of the same (`Reply.slot`) to be said in one message. Days off do not hold it:
    what is told here mostly answers something they did.
    """
    key = None if once is None else f"{once}:{to.worker_id}"
    due = now + wait
    if house.quiet is not None:
        due = quiet_in(tx, house, [to.unit_id])[to.unit_id].any_day().sayable(due)
    told = tx.unasked.tell(to, reply.body(), now, due, once=key, slot=reply.slot)
    if told and reply.choices and not BUSY & set(to.talk):
        tx.unasked.offer(to.chat_id, reply.offered())
    return told
