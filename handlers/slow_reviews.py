"""Decisions that take long: after three working days the reviewers are told, one day later those above them.

Once for each initiative and stage, several in one message to each person; what is decided meanwhile is not
spoken of. A correction or an appeal begins the wait anew. Safe to call at any moment, any number of times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.holidays import working_days_after
from handlers.house import House
from handlers.messages import Button, Note, Reply
from handlers.programme import Programme
from handlers.reminder_manners import quiet_in
from handlers.review_notices import officers_above, reviewers_for
from handlers.telling import tell
from storage.slow_reviews import Waiting
from storage.transaction import Transaction

# Working days that a decision may take before each of the two is told.
STAGES: Mapping[str, int] = {"reviewer": 3, "officer": 4}
MOST, NAMED = 500, 5
KEY = "slow"


def due_at(programme: Programme, since: datetime, days: int) -> datetime:
    """The instant when so many working days have passed; a wait that begins on a day off begins after it."""
    local = since.astimezone(programme.zone)
    last = working_days_after(local.date(), days, programme.days_off)
    return datetime.combine(last, local.timetz().replace(tzinfo=None), programme.zone)


def remind_slow(tx: Transaction, house: House, now: datetime) -> int:
    """Tell whoever is slow, and whoever stands above them; how many people were told."""
    told = 0
    for stage, days in STAGES.items():
        rough = now - timedelta(days=days)  # no working days are shorter than as many days
        found = tx.slow_reviews.untold(stage, rough, MOST)
        due = [one for one in found if due_at(house.programme, one.waiting_since, days) <= now]
        fresh = [one for one in due if tx.slow_reviews.mark(one, stage, now)]
        told += _tell(tx, stage, fresh, house, now) if fresh else 0
    return told


def _tell(tx: Transaction, stage: str, fresh: Sequence[Waiting], house: House, now: datetime) -> int:
    """One message for each person: all that waits for them, not only what has just become late."""
    meant = {worker for one in fresh for worker in deciders(tx, stage, one)}
    count = 0
    slot = f"{KEY}:{stage}"
    for to in tx.unasked.addressees(sorted(meant)):
        tx.outbox.supersede(to.channel, to.address, [slot])
        reply = replace(_said(tx, stage, waiting_for(tx, stage, to.worker_id), now), slot=slot)
        wait = quiet_in(tx, house, [to.unit_id])[to.unit_id].sayable(now) - now  # nor on days off
        told = tell(tx, to, reply, house, now, once=f"{KEY}:{stage}:{int(now.timestamp())}", wait=wait)
        if told:
            tx.reminder_log.note((KEY, "", stage), [(to.worker_id, "promised", "due")], now)
        count += told
    return count


def waiting_for(tx: Transaction, stage: str, worker_id: int) -> list[Waiting]:
    """What was told at a stage, still waits, and waits for this very person."""
    held = tuple(dict.fromkeys(one.unit_id for one in tx.roles.of(worker_id)))
    found = tx.slow_reviews.told(stage, held, MOST)
    return [one for one in found if worker_id in deciders(tx, stage, one)]


def deciders(tx: Transaction, stage: str, one: Waiting) -> list[int]:
    """Who is meant: whoever may decide, or whoever stands above them; never its own authors."""
    authors = tx.reviews.authors(one.id)
    if one.appealed_at is None:
        first = reviewers_for(tx, one.unit_id, authors)
    else:
        authors = [*authors, *tx.reviews.refusers(one.id)]  # another person decides on an appeal
        first = officers_above(tx, tx.tree.present(one.unit_id), authors)
    if stage == "reviewer":
        return first
    return officers_above(tx, tx.tree.present(one.unit_id), [*authors, *first])


def _said(tx: Transaction, stage: str, waiting: Sequence[Waiting], now: datetime) -> Reply:
    """How many, the oldest by code, unit and age: nothing of what they say."""
    notes = tuple(
        Note(
            "slow.line",
            {"code": one.code, "unit": tx.people.unit_name(one.unit_id), "age": _age(one, now)},
        )
        for one in waiting[:NAMED]
    )
    row = (Button("queue|oldest|-", "button.open_queue"),)
    key = "slow.reviewer" if stage == "reviewer" else "slow.officer"
    return Reply(key, {"count": len(waiting), "days": STAGES[stage]}, notes, (row,))


def _age(one: Waiting, now: datetime) -> dict[str, object]:
    return {"$": "age", "seconds": int((now - one.waiting_since).total_seconds())}


def anew(tx: Transaction, once: str, now: datetime) -> Reply | None:
    """What a message says when it is sent, as things stand; None when all of it is decided."""
    kind, stage, _, worker = (*once.split(":"), "", "", "")[:4]
    if kind != KEY or stage not in STAGES or not worker.isdecimal():
        return None
    waiting = waiting_for(tx, stage, int(worker))
    return _said(tx, stage, waiting, now) if waiting else None
