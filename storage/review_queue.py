"""The queue of somebody who decides: what waits for them, oldest first, how many, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, false, func, or_, select, tuple_

from storage.models import metadata
from storage.reviews import ITEM_COLUMNS, Item
from storage.unit_tree import UnitTree

INITIATIVE, AUTHOR = metadata.tables["initiative"], metadata.tables["author"]
ABOVE, SUCCESSOR = metadata.tables["unit_above"], metadata.tables["unit_successor"]


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


class ReviewQueue:
    """Queues inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def with_merged(self, led: tuple[int, ...]) -> tuple[int, ...]:
        """The units and those that were merged into them: their initiatives stayed where they were made."""
        tree, found = UnitTree(self._connection), list(led)
        for unit in found:
            olds = select(SUCCESSOR.c.old_id).where(SUCCESSOR.c.new_id == unit)
            for old in self._connection.execute(olds).scalars().all():
                if old not in found and tree.present(old) in led:
                    found.append(old)
        return tuple(found)

    def count(self, desk: Desk) -> tuple[int, datetime | None]:
        """How many wait, and since when the oldest."""
        total, _ = self._counted(self._waits(desk))
        own, _ = self._counted(self._waits(desk) & INITIATIVE.c.id.in_(self._own(desk)))
        if total == own:
            return 0, None
        first = self._ordered(desk).with_only_columns(INITIATIVE.c.waiting_since).limit(1)
        return total - own, self._connection.execute(first).scalar()

    def _counted(self, which: Any) -> tuple[int, None]:
        rows = select(func.count()).select_from(INITIATIVE).where(which)
        return int(self._connection.execute(rows).scalar_one()), None

    def page(self, desk: Desk, most: int, skip: int = 0) -> list[Item]:
        """What waits, oldest first."""
        rows = self._ordered(desk).limit(most).offset(skip)
        return [Item(*row) for row in self._connection.execute(rows)]

    def after(self, desk: Desk, item: Item) -> Item | None:
        """What comes next behind an item, whether or not that one still waits."""
        place = tuple_(INITIATIVE.c.waiting_since, INITIATIVE.c.id)
        if item.waiting_since is None:
            return None
        behind = self._ordered(desk).where(place > tuple_(item.waiting_since, item.id)).limit(1)
        row = self._connection.execute(behind).first()
        return None if row is None else Item(*row)

    def holds(self, desk: Desk, initiative_id: int) -> bool:
        """Whether an initiative waits in this queue."""
        one = self._ordered(desk).where(INITIATIVE.c.id == initiative_id)
        return self._connection.execute(one).first() is not None

    def _ordered(self, desk: Desk) -> Select[Any]:
        rows = select(*(INITIATIVE.c[name] for name in ITEM_COLUMNS))
        mine = INITIATIVE.c.id.in_(self._own(desk))
        return rows.where(self._waits(desk), ~mine).order_by(INITIATIVE.c.waiting_since, INITIATIVE.c.id)

    def _own(self, desk: Desk) -> Select[Any]:
        """What the worker has written or shares: nobody decides on that."""
        return select(AUTHOR.c.initiative_id).where(AUTHOR.c.worker_id == desk.worker_id)

    def _waits(self, desk: Desk) -> Any:
        state, unit = INITIATIVE.c.state, INITIATIVE.c.unit_id
        below = unit.in_(select(ABOVE.c.unit_id).where(ABOVE.c.above_id.in_(desk.over)))
        if desk.portal:
            lacks = and_(state == "recognised", INITIATIVE.c.portal_code.is_(None))
            return self._either(desk, unit.in_(desk.led) & lacks, below & lacks)
        # After an appeal the level above decides.
        led = and_(unit.in_(desk.led), state == "submitted", INITIATIVE.c.appealed_at.is_(None))
        confirmable = and_(state == "recognised", INITIATIVE.c.officer_confirmed_at.is_(None))
        over = below & (or_(state == "submitted", confirmable) if desk.confirms else state == "submitted")
        return self._either(desk, led, over)

    @staticmethod
    def _either(desk: Desk, led: Any, over: Any) -> Any:
        """Only what the desk has, so that each reads its own index."""
        parts = [part for part, units in ((led, desk.led), (over, desk.over)) if units]
        return or_(*parts) if parts else false()
