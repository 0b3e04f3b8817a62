"""The conversation as a pure function: where they stand, what they said → where they stand, what we say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from handlers import presses
from handlers.answers import Given, within_two_seconds
from handlers.cuts import presumed_cut
from handlers.edits import correct, was_refused
from handlers.folding import as_typed, kept
from handlers.forms import Date, Files, Form, Money, Names, Text
from handlers.messages import Attached, Edited, File, Note, Pressed, Typed
from handlers.place import REVIEW, Place
from handlers.questions import question
from handlers.turns import Turn, asked_again, heard, join, settled

REMEMBERED_ALBUMS = 4  # a straggler comes seconds late, not days


@dataclass(frozen=True, slots=True)
class Said:
    """What was done, by which of the person's messages."""

    what: Typed | Pressed | Attached | Edited
    message: str = ""
    at: datetime | None = None  # when the messenger took it, which may be long before we hear of it


def advance(form: Form, place: Place, said: Said, given: Given) -> Turn:
    """Take one turn. Pure: the same place, words and circumstances always give the same turn."""
    if given.sent_at != said.at:
        given = replace(given, sent_at=said.at)
    match said.what:
        case Pressed(action):
            return presses.press(form, place, action, given)
        case Attached(file, album, caption):
            return _attached(form, place, file, album, caption, said.message, given)
        case Edited(message, words):
            half_said = (place.waiting or {}).get("for") in ("pieces", "addition")
            if was_refused(place, message) and place.asking != REVIEW and not half_said:
                return _typed(form, replace(place, waiting=None), words, message, given)
            return correct(form, place, message, words, given)
        case Typed(words):
            return _typed(form, place, words, said.message, given)


def _typed(form: Form, place: Place, words: str, message: str, given: Given) -> Turn:
    if place.asking == REVIEW:
        return asked_again(form, place, given, Note("form.review_words"))
    step = form.step(place.asking)
    waiting = place.waiting or {}
    if isinstance(step, Text):
        if waiting.get("for") == "pieces" or presumed_cut(words):
            return _piece(form, step, place, words, message, given)
        if waiting.get("for") == "addition":
            return _added(form, step, place, [[message, as_typed(words)]], given)
    turn = heard(form, step, place, words, message, given)
    if presumed_cut(words) and turn.replies:
        # The other pieces of this text are on their way, and get the same answer: one is enough.
        turn = replace(turn, replies=(replace(turn.replies[-1], slot="pieces", after=2.0),))
    return turn


def _piece(form: Form, step: Text, place: Place, words: str, message: str, given: Given) -> Turn:
    """Keep one piece of a text that the app has cut; a short piece close behind the last one ends it."""
    waiting = dict(place.waiting or {})
    adding = waiting.get("for") == "addition" or waiting.get("adding", False)
    pieces = [*waiting.get("pieces", []), [message, as_typed(words)]]
    sent_at = given.sent_at or given.now
    close = "at" in waiting and within_two_seconds(waiting["at"], sent_at)
    state = {"for": "pieces", "pieces": pieces, "at": sent_at.isoformat(), "adding": adding}
    joining = replace(place, waiting=state, revision=place.revision + 1)
    if close and not presumed_cut(words):
        return joined(form, step, joining, given)
    return Turn(joining, (question(form, joining, given),))


def joined(form: Form, step: Text, place: Place, given: Given) -> Turn:
    """The pieces of a long text become one answer."""
    waiting = dict(place.waiting or {})
    pieces = waiting["pieces"]
    if waiting.get("adding"):
        return _added(form, step, place, pieces, given)
    return settled(form, step, replace(place, waiting=None), pieces, given)


def _added(form: Form, step: Text, place: Place, pieces: list[list[str]], given: Given) -> Turn:
    """Put more words under the answer that was given before."""
    before = place.answers[step.key]["typed"] if step.key in place.answers else []
    return settled(form, step, replace(place, waiting=None), [*before, *pieces], given)


def _attached(
    form: Form, place: Place, file: File, album: str, caption: str, message: str, given: Given
) -> Turn:
    """A file is welcome at any question: kept, its caption heard as the answer, the question stays."""
    steps = [step for step in form.steps if isinstance(step, Files)]
    if not steps:
        return asked_again(form, place, given, Note("form.no_files"))
    step, have = steps[0], list(place.value(steps[0].key) or ())
    if place.sealed and not step.sealed:
        return asked_again(form, place, given, Note("form.no_files"))
    if refused := _refused_file(step, file, len(have)):
        return _for_album(asked_again(form, place, given, Note(f"form.{refused}")), album)
    known = any(kept_file["unique"] == file.unique for kept_file in have)
    plain = {"unique": file.unique, "kind": file.kind, "name": kept(file.name), "message": message}
    files = have if known else [*have, plain]
    taken = replace(place, answers={**place.answers, step.key: {"value": files, "typed": []}})
    turn = _captioned(form, taken, album, caption, message, given) if caption.strip() else None
    if turn is None:
        key = "form.kept_voice" if file.kind == "voice" else "form.kept_file"
        notes = [Note(key, {"count": len(files)})]
        if caption.strip():
            notes.append(Note("form.caption_not_kept"))
        turn = Turn(taken, (question(form, taken, given, tuple(notes)),))
    return replace(_for_album(turn, album), files=() if known else (file,))


def _captioned(form: Form, place: Place, album: str, caption: str, message: str, given: Given) -> Turn | None:
    """The caption is the answer to the open question; further captions of its album join that answer."""
    key = albums_of(place).get(album, "")
    if key in place.answers:
        if not isinstance(form.step(key), Text):
            return None
        typed = [*place.answers[key]["typed"], [message, as_typed(caption)]]
        answer = {"value": join(typed), "typed": typed}
        more = replace(place, answers={**place.answers, key: answer})
        return Turn(more, (question(form, more, given),))
    if place.asking == REVIEW or not isinstance(form.step(place.asking), Text | Money | Date | Names):
        return None
    turn = _typed(form, place, caption, message, given)
    if not album:
        return turn
    albums = {**albums_of(place), album: place.asking}
    known = "\n".join(f"{name}|{step}" for name, step in list(albums.items())[-REMEMBERED_ALBUMS:])
    return replace(turn, place=replace(turn.place, album=known))


def albums_of(place: Place) -> dict[str, str]:
    """By album, which question its caption was said to."""
    pairs = (line.rpartition("|") for line in place.album.splitlines())
    return {album: key for album, _, key in pairs if album}


def _for_album(turn: Turn, album: str) -> Turn:
    """Photos of one album come as separate messages: one reply, when the last of them has come."""
    if not album:
        return turn
    replies = tuple(replace(reply, slot=f"album:{album}", after=1.5) for reply in turn.replies[-1:])
    return replace(turn, replies=replies)


def _refused_file(step: Files, file: File, have: int) -> str:
    if file.size is not None and file.size > step.largest:
        return "file_too_large"
    if file.size == 0:
        return "file_empty"
    return "files_too_many" if have >= step.most else ""
