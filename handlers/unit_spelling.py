"""Reads what somebody typed as words that units carry: misspelt, joined, split or cut short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import OSA

from handlers.unit_match import ONE_WRONG, Asked, close_words, split, weight
from handlers.unit_words import END_OF_WORDS, GENERIC, SAID_NUMBERS, SPELLINGS, normal_words, spelled_words
from storage.unit_index import UnitIndex

MOST_WORDS = 16
MOST_ALIKE = 6
MOST_BEGINNINGS = 30
_SHORTEST_JOINED = 4
_SHORTEST_PHRASE, _LONG_PHRASE = 7, 14
_SPELLED = spelled_words()
# Phrases of the table by their number of words, the longest first, with what they mean.
_PHRASES: dict[int, dict[str, list[str]]] = {}
for _plain, _spellings in SPELLINGS.items():
    for _phrase in _spellings:
        if len(_phrase) >= _SHORTEST_PHRASE and " " in _phrase:
            _PHRASES.setdefault(_phrase.count(" ") + 1, {})[_phrase] = _plain.split()
_SIZES = sorted(_PHRASES, reverse=True)


@dataclass(frozen=True)
class Meant:
    """A word that was typed, the words of the index it may stand for, and how many units carry those."""

    asked: Asked
    forms: tuple[str, ...]
    carriers: int


def read_words(index: UnitIndex, words: Sequence[str], *, wide: bool) -> list[Meant]:
    """What each word may mean. `wide`: words that units do carry may be misspelt too."""
    typed = list(words[:MOST_WORDS])
    counts = index.counts({*typed, *map("".join, pairwise(typed))})
    typed = _joined(typed, counts)
    vocabulary: list[str] = []
    if wide or any(_is_unknown(word, counts) for word in typed):
        typed = _mended(typed, counts)
        vocabulary = index.vocabulary(END_OF_WORDS)
        typed = _split(typed, counts, vocabulary)
        counts |= index.counts(set(typed) - counts.keys())
    forms = [
        _forms(word, counts, vocabulary, wide=wide, is_last=at == len(typed) - 1)
        for at, word in enumerate(typed)
    ]
    counts |= index.counts({form for several in forms for form in several} - counts.keys())
    carriers = [sum(counts.get(form, 0) for form in several) for several in forms]
    return [
        Meant(Asked(word, weight(word, number), at == len(typed) - 1), several, number)
        for at, (word, several, number) in enumerate(zip(typed, forms, carriers, strict=True))
    ]


def _is_unknown(word: str, counts: dict[str, int]) -> bool:
    return word not in counts and word not in GENERIC and not word.isdigit() and len(word) > 1


def _mended(typed: list[str], counts: dict[str, int]) -> list[str]:
    """`cogn doan co so` and `lien dan lao dong` are slips in what nearly every name begins with."""
    words: list[str] = []
    at = 0
    while at < len(typed):
        size = next((size for size in _SIZES if _is_slip(typed[at : at + size], size, counts)), 0)
        words += _PHRASES[size][_nearest(typed[at : at + size], size)] if size else [typed[at]]
        at += max(size, 1)
    return words


def _nearest(typed: list[str], size: int) -> str:
    return min(_PHRASES[size], key=lambda phrase: OSA.distance(" ".join(typed), phrase))


def _is_slip(typed: list[str], size: int, counts: dict[str, int]) -> bool:
    """Whether these words are a phrase of the table with a letter wrong, or two in a long one."""
    if len(typed) < size:
        return False
    phrase = _nearest(typed, size)
    wrong = OSA.distance(" ".join(typed), phrase)
    strange = any(_is_unknown(word, counts) for word in typed)
    return wrong <= (1 if len(phrase) < _LONG_PHRASE else 2) and (strange or len(phrase) >= _LONG_PHRASE)


def _joined(typed: list[str], counts: dict[str, int]) -> list[str]:
    """`dong myora` is `dongmyora` when units carry that, and not both halves."""
    words: list[str] = []
    for word in typed:
        whole = words[-1] + word if words else ""
        if whole in counts and (_is_unknown(words[-1], counts) or _is_unknown(word, counts)):
            words[-1] = whole
        else:
            words.append(word)
    return words


def _split(typed: list[str], counts: dict[str, int], vocabulary: list[str]) -> list[str]:
    """`dongxuyen` is `dong xuyen` when that is nobody's word nor nearly one, but both halves are."""
    known = frozenset(vocabulary) | _SPELLED
    words: list[str] = []
    for at, word in enumerate(typed):
        close: dict[str, float] = {}
        if doubtful := _is_unknown(word, counts) and len(word) >= _SHORTEST_JOINED:
            close = close_words(word, vocabulary, is_last=at == len(typed) - 1)
        if doubtful and max(close.values(), default=0.0) < ONE_WRONG:
            words += normal_words(" ".join(split(word, known))) or [word]
        else:
            words.append(word)
    return words[:MOST_WORDS]


def _forms(
    word: str, counts: dict[str, int], vocabulary: list[str], *, wide: bool, is_last: bool
) -> tuple[str, ...]:
    if word.isdigit() or word in GENERIC:
        return (word,)
    if word in counts and not wide:
        return (word, *([SAID_NUMBERS[word]] if word in SAID_NUMBERS else ()))
    close = close_words(word, vocabulary, is_last=is_last)
    likeliest = sorted(close, key=lambda one: (-close[one], one))
    return tuple(dict.fromkeys((word, *likeliest[: MOST_BEGINNINGS if is_last else MOST_ALIKE])))
