"""A worker's initiative in the making: read, take a turn, write; and at the end submit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers import conversation, presses, submitting, whose
from handlers.answers import Given
from handlers.commands import command_of
from handlers.conversation import Said
from handlers.cuts import presumed_cut
from handlers.edits import owner_of
from handlers.folding import kept
from handlers.forms import INITIATIVE, Form, Money
from handlers.house import House, Outcome
from handlers.lookalikes import compared_for_author
from handlers.messages import Attached, Button, Edited, Event, File, Note, Pressed, Reply, Typed
from handlers.place import REVIEW, Place, is_blank, opened
from handlers.promising import offer, promise
from handlers.questions import question
from handlers.turns import Turn
from storage.drafts import DraftLine
from storage.people import OpenDraft, Person
from storage.transaction import Transaction

FORM: Form = INITIATIVE


def given_for(house: House, now: datetime, draft_id: int, sent_at: datetime | None = None) -> Given:
    """What a turn may know: the applied range is that of the phase that is open, next, or last."""
    programme = house.programme
    phase = programme.phase_at(now) or programme.next_phase(now) or programme.last_closed(now)
    if phase is None:
        raise LookupError("a programme has at least one phase")
    return Given(now, programme.zone, phase.applied_from, phase.applied_to, draft_id, sent_at)


def place_of(draft: OpenDraft) -> Place:
    """Where the draft stands, at a question that the form has today."""
    return opened(FORM, Place.of(draft.place))


def expects_amount(person: Person) -> bool:
    """Whether `0` would be an answer to the question that is open."""
    if person.draft is None or person.talk.get("about"):
        return False
    asking = place_of(person.draft).asking
    return FORM.has(asking) and isinstance(FORM.step(asking), Money)


def begin(tx: Transaction, person: Person, house: House, now: datetime, *notes: Note) -> Outcome:
    """A new initiative; a draft that has no answer yet is taken up again instead of making another."""
    lines = tx.drafts.of(person.worker_id)
    own = (line for line in lines if not line.for_other)
    blank = next((line for line in own if is_blank(Place.of(line.place))), None)
    if blank is not None and blank.corrects_id is None:
        return continue_with(tx, person, blank.id, house, now, *notes)
    place = opened(FORM, Place())
    draft_id = tx.drafts.begin(person.worker_id, FORM.name, place.plain(), now)
    return continue_with(tx, person, draft_id, house, now, *notes)


def continue_with(
    tx: Transaction, person: Person, draft_id: int, house: House, now: datetime, *notes: Note
) -> Outcome:
    """Open one of the person's drafts in this chat, at the question where it stands."""
    line = tx.drafts.one(person.worker_id, draft_id)
    if line is None:
        return nothing_open(tx, person, now, Note("drafts.gone"))
    tx.people.set_talk(person, {})
    tx.people.open_draft(person, line.id)
    whom = (line.for_worker_id, line.for_name, line.unit_id)
    person.draft = OpenDraft(line.id, line.place, None, line.corrects_id, line.created_at, *whom)
    notes = (*notes, *whose.entering(person), *phase_note(house, now))
    return reply_and_ask_again(tx, person, *notes, house=house, now=now)


def phase_note(house: House, now: datetime) -> tuple[Note, ...]:
    """A line that says so when nothing can be submitted now."""
    programme = house.programme
    if programme.phase_at(now) is not None:
        return ()
    if (coming := programme.next_phase(now)) is not None:
        return (Note("submit.not_yet", {"phase": coming.name, "opens": _moment(coming.opens)}),)
    return (Note("submit.closed"),)


def _moment(instant: datetime) -> dict[str, str]:
    return {"$": "moment", "at": instant.isoformat()}


def step_back(tx: Transaction, person: Person, house: House, now: datetime) -> Outcome:
    """One question back; the answers stay."""
    if person.draft is None:
        return nothing_open(tx, person, now)
    given = given_for(house, now, person.draft.id)
    return _settle(tx, person, presses.step_back(FORM, place_of(person.draft), given), now)


def reply_and_ask_again(
    tx: Transaction, person: Person, *notes: Note, house: House, now: datetime
) -> Outcome:
    """Say something in between; the question that is open is shown again and nothing else changes."""
    if (about := person.talk.get("about")) is not None:
        from handlers import routes  # the table of topics names what comes back here

        return routes.ask_about(tx, person, about, house, now, *notes)
    if person.draft is None:
        return nothing_open(tx, person, now, *notes)
    place = place_of(person.draft)
    reply = question(FORM, place, given_for(house, now, person.draft.id), tuple(notes))
    return _settle(tx, person, Turn(place, (reply,)), now)


