"""What a pressed button does to a form: a button outlives its question and carries what it was drawn for."""

from __future__ import annotations

from dataclasses import replace

from handlers.answers import Given, Taken, shown
from handlers.forms import Choice, Files, Form, Step, Text
from handlers.messages import Note
from handlers.place import REVIEW, Place, missing, next_question, relevant, without_answer, without_todo
from handlers.questions import proposal, question, revisited
from handlers.turns import Turn, answered, asked_again, settled


def press(form: Form, place: Place, action: str, given: Given) -> Turn:
    """Take the turn that a button asks for, if it belongs to the question that is open."""
    if action == place.last:
        return Turn(place, toast="toast.already")
    step_key, choice, token = (*action.split("|"), "", "")[:3]
    if token != f"{given.draft}.{place.revision}" or step_key != place.asking:
        turn = asked_again(form, place, given, Note("form.stale"))
        return replace(turn, toast="toast.stale")
    taken = _taken(form, place, step_key, choice, given)
    if taken is None:
        turn = asked_again(form, place, given, Note("form.stale"))
        return replace(turn, toast="toast.stale")
    return replace(taken, place=replace(taken.place, last=action))


def _taken(form: Form, place: Place, step_key: str, choice: str, given: Given) -> Turn | None:
    if step_key == REVIEW:
        return _on_card(form, place, choice, given)
    return _on_question(form, form.step(step_key), place, choice, given) if form.has(step_key) else None


def _moved(place: Place, **changes: object) -> Place:
    return replace(place, revision=place.revision + 1, tries=0, refused=(), **changes)  # type: ignore[arg-type]


def _on_question(form: Form, step: Step, place: Place, choice: str, given: Given) -> Turn | None:
    name, _, argument = choice.partition(".")
    if isinstance(step, Choice) and choice in step.options:
        return answered(form, step, place, Taken(choice), [], given)
    match name:
        case "sealed" if "sealed" in step.offers:
            return _sealed(form, place, given)
        case "not_in_money" if "not_in_money" in step.offers:
            value = {"vnd": None, "period": None}
            return answered(form, step, place, Taken(value, shown(value)), [], given)
        case "add" if argument in place.answers:
            waiting = {"for": "addition"}
            return _turn(form, _moved(place, asking=argument, waiting=waiting), given)
        case "use" if isinstance(step, Text) and (title := proposal(step, place)):
            return settled(form, step, place, [["", title]], given)
        case "remove" if step.optional:
            return _back(form, without_answer(place, step.key), given)
        case "back" | "skip":
            return _back(form, place, given)
        case "save" | "person":
            return Turn(place, wish=name)
    return _on_waiting(form, step, place, name, argument, given)


def _on_waiting(form: Form, step: Step, place: Place, name: str, argument: str, given: Given) -> Turn | None:
    waiting = dict(place.waiting or {})
    values, typed = waiting.get("values", []), waiting.get("typed", [])
    match name:
        case "yes" if waiting.get("for") == "confirm":
            return _chosen(form, step, place, values[0], typed, given)
        case "no" if waiting.get("for") == "confirm":
            return _turn(form, _moved(place, waiting=None), given, Note("form.again"))
        case "reading" if waiting.get("for") == "readings" and argument.isdecimal():
            if int(argument) < len(values):
                return _chosen(form, step, place, values[int(argument)], typed, given)
        case "equally" if waiting.get("for") == "equally":
            return _chosen(form, step, place, values[0], typed, given)
        case "done" if waiting.get("for") == "pieces" and isinstance(step, Text):
            adding = waiting.get("adding") and step.key in place.answers
            before = place.answers[step.key]["typed"] if adding else []
            return settled(form, step, replace(place, waiting=None), [*before, *waiting["pieces"]], given)
        case "done" if isinstance(step, Files):
            return _back(form, place, given)
    return None


def _chosen(
    form: Form, step: Step, place: Place, value: object, typed: list[list[str]], given: Given
) -> Turn:
    echo = shown(value) if isinstance(value, dict) else None
    return answered(form, step, place, Taken(value, echo), typed, given)


def _sealed(form: Form, place: Place, given: Given) -> Turn:
    sealed = _moved(place, sealed=True, waiting=None, aside=False)
    sealed = replace(sealed, asking=next_question(form, sealed))
    return _turn(form, sealed, given, Note("form.sealed_on"))


def step_back(form: Form, place: Place, given: Given) -> Turn:
    """Go back one question: out of a detour, or to the answer given before this one."""
    if place.waiting or place.asking == REVIEW or (place.aside and not missing(form, place)):
        return _back(form, place, given)
    keys = [step.key for step in relevant(form, place)]
    before = [key for key in keys[: keys.index(place.asking)] if key in place.answers]
    return _change(form, place, before[-1], given) if before else asked_again(form, place, given)


def _back(form: Form, place: Place, given: Given) -> Turn:
    """Leave the question as it was: to the card, or to the first question that is unanswered."""
    onward = without_todo(_moved(place, waiting=None, aside=False), place.asking)
    onward = replace(onward, asking=next_question(form, onward))
    return _turn(form, onward, given)


def _turn(form: Form, place: Place, given: Given, *notes: Note) -> Turn:
    return Turn(place, (question(form, place, given, notes),))


def _on_card(form: Form, place: Place, choice: str, given: Given) -> Turn | None:
    name, _, argument = choice.partition(".")
    match name:
        case "change" if form.has(argument):
            return _change(form, place, argument, given)
        case "seal":
            return _seal_from_card(form, place, given)
        case "unseal":
            opened = _moved(place, sealed=False)
            opened = replace(opened, asking=next_question(form, opened))
            return _turn(form, opened, given, Note("form.sealed_off"))
        case "submit" if not missing(form, place):
            return Turn(_moved(place), wish="submit")
        case "save":
            return Turn(_moved(place), wish="save")
    return None


def _seal_from_card(form: Form, place: Place, given: Given) -> Turn:
    """A name that was taken from the content would tell it: it is asked for anew."""
    taken_over = [ref for ref, _ in place.answers.get("title", {}).get("typed", [])] == [""]
    bare = without_answer(place, "title") if taken_over else place
    sealed = _moved(bare, sealed=True)
    sealed = replace(sealed, asking=next_question(form, sealed))
    return _turn(form, sealed, given, Note("form.sealed_on"))


def _change(form: Form, place: Place, key: str, given: Given) -> Turn:
    """Ask one question again, with what was answered before it, and come back to the card."""
    asked = _moved(place, asking=key, aside=True, waiting=None)
    reply = question(form, asked, given)
    return Turn(asked, (revisited(form, asked, given, reply) if key not in asked.todo else reply,))
