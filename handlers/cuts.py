"""Joining what a messenger's app has cut: more than 4,096 UTF-16 units arrive in several messages."""

from __future__ import annotations

import re

from handlers.folding import fold, kept, utf16_length

HARD_CUT = 4_096  # UTF-16 units: Bot API, Message.text
# A message this long is presumed to be cut: nobody stops typing just there.
PRESUMED_CUT = 4_000
_SYLLABLE = re.compile(
    r"(?:b|ch?|d|g[hi]?|h|kh?|l|m|ng?h?|nh|ph?|qu|r|s|th?|tr|v|x)?[aeiouy]{1,3}(?:ch?|m|ng?|nh|p|t)?"
)
_LAST_WORD, _FIRST_WORD = re.compile(r"[^\W\d_]+$"), re.compile(r"^[^\W\d_]+")


def presumed_cut(words: str) -> bool:
    """Whether the app has cut this message from a longer text."""
    return utf16_length(words) >= PRESUMED_CUT


def joined(pieces: list[str]) -> str:
    """The pieces of one answer as one text, NFC.

    A piece that is no full message ended where the person ended it: what follows is a line of its own.
    """
    whole = ""
    for position, piece in enumerate(pieces):
        whole += piece
        if position + 1 < len(pieces):
            whole += _between(piece, pieces[position + 1]) if presumed_cut(piece) else "\n"
    return kept(whole)


def _between(before: str, after: str) -> str:
    """What stood at the cut. Messengers trim white space at the ends of a message: it must be guessed."""
    if not before or not after or before[-1].isspace() or after[0].isspace():
        return ""
    room = HARD_CUT - utf16_length(before)
    if room >= utf16_length(after[0]) and room > 0:
        # There was room for more: the app cut at white space, or the white space that filled it was trimmed.
        quarter = before[-max(1, len(before) // 4) :]
        return " " if any(letter.isspace() for letter in quarter) else ""
    if room > 0:
        return ""  # a picture of two units did not fit
    return " " if _are_two_words(before, after) else ""


def _are_two_words(before: str, after: str) -> bool:
    """Whether a full message ended with a word: glued they would be no syllable, apart they are two."""
    last, first = _LAST_WORD.search(before[-40:]), _FIRST_WORD.match(after[:40])
    if last is None or first is None:
        return False
    head, tail = fold(last.group()), fold(first.group())
    glued = _SYLLABLE.fullmatch(head + tail)
    return not glued and bool(_SYLLABLE.fullmatch(head)) and bool(_SYLLABLE.fullmatch(tail))