def show_again(tx: Transaction, person: Person, house: House, now: datetime) -> Outcome:
    """The question that is open as it was shown last, with every button it had; nothing else changes."""
    if person.draft is None or person.talk.get("about") is not None:
        return reply_and_ask_again(tx, person, house=house, now=now)
    place = place_of(person.draft)
    reply = question(FORM, place, given_for(house, now, person.draft.id))
    shown = {button.action for button in reply.buttons()}
    had = (Button(*plain) for plain in (person.draft.offered or {}).get("buttons", ()))
    more = tuple((button,) for button in had if button.action not in shown)
    return _settle(tx, person, Turn(place, (replace(reply, choices=(*reply.choices, *more)),)), now)


def nothing_open(
    tx: Transaction, person: Person, now: datetime, *notes: Note, slot: str | None = None
) -> Outcome:
    """No draft is open: say so, and offer what can be done."""
    rows = ((Button("menu|new|-", "button.new"),), (Button("menu|drafts|-", "button.drafts"),))
    reply = Reply("menu.nothing_open", {}, tuple(notes), rows, slot=slot, after=1.5 if slot else 0.0)
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()


def hear(tx: Transaction, person: Person, event: Event, house: House, now: datetime) -> Outcome:
    """Words, a tap, a file or an edit that belongs to an initiative."""
    what = event.what
    message = f"{person.chat_id}:{event.message}"
    if isinstance(what, Edited):
        return _edited(tx, person, Edited(f"{person.chat_id}:{what.message}", what.text), house, now)
    if isinstance(what, Pressed):
        return _pressed(tx, person, event, house, now)
    assert isinstance(what, Typed | Attached)  # noqa: S101 - nothing else is sent here
    if person.draft is None:
        return _without_draft(tx, person, what, now)
    return _turn(tx, person, Said(what, message, event.sent_at), house, now)


def _without_draft(tx: Transaction, person: Person, what: Typed | Attached, now: datetime) -> Outcome:
    """Nothing is open: say so once, however many pieces or photos come."""
    if isinstance(what, Attached):
        slot, key = f"album:{what.album}" if what.album else None, "menu.file_without_draft"
    else:
        slot, key = "pieces" if presumed_cut(what.text) else None, "menu.words_without_draft"
    return nothing_open(tx, person, now, Note(key), slot=slot)


def _turn(tx: Transaction, person: Person, said: Said, house: House, now: datetime) -> Outcome:
    draft = person.draft
    assert draft is not None  # noqa: S101 - every caller has looked
    given = given_for(house, now, draft.id, said.at)
    place = place_of(draft)
    turn = conversation.advance(FORM, place, said, given)
    held = {file["unique"] for file in turn.place.value("files") or ()}
    if any(file["unique"] not in held for file in place.value("files") or ()):
        tx.attachments.keep_only(draft.id, sorted(held))
    for file in turn.files:
        _remember_file(tx, person, draft, file, said.message, now)
    if turn.place.sealed != bool(draft.place.get("sealed")):
        change_secrecy(tx, person, draft.id, turn.place.sealed, now)
    if turn.wish:
        return submitting.carry_out(tx, person, replace(turn, sent_at=said.at), house, now)
    return _settle(tx, person, turn, now)


def _settle(tx: Transaction, person: Person, turn: Turn, now: datetime) -> Outcome:
    """Write the place and the answers to be sent, in the one transaction."""
    assert person.draft is not None  # noqa: S101 - every caller has looked
    turn, compared = _with_lookalikes(tx, person, turn, now)
    offered = turn.replies[-1].offered() if turn.replies else person.draft.offered
    kept = {**turn.place.plain(), "compared": compared} if compared else turn.place.plain()
    if (kept, offered) != (person.draft.place, person.draft.offered):  # shown again, it was not touched
        tx.drafts.keep(person.draft.id, kept, offered, now)
    if turn.replies:
        tx.people.set_talk(person, {})
        replies = [reply.guarded() for reply in turn.replies] if turn.place.sealed else turn.replies
        promise(tx, person, replies, now)
    return Outcome(toast=turn.toast)


