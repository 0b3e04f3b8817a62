"""How alike two initiatives are: rare words weigh more than common ones, the change more than the rest.

A summary is contained in the story it was made of, and a retelling shares few phrases but the rare words:
so the measure looks at how much of the smaller text is in the larger, and at what is common to both. The
weights were fitted to labelled pairs (`benchmarks/lookalikes.py` fits them anew and says how good they are
on pairs they have not seen).
"""

from __future__ import annotations

import csv
import math
import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from importlib.resources import files
from sys import intern

from rapidfuzz import process
from rapidfuzz.distance import OSA

from handlers.folding import fold

# From this on two texts are shown as one improvement told twice (a probability of the fitted model).
ALIKE = 0.5
# Weights of the measure; see `features`.
BIAS, WEIGHTS = 0.64, (6.14, 3.84, -1.70, 0.96)
# A long story keeps more keys than a short one, so that its summary still meets some of them.
FEWEST_KEPT, MOST_KEPT, PART_KEPT, KEYS_ASKED = 48, 128, 4, 160
LONGEST = 20_000  # characters of a field that are looked at
REMEMBERED = 512  # texts whose keys are remembered, 1 to 4 kB each
_DOCUMENTS = 240  # initiatives behind the counts in common_words.csv
_WORD = re.compile(r"[a-z]+|\d+")
_COMMON, _RARE, _SHORT = 1.0, 4.5, 3
_SIXTY_THREE_BITS = (1 << 63) - 1


_keys: dict[str, array[int]] = {}  # by the mark of the texts


@lru_cache(maxsize=1)
def _documents() -> dict[str, int]:
    """In how many initiatives each folded syllable stands; those of a single one are left out."""
    with (files("handlers") / "common_words.csv").open(encoding="utf-8") as lines:
        return {row["word"]: int(row["documents"]) for row in csv.DictReader(lines)}


@lru_cache(maxsize=65_536)
def weight_of(word: str) -> float:
    """How much a folded word tells: the logarithm of how rare it is among initiatives."""
    return math.log((_DOCUMENTS + 1) / (_documents().get(word, 0) + 1)) + 0.1


def words_of(text: str) -> list[str]:
    """The folded words and numbers of a text, in order: marks, case and spelling of tones do not matter."""
    # Portraits are remembered by the hundred, and their texts say the same few thousand syllables.
    return [intern(word) for word in _WORD.findall(fold(text[:LONGEST]))]


@dataclass(frozen=True)
class Bag:
    """Every word of a text once, with its weight. What a comparison asks of it is found once."""

    weights: Mapping[str, float]

    @classmethod
    def of(cls, words: Iterable[str]) -> Bag:
        """The words, in the order in which they first stand in the text."""
        return cls({word: weight_of(word) for word in dict.fromkeys(words)})

    @cached_property
    def weight(self) -> float:
        """That of all words together."""
        return sum(self.weights.values())

    @cached_property
    def slips(self) -> list[str]:
        """Words in which a finger may slip: a number with another digit is another number."""
        return [word for word in self.weights if len(word) >= _SHORT and not word.isdigit()]

    @cached_property
    def strange(self) -> list[str]:
        """Those of them that hardly anybody else writes."""
        return [word for word in self.slips if word not in _known_words()]

    def without(self, words: Iterable[str]) -> list[str]:
        """Those of these words that do not stand here."""
        return [word for word in words if word not in self.weights]


@dataclass(frozen=True)
class Portrait:
    """What of an initiative is compared. Never made of a sealed one."""

    title: str
    before: str
    after: str

    @cached_property
    def parts(self) -> tuple[list[str], list[str], list[str]]:
        """The words of title, before and after."""
        return words_of(self.title), words_of(self.before), words_of(self.after)

    @cached_property
    def whole(self) -> Bag:
        """Every word once, with its weight."""
        return Bag.of(word for part in self.parts for word in part)

    @property
    def keys(self) -> Sequence[int]:
        """The numbers it is found by, the best first; at the first card and again when it is handed in."""
        keys = _keys.get(self.mark)
        if keys is None:
            if len(_keys) >= REMEMBERED:
                _keys.clear()
            keys = _keys[self.mark] = array("q", keys_of(self))
        return keys

    @cached_property
    def mark(self) -> str:
        """A short mark of the three texts: another mark is another text."""
        texts = "\0".join((self.title, self.before, self.after))
        return blake2b(texts.encode("utf-8", "replace"), digest_size=8).hexdigest()

    @cached_property
    def change(self) -> Bag:
        """The words of what was changed."""
        return Bag.of(self.parts[2])

    @cached_property
    def name(self) -> Bag:
        """The words of the title."""
        return Bag.of(self.parts[0])


