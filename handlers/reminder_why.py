"""`/visao`: why a person was or was not reminded, from the log of reminders; never what was said."""

from __future__ import annotations

from datetime import datetime

from handlers import initiative, nudging, rights, slow_reviews
from handlers.house import House, Outcome
from handlers.messages import Note, moment, text
from handlers.person_codes import code_of, worker_in
from handlers.reminder_pages import KINDS
from handlers.reminder_parts import distance
from storage.people import Person
from storage.transaction import Transaction

MOST = 15
ME = frozenset({"", "toi", "tôi", "me"})
NAMED = (*KINDS, slow_reviews.KEY, nudging.KEY)  # the kinds that are called by a name of their own
# Every reason a reminder is noted with; "" is that it was simply due.
REASONS = (
    "due", "late", "before_quiet", "target_met", "nothing_open", "unreachable", "no_consent", "taken_part",
    "told_otherwise", "too_late", "nearer", "told_by_notice", "not_chosen", "snoozed", "quiet", "moved",
    "merged", "phase_gone", "asked",
)  # fmt: skip


def command(tx: Transaction, person: Person, argument: str, house: House, now: datetime) -> Outcome:
    """About oneself; for an officer, about the author of an initiative by its code, or a person by theirs."""
    said = argument.strip()
    worker = person.worker_id
    notes = []
    if said.casefold() not in ME and worker_in(said) != worker:
        author = _author(tx, said)
        if author is None or not rights.may(tx, person, "preview", author[1], now):
            # The same words whether there is no such code or it is not theirs to ask about.
            tx.audit.note(person.worker_id, "refused", "reminders:-", now, why="preview")
            return initiative.reply_and_ask_again(tx, person, Note("why.nobody"), house=house, now=now)
        worker = author[0]
        notes.append(author[2])
    else:
        notes.append(Note("why.mine", {"code": code_of(worker)}))
    notes += lines(tx, worker, house)
    return initiative.reply_and_ask_again(tx, person, *notes, house=house, now=now)


def lines(tx: Transaction, worker: int, house: House) -> list[Note]:
    """What became of the last reminders for a worker, newest first, each with its reason."""
    names = {phase.code: phase.name for phase in house.programme.phases}
    found = []
    for (kind, phase, offset), at, outcome, reason in tx.reminder_log.notes(worker, MOST):
        named = text(f"why.kind_{kind}" if kind in NAMED else "why.kind_other")
        why = reason if reason in REASONS else "due"
        was = "merged" if why == "merged" else outcome
        said = {
            "what": named, "offset": before(kind, offset),
            "phase": names.get(phase, phase), "at": moment(at),
            "outcome": text(f"why.was_{was}"), "why": text(f"why.for_{why}"),
        }  # fmt: skip
        found.append(Note("why.line" if phase else "why.line_of_none", said))
    return [Note("why.head"), *found] if found else [Note("why.empty")]


def before(kind: str, offset: str) -> object:
    """How long before a close, where that is what it is."""
    return distance(offset.partition(".")[0]) if kind == "before" else ""


def _author(tx: Transaction, code: str) -> tuple[int, int, Note] | None:
    """Who is meant, the unit that decides who may ask, and how the answer begins."""
    if (worker := worker_in(code)) is not None:
        unit = tx.members.unit_of(worker)
        said = {"name": tx.reviews.name_of(worker), "code": code_of(worker)}
        return None if unit is None else (worker, unit, Note("why.about_person", said))
    item = tx.reviews.find(code.strip().upper()) if len(code) <= 40 else None
    return None if item is None else (item.author_id, item.unit_id, Note("why.about", {"code": item.code}))
