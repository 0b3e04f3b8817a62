"""Where somebody stands in a form: the answers so far, the open question, and what it still waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from handlers.forms import Choice, Files, Form, Step, Text

REVIEW = "review"

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A draft's place. Plain values throughout, so that it goes through storage unchanged.

    answers   step → {"value": …, "typed": [[message, text], …]}; `typed` lets an edited message correct it
    asking    the key of the open question, or `review`
    revision  counts every change; a button carries the one it was drawn for
    waiting   what the open question waits for besides an answer: confirm, readings, pieces of a long text
    aside     the question was opened from the review card and returns there
    tries     bad answers in a row to the open question
    last      the last button that had an effect: the same tap under a new number has none
    album     the albums whose captions were answers, a line each, and after a stroke the step they answered
    todo      answered questions that a reviewer wants completed, asked once more one after another
    completing  the move that returned it and asked for them; 0 for none
    refused   messages whose text the open question could not take; edited, they are tried again
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    asking: str = ""
    revision: int = 0
    sealed: bool = False
    waiting: Mapping[str, Any] | None = None
    aside: bool = False
    tries: int = 0
    last: str = ""
    refused: tuple[str, ...] = ()
    album: str = ""
    todo: tuple[str, ...] = ()
    completing: int = 0

    def value(self, key: str) -> Any:
        """The answer to a step, or None."""
        answer = self.answers.get(key)
        return None if answer is None else answer["value"]

    def plain(self) -> dict[str, Any]:
        """As plain values, for storage."""
        found = {name: getattr(self, name) for name in self.__slots__}
        found["answers"] = {key: _without_echo(answer) for key, answer in self.answers.items()}
        return found

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Place:
        """The place that `plain` was made of; fields that a later version added take their defaults."""
        known = {name: plain[name] for name in cls.__dataclass_fields__ if name in plain}
        listed = {name: tuple(known.get(name, ())) for name in ("refused", "todo")}
        answers = {key: _with_echo(answer) for key, answer in known.get("answers", {}).items()}
        return cls(**{**known, **listed, "answers": answers})


def _without_echo(answer: Answer) -> Answer:
    """Most texts came in one message, word for word: they are kept once, not as answer and as message."""
    match answer.get("typed"):
        case [[message, words]] if words == answer["value"]:
            return {"value": words, "typed": [[message]]}
    return answer


def _with_echo(answer: Answer) -> Answer:
    match answer.get("typed"):
        case [[message]]:
            return {"value": answer["value"], "typed": [[message, answer["value"]]]}
    return answer


def is_blank(place: Place) -> bool:
    """Whether nothing at all has been said in this draft yet."""
    return not place.answers and not (place.waiting or {}).get("pieces")


def relevant(form: Form, place: Place) -> list[Step]:
    """The steps that concern this initiative: a sealed one is asked less."""
    return [step for step in form.steps if step.sealed or not place.sealed]


def missing(form: Form, place: Place) -> list[Step]:
    """Required steps that have no answer yet, in order."""
    return [step for step in relevant(form, place) if not step.optional and step.key not in place.answers]


def next_question(form: Form, place: Place) -> str:
    """The first relevant required question that is unanswered, then what is to be completed, or the card."""
    unanswered = missing(form, place)
    if unanswered:
        return unanswered[0].key
    return next((step.key for step in relevant(form, place) if step.key in place.todo), REVIEW)


def with_todo(form: Form, place: Place, keys: Iterable[str]) -> Place:
    """The place with questions to be asked once more; everything else stays as it is."""
    wanted = set(keys)
    return replace(place, todo=tuple(step.key for step in relevant(form, place) if step.key in wanted))


def without_todo(place: Place, key: str) -> Place:
    """The place with one of those questions settled."""
    return replace(place, todo=tuple(one for one in place.todo if one != key)) if place.todo else place


def opened(form: Form, place: Place) -> Place:
    """The same answers, standing at a question that the form has today.

    A form may change while a draft waits: an answer that no longer fits its step is asked anew.
    """
    kept = {key: answer for key, answer in place.answers.items() if _fits(form, key, answer)}
    fresh = place if len(kept) == len(place.answers) else replace(place, answers=kept)
    if place.asking != REVIEW and form.has(place.asking):
        return fresh
    asking = next_question(form, fresh)
    if asking == place.asking and place.waiting is None and not (place.aside or place.tries):
        return fresh
    return replace(fresh, asking=asking, waiting=None, aside=False, tries=0)


def _fits(form: Form, key: str, answer: Answer) -> bool:
    if not form.has(key):
        return False
    step, value = form.step(key), answer.get("value")
    if isinstance(step, Choice):
        return value in step.options
    if isinstance(step, Text):
        return isinstance(value, str)
    return isinstance(value, list) if isinstance(step, Files) else value is not None


def with_answer(place: Place, key: str, value: Any, typed: list[list[str]]) -> Place:
    """The place with one answer given; the question it answers is settled."""
    answers = {**place.answers, key: {"value": value, "typed": typed}}
    return without_todo(replace(place, answers=answers, waiting=None, tries=0, refused=()), key)


def without_answer(place: Place, key: str) -> Place:
    """The place with one answer taken back."""
    answers = {name: answer for name, answer in place.answers.items() if name != key}
    return replace(place, answers=answers)
