"""Decisions of a reviewer: accepting and what it asks, taking back, notes; what was overtaken is said so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers import initiative, review_facts, rights
from handlers.folding import kept
from handlers.house import House, Outcome
from handlers.messages import Button, Note, Reply, moment, text
from handlers.moves import Decision, Verdict, decide
from handlers.review_card import revision, who_decided
from handlers.review_notices import not_again, tell_author
from handlers.review_showing import first, onward, open_one, say
from storage.people import Person
from storage.reviews import Item
from storage.transaction import Transaction

LONGEST_WORDS = 2_000


def known_of(person: Person, deed: str, item: Item, rev: int) -> dict[str, Any]:
    """What the reviewer has said so far about this very decision; empty when it was about another."""
    state = person.talk.get("review") or {}
    same = (state.get("deed"), state.get("id"), state.get("rev")) == (deed, item.id, rev)
    return dict(state) if same else {"deed": deed, "id": item.id, "rev": rev}


# --- accepting -------------------------------------------------------------------------------------------


def accept(
    tx: Transaction, person: Person, name: str, item: Item, rev: int, house: House, now: datetime
) -> Outcome:
    """Ask for the facts that the programme wants, show them once more, then decide."""
    if rev != revision(tx, item):
        return overtaken(tx, person, item, house, now)
    known = known_of(person, "accept", item, rev)
    if name == "accept":
        known = {name: known[name] for name in ("deed", "id", "rev")}
    if name == "no_code":
        known["portal"] = ""
    asked = review_facts.asked_of([item], house)
    if fact := review_facts.next_asked(asked, known):
        return ask_fact(tx, person, fact, known, now)
    facts = review_facts.said(known)
    if facts and name != "sure":
        yes = Button(f"queue|sure.{item.id}|{rev}", "button.approve")
        again = Button(f"queue|accept.{item.id}|{rev}", "button.say_again")
        back = Button(f"queue|open.{item.id}|-", "button.back")
        reply = Reply("review.sure", {"code": item.code}, tuple(facts), ((yes,), (again, back)))
        say(tx, person, reply, now, review={**known, "at": now.isoformat()})
        return Outcome()
    return carried_out(tx, person, item, review_facts.decision(known), house, now)


def ask_fact(
    tx: Transaction, person: Person, fact: str, known: dict[str, Any], now: datetime, *notes: Note
) -> Outcome:
    back = Button(f"queue|open.{known['id']}|-", "button.back")
    skip = Button(f"queue|no_code.{known['id']}|{known['rev']}", "button.no_code")
    reply = review_facts.question(fact, back, skip, *notes)
    state = {**known, "ask": fact, "at": now.isoformat()}
    say(tx, person, reply, now, about="review", review=state)
    return Outcome()


def heard_fact(
    tx: Transaction, person: Person, state: dict[str, Any], typed: str, house: House, now: datetime
) -> Outcome:
    """The typed number, day or code of an acceptance."""
    fact = state["ask"]
    value, refused = review_facts.heard(fact, typed, house, now)
    if refused:
        return ask_fact(tx, person, fact, state, now, Note(refused))
    state[fact] = value
    item = tx.reviews.look(state["id"])
    if item is None or not rights.may(tx, person, "review", item.unit_id, now):
        return rights.refused(tx, person, "review", item.unit_id if item else None, house, now)
    tx.people.set_talk(person, {**person.talk, "review": state})
    return accept(tx, person, "heard", item, state["rev"], house, now)


def carried_out(
    tx: Transaction, person: Person, item: Item, decision: Decision, house: House, now: datetime
) -> Outcome:
    """Decide, tell the author, and go on to what comes next."""
    verdict = decide(tx, person.worker_id, item.id, decision, house, now)
    if verdict.refused:
        return not_done(tx, person, item, verdict, house, now)
    tell_author(tx, item, decision, verdict, house, now)
    done = Note("review.done", {"code": item.code, "state": text(f"state.{verdict.state}")})
    return onward(tx, person, item, house, now, done, undo=item.id)


# --- what was overtaken ----------------------------------------------------------------------------------


def not_done(
    tx: Transaction, person: Person, item: Item, verdict: Verdict, house: House, now: datetime
) -> Outcome:
    """Say why a decision was not taken."""
    if verdict.refused in ("rights", "gone"):
        return rights.refused(tx, person, "review", item.unit_id, house, now)
    if verdict.refused == "own":
        tx.audit.note(person.worker_id, "refused", item.code, now, why="own")
        return onward(tx, person, item, house, now, Note("review.own"))
    if verdict.refused == "decider":
        tx.audit.note(person.worker_id, "refused", item.code, now, why="decider")
        return onward(tx, person, item, house, now, not_again(tx, item))
    if verdict.refused == "too_late_to_undo":
        return open_one(tx, person, item.id, house, now, Note("review.too_late_to_undo"))
    return overtaken(tx, person, item, house, now)


def overtaken(tx: Transaction, person: Person, item: Item, house: House, now: datetime) -> Outcome:
    """Something has happened since the button was drawn: who did what, and what there is to see now."""
    note = what_happened(tx, item)
    if item.state == "submitted":
        return open_one(tx, person, item.id, house, now, note)
    return onward(tx, person, item, house, now, note)


def what_happened(tx: Transaction, item: Item) -> Note:
    """The last thing that happened to an initiative, as a line for a reviewer who was not the first."""
    last = tx.reviews.last_move(item.id)
    if last is None or last.after == "withdrawn":
        return Note("review.withdrawn_since", {"code": item.code})
    if last.actor_id == item.author_id and last.after == "submitted":
        return Note("review.corrected_since", {"code": item.code, "at": moment(last.at)})
    said = {"code": item.code, "at": moment(last.at), "who": who_decided(tx, last.actor_id)}
    return Note("review.decided_since", {**said, "state": text(f"state.{item.state}")})


def undo(tx: Transaction, person: Person, item: Item, rev: int, house: House, now: datetime) -> Outcome:
    """Take back one's own decision of the last ten minutes."""
    if rev != revision(tx, item):
        return overtaken(tx, person, item, house, now)
    decision = Decision("undo")
    verdict = decide(tx, person.worker_id, item.id, decision, house, now)
    if verdict.refused:
        return not_done(tx, person, item, verdict, house, now)
    tell_author(tx, item, decision, verdict, house, now)
    return open_one(tx, person, item.id, house, now, Note("review.undone", {"code": item.code}))


