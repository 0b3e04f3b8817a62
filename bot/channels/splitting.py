"""Long texts in several messages: cut at a paragraph, a sentence, a word; never inside a letter."""

from __future__ import annotations

import unicodedata

from handlers.folding import utf16_length

_BREAKS = ("\n\n", "\n", ". ", "! ", "? ", "; ", ", ", " ")


def pieces(text: str, longest: int) -> list[str]:
    """The text in pieces of at most `longest` UTF-16 units; nothing but white space at a cut is lost."""
    if 0 < len(text) <= longest // 2:  # two units a letter at the most
        return [text]
    found = []
    rest = text
    while utf16_length(rest) > longest:
        head = _fitting(rest, longest)
        cut = _cut(rest, head)
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest or not found:
        found.append(rest)
    return [piece for piece in found if piece]


def _fitting(text: str, longest: int) -> int:
    """How many characters fit into so many UTF-16 units."""
    head = text[:longest]
    while utf16_length(head) > longest:
        head = head[: -max(1, (utf16_length(head) - longest + 1) // 2)]
    return len(head)


def _cut(text: str, most: int) -> int:
    for mark in _BREAKS:
        place = text.rfind(mark, most // 2, most)
        if place > 0:
            return place + len(mark)
    while most > 1 and _continues(text, most):
        most -= 1
    return most


def _continues(text: str, place: int) -> bool:
    """Whether the character at `place` belongs to the letter or picture before it."""
    joins = "\u200d\ufe0f"
    letter = text[place]
    modifier = "\U0001f3fb" <= letter <= "\U0001f3ff"
    return unicodedata.combining(letter) > 0 or letter in joins or modifier or text[place - 1] == "\u200d"
