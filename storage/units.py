"""The union tree: which units there are, who stands above whom, and how many members were counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, func, literal, select

from storage.models import metadata
from storage.prepared import Prepared

UNIT = metadata.tables["unit"]
MEMBERS = metadata.tables["unit_members"]

ROOT = "ROOT"
_LONGEST_CODE = 200
_LARGEST_ID = 2**63 - 1


class UnitNode(NamedTuple):
    """A unit as it stands in the tree; `valid_to` is the first day on which it no longer exists."""

    id: int
    code: str
    name: str
    level: str
    parent_id: int | None
    valid_from: date | None
    valid_to: date | None


class Counted(NamedTuple):
    """How many members somebody counted, and on which day, when the list said so."""

    members: int
    counted_on: date | None


_COLUMNS = (
    UNIT.c.id, UNIT.c.code, UNIT.c.name, UNIT.c.level, UNIT.c.parent_id, UNIT.c.valid_from, UNIT.c.valid_to,
)  # fmt: skip
NODES: Select[Any] = select(*_COLUMNS)
_BY_ID = Prepared(NODES.where(UNIT.c.id == bindparam("id")))
_SPELLED = ("as_given", "in_capitals", "in_small")
_BY_CODE = Prepared(NODES.where(UNIT.c.code.in_([bindparam(name) for name in _SPELLED])))
_CHILDREN = NODES.where(UNIT.c.parent_id == bindparam("id")).order_by(UNIT.c.code)
_ROOT = Prepared(
    NODES.where(UNIT.c.parent_id.is_(None)).order_by(UNIT.c.valid_to.is_not(None), UNIT.c.id.desc()).limit(1)
)
_COUNT = select(func.count()).select_from(UNIT)
_NEWEST = (
    select(MEMBERS.c.members, MEMBERS.c.counted_on)
    .where(MEMBERS.c.unit_id == bindparam("id"))
    .order_by(MEMBERS.c.id.desc())
    .limit(1)
)


def _ancestors() -> Select[Any]:
    start = select(UNIT.c.parent_id.label("id"), literal(1).label("distance"))
    line = start.where(UNIT.c.id == bindparam("id")).cte("line", recursive=True)
    upward = select(UNIT.c.parent_id, line.c.distance + 1).where(UNIT.c.id == line.c.id)
    line = line.union_all(upward)
    return NODES.join(line, line.c.id == UNIT.c.id).order_by(line.c.distance)


_ABOVE = _ancestors()


class Units:
    """Units inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_id(self, unit: int) -> UnitNode | None:
        """The unit with this row number."""
        if not 0 < unit <= _LARGEST_ID:
            return None
        row = _BY_ID.first(self._connection, {"id": unit})
        return None if row is None else UnitNode(*row)

    def by_code(self, code: str) -> UnitNode | None:
        """The unit with this code, in capitals or not; `ROOT` names the root unit whatever its code is."""
        wanted = code.strip()
        if not wanted or len(wanted) > _LONGEST_CODE or not wanted.isprintable():
            return None
        spelled = dict(zip(_SPELLED, (wanted, wanted.upper(), wanted.lower()), strict=True))
        rows = [UnitNode(*row) for row in _BY_CODE.all(self._connection, spelled)]
        if not rows:
            return self.root() if wanted.upper() == ROOT else None
        return next((unit for unit in rows if unit.code == wanted), rows[0])

    def root(self) -> UnitNode | None:
        """The unit with nothing above it; None before the first import. Closed only when none is open."""
        row = _ROOT.first(self._connection, {})
        return None if row is None else UnitNode(*row)

    def children(self, unit: int) -> list[UnitNode]:
        """The units directly below, by code; there may be thousands."""
        return self._nodes(_CHILDREN, id=unit)

    def above(self, unit: int) -> list[UnitNode]:
        """The units above, the nearest first and the root last."""
        return self._nodes(_ABOVE, id=unit)

    def newest_members(self, unit: int) -> Counted | None:
        """The count that was recorded last, or None when nobody ever counted."""
        row = self._connection.execute(_NEWEST, {"id": unit}).first()
        return None if row is None else Counted(*row)

    def count(self) -> int:
        """How many units there are, closed ones too."""
        return int(self._connection.execute(_COUNT).scalar_one())

    def _nodes(self, statement: Select[Any], **values: int | Sequence[str]) -> list[UnitNode]:
        return [UnitNode(*row) for row in self._connection.execute(statement, values)]