@lru_cache(maxsize=256)
def alikeness(one: Portrait, other: Portrait) -> float:
    """How likely it is that both tell of the same improvement, from 0 to 1; the order does not matter."""
    if not one.change.weights or not other.change.weights:
        return 0.0
    drawn = sum(weight * value for weight, value in zip(WEIGHTS, features(one, other), strict=True))
    return 1 / (1 + math.exp(-(BIAS + drawn)))


def features(one: Portrait, other: Portrait) -> tuple[float, float, float, float]:
    """What is weighed: how much of the smaller change is in the larger one; what is common to the whole
    texts; the size of the smaller change (as a logarithm: little text is easily contained); the titles.
    """
    contained, _ = _overlap(one.change, other.change)
    _, common = _overlap(one.whole, other.whole)
    size = math.log(min(len(one.change.weights), len(other.change.weights)) + 1)
    shared = _shared(one.name, other.name)
    titles = one.name.weight + other.name.weight - shared
    return contained, common, size, shared / titles if titles else 0.0


def keys_of(portrait: Portrait) -> list[int]:
    """Numbers by which likely look-alikes are found, the best first: a weighted bottom-k MinHash.

    Each is a rare word or two neighbouring words in any order. A rank of its own decides which are kept,
    the same in every text and better the rarer the words: two texts that share much keep the same ones.
    """
    found: dict[str, float] = {}
    for part in portrait.parts:
        telling = [(word, weight_of(word)) for word in part if not word.isdigit()]
        telling = [one for one in telling if one[1] > _COMMON]
        for step in (1, 2):
            for (first, light), (second, heavy) in zip(telling, telling[step:], strict=False):
                pair = f"{first} {second}" if first <= second else f"{second} {first}"
                found[pair] = light + heavy
        found.update([one for one in telling if one[1] > _RARE])
    ranked = [_rank(key, weight) for key, weight in found.items()]
    ranked.sort()
    return [number for _, number in ranked[: MOST_KEPT * PART_KEPT]]  # enough for `kept_of`


def kept_of(keys: Sequence[int]) -> int:
    """How many of an initiative's keys are kept."""
    return min(MOST_KEPT, max(FEWEST_KEPT, len(keys) // PART_KEPT))


def _rank(key: str, weight: float) -> tuple[float, int]:
    """How good a key is (less is better), and its positive 63-bit number, the same on every machine."""
    number = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") & _SIXTY_THREE_BITS
    chance = (number + 1) / (_SIXTY_THREE_BITS + 2)
    return -math.log(chance) / weight**3, number


def _shared(one: Bag, other: Bag) -> float:
    theirs = other.weights
    return sum([weight for word, weight in one.weights.items() if word in theirs])


def _overlap(one: Bag, other: Bag) -> tuple[float, float]:
    """The shared weight, as a part of the smaller bag and as a part of both together.

    A word nobody else writes may be a slip of the finger: it meets its nearest word of the other text.
    """
    shared, mine, theirs = _shared(one, other), one.weight, other.weight
    for word, twin in _twins(one, other):
        one_weight, other_weight = one.weights[word], other.weights[twin]
        common = min(one_weight, other_weight)
        shared, mine, theirs = shared + common, mine - one_weight + common, theirs - other_weight + common
    together = mine + theirs - shared
    smaller = min(mine, theirs)
    return (shared / smaller if smaller > 0 else 0.0, shared / together if together > 0 else 0.0)


def _twins(one: Bag, other: Bag) -> Iterable[tuple[str, str]]:
    """Pairs of words, one from each, that differ by one slip, at least one of them unknown."""
    strange, unknown = other.without(one.strange), one.without(other.strange)
    if not strange and not unknown:
        return
    left = one.without(other.slips)
    for word in other.without(one.slips) if unknown else strange:
        candidates = unknown if word in _known_words() else left
        found = process.extractOne(word, candidates, scorer=OSA.distance, score_cutoff=1)
        if found is not None:
            left.remove(found[0])
            if found[0] in unknown:
                unknown.remove(found[0])
            yield word, found[0]


@lru_cache(maxsize=1)
def _known_words() -> frozenset[str]:
    """Words that others write too."""
    return frozenset(word for word, documents in _documents().items() if documents >= 2)