# --- internal notes, and the topic of what is typed ------------------------------------------------------


def ask_note(tx: Transaction, person: Person, item: Item, now: datetime, *notes: Note) -> Outcome:
    """Ask for a note that only reviewers see."""
    back = Button(f"queue|open.{item.id}|-", "button.back")
    reply = Reply("review.note_ask", {"code": item.code}, notes, ((back,),), free=True)
    state = {"deed": "note", "id": item.id, "at": now.isoformat()}
    say(tx, person, reply, now, about="review", review=state)
    return Outcome()


def heard_note(
    tx: Transaction, person: Person, item: Item, typed: str, house: House, now: datetime
) -> Outcome:
    """Keep the note and show the card again."""
    words = kept(typed).strip()
    if not words or len(words) > LONGEST_WORDS:
        return ask_note(tx, person, item, now, Note("review.words_refused", {"longest": LONGEST_WORDS}))
    tx.reviews.add_note(item.id, person.worker_id, words, now)
    tx.audit.note(person.worker_id, "review_note", item.code, now)
    return open_one(tx, person, item.id, house, now, Note("review.note_kept"))


def lost(tx: Transaction, person: Person, house: House, now: datetime, *notes: Note) -> Outcome:
    """The talk has lost what it was about: back to the queue."""
    tx.people.set_talk(person, {})
    if rights.may(tx, person, "review", None, now):
        return first(tx, person, house, now, *notes)
    return initiative.reply_and_ask_again(tx, person, *notes, house=house, now=now)
