"""What nobody asked for is looked at again when its turn comes: as things stand, merged, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from handlers import asking_again, nudging, slow_reviews
from handlers.house import House
from handlers.messages import Reply
from handlers.programme import Phase
from handlers.progress_figures import progress_of
from handlers.progress_pictures import curve_of
from handlers.reminder_facts import Facts, named_in, noted_as
from handlers.reminder_merging import MOST_SAID, PARTS, Said, kind_of, may_join, together
from handlers.reminder_moments import Moment
from handlers.reminder_pages import KINDS, Page
from handlers.reminder_parts import met
from handlers.reminder_words import Spoken, compose
from handlers.telling import BUSY
from storage.outbox import Promise, Settled
from storage.transaction import Transaction
from storage.unasked import Beside

PICTURED = ("before", "half", "digest")  # of those that speak of a unit


class Piece(NamedTuple):
    """A message that was promised: its key, and what it was to say then."""

    once: str | None
    body: dict[str, Any]


def checked(
    tx: Transaction, house: House, promise: Promise, now: datetime, facts: Facts | None = None
) -> Promise | None:
    """The message as things stand now; None when nothing is to be said any more, and it is settled.

    The person may have handed in, met the target or blocked reminders since it was promised, hours ago in
    the night. Whatever else waits for them and is due is said with it. One of which a part has left stays
    as it is. `facts` are those of the round, where many are looked at.
    """
    if kind_of(promise.once) == asking_again.KEY:
        asking_again.ask(tx, house, promise, now)
        return None
    if promise.parts_sent:
        return promise
    fresh = _said_now(tx, house, promise, now, facts or Facts(tx, house, now))
    if fresh is not None and promise.chat_id is not None:
        draft_id, talk = tx.unasked.standing(promise.chat_id)
        if asking_again.at_a_question(draft_id, talk):
            asking_again.afterwards(tx, promise, now)
        elif fresh is not promise and draft_id is None and not BUSY & set(talk):
            tx.unasked.offer(promise.chat_id, Reply.of(fresh.body).offered())
    return fresh


def _said_now(tx: Transaction, house: House, promise: Promise, now: datetime, facts: Facts) -> Promise | None:
    beside = tx.unasked.beside(promise.id, promise.channel, promise.address, now)
    own = next((one for one in beside if one.id == promise.id), None)
    if own is None or not may_join(own):
        return promise
    others = [one for one in beside if one is not own and may_join(one)][: MOST_SAID - 1]
    before = [Piece(*kept) for kept in own.body.get(PARTS, ())] or [Piece(own.once, own.body)]
    said, gone = [], []
    for piece in [*before, *(Piece(one.once, one.body) for one in others)]:
        found = _anew(tx, house, facts, piece, now)
        if isinstance(found, Said):
            said.append(found)
            if piece not in before:
                _noted(tx, piece.once, now)
        elif found:
            gone.append(piece.once or "")
    body = together(said).body() if said else {}
    if others or len(before) > 1:
        _keep(tx, own, others, said, body)
    if not said:
        tx.outbox.settle([Settled(promise.id, "superseded")], now)
    for once in gone:
        tx.unasked.free(once)
    return replace(promise, body=body) if said else None


def _keep(tx: Transaction, own: Beside, others: list[Beside], said: list[Said], body: dict[str, Any]) -> None:
    """Write down what is said together, so that a message sent anew after a crash says no less."""
    ends = [one.expires_at for one in (own, *others)]
    latest = None if None in ends else max(end for end in ends if end is not None)
    anew = (slow_reviews.KEY, nudging.KEY, *KINDS)  # what is made anew anyway need not be kept
    parts = [[one.once, {} if kind_of(one.once) in anew else one.reply.body()] for one in said]
    tx.unasked.join(own.id, {**body, PARTS: parts}, latest, [one.id for one in others])


def _anew(tx: Transaction, house: House, facts: Facts, piece: Piece, now: datetime) -> Said | bool:
    """What was promised, as things stand. When its reason is gone: whether it may be promised once more.

    A last warning may: who had nothing open when it came early may begin something before the close.
    """
    if kind_of(piece.once) == slow_reviews.KEY:
        slow = slow_reviews.anew(tx, piece.once or "", now)
        return _over(tx, piece.once, now) if slow is None else Said(piece.once, slow)
    if kind_of(piece.once) == nudging.KEY:
        nudge = nudging.anew(tx, house, piece.once or "", now)
        return _over(tx, piece.once, now) if nudge is None else Said(piece.once, nudge)
    named = named_in(piece.once)
    if named is None:
        return Said(piece.once, Reply.of(piece.body))
    key, worker = named
    moment, spoken = _spoken(tx, house, facts, key, worker, now)
    if spoken.reply is not None:
        return Said(piece.once, spoken.reply, moment.until if moment is not None else None)
    tx.reminder_log.note(key, [(worker, "superseded", spoken.reason)], now)
    return moment is not None and moment.last


def _over(tx: Transaction, once: str | None, now: datetime) -> bool:
    """Nothing of what it was about is open any more: that is written down, and it is not said again."""
    _noted(tx, once, now, "nothing_open")
    return False


def _noted(tx: Transaction, once: str | None, now: datetime, why: str = "merged") -> None:
    if (named := noted_as(once)) is not None:
        tx.reminder_log.note(named[0], [(named[1], "superseded", why)], now)


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


def _spoken(
    tx: Transaction, house: House, facts: Facts, key: tuple[str, str, str], worker: int, now: datetime
) -> tuple[Moment | None, Spoken]:
    told = facts.told(key)
    if told is None:
        known = any(phase.code == key[1] for phase in house.programme.phases)
        return None, Spoken(None, "moved" if known else "phase_gone")
    page = facts.page(key[0], key[1], worker)
    spoken = compose(tx, house, told.moment, told.moves, page, worker, now)
    return told.moment, _pictured(tx, house, spoken, page, (worker, told.phase, key[0]), now)
