"""An earlier message that its author edits corrects the answer it gave; the open question stays."""

from __future__ import annotations

from dataclasses import replace

from handlers.answers import Doubt, Given, Refused, Taken, read
from handlers.folding import kept
from handlers.forms import Form, Step
from handlers.messages import Note, text
from handlers.place import Place
from handlers.questions import doubtful, question
from handlers.turns import Turn, asked_again, join


def correct(form: Form, place: Place, message: str, words: str, given: Given) -> Turn:
    """Read the changed message as the answer it was; an unreadable one leaves the old answer standing."""
    waiting = place.waiting or {}
    if any(piece[0] == message for piece in waiting.get("pieces", ())):
        pieces = [[ref, kept(words) if ref == message else old] for ref, old in waiting["pieces"]]
        return asked_again(form, replace(place, waiting={**waiting, "pieces": pieces}), given)
    for step in form.steps:
        typed = place.answers.get(step.key, {}).get("typed", [])
        if any(ref == message for ref, _ in typed):
            changed = [[ref, kept(words) if ref == message else old] for ref, old in typed]
            return _corrected(form, step, place, changed, message, given)
    return asked_again(form, place, given, Note("form.edit_unknown"))


def _corrected(
    form: Form, step: Step, place: Place, typed: list[list[str]], message: str, given: Given
) -> Turn:
    name = text(f"{form.name}.{step.key}.name")
    reading = read(step, join(typed), given)
    match reading:
        case Taken(value):
            answers = {**place.answers, step.key: {"value": value, "typed": typed}}
            kept_place = replace(place, answers=answers, revision=place.revision + 1)
            return asked_again(form, kept_place, given, Note("form.corrected", {"step": name}))
        case Doubt(reason, values, confirm):
            waiting = {
                "for": "confirm" if confirm else "readings",
                "values": list(values),
                "reason": reason,
                "typed": typed,
            }
            asked = replace(place, asking=step.key, waiting=waiting, revision=place.revision + 1)
            reply = question(form, asked, given) if confirm else doubtful(form, step, asked, given, reading)
            return Turn(asked, (reply,))
        case Refused(reason, params):
            why = Note("form.not_corrected", {"step": name})
            return asked_again(form, place, given, why, Note(f"{form.name}.{step.key}.{reason}", params))


def was_refused(place: Place, message: str) -> bool:
    """Whether the message was a try at the open question that could not be taken."""
    return message in place.refused


def owner_of(place: Place, message: str) -> bool:
    """Whether a message is part of this draft: an answer, a piece of one, or a try at one."""
    pieces = (place.waiting or {}).get("pieces", ())
    return (
        message in place.refused
        or any(ref == message for ref, _ in pieces)
        or any(ref == message for answer in place.answers.values() for ref, _ in answer["typed"])
    )
