"""Finds the unit a worker means by what they typed, among thousands, without listing them.

First the index of words says which units carry the rarest words that were typed; only those are compared by
name. Words that no unit carries are read as misspelt, run together or pulled apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nlargest

from handlers.folding import plain_spaces
from handlers.unit_match import ABOVE, ONE_WRONG, Asked, Judge, Judged
from handlers.unit_spelling import Meant, read_words
from handlers.unit_words import LONGEST_TYPED, code_word, normal_words, without_greeting
from storage.transaction import Transaction
from storage.unit_index import NamedUnit, UnitIndex

# Entries of the index looked at for one search, and units compared by name: what keeps it quick in any tree.
MOST_POSTINGS = 1_500
MOST_COMPARED = 100
# Below this share of what was typed the likeness is chance; below the next, misspellings are looked into.
LEAST_COVERED, WELL_COVERED = 0.45, 0.7
LEAST_OF_WHOLE_NAME = 0.2
# Two short words that are each only nearly right, as `xin chào` is for `Xí … chất`, are nobody's name.
LEAST_SURE = ONE_WRONG
# So far behind the best one, a unit is not what was meant, or not worth comparing by name.
LEAST_OF_BEST, LEAST_OF_CARRIED = 0.6, 0.5
# Shorter words are rather names that happen to look like a code.
SHORTEST_CODE_INSIDE = 4


@dataclass(frozen=True)
class FoundUnit:
    """A unit that may be meant; `parent_name` tells apart those of the same name. `score` is 1 at most."""

    id: int
    code: str
    name: str
    parent_name: str
    score: float


def find_units(tx: Transaction, typed: str, limit: int = 8, *, today: date) -> list[FoundUnit]:
    """The units that were probably meant, the likeliest first; none when nothing is like it.

    Units that are closed on `today` (a local day) are left out. Of a long text only the beginning counts.
    """
    index = tx.unit_index
    typed = plain_spaces(typed[:LONGEST_TYPED])
    found = _by_code(index, typed, today)
    if found and any(letter.isdigit() for letter in typed) and len(typed.split()) == 1:
        return found[:limit]
    named = _by_name(index, normal_words(without_greeting(typed)), today)
    return [*found, *(unit for unit in named if unit.id not in {one.id for one in found})][:limit]


def _by_code(index: UnitIndex, typed: str, today: date) -> list[FoundUnit]:
    """Units whose code was typed, alone or somewhere in the text, in capitals or not."""
    inside = [word for word in typed.split() if len(word) >= SHORTEST_CODE_INSIDE and _is_mixed(word)]
    codes = [code_word(code) for code in dict.fromkeys([typed, *inside])]
    wanted = [code for code in codes if code != code_word("")]
    if not wanted:
        return []
    units = list(dict.fromkeys(unit for code in wanted for unit in index.carrying(code, today)))[
        :MOST_COMPARED
    ]
    named = [name for name in index.names(units) if name.kind == "current"] if units else []
    exactly = typed.casefold()
    named.sort(
        key=lambda name: (name.code.casefold() != exactly, code_word(name.code) != codes[0], name.code)
    )
    return [_found(name, 1.0) for name in named]


def _is_mixed(word: str) -> bool:
    return any(letter.isalpha() for letter in word) and any(letter.isdigit() for letter in word)


def _found(name: NamedUnit, score: float) -> FoundUnit:
    return FoundUnit(name.unit_id, name.code, name.unit_name, name.parent_name or "", score)


def _by_name(index: UnitIndex, words: Sequence[str], today: date) -> list[FoundUnit]:
    if not words:
        return []
    found: list[tuple[Judged, FoundUnit]] = []
    best = 0.0
    for wide in (False, True):
        meant = read_words(index, words, wide=wide)
        names = index.names(_candidates(index, meant, today))
        compared = _compared([one.asked for one in meant], names)
        if compared and compared[0][0].covered > best:
            found, best = compared, compared[0][0].covered
        if best >= WELL_COVERED:
            break
    return [unit for judged, unit in found if _is_meant(judged, best)]


def _is_meant(judged: Judged, best: float) -> bool:
    # Somebody who adds the street and the town says much that no name answers, but says the whole name.
    least = LEAST_OF_WHOLE_NAME if judged.met == 1 else LEAST_COVERED
    return judged.surest >= LEAST_SURE and judged.covered >= max(least, LEAST_OF_BEST * best)


def _candidates(index: UnitIndex, meant: Sequence[Meant], today: date) -> set[int]:
    """Units worth comparing: those that carry most of what was typed, counting the rarest words only."""
    words = [one.asked.word for one in meant]
    same = set(index.with_key(" ".join(words), today, MOST_COMPARED))
    rarest = sorted((one for one in meant if one.carriers), key=lambda one: one.carriers)
    chosen: list[Meant] = []
    room = MOST_POSTINGS
    for one in rarest:
        room -= one.carriers
        if room < 0:
            break
        chosen.append(one)
    if not chosen:
        exact = [one.asked.word for one in rarest if one.asked.word in one.forms]
        return same.union(index.with_all(exact[:4], today, MOST_COMPARED))
    worth = _carrying_most(index, chosen, today)
    if len(worth) > MOST_COMPARED:  # of those that carry as much, those that carry the common words too
        for one in rarest[len(chosen) :]:
            more = set(index.carriers(one.asked.word))
            for unit in worth.keys() & more:
                worth[unit] += one.asked.weight
    return same | set(nlargest(MOST_COMPARED, sorted(worth), key=worth.__getitem__))


def _carrying_most(index: UnitIndex, chosen: Sequence[Meant], today: date) -> dict[int, float]:
    """Units by the weight of what they carry, or the unit above them does; those far behind are left out."""
    by_word = {form: index.carrying(form, today) for one in chosen for form in one.forms}
    below = index.below(set().union(*by_word.values()))
    carried: dict[int, float] = {}
    for one in chosen:
        units = set().union(*(by_word[form] for form in one.forms))
        under = set().union(*(below[unit] for unit in units & below.keys())) - units
        for several, share in ((units, 1.0), (under, ABOVE)):
            for unit in several:
                carried[unit] = carried.get(unit, 0.0) + share * one.asked.weight
    least = LEAST_OF_CARRIED * max(carried.values(), default=0.0)
    return {unit: weight for unit, weight in carried.items() if weight >= least}


def _compared(asked: Sequence[Asked], names: Sequence[NamedUnit]) -> list[tuple[Judged, FoundUnit]]:
    """The best name of each unit, the likeliest unit first."""
    keys = {key for name in names for key in (name.search_key, name.parent_key or "")}
    words = {key: key.split() for key in keys}
    judge = Judge(asked, sorted({word for several in words.values() for word in several}))
    best: dict[int, tuple[tuple[float, bool, str], Judged, FoundUnit]] = {}
    numbers = {one.word for one in asked if one.word.isdigit()}
    for name in names:
        if _is_another_number(numbers, words[name.search_key], words[name.parent_key or ""]):
            continue
        judged = judge.judge(words[name.search_key], words[name.parent_key or ""])
        order = (-judged.score, name.kind != "current", name.code)
        if name.unit_id not in best or order < best[name.unit_id][0]:
            best[name.unit_id] = (order, judged, _found(name, round(judged.score, 3)))
    return [(judged, unit) for _, judged, unit in sorted(best.values(), key=lambda one: one[0])]


def _is_another_number(asked: set[str], name: Sequence[str], above: Sequence[str]) -> bool:
    """`may 12` is never `May 1`: numbers were typed, the name has some, and they have none in common."""
    own = {word for word in name if word.isdigit()}
    return bool(asked and own) and not asked & own.union(word for word in above if word.isdigit())
