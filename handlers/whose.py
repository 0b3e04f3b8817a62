"""Whose initiative it is: the author may be somebody else than the one who types."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers import rights
from handlers.messages import Note, text
from handlers.moves import speaks_for_author
from storage.entered import EntryLine
from storage.initiatives import InitiativeLine
from storage.people import Person
from storage.transaction import Transaction


def author_of(tx: Transaction, person: Person) -> Person:
    """The author of the open draft, in the shape of a person; of a name not known yet the number is 0."""
    draft = person.draft
    if draft is None or not draft.for_other:
        return person
    whom = tx.entered.whom(draft.for_worker_id) if draft.for_worker_id is not None else None
    number, name = (whom.worker_id, whom.name) if whom else (0, draft.for_name)
    return replace(person, worker_id=number, name=name, unit_id=draft.unit_id)


def may_enter(tx: Transaction, person: Person, now: datetime) -> bool:
    """Whether the open draft is one's own, or one may still enter for others where it belongs."""
    draft = person.draft
    if draft is None or not draft.for_other:
        return True
    return rights.may(tx, person, "enter_for_others", draft.unit_id, now)


def line_of(tx: Transaction, person: Person, initiative_id: int, now: datetime) -> InitiativeLine | None:
    """An initiative that is one's own, or that one typed for its author and may still speak for."""
    if (own := tx.initiatives.own(person.worker_id, initiative_id)) is not None:
        return own
    item = tx.reviews.look(initiative_id)
    if item is None or not speaks_for_author(tx, person.worker_id, item, now):
        return None
    if item.sealed:
        # To have typed it once is no right to read it for ever: that is looked up like anybody's.
        if not rights.may(tx, person, "read_sealed", item.unit_id, now):
            return None
        tx.audit.note(person.worker_id, "read", item.code, now)
    return tx.initiatives.one(initiative_id)


def mark_of(line: EntryLine) -> str:
    """How the author stands to what somebody typed for them: confirmed, disowned, or waiting."""
    return "confirmed" if line.confirmed else "disowned" if line.disowned else "waiting"


def typed_by(tx: Transaction, initiative_id: int, *, named: bool = True) -> tuple[Note, ...]:
    """A line for reviewers on what its author did not type: who did, and whether the author has confirmed."""
    entry, line = tx.entered.of(initiative_id), tx.entered.line(initiative_id)
    if entry is None or line is None:
        return ()
    name = (named and tx.members.name(entry.entered_by)) or text("entry.somebody")
    return (Note("proxy.reviewer", {"name": name, "mark": text(f"proxy.mark_{mark_of(line)}")}),)


def entering(person: Person) -> tuple[Note, ...]:
    """A line that says for whom is being typed."""
    if person.draft is None or not person.draft.for_other:
        return ()
    return (Note("proxy.entering", {"name": person.draft.for_name}),)
