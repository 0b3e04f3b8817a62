"""Every mention of a day in a folded text, each with what it means and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from handlers.day_times import FILLER
from handlers.heard import Heard
from handlers.needed_words import has_letters, may_match, needed
from handlers.when import When


class Kind(StrEnum):
    """What a mention is good for beside another one."""

    EXACT = "exact"  # an answer by itself
    NAMED = "named"  # a feast without a year: the date beside it says the rest
    WEEKDAY = "weekday"  # a weekday without a week: only checks the date beside it
    WIDE = "wide"  # a week or a year: too little, and nothing beside an answer


@dataclass(frozen=True, slots=True)
class Anchor:
    """From where relative words count: `today`, and the `latest` day a date without a year may mean."""

    today: date
    latest: date


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention: where it starts in the key, its kind, and what was heard."""

    start: int
    kind: Kind
    heard: Heard[When]


Build = Callable[[re.Match[str], Anchor], Heard[When]]


@dataclass(frozen=True, slots=True)
class Shape:
    """One way of writing a day, and what builds its meaning."""

    pattern: re.Pattern[str]
    build: Build
    kind: Kind = Kind.EXACT
    needs: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        needs = needed(self.pattern.pattern)
        object.__setattr__(self, "needs", () if "" in needs else needs)


def take_mentions(key: str, shapes: Iterable[Shape], anchor: Anchor) -> tuple[list[Mention], str]:
    """The mentions in the order of the text, and the key with filler in their places.

    Shapes are tried in their order over the whole text: the longer writing comes first, and what it has
    taken no other shape sees.
    """
    mentions: list[Mention] = []
    worded = has_letters(key)
    for shape in shapes:
        if shape.needs and not (worded and may_match(shape.needs, key)):
            continue

        def take(found: re.Match[str], shape: Shape = shape) -> str:
            mentions.append(Mention(found.start(), shape.kind, shape.build(found, anchor)))
            return FILLER * len(found[0])

        key = shape.pattern.sub(take, key)
    return sorted(mentions, key=lambda mention: mention.start), key
