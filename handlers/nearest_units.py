"""The units whose names are nearest to what was typed, for words that name none: something to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rapidfuzz import fuzz, process

from handlers.folding import fold, plain_spaces
from handlers.unit_search import FoundUnit, find_units
from storage.transaction import Transaction

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
    wanted = fold(plain_spaces(typed[:LONGEST]))
    units = tx.units.open_names(today)
    names = [fold(f"{code} {name}") for _, code, name in units]
    best = process.extract(wanted, names, scorer=fuzz.WRatio, limit=SUGGESTED)
    return [FoundUnit(*units[place], "", round(score / 100, 3)) for _, score, place in best]
