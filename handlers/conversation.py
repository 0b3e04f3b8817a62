"""The conversation as a pure function: where they stand, what they said → where they stand, what we say."""

from __future__ import annotations

from dataclasses import dataclass, replace

from handlers import presses
from handlers.answers import Given, within_two_seconds
from handlers.edits import correct, was_refused
from handlers.folding import kept, utf16_length
from handlers.forms import Files, Form, Text
from handlers.messages import Attached, Edited, File, Note, Pressed, Typed
from handlers.place import REVIEW, Place
from handlers.questions import question
from handlers.turns import Turn, asked_again, heard, settled

# Telegram's apps cut what is longer than 4096 UTF-16 units into several messages.
PRESUMED_CUT = 4_000


@dataclass(frozen=True, slots=True)
class Said:
    """What was done, by which of the person's messages."""

    what: Typed | Pressed | Attached | Edited
    message: str = ""


def advance(form: Form, place: Place, said: Said, given: Given) -> Turn:
    """Take one turn. Pure: the same place, words and circumstances always give the same turn."""
    match said.what:
        case Pressed(action):
            return presses.press(form, place, action, given)
        case Attached(file, album, caption):
            return _attached(form, place, file, album, caption, said.message, given)
        case Edited(message, words):
            if was_refused(place, message) and place.asking != REVIEW:
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
        if waiting.get("for") == "pieces" or utf16_length(words) >= PRESUMED_CUT:
            return _piece(form, step, place, words, message, given)
        if waiting.get("for") == "addition":
            return _added(form, step, place, [[message, kept(words)]], given)
    return heard(form, step, place, words, message, given)


def _piece(form: Form, step: Text, place: Place, words: str, message: str, given: Given) -> Turn:
    """Keep one piece of a text that the app has cut; a short piece close behind the last one ends it."""
    waiting = dict(place.waiting or {})
    adding = waiting.get("for") == "addition" or waiting.get("adding", False)
    pieces = [*waiting.get("pieces", []), [message, kept(words)]]
    close = "at" in waiting and within_two_seconds(waiting["at"], given.now)
    state = {"for": "pieces", "pieces": pieces, "at": given.now.isoformat(), "adding": adding}
    joining = replace(place, waiting=state, revision=place.revision + 1)
    if close and utf16_length(words) < PRESUMED_CUT:
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
        return asked_again(form, place, given, Note(f"form.{refused}"))
    known = any(kept_file["unique"] == file.unique for kept_file in have)
    plain = {"unique": file.unique, "kind": file.kind, "name": file.name, "message": message}
    files = have if known else [*have, plain]
    taken = replace(place, answers={**place.answers, step.key: {"value": files, "typed": []}})
    new = () if known else (file,)
    if caption.strip() and taken.asking != REVIEW and isinstance(form.step(taken.asking), Text):
        turn = _typed(form, taken, caption, message, given)
        return replace(turn, files=new)
    note = Note(f"form.kept_{file.kind}" if file.kind == "voice" else "form.kept_file", {"count": len(files)})
    reply = question(form, taken, given, (note,))
    return Turn(taken, (replace(reply, slot="files", after=1.5 if album else 0.0),), files=new)


def _refused_file(step: Files, file: File, have: int) -> str:
    if file.size is not None and file.size > step.largest:
        return "file_too_large"
    if file.size == 0:
        return "file_empty"
    return "files_too_many" if have >= step.most else ""
