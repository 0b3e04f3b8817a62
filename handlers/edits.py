"""An earlier message that its author edits corrects the answer it gave; the open question stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers.answers import Doubt, Given, Refused, Taken, read, shown
from handlers.folding import as_typed
from handlers.forms import Form, Step
from handlers.messages import Note, text
from handlers.place import Place
from handlers.turns import Turn, asked_again, join


def correct(form: Form, place: Place, message: str, words: str, given: Given) -> Turn:
    """Read the changed message as the answer it was; an unreadable one leaves the old answer standing."""
    waiting = place.waiting or {}
    if any(piece[0] == message for piece in waiting.get("pieces", ())):
        pieces = [[ref, as_typed(words) if ref == message else old] for ref, old in waiting["pieces"]]
        return asked_again(form, replace(place, waiting={**waiting, "pieces": pieces}), given)
    for step in form.steps:
        typed = place.answers.get(step.key, {}).get("typed", [])
        if any(ref == message for ref, _ in typed):
            changed = [[ref, as_typed(words) if ref == message else old] for ref, old in typed]
            return _corrected(form, step, place, changed, message, given)
    return asked_again(form, place, given, Note("form.edit_unknown"))


def _corrected(
    form: Form, step: Step, place: Place, typed: list[list[str]], message: str, given: Given
) -> Turn:
    name = text(f"{form.name}.{step.key}.name")
    reading = read(step, join(typed), given)
    match reading:
        case Taken(value):
            return _kept(form, place, step, value, typed, given)
        case Doubt(reason, values, True) if reason != "large":
            return _kept(form, place, step, values[0], typed, given)
        case Doubt(reason, _, confirm):
            why = () if confirm else (Note(f"{form.name}.{step.key}.{reason}"),)
            return asked_again(form, place, given, Note("form.not_corrected", {"step": name}), *why)
        case Refused(reason, params):
            why = (Note(f"{form.name}.{step.key}.{reason}", params),)
            return asked_again(form, place, given, Note("form.not_corrected", {"step": name}), *why)


def _kept(form: Form, place: Place, step: Step, value: Any, typed: list[list[str]], given: Given) -> Turn:
    """The answer is the changed one; what is echoed is what was understood."""
    answers = {**place.answers, step.key: {"value": value, "typed": typed}}
    corrected = replace(place, answers=answers, revision=place.revision + 1)
    name = text(f"{form.name}.{step.key}.name")
    notes = [Note("form.corrected", {"step": name})]
    if isinstance(value, dict):
        notes.append(Note(f"{form.name}.{step.key}.line", {"value": shown(value)}))
    return asked_again(form, corrected, given, *notes)


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
