"""The queue of somebody who decides: what waits for them, oldest first, how many, and since when.

A desk has up to two parts, each read through its own index: units that are led (few rows of one unit), and
units answered for from above (any number of units: their figures say how many wait, and where that is much,
the oldest is found by walking through all that waits instead of unit by unit).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, exists, func, or_, select, tuple_

from storage.models import metadata
from storage.reviews import ITEM_COLUMNS, Item
from storage.tallies import ALL
from storage.unit_tree import UnitTree

INITIATIVE, AUTHOR = metadata.tables["initiative"], metadata.tables["author"]
MOVE = metadata.tables["move"]
UNDOING = MOVE.alias()
ABOVE, SUCCESSOR = metadata.tables["unit_above"], metadata.tables["unit_successor"]
TALLY = metadata.tables["tally"]
MANY = 500  # from so many on, walking through everything that waits is sooner at its end


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose queue: the units they lead, the units they answer for from above (with all below).

    `confirms`: the programme asks for an officer's confirmation. `portal`: not what waits for a decision but
    what lacks its portal code.
    """

    worker_id: int
    led: tuple[int, ...] = ()
    over: tuple[int, ...] = ()
    confirms: bool = False
    portal: bool = False


class _Part(NamedTuple):
    """One part of a desk, as its statements know it."""

    over: bool
    confirms: bool
    portal: bool
    walked: bool


