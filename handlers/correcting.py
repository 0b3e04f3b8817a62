"""A correction is a draft that begins with what was submitted; a returned one opens at what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers import initiative
from handlers.forms import INITIATIVE
from handlers.house import House, Outcome
from handlers.messages import Note
from handlers.place import REVIEW, Place, with_todo
from handlers.review_notices import steps_named
from storage.initiatives import InitiativeLine
from storage.people import Person
from storage.reviews import Moved
from storage.transaction import Transaction


def correct(
    tx: Transaction,
    person: Person,
    line: InitiativeLine,
    house: House,
    now: datetime,
    *,
    whom: tuple[int, int, str] | None = None,
) -> Outcome:
    """Open the draft in which an initiative is corrected; it counts when it is submitted again.

    `whom`: unit, number and name of the author, when somebody else corrects what they typed for them.
    """
    item, phase = tx.reviews.look(line.id), house.programme.phase_at(now)
    if item is None or phase is None or phase.code != item.phase:
        return initiative.reply_and_ask_again(tx, person, Note("mine.phase_over"), house=house, now=now)
    returned = last_return(tx, line.id) if line.state == "returned" else None
    draft_id = tx.drafts.correcting(person.worker_id, line.id)
    if draft_id is None:
        place = replace(Place.of(line.place), asking=REVIEW, waiting=None, aside=False, last="")
        draft_id = tx.drafts.begin(person.worker_id, "initiative", place.plain(), now, line.id)
        tx.attachments.copy(line.id, draft_id)
    if whom is not None:
        tx.drafts.enter_for(draft_id, *whom)
    if returned is None:
        note = Note("mine.correcting", {"code": line.code})
        return initiative.continue_with(tx, person, draft_id, house, now, note)
    _ask_for(tx, person, draft_id, returned, now)
    said = {"missing": steps_named(returned.missing or ()), "why": returned.why or ""}
    note = Note("mine.completing", {"code": line.code, **said})
    return initiative.continue_with(tx, person, draft_id, house, now, note)


def _ask_for(tx: Transaction, person: Person, draft_id: int, returned: Moved, now: datetime) -> None:
    """What is missing is asked; once, so that who comes back later goes on where they were."""
    line = tx.drafts.one(person.worker_id, draft_id)
    if line is None or line.place.get("completing") == returned.id:
        return
    place = with_todo(INITIATIVE, Place.of(line.place), returned.missing or ())
    place = replace(place, asking=REVIEW, waiting=None, aside=False, completing=returned.id)
    tx.drafts.keep(draft_id, place.plain(), None, now)


def last_return(tx: Transaction, initiative_id: int) -> Moved | None:
    """The move that returned an initiative last, with what is missing."""
    moves = tx.reviews.moves(initiative_id)
    return next((move for move in reversed(moves) if move.after == "returned" and move.missing), None)
