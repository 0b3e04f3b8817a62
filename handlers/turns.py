"""What a turn is, and the ways an answer ends one: taken, doubted, refused, asked again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from handlers.answers import Doubt, Given, Refused, Taken, equal_names, read, words_of
from handlers.cuts import joined
from handlers.folding import as_typed, kept
from handlers.forms import Choice, Form, Names, Step, Text
from handlers.messages import File, Note, Reply
from handlers.place import REVIEW, Place, next_question, with_answer
from handlers.questions import doubtful, question, refusal


@dataclass(frozen=True, slots=True)
class Turn:
    """The new place, what is said, the files now ours to fetch, and what the handler is to carry out."""

    place: Place
    replies: tuple[Reply, ...] = ()
    files: tuple[File, ...] = ()
    wish: str = ""
    toast: str = ""
    sent_at: datetime | None = None  # the messenger's time, where it tells one


def heard(form: Form, step: Step, place: Place, words: str, message: str, given: Given) -> Turn:
    """A text that may be the answer to `step`."""
    if isinstance(step, Text):
        return settled(form, step, place, [[message, as_typed(words)]], given)
    reading = read(step, words, given)
    match reading:
        case Taken():
            return answered(form, step, place, reading, [[message, kept(words)]], given)
        case Doubt(reason, values, confirm):
            state = {
                "for": "confirm" if confirm else "readings",
                "values": list(values),
                "reason": reason,
                "typed": [[message, kept(words)]],
            }
            tries = place.tries if confirm else place.tries + 1
            doubt = replace(place, waiting=state, tries=tries, revision=place.revision + 1)
            doubt = replace(doubt, refused=(*doubt.refused, message)[-5:])
            if confirm:
                return Turn(doubt, (question(form, doubt, given),))
            return Turn(doubt, (doubtful(form, step, doubt, given, reading),))
    return _refused(form, step, place, reading, words, message, given)


def settled(form: Form, step: Text, place: Place, pieces: list[list[str]], given: Given) -> Turn:
    """A whole text is the answer, or is refused; then nothing of the answer before it is lost."""
    reading = read(step, join(pieces), given)
    if isinstance(reading, Taken):
        return answered(form, step, place, reading, pieces, given)
    assert isinstance(reading, Refused)  # noqa: S101 - a text is never in doubt
    return _refused(form, step, place, reading, pieces[-1][1], pieces[-1][0], given)


def join(pieces: list[list[str]]) -> str:
    """The pieces of one answer, each with the message it came in, as one text."""
    return joined([piece for _, piece in pieces])


def _refused(
    form: Form, step: Step, place: Place, refused: Refused, words: str, message: str, given: Given
) -> Turn:
    refused_now = (*place.refused, message)[-5:]
    revision = place.revision + 1
    tried = replace(place, tries=place.tries + 1, waiting=None, revision=revision, refused=refused_now)
    if isinstance(step, Names) and refused.reason == "share_missing":
        names = equal_names(words)
        if names is not None:
            waiting = {"for": "equally", "values": [names], "typed": [[message, kept(words)]]}
            tried = replace(tried, waiting=waiting)
            return Turn(tried, (question(form, tried, given),))
    return Turn(tried, (refusal(form, step, tried, given, refused),))


def answered(
    form: Form, step: Step, place: Place, taken: Taken, typed: list[list[str]], given: Given
) -> Turn:
    """Keep the answer, echo what was understood, and go on to the next question or back to the card."""
    notes: tuple[Note, ...] = ()
    if taken.echo is not None:
        key = f"{form.name}.{step.key}.{'none_echo' if taken.value.get('vnd', 0) is None else 'echo'}"
        notes = (Note(key, {"value": taken.echo, "words": words_of(taken.value)}),)
    kept_place = _keep(place, step, taken.value, typed)
    asking = next_question(form, kept_place)
    onward = replace(kept_place, asking=asking, revision=place.revision + 1, aside=False)
    may_grow = isinstance(step, Text) and not step.proposes
    more = step.key if may_grow and onward.asking != REVIEW and not place.aside else ""
    return Turn(onward, (question(form, onward, given, notes, more=more),))


def _keep(place: Place, step: Step, value: Any, typed: list[list[str]]) -> Place:
    if isinstance(step, Choice) and step.completes:
        answer = place.answers.get(step.completes)
        if answer is not None:
            completed = {**answer["value"], step.key: value}
            return with_answer(place, step.completes, completed, answer["typed"])
    return with_answer(place, step.key, value, typed)


def asked_again(form: Form, place: Place, given: Given, *notes: Note) -> Turn:
    """Nothing changes; the note is said and the open question stands."""
    return Turn(place, (question(form, place, given, notes),))