def _with_lookalikes(
    tx: Transaction, person: Person, turn: Turn, now: datetime
) -> tuple[Turn, Mapping[str, Any] | None]:
    """The review card says what the author's unit already has that tells of the same improvement.

    With it what was compared, kept beside the place until the texts change.
    """
    assert person.draft is not None  # noqa: S101 - the card is of the open draft
    before = None if turn.place.sealed else person.draft.place.get("compared")
    if turn.place.asking != REVIEW or not turn.replies or turn.replies[-1].slot != "card":
        return turn, before
    author = whose.author_of(tx, person)
    compared = compared_for_author(tx, author, turn.place, person.draft.corrects_id, before, now)
    if not (notes := (*whose.entering(person), *compared.notes)):
        return turn, compared.kept
    *others, card = turn.replies
    return replace(turn, replies=(*others, replace(card, notes=(*card.notes, *notes)))), compared.kept


def change_secrecy(tx: Transaction, person: Person, draft_id: int, sealed: bool, now: datetime) -> None:
    """Seal what was said before as well: files, and answers that still wait to be sent; or open the files."""
    tx.attachments.set_sealed(draft_id, sealed, now)
    if sealed:
        tx.outbox.protect(person.worker_id)
        tx.scrubs = True


def _remember_file(
    tx: Transaction, person: Person, draft: OpenDraft, file: File, message: str, now: datetime
) -> None:
    tx.attachments.promise(
        {
            "draft_id": draft.id,
            "worker_id": person.worker_id,
            "channel": person.channel,
            "reference": file.reference,
            "unique_reference": file.unique,
            "kind": file.kind,
            "name": kept(file.name)[:200],
            "media_type": kept(file.media_type)[:100],
            "size": file.size,
            "message": message,
            "due_at": now,
            "created_at": now,
        },
        sealed=bool(draft.place.get("sealed")),
    )


def _pressed(tx: Transaction, person: Person, event: Event, house: House, now: datetime) -> Outcome:
    """A button of a form. It names its draft: one that has been submitted or deleted meanwhile says so."""
    what = event.what
    assert isinstance(what, Pressed)  # noqa: S101 - the caller has looked
    token = what.action.rpartition("|")[2]
    number = token.partition(".")[0]
    if not number.isdecimal() or len(number) > 18:
        return reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    if person.draft is not None and person.draft.id == int(number):
        return _turn(tx, person, Said(what, at=event.sent_at), house, now)
    submitted = tx.initiatives.of_draft(int(number))
    if submitted is not None and whose.line_of(tx, person, submitted.id, now):
        if person.talk.get("told") == submitted.code:
            return Outcome(toast="toast.submitted")
        note = Note("submit.already", {"code": submitted.code})
        outcome = reply_and_ask_again(tx, person, note, house=house, now=now)
        tx.people.set_talk(person, {**person.talk, "told": submitted.code})
        outcome.toast = "toast.submitted"
        return outcome
    return reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)


def say(tx: Transaction, person: Person, words: str, house: House, now: datetime) -> Outcome:
    """Words that came with a command, as an answer."""
    return _turn(tx, person, Said(Typed(words), f"{person.chat_id}:"), house, now)


def _edited(tx: Transaction, person: Person, what: Edited, house: House, now: datetime) -> Outcome:
    """A changed message belongs to the draft it answered, which need not be the one that is open."""
    if command_of(what.text):
        return reply_and_ask_again(tx, person, Note("form.edit_command"), house=house, now=now)
    if person.draft is not None and owner_of(place_of(person.draft), what.message):
        return _turn(tx, person, Said(what), house, now)
    for line in tx.drafts.of(person.worker_id):
        if owner_of(Place.of(line.place), what.message):
            return _correct_elsewhere(tx, person, line, what, house, now)
    return reply_and_ask_again(tx, person, Note("form.edit_unknown"), house=house, now=now)


def _correct_elsewhere(
    tx: Transaction, person: Person, line: DraftLine, what: Edited, house: House, now: datetime
) -> Outcome:
    """Correct a draft that is not open, without leaving the one that is."""
    place = opened(FORM, Place.of(line.place))
    turn = conversation.advance(FORM, place, Said(what), given_for(house, now, line.id))
    changed = turn.place.answers != place.answers
    if changed:
        tx.drafts.keep(line.id, turn.place.plain(), None, now)
    note = Note("drafts.edited_elsewhere" if changed else "drafts.not_edited_elsewhere")
    return reply_and_ask_again(tx, person, note, house=house, now=now)
