"""The units whose names are nearest to what was typed, for words that name none: something to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from rapidfuzz import fuzz, process

from handlers.folding import plain_spaces
from handlers.unit_search import FoundUnit, find_units
from handlers.unit_words import GENERIC, LONGEST_TYPED, normal_words, without_greeting
from storage.transaction import Transaction
from storage.unit_index import UnitIndex

SUGGESTED = 5
LONGEST = 200
LIKELY = 0.8  # the only unit that was found is shown at once; a less likely one is offered
MOST_SHARING = 1_500  # units compared word by word
SURE = 0.98  # of what was typed and of the name: this unit and no other is meant


def meant(tx: Transaction, typed: str, today: date) -> tuple[int | None, list[FoundUnit]]:
    """The unit that was named, by code or whole name; else (None and) up to five that may be meant."""
    exact = tx.units.by_code(typed)
    if exact is not None:
        return exact.id, []
    whole = _whole_name(tx.unit_index, typed, today)
    if whole is not None:
        return whole, []
    found = find_units(tx, typed, SUGGESTED, today=today)
    alone = len(found) == 1 and found[0].score >= LIKELY
    if alone or (len(found) > 1 and found[0].score >= SURE > found[1].score):
        return found[0].id, []
    return None, found


def _whole_name(index: UnitIndex, typed: str, today: date) -> int | None:
    """The only open unit that is called so; None where another differs in words that tell nothing."""
    words = normal_words(without_greeting(plain_spaces(typed[:LONGEST_TYPED])))
    alike = index.made(_by_telling_words).get(_telling(words), frozenset())
    there = [unit_id for unit_id in alike if index.is_open(unit_id, today)]
    return there[0] if index.with_key(" ".join(words), today, 2) == there and len(there) == 1 else None


def _by_telling_words(index: UnitIndex) -> dict[str, frozenset[int]]:
    """Units by the words of their names, old ones too, without those that nearly every name has."""
    found: dict[str, set[int]] = {}
    for key, units in index.every_key():
        found.setdefault(_telling(key.split()), set()).update(units)
    return {words: frozenset(units) for words, units in found.items()}


def _telling(words: Iterable[str]) -> str:
    return " ".join(word for word in words if word not in GENERIC)


def suggested(
    tx: Transaction, typed: str, found: Sequence[FoundUnit], today: date
) -> tuple[bool, list[FoundUnit]]:
    """Whether one of those found is likely meant, and what to offer: else the nearest five."""
    if found and found[0].score >= LIKELY:
        return True, list(found)
    if len(found) >= SUGGESTED:
        return False, list(found[:SUGGESTED])
    known = {unit.id for unit in found}
    return False, [*found, *(unit for unit in nearest(tx, typed, today) if unit.id not in known)][:SUGGESTED]


def nearest(tx: Transaction, typed: str, today: date) -> list[FoundUnit]:
    """Five units in the order of likeness to what was typed, however little that is."""
    index, wanted = tx.unit_index, typed[:LONGEST]
    lists = index.made(_Lists).on(today)
    # By words in any order, or by the code alone: fast enough to look at every unit of a city.
    said = _by_words(index, lists, normal_words(wanted))
    coded = process.extract(plain_spaces(wanted).casefold(), lists.codes, scorer=fuzz.ratio, limit=SUGGESTED)
    best = sorted([*said, *((place, share) for _, share, place in coded)], key=lambda one: -one[1])
    score: dict[int, float] = {}
    for place, share in best:
        score.setdefault(place, share / 100)
    return [_found(index, lists.numbers[place], score[place]) for place in list(score)[:SUGGESTED]]


def _found(index: UnitIndex, unit_id: int, score: float) -> FoundUnit:
    return FoundUnit(unit_id, *index.code_and_name(unit_id), "", round(score, 3))


def _in_order(words: Iterable[str]) -> str:
    """Each word once, in the order of the alphabet."""
    return " ".join(sorted(set(words)))


class _Open(NamedTuple):
    """Of every unit that is open: number, code in small letters, words of its name; in one order."""

    numbers: list[int]
    codes: list[str]
    words: list[str]
    places: dict[int, int]  # of a number


class _Lists:
    """What typed words are compared with, on the last day that was asked for."""

    def __init__(self, index: UnitIndex) -> None:
        self._index = index
        self._all = [
            (unit_id, code.lower(), _in_order(key.split())) for unit_id, code, key in index.current_names()
        ]
        self._held: tuple[date, _Open] | None = None

    def on(self, today: date) -> _Open:
        """Of the units open on that day."""
        held = self._held
        if held is not None and held[0] == today:
            return held[1]
        rows = [row for row in self._all if self._index.is_open(row[0], today)]
        numbers = [row[0] for row in rows]
        places = {unit_id: place for place, unit_id in enumerate(numbers)}
        lists = _Open(numbers, [row[1] for row in rows], [row[2] for row in rows], places)
        self._held = (today, lists)
        return lists


def _by_words(index: UnitIndex, lists: _Open, words: Sequence[str]) -> list[tuple[int, float]]:
    """Places of the likest names: rare words they share count whole, in any order; else letter by letter."""
    line = _in_order(words)
    sharing: set[int] = set()
    for carriers in sorted(map(index.carriers, line.split()), key=len):
        if len(sharing) + len(carriers) > MOST_SHARING:
            break
        sharing.update(carriers)
    places = sorted(lists.places[unit_id] for unit_id in sharing if unit_id in lists.places)
    several = {place: lists.words[place] for place in places}
    best: dict[int, float] = {}
    # Comparing words costs ten times what comparing letters does, so only where they tell something.
    for choices, scorer in ((several, fuzz.token_set_ratio), (lists.words, fuzz.ratio)):
        for _, share, place in process.extract(line, choices, scorer=scorer, limit=SUGGESTED):
            best[place] = max(share, best.get(place, 0.0))
    return sorted(best.items(), key=lambda one: (-one[1], one[0]))[:SUGGESTED]
