"""What units are to reach and how large they are, kept beside the figures so that both are read together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    select,
)

from storage.initiatives import UnitIds
from storage.models import metadata
from storage.prepared import Prepared
from storage.tallies import COLUMNS, DAY, Figures
from storage.types import Id
from storage.units_reached import COLUMNS as REACHED_COLUMNS
from storage.units_reached import REACHED, Standings, count_anew

AIM, SIZE = metadata.tables["aim"], metadata.tables["unit_size"]
UNIT, MEMBERS, TALLY = metadata.tables["unit"], metadata.tables["unit_members"], metadata.tables["tally"]


class UnitAims(NamedTuple):
    """The targets of one unit in one phase; None where there is none."""

    unit_id: int
    phase: str
    parent_id: int | None
    initiatives: int | None
    people: int | None


class Size(NamedTuple):
    """Members, and between which days they were counted, as far as the lists said."""

    members: int
    counted_from: date | None
    counted_to: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit beside its sisters: its figures, its targets, its members."""

    unit_id: int
    code: str
    name: str
    figures: Figures
    initiatives: int | None
    people: int | None
    members: int


class UnitStanding(NamedTuple):
    """A unit and all below it in a phase, or in all; each pair is of initiatives and of people.

    `recent`: how many became valid between the two days that were asked for, both included.
    """

    figures: Figures
    size: Size
    aims: tuple[int | None, int | None]
    units: tuple[Standings, Standings]
    recent: int


def _all_of_one() -> Select[Any]:
    """One row whatever there is: what is not kept of a unit is nought, or no target."""
    unit, phase = bindparam("unit", type_=Id), bindparam("phase", type_=Text)
    here = select(unit.label("unit_id"), phase.label("phase")).subquery("here")

    def same(table: Any) -> Any:
        return and_(table.c.unit_id == here.c.unit_id, table.c.phase == here.c.phase)

    days = same(DAY), DAY.c.day >= bindparam("since"), DAY.c.day <= bindparam("until")
    recent = select(func.coalesce(func.sum(DAY.c.valid), 0)).where(*days).scalar_subquery()
    kept = here.outerjoin(TALLY, same(TALLY)).outerjoin(AIM, same(AIM)).outerjoin(REACHED, same(REACHED))
    return select(
        cast(recent, BigInteger),
        *(SIZE.c[name] for name in Size._fields),
        *(AIM.c[name] for name in ("initiatives", "people")),
        *(func.coalesce(REACHED.c[name], 0) for name in REACHED_COLUMNS[2:]),
        *(func.coalesce(TALLY.c[name], 0) for name in COLUMNS),
    ).select_from(kept.outerjoin(SIZE, SIZE.c.unit_id == here.c.unit_id))


_ALL_OF_ONE = Prepared(_all_of_one())


# All that is shown of a unit in one phase.
_COLUMNS = (
    UNIT.c.id, UNIT.c.code, UNIT.c.name, AIM.c.initiatives, AIM.c.people, func.coalesce(SIZE.c.members, 0),
    *(func.coalesce(TALLY.c[name], 0) for name in COLUMNS),
)  # fmt: skip
_OPEN = UNIT.c.valid_to.is_(None) | (UNIT.c.valid_to > bindparam("today"))


def _joined(columns: tuple[Any, ...]) -> Select[Any]:
    """Units with their figures, targets and members in one phase."""
    phase: Any = bindparam("phase")
    units = UNIT.outerjoin(TALLY, and_(TALLY.c.unit_id == UNIT.c.id, TALLY.c.phase == phase))
    units = units.outerjoin(AIM, and_(AIM.c.unit_id == UNIT.c.id, AIM.c.phase == phase))
    if columns is _COLUMNS:
        units = units.outerjoin(SIZE, SIZE.c.unit_id == UNIT.c.id)
    return select(*columns).select_from(units)


def _order(measure: str) -> tuple[Any, ...]:
    """The furthest behind first. Without a target nobody is behind: such units stand at the end."""
    done = func.coalesce(TALLY.c["valid" if measure == "initiatives" else "people"], 0)
    aim = func.coalesce(AIM.c[measure], 0)
    return case((aim > 0, 1.0 * done / aim), else_=1e18), done, UNIT.c.code


