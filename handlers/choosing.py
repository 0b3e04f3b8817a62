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


def key_of(typed: str) -> str:
    """A whole message as words only, without marks, signs and pictures."""
    return _BEYOND_WORDS.sub(" ", fold(typed)).strip()


@lru_cache(maxsize=4_096)
def _key_of_label(label: str) -> str:
    """The key of a button's name: the same few hundred are compared with whatever is typed."""
    return key_of(label)


def chosen(
    typed: str, offered: Sequence[Button], labels: Labels, *, by_word: bool = False, indexed: bool = True
) -> Button | None:
    """The offered button that the whole message names; never one named somewhere inside a sentence."""
    said = key_of(typed)
    if not said or len(said) > 300:
        return None
    if indexed and (match := _PLACE_IN_LIST.fullmatch(said)):
        marks = LETTERS if by_word else [str(number) for number in range(1, len(offered) + 1)]
        places = dict(zip(marks, offered, strict=False))
        if match.group(1) in places:
            return places[match.group(1)]
    meant = [button for button in offered if any(_key_of_label(label) == said for label in labels.of(button))]
    return meant[0] if len(meant) == 1 else None
