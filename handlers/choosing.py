"""Which button somebody means who types instead of tapping: its number, its label, the obvious word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from handlers.folding import fold
from handlers.house import Labels
from handlers.messages import Button

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_BEYOND_WORDS = re.compile(r"[^\w]+", re.UNICODE)
_PLACE_IN_LIST = re.compile(r"(?:so |chon |muc )?([a-z]|\d{1,2})")


def may_be(typed: str, longest: int) -> bool:
    """Whether a text is short enough to have a key of so many letters, however it was typed.

    A letter is at most three characters (decomposed, with two marks); the rest is for spaces and signs.
    """
    return len(typed) <= 3 * longest + 40


def key_of(typed: str) -> str:
    """A whole message as words only, without marks, signs and pictures."""
    return _BEYOND_WORDS.sub(" ", fold(typed)).strip()


@lru_cache(maxsize=4_096)
def _keys_of(names: tuple[str, ...]) -> tuple[frozenset[str], int]:
    """The keys of a button's names, and how long the longest is: few buttons meet whatever is typed."""
    keys = frozenset(key_of(name) for name in names)
    return keys, max(map(len, keys), default=0)


def chosen(
    typed: str, offered: Sequence[Button], labels: Labels, *, by_word: bool = False, indexed: bool = True
) -> Button | None:
    """The offered button that the whole message names; never one named somewhere inside a sentence."""
    called = [_keys_of(tuple(labels.of(button))) for button in offered]
    # Most of what is typed is an answer, longer than any button's name, and is not worth folding.
    if not may_be(typed, max((longest for _, longest in called), default=0)):
        return None
    said = key_of(typed)
    if not said or len(said) > 300:
        return None
    if indexed and (match := _PLACE_IN_LIST.fullmatch(said)):
        marks = LETTERS if by_word else [str(number) for number in range(1, len(offered) + 1)]
        places = dict(zip(marks, offered, strict=False))
        if match.group(1) in places:
            return places[match.group(1)]
    meant = [button for button, (keys, _) in zip(offered, called, strict=True) if said in keys]
    return meant[0] if len(meant) == 1 else None
