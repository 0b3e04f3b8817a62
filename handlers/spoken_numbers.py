"""Reads a number below a thousand that was typed in words, from folded Vietnamese or English words.

Only what the words themselves say: the unit (triệu, tỷ, đồng) and what a digit behind it means belong to
`money_amounts`. Colloquial forms are marked loose (`trăm hai` for 120); two bare digits in a row (`hai ba
triệu`) are never one number for certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Folded, so `mốt` is `mot`; `tu` and `lam` are digits only behind another number.
DIGITS = {
    **{"khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9},
    **{"tu": 4, "lam": 5, "nham": 5},
}
_ONLY_BEHIND = frozenset({"tu", "lam", "nham"})
_LINH = frozenset({"linh", "le"})
_HALF_HUNDRED = "ruoi"
_ONES = {
    **{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9},
    **{"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15},
    **{"sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19},
}
_TENS = {
    **{"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50},
    **{"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90},
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A number in words: its value, how many digits were said, where the words after it begin."""

    value: int
    end: int
    places: int
    loose: bool = False
    others: tuple[int, ...] = ()  # what else it may be; then `value` is not certain
    english: bool = False

    def behind(self, hundreds: int, *, loose: bool) -> Spoken:
        """The same as the rest of a number that began with hundreds."""
        return Spoken(hundreds + self.value, self.end, 3, loose or self.loose)


def spoken(words: Sequence[str], at: int) -> Spoken | None:
    """The number that begins at `at`, or None; `words` are folded and may hold digits and marks too."""
    return _vietnamese(words, at) or _english(words, at)


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if at < len(words) else ""


def _vietnamese(words: Sequence[str], at: int) -> Spoken | None:
    first, second = _word(words, at), _word(words, at + 1)
    if second == "tram" and (hundreds := _leading_digit(first)) is not None:
        return _behind_hundreds(words, at + 2, hundreds * 100, implied=False)
    if first == "tram":
        return _behind_hundreds(words, at + 1, 100, implied=True)
    return _tens(words, at) or _bare_digits(words, at)


def _leading_digit(word: str) -> int | None:
    if len(word) == 1 and "0" <= word <= "9":
        return int(word)
    return None if word in _ONLY_BEHIND else DIGITS.get(word)


def _behind_hundreds(words: Sequence[str], at: int, hundreds: int, *, implied: bool) -> Spoken:
    """`trăm` and what follows it: `linh năm`, `hai mươi`, a colloquial `hai` (20) or `rưỡi` (50)."""
    word = _word(words, at)
    if word in _LINH and (ones := DIGITS.get(_word(words, at + 1))) is not None:
        return Spoken(hundreds + ones, at + 2, 3, implied)
    if rest := _tens(words, at):
        return rest.behind(hundreds, loose=implied)
    if word == _HALF_HUNDRED:
        return Spoken(hundreds + 50, at + 1, 3, loose=True)
    if (tens := DIGITS.get(word)) and word not in {"lam", "nham"}:
        return Spoken(hundreds + tens * 10, at + 1, 3, loose=True)
    return Spoken(hundreds, at, 3, implied)


def _tens(words: Sequence[str], at: int) -> Spoken | None:
    """`mười`, `mười lăm`, `hai mươi`, `hai mươi mốt`, `hai chục`, `chục`."""
    first, second = _word(words, at), _word(words, at + 1)
    if first == "muoi":
        return _ones_behind(words, at + 1, 10)
    if first == "chuc":
        return Spoken(10, at + 1, 2, loose=True)
    digit = _leading_digit(first)
    if digit is None or second not in {"muoi", "chuc"}:
        return None
    return _ones_behind(words, at + 2, digit * 10) if second == "muoi" else Spoken(digit * 10, at + 2, 2)


def _ones_behind(words: Sequence[str], at: int, tens: int) -> Spoken:
    word, following = _word(words, at), _word(words, at + 1)
    # In `mười hai mươi triệu` the `hai` belongs to what follows.
    if (ones := DIGITS.get(word)) and following not in {"muoi", "tram", "chuc"}:
        return Spoken(tens + ones, at + 1, 2, loose=word == "nam")
    return Spoken(tens, at, 2)


def _bare_digits(words: Sequence[str], at: int) -> Spoken | None:
    """One digit; or two in a row: `ba lăm` is 35, `hai ba` is a range, `tám hai` is 82 or something else."""
    word, second = _word(words, at), _word(words, at + 1)
    first = None if word in _ONLY_BEHIND else DIGITS.get(word)
    if first is None:
        return None
    following = DIGITS.get(second)
    if following is None or not first:
        return Spoken(first, at + 1, 1)
    both = first * 10 + following
    if second in _ONLY_BEHIND:
        return Spoken(both, at + 2, 2, loose=True)
    return Spoken(both, at + 2, 2, others=(first, following) if following == first + 1 else (both,))


def _english(words: Sequence[str], at: int) -> Spoken | None:
    hundreds = 0
    if _word(words, at + 1) == "hundred" and (count := _ONES.get(_word(words, at), int(words[at] == "a"))):
        hundreds, at = count * 100, at + 2
        if _word(words, at) == "and" and _below_hundred(words, at + 1):
            at += 1
    rest = _below_hundred(words, at)
    if rest is None:
        return Spoken(hundreds, at, 3, english=True) if hundreds else None
    value, end = rest
    return Spoken(hundreds + value, end, 3 if hundreds else 2, english=True)


def _below_hundred(words: Sequence[str], at: int) -> tuple[int, int] | None:
    word = _word(words, at)
    if tens := _TENS.get(word):
        ones = _ONES.get(_word(words, at + 1), 0)
        return (tens + ones, at + 2) if 0 < ones < 10 else (tens, at + 1)
    return (_ONES[word], at + 1) if word in _ONES else None
