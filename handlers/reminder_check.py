"""A reminder is looked at again when its turn to be sent comes: whose reason is gone is not sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers import slow_reviews
from handlers.house import House
from handlers.programme import Phase
from handlers.progress_figures import progress_of
from handlers.progress_pictures import curve_of
from handlers.reminder_moments import Moves, moments_of
from handlers.reminder_pages import KINDS, Page, page_of
from handlers.reminder_parts import met
from handlers.reminder_phases import known
from handlers.reminder_words import Spoken, compose
from storage.outbox import Promise, Settled
from storage.transaction import Transaction

PICTURED = ("before", "half", "digest")  # of those that speak of a unit


def checked(tx: Transaction, house: House, promise: Promise, now: datetime) -> Promise | None:
    """The message as things stand now; None when nothing is to be said any more, and it is settled.

    The person may have handed in, met the target or blocked reminders since it was promised, hours ago in
    the night; what is not a reminder is left as it is, and so is one of which a part has left.
    """
    if (promise.once or "").startswith(f"{slow_reviews.KEY}:"):
        return slow_reviews.checked(tx, promise, now)
    named = _named(promise.once)
    if named is None or promise.parts_sent:
        return promise
    key, worker = named
    spoken = _anew(tx, house, key, worker, now)
    if spoken.reply is not None:
        return replace(promise, body=spoken.reply.body())
    tx.outbox.settle([Settled(promise.id, "superseded")], now)
    tx.reminder_log.note(key, [(worker, "superseded", spoken.reason)], now)
    return None


def _pictured(
    tx: Transaction, house: House, spoken: Spoken, page: Page, about: tuple[int, Phase, str], now: datetime
) -> Spoken:
    """With the picture of the first unit that has not reached its target; drawn when it is sent."""
    worker, phase, kind = about
    units = [unit for unit in (*page.leads(worker), *page.watches(worker)) if not met(page.standings[unit])]
    if spoken.reply is None or kind not in PICTURED or not units:
        return spoken
    part = progress_of(tx, house.programme, units[0], phase, now)
    name, today = page.standings[units[0]].name, house.programme.local_day(now)
    paper = curve_of(tx, house.programme, part, name, today)
    return replace(spoken, reply=replace(spoken.reply, files=(paper,)))


def _named(once: str | None) -> tuple[tuple[str, str, str], int] | None:
    """The kind, phase and offset of a reminder, and the worker, from the key of its row."""
    kind, _, rest = (once or "").partition(":")
    parts = rest.rsplit(":", 2)
    if kind not in KINDS or len(parts) != 3 or not parts[2].isdecimal():
        return None
    return (kind, parts[0], parts[1]), int(parts[2])


def _anew(tx: Transaction, house: House, key: tuple[str, str, str], worker: int, now: datetime) -> Spoken:
    kind, code, offset = key
    moves = known(tx, house.programme).get(code, Moves())
    for phase in house.programme.phases:
        if phase.code != code:
            continue
        for moment in moments_of(house.programme, phase, moves, now):
            if moment.kind == kind and (moment.once or moment.offset) == offset:
                page = page_of(tx, kind, code, [worker])
                spoken = compose(tx, house, moment, moves, page, worker, now)
                return _pictured(tx, house, spoken, page, (worker, phase, kind), now)
    return Spoken(None, "moved")
