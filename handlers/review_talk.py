"""What a reviewer types while a question of the queue is open: a number, a day, a code, reasons, a note."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers import review_bulk, review_deciding, review_reasons, rights
from handlers.house import House, Outcome
from handlers.messages import Note
from storage.people import Person
from storage.transaction import Transaction


def hear(tx: Transaction, person: Person, typed: str, house: House, now: datetime) -> Outcome:
    """The typed words belong to what was asked last."""
    return _at(tx, person, house, now, typed)


def ask(tx: Transaction, person: Person, house: House, now: datetime, *notes: Note) -> Outcome:
    """The same question again."""
    return _at(tx, person, house, now, None, *notes)


def _at(
    tx: Transaction, person: Person, house: House, now: datetime, typed: str | None, *notes: Note
) -> Outcome:
    state: dict[str, Any] = dict(person.talk.get("review") or {})
    deed = state.get("deed")
    if deed == "all":
        if typed is None:
            return review_bulk.go_on(tx, person, state["page"], state, house, now, *notes)
        return review_bulk.heard_fact(tx, person, state, typed, house, now)
    item = tx.reviews.look(state["id"]) if "id" in state else None
    if item is None:
        return review_deciding.lost(tx, person, house, now, *notes)
    if not rights.may(tx, person, "review", item.unit_id, now):
        tx.people.set_talk(person, {})
        return rights.refused(tx, person, "review", item.unit_id, house, now)
    if deed == "note":
        if typed is None:
            return review_deciding.ask_note(tx, person, item, now, *notes)
        return review_deciding.heard_note(tx, person, item, typed, house, now)
    if deed == "accept" and "ask" in state:
        if typed is None:
            return review_deciding.ask_fact(tx, person, state["ask"], state, now, *notes)
        return review_deciding.heard_fact(tx, person, state, typed, house, now)
    if deed in ("return", "reject", "strike"):
        if typed is None:
            return review_reasons.ask(tx, person, item, state, house, now, *notes)
        return review_reasons.heard(tx, person, item, state, typed, house, now)
    return review_deciding.lost(tx, person, house, now, *notes)
