"""Everything a change of figures writes up the tree, as one statement: for a server, where each is a journey.

PostgreSQL only; SQLite knows no writing inside a statement, and needs none: there a statement is a function.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection

from storage.prepared import executed
from storage.units_reached import Stand

_PEOPLE = (
    "unnest(%(workers)s::bigint[], %(valids)s::bigint[], %(waitings)s::bigint[])"
    " AS w (worker_id, valid, waiting)"
)
_LINE = (
    "SELECT a.above_id AS unit_id, p.phase FROM unit_above a"
    " CROSS JOIN (VALUES (%(phase)s::text), ('*')) AS p (phase) WHERE a.unit_id = %(unit)s::bigint"
)


def _added(table: str, keys: tuple[str, ...], columns: tuple[str, ...], rows: str) -> str:
    """Rows to add to those that are there. In order: who changes the same ones must not wait in a circle."""
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in columns)
    return (
        f"INSERT INTO {table} ({', '.join((*keys, *columns))}) {rows}"
        f" ORDER BY {', '.join(str(place + 1) for place in range(len(keys)))}"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sums}"
    )


def _text(counted: tuple[str, ...]) -> str:
    given = ", ".join(f"%({name})s::bigint" for name in counted)
    to_person = _added(
        "tally_person",
        ("unit_id", "phase", "worker_id"),
        ("valid", "waiting"),
        f"SELECT l.unit_id, l.phase, w.worker_id, w.valid, w.waiting FROM line l CROSS JOIN {_PEOPLE}",  # noqa: S608
    )
    to_tally = _added(
        "tally",
        ("unit_id", "phase"),
        (*counted, "people", "people_waiting"),
        f"SELECT l.unit_id, l.phase, {given}, COALESCE(c.valid, 0), COALESCE(c.waiting, 0)"  # noqa: S608
        " FROM line l LEFT JOIN came c ON c.unit_id = l.unit_id AND c.phase = l.phase",
    )
    to_day = _added(
        "tally_day",
        ("unit_id", "phase", "day"),
        ("submitted", "valid"),
        "SELECT l.unit_id, l.phase, d.day, d.submitted, d.valid FROM line l CROSS JOIN"
        " unnest(%(days)s::date[], %(handed_in)s::bigint[], %(became_valid)s::bigint[])"
        " AS d (day, submitted, valid)",
    )
    # Somebody who came to have something, or no longer has anything, is counted or not.
    came = ", ".join(
        f"SUM((n.{name} <> 0)::int - (n.{name} <> w.{name})::int)::bigint AS {name}"
        for name in ("valid", "waiting")
    )
    return (
        f"WITH line AS ({_LINE}),"  # noqa: S608
        f" person AS ({to_person} RETURNING unit_id, phase, worker_id, valid, waiting),"
        f" came AS (SELECT n.unit_id, n.phase, {came} FROM person n"
        f" JOIN {_PEOPLE} ON w.worker_id = n.worker_id GROUP BY n.unit_id, n.phase),"
        f" tallied AS ({to_tally} RETURNING unit_id, phase, valid, people),"
        f" dated AS ({to_day})"
        " SELECT a.parent_id, a.phase, a.initiatives, a.people, t.valid, t.people, COALESCE(c.valid, 0)"
        " FROM tallied t JOIN aim a ON a.unit_id = t.unit_id AND a.phase = t.phase"
        " LEFT JOIN came c ON c.unit_id = t.unit_id AND c.phase = t.phase WHERE a.parent_id IS NOT NULL"
    )


class AtOnce:
    """The statement for these columns of initiatives."""

    def __init__(self, counted: tuple[str, ...]) -> None:
        self._text = _text(counted)

    def __call__(
        self,
        connection: Connection,
        place: tuple[int, str],
        columns: Mapping[str, int],
        people: Mapping[int, tuple[int, int]],
        days: Mapping[date, tuple[int, int]],
    ) -> list[Stand]:
        """Add to a unit and to every unit above it, in a phase and in all; where targets are, how they stand.

        `columns` name every column.
        """
        values = {
            "unit": place[0],
            "phase": place[1],
            **columns,
            "workers": list(people),
            "valids": [valid for valid, _ in people.values()],
            "waitings": [waiting for _, waiting in people.values()],
            "days": list(days),
            "handed_in": [submitted for submitted, _ in days.values()],
            "became_valid": [valid for _, valid in days.values()],
        }
        return [Stand._make(row) for row in executed(connection, self._text, values).fetchall()]
