"""The endings of a form: submit once and give a receipt, keep for later, or ask a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from handlers import coauthors, consent, entering, initiative, lookalikes, rights, whose
from handlers.closing import entered
from handlers.fingerprint import circumstances, fingerprint, submitted
from handlers.forms import INITIATIVE
from handlers.house import House, Outcome
from handlers.messages import Button, Note, Reply, moment, text
from handlers.moves import RULES, Decision, decide
from handlers.names import WHOLE
from handlers.place import Place, missing, next_question, without_answer
from handlers.programme import Phase
from handlers.promising import offer, promise
from handlers.review_notices import tell_of_new, tell_reviewers
from handlers.turns import Turn
from storage.people import Person
from storage.tallies import Facts
from storage.transaction import Transaction

SERIES = "initiative"
CORRECTABLE = RULES["correct"].before


def carry_out(tx: Transaction, person: Person, turn: Turn, house: House, now: datetime) -> Outcome:
    """Do what the turn wishes for; the draft's new place is kept first."""
    assert person.draft is not None  # noqa: S101 - a wish comes from an open draft
    place = turn.place
    person.draft.place = place.plain()
    match turn.wish:
        case "save":
            tx.drafts.keep(person.draft.id, place.plain(), None, now)
            return leave(tx, person, now, Note("drafts.saved"))
        case "person":
            contact = Note("help.person", {"contact": house.contact or "—"})
            return initiative.reply_and_ask_again(tx, person, contact, house=house, now=now)
    draft_id = person.draft.id
    entry = entered(tx, house.programme, turn.sent_at, now)
    outcome = submit(tx, person, place, house, now, entry.phase)
    if entry.interrupted:
        tx.initiatives.mark_interrupted(draft_id)
    return outcome


def leave(tx: Transaction, person: Person, now: datetime, *notes: Note) -> Outcome:
    """Go out of the draft; it stays in the list of drafts."""
    assert person.draft is not None  # noqa: S101 - there is one to leave
    resume = Button(f"menu|open.{person.draft.id}|-", "button.resume")
    tx.people.open_draft(person, None)
    person.draft = None
    reply = Reply("drafts.left", {}, notes, ((resume,), (Button("menu|menu|-", "button.menu"),)))
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()


def submit(
    tx: Transaction, person: Person, place: Place, house: House, now: datetime, phase: Phase | None
) -> Outcome:
    """Hand the initiative in: one initiative and one code, however often and from wherever it is asked."""
    draft = person.draft
    assert draft is not None  # noqa: S101 - submit is pressed on a draft's card
    if phase is None:
        (note,) = initiative.phase_note(house, now)
        return initiative.reply_and_ask_again(tx, person, note, Note("submit.kept"), house=house, now=now)
    if draft.corrects_id is not None and not _same_phase(tx, draft.corrects_id, phase):
        notes = (Note("mine.phase_over"), Note("submit.kept"))
        return initiative.reply_and_ask_again(tx, person, *notes, house=house, now=now)
    if refused := _not_ready(place, phase):
        note, place = refused
        draft.place = place.plain()
        return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)
    if not whose.may_enter(tx, person, now):
        tx.drafts.keep(draft.id, place.plain(), None, now)
        return rights.refused(tx, person, "enter_for_others", draft.unit_id, house, now)
    author = whose.author_of(tx, person)
    if author.unit_id is None:
        from handlers import start  # the beginning asks for the unit, and comes back here

        if tx.units.root() is None:
            return initiative.reply_and_ask_again(tx, person, Note("submit.no_units"), house=house, now=now)
        tx.drafts.keep(draft.id, place.plain(), None, now)
        return start.ask_unit(tx, person, house, now, Note("submit.needs_unit"))
    if draft.corrects_id is not None:
        return _resubmit(tx, person, place, house, now)
    return _first(tx, person, entering.known(tx, person, author, now), place, phase, house, now)


def _same_phase(tx: Transaction, initiative_id: int, phase: Phase) -> bool:
    """A correction belongs to the phase in which the initiative was handed in, and ends with it."""
    item = tx.reviews.look(initiative_id)
    return item is None or item.phase == phase.code


def _first(
    tx: Transaction,
    person: Person,
    author: Person,
    place: Place,
    phase: Phase,
    house: House,
    now: datetime,
) -> Outcome:
    """A new initiative of the author, with its code, its proof and everybody who is to know of it."""
    draft = person.draft
    assert draft is not None  # noqa: S101 - the caller has looked
    code = f"SK-{tx.initiatives.next_number(SERIES):05d}"
    values = {
        **_columns(place),
        "code": code,
        "draft_id": draft.id,
        "unit_id": author.unit_id,
        "author_id": author.worker_id,
        "phase": phase.code,
        "state": "submitted",
        "created_at": draft.created_at,
        "submitted_at": now,
        "waiting_since": now,
        "submitted_on": house.programme.local_day(now),
    }
    values |= fingerprinted(tx, person, author, place, code, draft.id, now)
    authors = _authors(tx, author, place)
    initiative_id = tx.initiatives.submit(values, authors)
    known = [worker for worker, _, _ in authors if worker is not None]
    tx.tallies.changed(None, Facts.of_new(values, known))
    tx.reviews.note_move(initiative_id, ("draft", "submitted"), person.worker_id, now)
    lookalikes.remember(tx, initiative_id, place, fresh=True)
    tx.audit.note(person.worker_id, "submitted", code, now, before="draft", after="submitted")
    tell_of_new(tx, values["unit_id"], known, house, now)
    if draft.for_other:
        tx.drafts.drop(draft.id)
        return entering.handed_in(tx, person, author, initiative_id, house, now)
    return _receipt(tx, person, "submit.receipt", code, values, now, draft.id)


