"""Judges how well a unit's name answers what somebody typed, word by word, forgiving what people do to words.

Pure. A word counts for as much as it tells: one that few units carry weighs more than `công ty`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import islice, pairwise
from math import log2
from typing import NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from handlers.unit_words import GENERIC, SAID_NUMBERS

# A word that so many units carry tells next to nothing; more of them make no difference.
COMMON = 2_000
# How surely a word is meant when it was typed exactly, cut short, with one letter wrong, with two, as
# initials, and when it is only the unit above that is called so.
EXACT, CUT_SHORT, ONE_WRONG, TWO_WRONG, INITIALS, ABOVE = 1.0, 0.85, 0.75, 0.6, 0.6, 0.7
# A number that was said as a word.
SAID = 0.8
# Nobody carries the word nor one like it, so nothing is known about what it tells.
UNKNOWN_WEIGHT = 0.2
# What counts beside the words that were typed: that little else is in the name, and that they come in order.
LITTLE_ELSE, IN_ORDER = 0.15, 0.05
_LONGEST_PIECE = 12


class Asked(NamedTuple):
    """One word that somebody typed, how much it tells, and whether it may have been cut short."""

    word: str
    weight: float
    is_last: bool = False


class Judged(NamedTuple):
    """`score` orders names, 1 at most; the others are from 0 to 1.

    `covered` says how much of what was typed the name answers, `met` how much of the name was typed, and
    `surest` how sure the surest word is.
    """

    score: float
    covered: float
    met: float
    surest: float


def weight(word: str, carriers: int) -> float:
    """How much a word tells when so many units carry it."""
    if word in GENERIC:
        carriers = COMMON
    return 1 / log2(2 + min(carriers, COMMON)) if carriers else UNKNOWN_WEIGHT


def _allowed(length: int) -> int:
    """How many letters of so long a word may be wrong."""
    return 0 if length < 3 else 1 if length < 7 else 2


def closeness(typed: str, word: str, *, is_last: bool) -> float:
    """From 0 to 1: how likely somebody who typed `typed` meant `word`. Numbers must be right."""
    if typed == word:
        return EXACT
    if typed.isdigit() or word.isdigit():
        return 0.0
    if len(typed) >= 2 and word.startswith(typed):
        return CUT_SHORT if is_last or len(typed) >= 4 else ONE_WRONG * len(typed) / len(word)
    longest = max(len(typed), len(word))
    wrong = OSA.distance(typed, word)
    if wrong > _allowed(longest):
        return 0.0
    # In a short word one letter is a large part of it, and the other word is often a word too.
    return TWO_WRONG if wrong == 2 else ONE_WRONG - 0.1 * max(0, 5 - longest)


def close_words(typed: str, words: Sequence[str], *, is_last: bool) -> dict[str, float]:
    """Those of the words, which are sorted, that somebody may have meant, and how likely."""
    # First what cannot be close is left out quickly: thousands of words are looked at for one answer.
    allowed = _allowed(len(typed) + 1)
    near = extract(typed, words, scorer=OSA.distance, score_cutoff=allowed, limit=None) if allowed else ()
    possible = {word for word, _, _ in near}
    for word in islice(words, bisect_left(words, typed), None):
        if not word.startswith(typed):
            break
        possible.add(word)
    close = {word: closeness(typed, word, is_last=is_last) for word in possible}
    if (number := SAID_NUMBERS.get(typed, "")) and number in words:
        close[number] = SAID
    return {word: likely for word, likely in close.items() if likely}


def split(typed: str, words: frozenset[str]) -> list[str]:
    """`dongxuyen` as the fewest known words it is made of; empty when it is not made of any."""
    best: list[list[str] | None] = [[], *[None] * len(typed)]
    for end in range(2, len(typed) + 1):
        for start in range(max(0, end - _LONGEST_PIECE), end - 1):
            before, piece, shortest = best[start], typed[start:end], best[end]
            if (
                before is not None
                and piece in words
                and (shortest is None or len(before) + 1 < len(shortest))
            ):
                best[end] = [*before, piece]
    return best[-1] or []


class Judge:
    """Compares names with one thing that was typed; `words` are all the words that occur in the names."""

    def __init__(self, asked: Sequence[Asked], words: Sequence[str]) -> None:
        self._asked = asked
        self._whole = sum(one.weight for one in asked)
        close = (close_words(one.word, words, is_last=one.is_last) for one in asked)
        self._close = [sorted(found.items(), key=lambda one: -one[1]) for found in close]
        self._above: dict[tuple[str, ...], list[float]] = {}

    def judge(self, name: Sequence[str], above: Sequence[str]) -> Judged:
        """`name` and `above` are the plain words of a unit's name and of the name of the unit above it."""
        where = {word: place for place, word in reversed(list(enumerate(name)))}
        shared = self._of_above(tuple(above))
        initials = ""
        places: list[int | None] = []
        covered = surest = 0.0
        for one, close, from_above in zip(self._asked, self._close, shared, strict=True):
            likely, place = _best(close, where)
            surest = max(surest, likely)
            if not likely and len(one.word) >= 2:
                initials = initials or "".join(word[0] for word in name)
                likely = INITIALS if one.word in initials else 0.0
            covered += (likely if likely >= ABOVE else max(likely, from_above)) * one.weight
            places.append(place)
        covered /= self._whole
        telling = {at for at, word in enumerate(name) if word not in GENERIC} or set(range(len(name)))
        met = len(telling.intersection(places)) / len(telling)
        ordered = sum(a is not None and b == a + 1 for a, b in pairwise(places))
        in_order = ordered / (len(places) - 1) if len(places) > 1 else 1.0
        score = (covered + LITTLE_ELSE * met + IN_ORDER * in_order) / (1 + LITTLE_ELSE + IN_ORDER)
        return Judged(score, covered, met, surest)

    def _of_above(self, above: tuple[str, ...]) -> list[float]:
        """What the name of the unit above answers of each word; hundreds of units have the same one above."""
        if above not in self._above:
            where = dict.fromkeys(above, 0)
            self._above[above] = [ABOVE * _best(close, where)[0] for close in self._close]
        return self._above[above]


def _best(close: Sequence[tuple[str, float]], where: Mapping[str, int]) -> tuple[float, int | None]:
    """The word closest to what was typed, and where it stands; `close` has the likeliest first."""
    best, place = 0.0, None
    for word, likely in close:
        if likely < best:
            break
        at = where.get(word)
        if at is not None and (place is None or at < place):
            best, place = likely, at
    return best, place
