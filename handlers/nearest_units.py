"""The units whose names are nearest to what was typed, for words that name none: something to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rapidfuzz import fuzz, process

from handlers.folding import plain_spaces
from handlers.unit_search import FoundUnit, find_units
from handlers.unit_words import search_key
from storage.transaction import Transaction
from storage.unit_index import UnitIndex

SUGGESTED = 5
LONGEST = 200
LIKELY = 0.8  # the only unit that was found is shown at once; a less likely one is offered
SURE = 0.98  # of what was typed and of the name: this unit and no other is meant


def meant(tx: Transaction, typed: str, today: date) -> tuple[int | None, list[FoundUnit]]:
    """The unit that was named, by code or whole name; else (None and) up to five that may be meant."""
    exact = tx.units.by_code(typed)
    if exact is not None:
        return exact.id, []
    found = find_units(tx, typed, SUGGESTED, today=today)
    alone = len(found) == 1 and found[0].score >= LIKELY
    if alone or (len(found) > 1 and found[0].score >= SURE > found[1].score):
        return found[0].id, []
    return None, found


def suggested(
    tx: Transaction, typed: str, found: Sequence[FoundUnit], today: date
) -> tuple[bool, list[FoundUnit]]:
    """Whether one of those found is likely meant, and what to offer: else the nearest five."""
    if found and found[0].score >= LIKELY:
        return True, list(found)
    known = {unit.id for unit in found}
    return False, [*found, *(unit for unit in nearest(tx, typed, today) if unit.id not in known)][:SUGGESTED]


def nearest(tx: Transaction, typed: str, today: date) -> list[FoundUnit]:
    """Five units in the order of likeness to what was typed, however little that is."""
    wanted = typed[:LONGEST]
    numbers, codes, words = UnitIndex(tx.connection).every_key(today)
    # By words in any order, or by the code alone: fast enough to look at every unit of a city.
    said = process.extract(search_key(wanted), words, scorer=fuzz.token_set_ratio, limit=SUGGESTED)
    coded = process.extract(plain_spaces(wanted).casefold(), codes, scorer=fuzz.ratio, limit=SUGGESTED)
    best = sorted([*said, *coded], key=lambda one: -one[1])
    places = list(dict.fromkeys(place for _, _, place in best))[:SUGGESTED]
    score = {place: share / 100 for _, share, place in reversed(best)}
    found = [(tx.units.by_id(int(numbers[place])), score[place]) for place in places]
    return [FoundUnit(unit.id, unit.code, unit.name, "", round(share, 3)) for unit, share in found if unit]