class ReviewQueue:
    """Queues inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._walked: dict[tuple[int, ...], bool] = {}

    def settled(self, desk: Desk) -> Desk:
        """The desk with units that were merged into led ones, and nothing twice."""
        tree, led = UnitTree(self._connection), list(desk.led)
        for unit in led:
            olds = select(SUCCESSOR.c.old_id).where(SUCCESSOR.c.new_id == unit)
            for old in self._connection.execute(olds).scalars().all():
                if old not in led and tree.present(old) in desk.led:
                    led.append(old)
        over = [unit for unit in desk.over if not self._under(unit, desk.over)]
        led = [unit for unit in led if unit not in over and not self._under(unit, over)]
        return replace(desk, led=tuple(led), over=tuple(over))

    def _under(self, unit: int, others: Any) -> bool:
        return any(UnitTree(self._connection).is_within(unit, one) for one in others if one != unit)

    def reached(self, desk: Desk, units: Iterable[int]) -> set[int]:
        """Which of these units the desk answers for."""
        asked = set(units)
        found = asked & set(desk.led)
        if desk.over and asked - found:
            below = select(ABOVE.c.unit_id).where(ABOVE.c.unit_id.in_(asked), ABOVE.c.above_id.in_(desk.over))
            found |= set(self._connection.execute(below).scalars())
        return found

    def count(self, desk: Desk) -> tuple[int, datetime | None]:
        """How many wait, and since when the oldest."""
        total = sum(self._counted(desk, part, units) for part, units in self._parts(desk))
        if not total:
            return 0, None
        first = self.page(desk, 1)
        return (total, first[0].waiting_since) if first else (0, None)

    def _counted(self, desk: Desk, part: _Part, units: tuple[int, ...]) -> int:
        """All of a part, without what is not theirs to decide: what they wrote, appeals from themselves."""
        own = 0
        if mine := list(self._connection.execute(_NOT_THEIRS, {"worker": desk.worker_id}).scalars()):
            own = int(self._connection.execute(_count_of(part), {"units": units, "mine": mine}).scalar_one())
        if part.over and not part.confirms and not part.portal:
            return self._figure(units) - own
        return int(self._connection.execute(_count(part), {"units": units}).scalar_one()) - own

    def _figure(self, units: tuple[int, ...]) -> int:
        """How many wait at units and below, as it is kept up the tree."""
        return int(self._connection.execute(_SUBMITTED, {"units": units}).scalar_one() or 0)

    def page(self, desk: Desk, most: int, skip: int = 0) -> list[Item]:
        """What waits, oldest first."""
        parts = self._parts(desk)
        if len(parts) == 1:
            return self._read(desk, *parts[0], most, skip)
        found = [item for part in parts for item in self._read(desk, *part, most + skip, 0)]
        return sorted(found, key=_order)[skip : skip + most]

    def after(self, desk: Desk, item: Item) -> Item | None:
        """What comes next behind an item, whether or not that one still waits."""
        if item.waiting_since is None:
            return None
        place = {"since": item.waiting_since, "behind": item.id}
        found = [
            Item(*row)
            for part, units in self._parts(desk)
            for row in self._connection.execute(_after(part), {**_given(desk, units, 1, 0), **place})
        ]
        return min(found, key=_order, default=None)

    def holds(self, desk: Desk, initiative_id: int) -> bool:
        """Whether an initiative waits in this queue."""
        one = {"behind": initiative_id}
        return any(
            self._connection.execute(_one(part), {**_given(desk, units, 1, 0), **one}).first() is not None
            for part, units in self._parts(desk)
        )

    def _read(self, desk: Desk, part: _Part, units: tuple[int, ...], most: int, skip: int) -> list[Item]:
        rows = self._connection.execute(_ordered(part), _given(desk, units, most, skip))
        return [Item(*row) for row in rows]

    def _parts(self, desk: Desk) -> list[tuple[_Part, tuple[int, ...]]]:
        found = []
        if desk.led:
            found.append((_Part(False, desk.confirms, desk.portal, False), desk.led))
        if desk.over:
            walked = self._walked.get(desk.over)
            if walked is None:
                walked = self._walked[desk.over] = self._figure(desk.over) >= MANY
            found.append((_Part(True, desk.confirms, desk.portal, walked), desk.over))
        return found


def _order(item: Item) -> tuple[datetime, int]:
    return item.waiting_since or item.submitted_at, item.id


def _given(desk: Desk, units: tuple[int, ...], most: int, skip: int) -> dict[str, Any]:
    return {"units": units, "worker": desk.worker_id, "most": most, "skip": skip}


# --- statements, built once for each kind of part ----------------------------------------------------------

_UNITS: Any = bindparam("units", expanding=True)
_SUBMITTED = select(func.sum(TALLY.c.submitted)).where(TALLY.c.unit_id.in_(_UNITS), TALLY.c.phase == ALL)
_WRITTEN = select(AUTHOR.c.initiative_id).where(AUTHOR.c.worker_id == bindparam("worker"))
# After an appeal another person decides.
_REFUSED = select(INITIATIVE.c.id).where(
    INITIATIVE.c.state == "submitted",
    INITIATIVE.c.appealed_at.is_not(None),
    exists().where(
        MOVE.c.initiative_id == INITIATIVE.c.id,
        MOVE.c.after == "rejected",
        MOVE.c.actor_id == bindparam("worker"),
        ~exists().where(UNDOING.c.initiative_id == MOVE.c.initiative_id, UNDOING.c.undoes_id == MOVE.c.id),
    ),
)
_NOT_THEIRS = _WRITTEN.union_all(_REFUSED)


def _within(part: _Part) -> Any:
    unit = INITIATIVE.c.unit_id
    if not part.over:
        return unit.in_(_UNITS)
    below = ABOVE.c.above_id.in_(_UNITS)
    if part.walked:
        return exists().where(ABOVE.c.unit_id == unit, below)
    return unit.in_(select(ABOVE.c.unit_id).where(below))


def _waits(part: _Part) -> Any:
    state = INITIATIVE.c.state
    if part.portal:
        return and_(_within(part), state == "recognised", INITIATIVE.c.portal_code.is_(None))
    if not part.over:
        # After an appeal the level above decides.
        return and_(_within(part), state == "submitted", INITIATIVE.c.appealed_at.is_(None))
    if not part.confirms:
        return and_(_within(part), state == "submitted")
    confirmable = and_(state == "recognised", INITIATIVE.c.officer_confirmed_at.is_(None))
    return and_(_within(part), state.in_(("submitted", "recognised")), or_(state == "submitted", confirmable))


def _rows(part: _Part) -> Select[Any]:
    rows = select(*(INITIATIVE.c[name] for name in ITEM_COLUMNS))
    return rows.where(_waits(part), INITIATIVE.c.id.not_in(_NOT_THEIRS))


@lru_cache
def _ordered(part: _Part) -> Select[Any]:
    rows = _rows(part).order_by(INITIATIVE.c.waiting_since, INITIATIVE.c.id)
    return rows.limit(bindparam("most")).offset(bindparam("skip"))


@lru_cache
def _after(part: _Part) -> Select[Any]:
    since = bindparam("since", type_=INITIATIVE.c.waiting_since.type)
    place = tuple_(INITIATIVE.c.waiting_since, INITIATIVE.c.id)
    return _ordered(part).where(place > tuple_(since, bindparam("behind")))


@lru_cache
def _one(part: _Part) -> Select[Any]:
    return _ordered(part).where(INITIATIVE.c.id == bindparam("behind"))


@lru_cache
def _count(part: _Part) -> Select[Any]:
    return select(func.count()).select_from(INITIATIVE).where(_waits(part))


@lru_cache
def _count_of(part: _Part) -> Select[Any]:
    mine: Any = bindparam("mine", expanding=True)
    return _count(part).where(INITIATIVE.c.id.in_(mine))