def _not_ready(place: Place, phase: Phase) -> tuple[Note, Place] | None:
    """The question to ask again when an answer is missing or does not fit the phase that is open."""
    if unanswered := missing(INITIATIVE, place):
        step = text(f"initiative.{unanswered[0].key}.name")
        asked = replace(place, asking=next_question(INITIATIVE, place), waiting=None)
        return Note("submit.missing", {"step": step}), asked
    applied = date.fromisoformat(place.value("applied_on")["day"])
    early = place.value("applied_on")["precision"] == "day" and applied < phase.applied_from
    if early or applied > phase.applied_to:
        asked = replace(without_answer(place, "applied_on"), asking="applied_on", waiting=None)
        bounds = {
            "from": {"$": "day", "day": phase.applied_from.isoformat(), "precision": "day"},
            "to": {"$": "day", "day": phase.applied_to.isoformat(), "precision": "day"},
        }
        return Note("initiative.applied_on.outside", bounds), asked
    return None


def _columns(place: Place) -> dict[str, Any]:
    benefit, applied = place.value("benefit"), place.value("applied_on")
    return {
        "sealed": place.sealed,
        "title": place.value("title"),
        "kind": place.value("kind"),
        "before": place.value("before"),
        "after": place.value("after"),
        "effect": place.value("effect"),
        "conditions": place.value("conditions"),
        "benefit_vnd": benefit["vnd"],
        "benefit_period": benefit["period"],
        "benefit_in_money": benefit["vnd"] is not None,
        "applied_on": date.fromisoformat(applied["day"]),
        "applied_precision": applied["precision"],
        "place": place.plain(),
    }


def _authors(tx: Transaction, person: Person, place: Place) -> list[tuple[int | None, str, int]]:
    """The sender first, with what the others leave of the whole."""
    others = place.value("coauthors") or []
    own = WHOLE - sum(share for _, share in others)
    return [(person.worker_id, person.name, own), *coauthors.known(tx, person, others)]


def _resubmit(tx: Transaction, person: Person, place: Place, house: House, now: datetime) -> Outcome:
    draft = person.draft
    assert draft is not None and draft.corrects_id is not None  # noqa: S101 - the caller has looked
    line = whose.line_of(tx, person, draft.corrects_id, now)
    correct = Decision("correct")
    if line is None or decide(tx, person.worker_id, line.id, correct, house, now).refused:
        # What was written stays: it becomes a draft of its own.
        tx.drafts.detach(draft.id)
        draft.corrects_id, draft.place = None, place.plain()
        note = Note("mine.too_late_kept")
        return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)
    values = {**_columns(place), "draft_id": draft.id}
    author = whose.author_of(tx, person)
    values |= fingerprinted(tx, person, author, place, line.code, draft.id, now)
    tx.scrubs = tx.scrubs or place.sealed
    with tx.tallies.counting(line.id):
        tx.initiatives.correct(line, values, _authors(tx, author, place), draft.id, now)
    lookalikes.remember(tx, line.id, place)
    tell_reviewers(tx, line.id, house, now)
    if draft.for_other:
        tx.drafts.drop(draft.id)
        return entering.corrected(tx, person, author, line.id, house, now)
    tx.entered.confirm(line.id, "correction", now)
    return _receipt(tx, person, "submit.corrected", line.code, values, now, draft.id)


def fingerprinted(
    tx: Transaction, person: Person, author: Person, place: Place, code: str, draft_id: int, now: datetime
) -> dict[str, Any]:
    """The columns of the proof: the fingerprint, its time, and the place with what else went into it."""
    salt, unit = tx.vault.salt(), tx.people.unit_name(author.unit_id)
    files = tx.attachments.digests(draft_id)
    proof = circumstances(code, author.name, unit, now, salt, files)
    print_ = fingerprint(submitted(place, proof))
    tx.audit.note(person.worker_id, "fingerprint", code, now, after=print_)
    return {"fingerprint": print_, "fingerprint_at": now, "place": {**place.plain(), "proof": proof}}


def _receipt(
    tx: Transaction, person: Person, key: str, code: str, said: dict[str, Any], now: datetime, draft_id: int
) -> Outcome:
    tx.drafts.drop(draft_id)
    person.draft = None
    params = {
        "code": code,
        "title": said["title"],
        "unit": said["place"]["proof"]["unit"],
        "at": moment(now),
        "fingerprint": said["fingerprint"],
        "salt": said["place"]["proof"]["salt"],
    }
    ways_on = (Button("menu|mine|-", "button.mine"), Button("menu|new|-", "button.new"))
    rows = (ways_on, *consent.ask_once(tx, person))
    reply = Reply(key, params, (), rows)
    reply = reply.guarded() if said["sealed"] else reply
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()
