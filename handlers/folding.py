"""Two forms of what people type: the text we keep (NFC) and the key we compare by (folded).

Telegram keyboards send NFC and NFD, non-breaking and zero-width spaces, `hòa` and `hoà`. The original is
always kept; only comparisons use the key.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Zero-width characters, direction marks and the byte order mark: invisible, so two texts that differ
# only in them look the same to a person. The zero-width joiner is left in kept text: emoji need it.
_INVISIBLE = re.compile(
    "[\u00ad\u115f\u1160\u180e\u3164\uffa0\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufe00-\ufe0f]"
)
_DASHES = re.compile("[\u2010-\u2015\u2212\u2043\ufe58\ufe63\uff0d]")
SHORT = 300  # letters of a text worth remembering in its folded form
_ODD = re.compile(_INVISIBLE.pattern[:-1] + _DASHES.pattern[1:])
# The marks of Vietnamese and its neighbours; U+034F among them is a joiner, not a mark.
_MARKS = re.compile("[\u0300-\u034e\u0350-\u036f]+")
_FOREIGN = re.compile("[^\x00-\x7f\u0300-\u034e\u0350-\u036f]")  # neither plain nor one of those marks
_SPECIAL = str.maketrans({"đ": "d", "ð": "d", "’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"'})


def as_typed(text: str) -> str:
    """The text as it came, but for NUL and halves of characters, which no database keeps."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def kept(text: str) -> str:
    """The text as it is stored: NFC, otherwise exactly as typed."""
    return unicodedata.normalize("NFC", as_typed(text))


def plain_spaces(text: str) -> str:
    """NFC, one ordinary space between words, ordinary dashes, nothing invisible; marks and capitals stay."""
    composed = unicodedata.normalize("NFC", text.replace("\x00", " "))
    if _ODD.search(composed):
        composed = _DASHES.sub("-", _INVISIBLE.sub("", composed))
    return " ".join(composed.split())


def fold(text: str) -> str:
    """The key two spellings share: no case, no marks, đ → d, one space, no invisible characters.

    `Hòa`, `hoà`, `HOA` and a decomposed `hoà` all become `hoa`. Idempotent.
    """
    return _folded_lately(text) if len(text) <= SHORT else _folded(text)


def _folded(text: str) -> str:
    lowered = unicodedata.normalize("NFKD", plain_spaces(text).casefold())
    plain = lowered.replace("đ", "d")
    if _FOREIGN.search(plain) is None:  # most of what is typed: letters with marks, and the marks go at once
        return " ".join(plain.encode("ascii", "ignore").decode("ascii").split())
    return _folded_by_letter(lowered)


def _folded_by_letter(lowered: str) -> str:
    plain = _MARKS.sub("", lowered).translate(_SPECIAL)
    if not plain.isascii():  # another script, or a sign: every letter is asked, which is slow
        plain = _DASHES.sub("-", "".join([letter for letter in plain if not unicodedata.combining(letter)]))
    return " ".join(plain.split())


# What one message says is compared with buttons, reserved words and codes in turn.
_folded_lately = lru_cache(maxsize=256)(_folded)


def utf16_length(text: str) -> int:
    """Length in UTF-16 units, the unit in which Telegram and Zalo count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