def _standings(measure: str) -> Select[Any]:
    """Units that exist today, in order."""
    return _joined(_COLUMNS).where(_OPEN).order_by(*_order(measure))


def _children(measure: str) -> Select[Any]:
    """A page of the units directly below: put in order by little, and only those of the page shown whole."""
    below = _joined((UNIT.c.id,)).where(_OPEN, UNIT.c.parent_id == bindparam("unit"))
    page = below.order_by(*_order(measure)).limit(bindparam("most")).offset(bindparam("skip")).subquery()
    return _joined(_COLUMNS).where(UNIT.c.id.in_(select(page.c.id))).order_by(*_order(measure))


_CHILDREN = {measure: Prepared(_children(measure)) for measure in ("initiatives", "people")}


_COUNT = Prepared(select(func.count()).select_from(UNIT).where(_OPEN, UNIT.c.parent_id == bindparam("unit")))


def _read(rows: Iterable[Any]) -> list[Standing]:
    return [Standing(r[0], r[1], r[2], Figures(*r[6:]), r[3], r[4], r[5]) for r in rows]


class Aims:
    """Targets and sizes inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def standing(
        self, unit_id: int, phase: str, since: date = date.max, until: date = date.min
    ) -> UnitStanding:
        """How a unit stands, by one statement; everything is nought where nothing is known of it."""
        values = {"unit": unit_id, "phase": phase, "since": since, "until": until}
        row = _ALL_OF_ONE.first(self._connection, values)
        assert row is not None  # noqa: S101 - there is a row for whatever is asked
        units = Standings(*row[6:8]), Standings(*row[8:10])
        size = Size(row[1] or 0, *row[2:4])
        return UnitStanding(Figures(*row[10:]), size, (row[4], row[5]), units, row[0])

    def children(
        self, unit_id: int, phase: str, measure: str, today: date, most: int, skip: int = 0
    ) -> list[Standing]:
        """Units directly below that exist today, the furthest behind first, those without a target last."""
        values = {"unit": unit_id, "phase": phase, "today": today, "most": most, "skip": skip}
        return _read(_CHILDREN[measure].all(self._connection, values))

    def count_children(self, unit_id: int, today: date) -> int:
        """How many units stand directly below today."""
        return int(_COUNT.scalar(self._connection, {"unit": unit_id, "today": today}))

    def together(self, unit_ids: Sequence[int], phase: str, measure: str, today: date) -> list[Standing]:
        """These units, wherever they stand in the tree, in the same order: the members of a group."""
        rows = _standings(measure).where(UNIT.c.id.in_(unit_ids))
        return _read(self._connection.execute(rows, {"phase": phase, "today": today}))

    def all_of(self, units: UnitIds | None, phase: str) -> list[Standing]:
        """Each of these units (None: every one), also those that have ended, by code."""
        rows = _joined(_COLUMNS).order_by(UNIT.c.code)
        if units is not None:
            rows = rows.where(UNIT.c.id.in_(units))
        return _read(self._connection.execute(rows, {"phase": phase}))

    # --- writing, when a list or the programme has changed

    def units(self) -> list[tuple[int, int | None, date | None]]:
        """Every unit, the one above it, and the first day on which it no longer exists."""
        rows = self._connection.execute(select(UNIT.c.id, UNIT.c.parent_id, UNIT.c.valid_to))
        return [(row[0], row[1], row[2]) for row in rows]

    def counts(self) -> dict[int, tuple[int, date | None]]:
        """The newest count of every unit that has one."""
        rows = select(MEMBERS.c.unit_id, MEMBERS.c.members, MEMBERS.c.counted_on).order_by(MEMBERS.c.id)
        return {row[0]: (row[1], row[2]) for row in self._connection.execute(rows)}

    def write(self, sizes: Iterable[tuple[int, Size]], aims: Sequence[UnitAims]) -> None:
        """Replace all sizes and all targets."""
        self._connection.execute(delete(SIZE))
        self._connection.execute(delete(AIM))
        sized = [{"unit_id": unit_id, **size._asdict()} for unit_id, size in sizes]
        if sized:
            self._connection.execute(insert(SIZE), sized)
        if aims:
            self._connection.execute(insert(AIM), [aim._asdict() for aim in aims])
        count_anew(self._connection)
