"""Invitation codes as people type them: in small letters, in groups, with look-alikes, and still the same."""

from __future__ import annotations

import hashlib
import re

from handlers.folding import fold, plain_spaces

# Without letters that are mistaken for digits or for each other, read aloud or from paper: 0 O, 1 I L,
# 2 Z, 5 S, 6 G, 8 B, U V. Where one of the first was seen nevertheless, it was a Q.
ALPHABET = "23456789ACDEFHJKMNPQRTVWXY"
LENGTH = 10  # about 47 bits
_GROUP = 5
LONGEST_TYPED = 64
_ALIKE = str.maketrans("ZSGBUO0" + "АВСЕНКМРТУХ" + "ΑΕΗΚΜΡΤΥΧ", "2568VQQ" + "A8CEHKMPTYX" + "AEHKMPTYX")
_BETWEEN = re.compile(r"[\s.,:_·•-]+")


def canonical(typed: str) -> str:
    """The code that was meant: capitals, no marks, no separators, each look-alike the one we use."""
    bare = _BETWEEN.sub("", fold(plain_spaces(typed[:LONGEST_TYPED])))
    return bare.upper().translate(_ALIKE)


def looks_like_code(typed: str) -> bool:
    """Whether the whole text can only be meant as a code: the right letters, and a digit or all capitals."""
    if len(typed) > LONGEST_TYPED:
        return False
    bare = canonical(typed)
    if len(bare) != LENGTH or not set(bare) <= set(ALPHABET):
        return False
    letters = [letter for letter in typed if letter.isalpha()]
    return any(letter.isdigit() for letter in typed) or all(letter.isupper() for letter in letters)


def code_hash(typed: str) -> str:
    """The form in which an invitation's code is kept and looked up; the code itself is kept nowhere."""
    return hashlib.sha256(canonical(typed).encode()).hexdigest()


def grouped(code: str) -> str:
    """The code as it is read aloud and printed: in two halves."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
