"""Everything a change of figures writes up the tree, a statement for each table: the way of SQLite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, literal, select, update
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.sql.dml import UpdateBase

from storage.models import metadata
from storage.prepared import Prepared, Values
from storage.units_reached import Stand, stands

TALLY, PERSON = metadata.tables["tally"], metadata.tables["tally_person"]
DAY, ABOVE = metadata.tables["tally_day"], metadata.tables["unit_above"]


def _upward(together: str, table: Any, keys: Sequence[str], columns: Sequence[str]) -> UpdateBase:
    """Add to the rows of a unit and of each unit above it, in a phase and in all; make those not there."""
    phases = (
        select(bindparam("phase", type_=table.c.phase.type).label("phase"))
        .union_all(select(literal(together, literal_execute=False)))
        .subquery("phases")
    )
    given = (bindparam(name, type_=table.c[name].type) for name in (*keys, *columns))
    rows = select(ABOVE.c.above_id, phases.c.phase, *given).where(ABOVE.c.unit_id == bindparam("unit"))
    made = Insert(table).from_select(["unit_id", "phase", *keys, *columns], rows)
    grown = {name: table.c[name] + made.excluded[name] for name in columns}
    return made.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=grown)


_PEOPLE = Prepared(
    update(TALLY)
    .where(TALLY.c.unit_id == bindparam("its_unit"), TALLY.c.phase == bindparam("its_phase"))
    .values(
        people=TALLY.c.people + bindparam("come", type_=TALLY.c.people.type),
        people_waiting=TALLY.c.people_waiting + bindparam("come_waiting", type_=TALLY.c.people.type),
    )
)


class InSteps:
    """The statements for these columns of initiatives; `together` is the name of all phases."""

    def __init__(self, counted: tuple[str, ...], together: str) -> None:
        self._together = together
        self._to_tally = Prepared(_upward(together, TALLY, (), counted))
        to_person = _upward(together, PERSON, ("worker_id",), ("valid", "waiting"))
        changed = PERSON.c.unit_id, PERSON.c.phase, PERSON.c.valid, PERSON.c.waiting
        self._to_person = Prepared(to_person.returning(*changed))
        self._to_day = Prepared(_upward(together, DAY, ("day",), ("submitted", "valid")))

    def __call__(
        self,
        connection: Connection,
        place: tuple[int, str],
        columns: Mapping[str, int],
        people: Mapping[int, tuple[int, int]],
        days: Mapping[date, tuple[int, int]],
    ) -> list[Stand]:
        """Add to a unit and to every unit above it, in a phase and in all; how they stand where targets are.

        `columns` name every column. Nothing is said where nothing valid came or went.
        """
        here = {"unit": place[0], "phase": place[1]}
        if any(columns.values()):
            self._to_tally.run(connection, {**here, **columns})
        came: Counter[tuple[int, str]] = Counter()
        for worker_id, (valid, waiting) in people.items():
            values = {**here, "worker_id": worker_id, "valid": valid, "waiting": waiting}
            rows = self._to_person.all(connection, values)
            came.update(_count_people(connection, rows, valid, waiting))
        for day, (submitted, valid) in days.items():
            self._to_day.run(connection, {**here, "day": day, "submitted": submitted, "valid": valid})
        if not columns["valid"] and not any(came.values()):
            return []
        return stands(connection, place[0], (place[1], self._together), came)


def _count_people(
    connection: Connection, rows: Sequence[tuple[Any, ...]], valid: int, waiting: int
) -> dict[tuple[int, str], int]:
    """Somebody who came to have something, or no longer has anything, is counted or not.

    Where how many more people now have something valid.
    """
    come: list[Values] = []
    for unit_id, phase, has_valid, has_waiting in rows:
        one, two = _step(has_valid, valid), _step(has_waiting, waiting)
        if one or two:
            come.append({"its_unit": unit_id, "its_phase": phase, "come": one, "come_waiting": two})
    if come:
        _PEOPLE.many(connection, come)
    return {(one["its_unit"], one["its_phase"]): one["come"] for one in come}


def _step(now_has: int, change: int) -> int:
    """1 when a count has left nought, -1 when it came back to it."""
    return int(now_has != 0) - int(now_has != change)
