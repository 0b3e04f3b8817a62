"""Who is told what about a review: authors of a decision, reviewers of what waits, officers of an appeal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers import moves
from handlers.house import House
from handlers.messages import Button, Note, Reply, day, text
from handlers.moves import Decision, Verdict
from handlers.telling import tell
from storage.reviews import Item
from storage.roles import Held
from storage.transaction import Transaction
from storage.unasked import Addressee

WAITING_SLOT = "review:waiting"
GATHERED = timedelta(minutes=3)  # so that ten at once are one message
AT_DESK = timedelta(minutes=30)  # whoever looks at the queue sees for themselves


def steps_named(keys: Sequence[str]) -> dict[str, object]:
    """Questions of the form by their names, as one parameter."""
    return {"$": "list", "items": [text(f"initiative.{key}.name") for key in keys]}


# --- the author ------------------------------------------------------------------------------------------


def tell_author(
    tx: Transaction, item: Item, decision: Decision, verdict: Verdict, house: House, now: datetime
) -> None:
    """Every decision once, the reason word for word, and the way on; to each author we know.

    For an author without a phone it is said to whoever typed it for them, who can go on from there.
    """
    workers = list(dict.fromkeys([item.author_id, *tx.reviews.authors(item.id)]))
    entry, found = tx.entered.of(item.id), tx.unasked.addressees(workers)
    if entry is not None and not any(to.worker_id == item.author_id for to in found):
        found += tx.unasked.addressees([entry.entered_by])
    waits = ("author",) if entry is not None and entry.waits else ()
    for to in found:
        theirs = to.worker_id == item.author_id
        reply = _decided(item, decision, verdict, house, waits, theirs=theirs)
        if entry is not None and not theirs and to.worker_id == entry.entered_by:
            see = Button(f"proxy|see.{item.id}|-", "button.see", {"code": item.code})
            reply = replace(reply, choices=((see,),))
        tell(tx, to, reply.guarded() if item.sealed else reply, house, now, once=f"move:{verdict.move_id}")


def _decided(
    item: Item,
    decision: Decision,
    verdict: Verdict,
    house: House,
    waits: tuple[str, ...],
    *,
    theirs: bool,
) -> Reply:
    said: dict[str, object] = {"code": item.code, "title": item.title}
    rows: tuple[tuple[Button, ...], ...] = ()
    notes: list[Note] = []
    if decision.deed == "undo":
        return Reply("decided.undone", {**said, "state": text(f"state.{verdict.state}")})
    if verdict.state in ("valid", "recognised"):
        facts = _facts(item, decision)
        lacking = (*_still_asked(item, decision, house), *waits) if verdict.state == "recognised" else ()
        key = "decided.valid" if verdict.state == "valid" else "decided.recognised"
        notes += [Note("decided.recognition", facts)] if facts else []
        asks = {"$": "list", "items": [text(f"asked.{ask}") for ask in lacking]}
        return Reply(key, {**said, "asks": asks}, tuple(notes))
    said["why"] = decision.why
    if verdict.state == "returned":
        if theirs:
            rows = ((Button(f"author|fix.{item.id}|-", "button.fix"),),)
        return Reply("decided.returned", {**said, "missing": steps_named(decision.missing)}, (), rows)
    if theirs and item.appealed_at is None:
        rows = ((Button(f"author|appeal.{item.id}|-", "button.appeal"),),)
    key = "decided.struck" if decision.deed == "strike" else "decided.rejected"
    return Reply(key, said, (), rows)


def _facts(item: Item, decision: Decision) -> dict[str, object]:
    number, on = decision.number or item.recognition_number, decision.day or item.recognised_on
    return {"number": number, "day": day(on.isoformat(), "day")} if number and on else {}


def _still_asked(item: Item, decision: Decision, house: House) -> tuple[str, ...]:
    """What is lacking before it is valid, besides the confirmation that it has just had."""
    known: Mapping[str, object] = {
        "confirmed_at": True,
        "recognition_number": decision.number or item.recognition_number,
        "portal_code": decision.portal_code or item.portal_code,
        "officer_confirmed_at": item.officer_confirmed_at,
    }
    return moves.still_asked(known, house.programme)


# --- those who review ------------------------------------------------------------------------------------


def reviewers_for(tx: Transaction, unit_id: int, besides: Sequence[int]) -> list[int]:
    """The unit's reviewers; where there is none but its authors, the nearest officers above."""
    present = tx.tree.present(unit_id)
    upward = tx.roles.upward(present)
    own = [held.worker_id for held in upward if held.unit_id == present and held.role == "lead"]
    own += [held.worker_id for held in upward if held.unit_id == present and held.role == "officer"]
    return [one for one in dict.fromkeys(own) if one not in besides] or _nearest(tx, upward, besides)


