"""Look-alikes of an initiative: for its author within what they may see, for a reviewer across the scope.

New is what is new within the establishment: an earlier entry of the same establishment defeats a later one,
across establishments it is only a hint (Nghị định 13/2012). A sealed initiative is neither compared nor
found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from handlers.likeness import ALIKE, KEYS_ASKED, Portrait, alikeness, kept_of
from handlers.messages import Note, moment
from handlers.place import Place
from storage.likeness import Candidate, Near
from storage.people import Person
from storage.transaction import Transaction

LOOKED_AT, SHOWN = 24, 3
# The cards of one sitting are compared once. What others hand in meanwhile the reviewer still sees.
STANDS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Lookalike:
    """An initiative that tells of the same improvement; `defeats` when it is earlier in the same unit."""

    id: int
    code: str
    title: str
    unit_id: int
    author_id: int
    submitted_at: datetime
    alike: float
    same_unit: bool
    defeats: bool


def portrait_of(place: Place) -> Portrait | None:
    """What of an initiative is compared; None for a sealed one and one that does not say what was changed."""
    if place.sealed or not place.value("after"):
        return None
    return drawn(place.value("title") or "", place.value("before") or "", place.value("after"))


# The author's three or four cards in a row are compared with the same initiatives.
@lru_cache(maxsize=256)
def drawn(title: str, before: str, after: str) -> Portrait:
    """A portrait; one that was drawn lately is the same object, with what was read from it."""
    return Portrait(title, before, after)


def remember(tx: Transaction, initiative_id: int, place: Place, *, fresh: bool = False) -> None:
    """Let others find an initiative by its likeness, or no longer; `fresh`: it was unknown until now."""
    portrait = portrait_of(place)
    if portrait is not None:
        keys, most = portrait.keys, kept_of(portrait.keys)
        # Twice as many are offered: keys that are crowded make room for the next ones.
        tx.likeness.keep(initiative_id, keys[: 2 * most], most, fresh=fresh)
    elif not fresh:
        tx.likeness.forget(initiative_id)


def lookalikes(
    tx: Transaction,
    portrait: Portrait,
    unit_id: int | None,
    *,
    itself: int | None = None,
    before: datetime | None = None,
    near: Near | None = None,
) -> list[Lookalike]:
    """What tells of the same improvement, the most alike first.

    `itself` is left out; `near` are those an author may see (None: everything, for a reviewer); `before` is
    when this one was submitted (None: it is not yet), so that an earlier one in the same unit is known to
    defeat it.
    """
    found = []
    for one in tx.likeness.sharing(portrait.keys[:KEYS_ASKED], LOOKED_AT, near):
        if one.id == itself:
            continue
        alike = alikeness(portrait, drawn(one.title, one.before or "", one.after or ""))
        if alike < ALIKE:
            continue
        same = one.unit_id == unit_id
        defeats = same and (before is None or one.submitted_at < before)
        where = (one.id, one.code, one.title, one.unit_id, one.author_id, one.submitted_at)
        found.append(Lookalike(*where, alike, same, defeats))
    return sorted(found, key=lambda one: (not one.defeats, -one.alike))


@dataclass(frozen=True, slots=True)
class Compared:
    """The lines on a review card, and what to remember so that the next card need not search again."""

    notes: tuple[Note, ...] = ()
    kept: Mapping[str, Any] | None = None


def compared_for_author(
    tx: Transaction,
    person: Person,
    place: Place,
    itself: int | None,
    before: Mapping[str, Any] | None,
    now: datetime,
) -> Compared:
    """What the author's own unit already has, and what they sent themselves; `before` is what was kept."""
    portrait = portrait_of(place)
    if portrait is None:
        return Compared()
    same = {"of": portrait.mark, "unit": person.unit_id}
    near = Near(person.worker_id, person.unit_id)
    if (
        before is not None
        and all(before[name] == value for name, value in same.items())
        and now - datetime.fromisoformat(before["at"]) <= STANDS
    ):
        # What was found is said again while it may be: of those, some may be withdrawn by now.
        return Compared(_notes(tx.likeness.those(before["found"], near)), before)
    found = lookalikes(tx, portrait, person.unit_id, itself=itself, near=near)[:SHOWN]
    return Compared(_notes(found), {**same, "at": now.isoformat(), "found": [one.id for one in found]})


def _notes(found: Sequence[Lookalike] | Sequence[Candidate]) -> tuple[Note, ...]:
    return (Note("alike.head"), *map(_line, found)) if found else ()


def _line(one: Lookalike | Candidate) -> Note:
    return Note("alike.line", {"code": one.code, "title": one.title, "at": moment(one.submitted_at)})


def remember_older(tx: Transaction, after: int, most: int) -> int:
    """Give keys to `most` initiatives with numbers above `after`; the last number seen, 0 at the end."""
    last = 0
    for last, place in tx.initiatives.places(after, most):
        remember(tx, last, Place.of(place))
    return last
