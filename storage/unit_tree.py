"""Who stands above whom, answered by one look into an index instead of a walk through the tree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import CTE, Connection, Insert, Select, bindparam, delete, func, insert, literal, or_, select

from storage.models import metadata
from storage.prepared import Prepared
from storage.units import NODES, UNIT, UnitNode, Units

ABOVE = metadata.tables["unit_above"]
SUCCESSOR = metadata.tables["unit_successor"]

_LINE = Prepared(
    select(ABOVE.c.above_id)
    .where(ABOVE.c.unit_id == bindparam("id"))
    .order_by(ABOVE.c.depth, ABOVE.c.above_id)
)
_BELOW = select(ABOVE.c.unit_id).where(ABOVE.c.above_id == bindparam("id"))
_WITHIN = select(literal(1)).where(ABOVE.c.unit_id == bindparam("id"), ABOVE.c.above_id == bindparam("top"))
_PARENT = NODES.where(
    UNIT.c.id == select(UNIT.c.parent_id).where(UNIT.c.id == bindparam("id")).scalar_subquery()
)
_CHILDREN = NODES.where(UNIT.c.parent_id == bindparam("id")).order_by(UNIT.c.code)
_FOLLOWERS = Prepared(
    select(SUCCESSOR.c.new_id).where(SUCCESSOR.c.old_id == bindparam("id")).order_by(SUCCESSOR.c.id)
)


class UnitTree:
    """The tree inside one open transaction. Units are row numbers; the tree is the one of now.

    A merged unit counts as below the unit that took its place, and still as below the one it was under.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def line(self, unit_id: int) -> list[int]:
        """The unit itself and all above it, the nearest first."""
        return [row[0] for row in _LINE.all(self._connection, {"id": unit_id})]

    def above(self, unit_id: int) -> list[int]:
        """All above the unit, the nearest first, without itself."""
        return [above for above in self.line(unit_id) if above != unit_id]

    def below(self, unit_id: int) -> Select[Any]:
        """The unit and all below it, to be used as `column.in_(tx.tree.below(unit_id))`."""
        return select(ABOVE.c.unit_id).where(ABOVE.c.above_id == unit_id)

    def below_any(self, unit_ids: Sequence[int]) -> Select[Any]:
        """These units and all below them, to be used like `below`."""
        return select(ABOVE.c.unit_id).where(ABOVE.c.above_id.in_(unit_ids))

    def ids_below(self, unit_id: int) -> list[int]:
        """The row numbers of the unit and of all below it, closed ones too."""
        return list(self._connection.execute(_BELOW, {"id": unit_id}).scalars())

    def is_within(self, unit_id: int, ancestor_id: int) -> bool:
        """Whether the unit is that other one or stands below it."""
        row = self._connection.execute(_WITHIN, {"id": unit_id, "top": ancestor_id}).first()
        return row is not None

    def children(
        self, unit_id: int, offset: int = 0, limit: int | None = None, *, today: date | None = None
    ) -> list[UnitNode]:
        """A page of the units directly below, by code; with `today` only those that exist on that day."""
        statement = _CHILDREN.offset(offset)
        if limit is not None:
            statement = statement.limit(limit)
        if today is not None:
            statement = statement.where(or_(UNIT.c.valid_to.is_(None), UNIT.c.valid_to > today))
        return [UnitNode(*row) for row in self._connection.execute(statement, {"id": unit_id})]

    def parent(self, unit_id: int) -> UnitNode | None:
        """The unit directly above; None for a root and for what does not exist."""
        row = self._connection.execute(_PARENT, {"id": unit_id}).first()
        return None if row is None else UnitNode(*row)

    def root(self) -> UnitNode | None:
        """The unit with nothing above it; None before the first import."""
        return Units(self._connection).root()

    def successors(self, unit_id: int) -> list[int]:
        """The units that took the place of this one: none, one after a merger, several after a split."""
        return [row[0] for row in _FOLLOWERS.all(self._connection, {"id": unit_id})]

    def present(self, unit_id: int) -> int:
        """Where a merged unit's people and papers belong now; the unit itself while nothing replaced it.

        After a split nobody can know, so the unit that was split is the answer.
        """
        seen = {unit_id}
        while len(after := self.successors(unit_id)) == 1 and after[0] not in seen:
            unit_id = after[0]
            seen.add(unit_id)
        return unit_id


def rebuild_tree(connection: Connection) -> None:
    """Write the closure anew from who stands directly above whom and from what was merged into what."""
    connection.execute(delete(ABOVE))
    connection.execute(_FILL)
    written, before = _rows(connection), 0
    # A unit merged into one that was merged in its turn needs another round; there are never many.
    while written != before and connection.execute(_ANY_MERGER).first():
        connection.execute(_FILL_MERGED)
        written, before = _rows(connection), written


def _rows(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(ABOVE)).scalar_one())


def _fill() -> Insert:
    start = select(UNIT.c.id.label("unit_id"), UNIT.c.id.label("above_id"), literal(0).label("depth"))
    line = start.cte("line", recursive=True)
    upward = select(line.c.unit_id, UNIT.c.parent_id, line.c.depth + 1).where(
        UNIT.c.id == line.c.above_id, UNIT.c.parent_id.is_not(None)
    )
    line = line.union_all(upward)
    return insert(ABOVE).from_select(["unit_id", "above_id", "depth"], select(line))


def _mergers() -> CTE:
    """What has gone and has exactly one successor; after a split nobody knows whose the past is."""
    return (
        select(SUCCESSOR.c.old_id, func.min(SUCCESSOR.c.new_id).label("new_id"))
        .join(UNIT, UNIT.c.id == SUCCESSOR.c.old_id)
        .where(UNIT.c.valid_to.is_not(None))
        .group_by(SUCCESSOR.c.old_id)
        .having(func.count() == 1)
        .cte("merged")
    )


def _fill_merged() -> Insert:
    merged, lower, upper, there = _mergers(), ABOVE.alias(), ABOVE.alias(), ABOVE.alias()
    known = select(there.c.depth).where(
        there.c.unit_id == lower.c.unit_id, there.c.above_id == upper.c.above_id
    )
    lines = (
        select(lower.c.unit_id, upper.c.above_id, func.min(lower.c.depth + 1 + upper.c.depth))
        .select_from(merged)
        .join(lower, lower.c.above_id == merged.c.old_id)
        .join(upper, upper.c.unit_id == merged.c.new_id)
        .where(~known.exists())
        .group_by(lower.c.unit_id, upper.c.above_id)
    )
    return insert(ABOVE).from_select(["unit_id", "above_id", "depth"], lines)


_FILL, _FILL_MERGED = _fill(), _fill_merged()
_ANY_MERGER = select(_mergers())