def officers_above(tx: Transaction, unit_id: int, besides: Sequence[int]) -> list[int]:
    """The officers of the nearest unit that has any, from the unit itself upward; else the admins."""
    return _nearest(tx, tx.roles.upward(unit_id), besides)


def _nearest(tx: Transaction, upward: Sequence[Held], besides: Sequence[int]) -> list[int]:
    officers = [held for held in upward if held.role == "officer" and held.worker_id not in besides]
    if officers:
        nearest = (held.worker_id for held in officers if held.unit_id == officers[0].unit_id)
        return list(dict.fromkeys(nearest))
    root = tx.units.root()
    return [] if root is None else [w for w in tx.roles.holders(root.id, "admin") if w not in besides]


def judges(tx: Transaction, item: Item) -> list[int]:
    """Who decides after an appeal: the nearest officers above, else the admins, never whoever refused it."""
    besides = [item.author_id, *tx.reviews.authors(item.id), *tx.reviews.refusers(item.id)]
    return officers_above(tx, tx.tree.present(item.unit_id), besides)


def not_again(tx: Transaction, item: Item) -> Note:
    """To whoever refused it: another person decides now; or that there is none yet, and what to do."""
    there = bool(judges(tx, item))
    return Note("review.not_again" if there else "review.nobody_else", {"code": item.code})


def tell_reviewers(tx: Transaction, initiative_id: int, house: House, now: datetime) -> None:
    """It waits again: those who review for the unit are told how many, several in one message."""
    item = tx.reviews.look(initiative_id)
    if item is None:
        return
    if item.appealed_at:
        _tell_of_one_more(tx, judges(tx, item), house, now)
    else:
        tell_of_new(tx, item.unit_id, [item.author_id, *tx.reviews.authors(item.id)], house, now)


def tell_of_new(tx: Transaction, unit_id: int, authors: Sequence[int], house: House, now: datetime) -> None:
    """Something of these authors waits in the unit: whoever reviews there, and is none of them, is told."""
    _tell_of_one_more(tx, reviewers_for(tx, unit_id, authors), house, now)


def _tell_of_one_more(tx: Transaction, workers: Sequence[int], house: House, now: datetime) -> None:
    for to in tx.unasked.addressees(workers):
        if not _at_desk(to, now):
            _one_more(tx, to, house, now)


def _at_desk(to: Addressee, now: datetime) -> bool:
    """Whether they have the queue before them."""
    desk = to.talk.get("review") or {}
    return "at" in desk and now - datetime.fromisoformat(desk["at"]) <= AT_DESK


def _one_more(tx: Transaction, to: Addressee, house: House, now: datetime) -> None:
    held = tx.unasked.waiting(to, WAITING_SLOT)
    count = 1 + (held[0].get("params", {}).get("count", 0) if held else 0)
    wait = max(timedelta(), held[1] - now) if held else GATHERED
    tx.outbox.supersede(to.channel, to.address, [WAITING_SLOT])
    row = (Button("queue|oldest|-", "button.open_queue"),)
    tell(
        tx,
        to,
        Reply("review.new_ones", {"count": count}, (), (row,), slot=WAITING_SLOT),
        house,
        now,
        wait=wait,
    )


def tell_officers(
    tx: Transaction, item: Item, why: str, verdict: Verdict, house: House, now: datetime
) -> bool:
    """An author appeals: the level above hears it, in the author's words; False when nobody is there."""
    workers = judges(tx, item)
    said = {"code": item.code, "unit": tx.people.unit_name(item.unit_id), "why": why}
    row = (Button(f"queue|open.{item.id}|-", "button.open_one", {"code": item.code}),)
    for to in tx.unasked.addressees(workers or tx.reviews.refusers(item.id)):
        notes = () if workers else (not_again(tx, item),)
        reply = Reply("review.appealed", said, notes, (row,))
        reply = reply.guarded() if item.sealed else reply
        tell(tx, to, reply, house, now, once=f"move:{verdict.move_id}")
    return bool(workers)
