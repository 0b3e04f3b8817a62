"""What changed between two versions of an initiative, question by question and word by word.

Pure: two places go in, lines to be said come out. What was taken away and what was added stand where they
were, between as many unchanged words as it takes to know the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rapidfuzz.distance import Indel

from handlers.answers import shown
from handlers.forms import INITIATIVE, Choice, Date, Files, Form, Money, Names, Step, Text
from handlers.messages import Note, text
from handlers.place import Place

SAME, REMOVED, ADDED = "same", "removed", "added"
AROUND = 6  # unchanged words kept on either side of a change
_MARKS = {SAME: "{}", REMOVED: "➖[{}]", ADDED: "➕[{}]"}
_WORD = re.compile(r"(\s*)(\w+|[^\w\s]+)")

Part = tuple[str, Sequence[tuple[str, str]]]  # how it is, and its words with the space before each


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words that stayed (`same`), went (`removed`) or came (`added`)."""

    kind: str
    words: str


def changes(form: Form, before: Place, after: Place) -> list[Note]:
    """A line for every question that is answered differently, in the order of the form.

    `before` and `after` are readable places: whoever calls has the right to read them.
    """
    found = []
    if before.sealed != after.sealed:
        found.append(Note("difference.sealed" if after.sealed else "difference.unsealed"))
    for step in form.steps:
        was, is_ = before.value(step.key), after.value(step.key)
        if was != is_ and (note := _change(form, step, was, is_)):
            found.append(note)
    return found


def changes_of_initiative(before: dict[str, Any], after: dict[str, Any]) -> list[Note]:
    """The same for two kept versions of an initiative, as plain values."""
    return changes(INITIATIVE, Place.of(before), Place.of(after))


def _change(form: Form, step: Step, was: Any, is_: Any) -> Note | None:
    name = text(f"{form.name}.{step.key}.name")
    if isinstance(step, Files):
        return _files(was or [], is_ or [])
    if isinstance(step, Text) and was and is_:
        pieces = by_words(was, is_)
        if all(piece.kind == SAME for piece in pieces):
            return None
        return Note("difference.words", {"step": name, "words": marked(pieces)})
    if was in (None, [], ""):
        return Note("difference.added", {"step": name, "value": _value(form, step, is_)})
    if is_ in (None, [], ""):
        return Note("difference.removed", {"step": name, "value": _value(form, step, was)})
    params = {"before": _value(form, step, was), "after": _value(form, step, is_)}
    return Note("difference.value", {"step": name, **params})


def _files(was: Sequence[dict[str, Any]], is_: Sequence[dict[str, Any]]) -> Note | None:
    """Files are the same when the messenger says so; only their numbers are told."""
    old, new = {file["unique"] for file in was}, {file["unique"] for file in is_}
    if old == new:
        return None
    return Note("difference.files", {"added": len(new - old), "removed": len(old - new)})


def _value(form: Form, step: Step, value: Any) -> Any:
    match step:
        case Choice():
            return text(f"{form.name}.{step.key}.{value}")
        case Money() | Date():
            return shown(value)
        case Names():
            return {"$": "shares", "shares": value}
    return value


# --- word by word ----------------------------------------------------------------------------------------


def by_words(was: str, is_: str) -> list[Piece]:
    """The two texts as one: pieces that stayed, went and came. Different spaces are no change."""
    old, new = _WORD.findall(was), _WORD.findall(is_)
    steps = Indel.opcodes([word for _, word in old], [word for _, word in new])
    parts: list[Part] = []
    for step in steps:
        if step.tag == "equal":
            parts.append((SAME, new[step.dest_start : step.dest_end]))
        elif step.tag == "delete":
            parts.append((REMOVED, old[step.src_start : step.src_end]))
        else:
            parts.append((ADDED, new[step.dest_start : step.dest_end]))
    return [Piece(kind, _written(words)) for kind, words in _together(parts)]


def _together(parts: Sequence[Part]) -> Iterator[Part]:
    """A single word that stayed between two changes reads better as part of both."""
    last = len(parts) - 1
    changed = [
        (kind != SAME or (len(words) == 1 and 0 < place < last), (kind, words))
        for place, (kind, words) in enumerate(parts)
    ]
    for is_change, run in groupby(changed, key=lambda part: part[0]):
        stretch = [part for _, part in run]
        if not is_change or not {REMOVED, ADDED} <= {kind for kind, _ in stretch}:
            yield from stretch
            continue
        for wanted in (REMOVED, ADDED):
            yield wanted, [word for kind, words in stretch if kind in (wanted, SAME) for word in words]


def _written(words: Sequence[tuple[str, str]]) -> str:
    return "".join(space + word for space, word in words).strip()


def marked(pieces: Sequence[Piece]) -> str:
    """The pieces as one text: ➖[went] ➕[came]; long stretches that stayed are shortened."""
    last = len(pieces) - 1
    shown_pieces = []
    for place, piece in enumerate(pieces):
        words = piece.words
        if piece.kind == SAME:
            words = _shortened(words, first=place == 0, last=place == last)
        shown_pieces.append(_MARKS[piece.kind].format(words))
    return " ".join(shown_pieces)


def _shortened(words: str, *, first: bool, last: bool) -> str:
    """Only what stands next to a change."""
    split = words.split()
    before = [] if first else split[:AROUND]
    behind = [] if last else split[-AROUND:]
    if len(split) <= len(before) + len(behind) + 1:
        return words
    return " ".join([*before, "…", *behind])
