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
_SPACES = re.compile(r"\s+")
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
    return _SPACES.sub(" ", _DASHES.sub("-", _INVISIBLE.sub("", composed))).strip()


def fold(text: str) -> str:
    """The key two spellings share: no case, no marks, đ → d, one space, no invisible characters.

    `Hòa`, `hoà`, `HOA` and a decomposed `hoà` all become `hoa`. Idempotent.
    """
    return _folded_lately(text) if len(text) <= SHORT else _folded(text)


def _folded(text: str) -> str:
    lowered = unicodedata.normalize("NFKD", plain_spaces(text).casefold())
    # Every combining mark is U+0300 or above; the comparison spares most letters the question.
    bare = "".join([letter for letter in lowered if letter < "\u0300" or not unicodedata.combining(letter)])
    return _SPACES.sub(" ", _DASHES.sub("-", bare.translate(_SPECIAL))).strip()


# What one message says is compared with buttons, reserved words and codes in turn.
_folded_lately = lru_cache(maxsize=256)(_folded)


def utf16_length(text: str) -> int:
    """Length in UTF-16 units, the unit in which Telegram and Zalo count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
