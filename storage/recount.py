"""The kept figures made anew from the rows: to prove them, and after the tree itself has changed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, text

from storage import units_reached
from storage.tallies import BENEFITS, COLUMNS, STATES, WAITING

STEPS = ("tally", "tally_person", "tally_day", "units_reached")
_ALL = "'*'"  # all phases together
_WAITING = ", ".join(f"'{state}'" for state in WAITING)
_STATES = ", ".join(f"SUM(CASE WHEN state = '{state}' THEN 1 ELSE 0 END) AS {state}" for state in STATES)
_VALID = "state = 'valid' AND benefit_vnd IS NOT NULL"
_BENEFITS = ", ".join(
    f"SUM(CASE WHEN {_VALID} AND COALESCE(benefit_period, 'once') = '{period}' THEN benefit_vnd ELSE 0 END)"
    f" AS {column}"
    for period, column in BENEFITS.items()
)
_FIGURES = f"SUM(CASE WHEN {_VALID} THEN 1 ELSE 0 END) AS figures"
_COUNTED = (*STATES, "figures", *BENEFITS.values())
_SUMS = ", ".join(f"CAST(SUM(s.{name}) AS BIGINT) AS {name}" for name in _COUNTED)


def _rolled(values: str, phase: str) -> str:
    """What is counted in each unit, by phase or in all."""
    group = "unit_id, phase" if phase == "phase" else "unit_id"
    return f"SELECT unit_id, {phase} AS phase, {values} FROM initiative GROUP BY {group}"  # noqa: S608


def _people(phase: str) -> str:
    group = "i.unit_id, i.phase, u.worker_id" if phase == "i.phase" else "i.unit_id, u.worker_id"
    return (
        f"SELECT i.unit_id, {phase} AS phase, u.worker_id,"  # noqa: S608
        " SUM(CASE WHEN i.state = 'valid' THEN 1 ELSE 0 END) AS valid,"
        f" SUM(CASE WHEN i.state IN ({_WAITING}) THEN 1 ELSE 0 END) AS waiting"
        " FROM (SELECT DISTINCT initiative_id, worker_id FROM author WHERE worker_id IS NOT NULL) u"
        f" JOIN initiative i ON i.id = u.initiative_id GROUP BY {group}"
    )


def _days(phase: str, column: str, where: str) -> str:
    one, two = ("1", "0") if column == "submitted_on" else ("0", "1")
    return (
        f"SELECT unit_id, {phase} AS phase, {column} AS day, {one} AS submitted, {two} AS valid"  # noqa: S608
        f" FROM initiative WHERE {column} IS NOT NULL AND {where}"
    )


_VALUES = f"{_STATES}, {_FIGURES}, {_BENEFITS}"
_EVERY_DAY = " UNION ALL ".join(
    _days(phase, column, where)
    for phase in ("phase", _ALL)
    for column, where in (("submitted_on", "state <> 'withdrawn'"), ("valid_on", "state = 'valid'"))
)
_OF_PERSON = (
    "SELECT a.above_id AS unit_id, p.phase, p.worker_id, CAST(SUM(p.valid) AS BIGINT) AS valid,"  # noqa: S608
    f" CAST(SUM(p.waiting) AS BIGINT) AS waiting FROM ({_people('i.phase')} UNION ALL {_people(_ALL)}) p"
    " JOIN unit_above a ON a.unit_id = p.unit_id GROUP BY a.above_id, p.phase, p.worker_id"
    " HAVING SUM(p.valid) > 0 OR SUM(p.waiting) > 0"
)
_OF_UNIT = (
    f"SELECT a.above_id AS unit_id, s.phase, {_SUMS} FROM ({_rolled(_VALUES, 'phase')}"  # noqa: S608
    f" UNION ALL {_rolled(_VALUES, _ALL)}) s"
    " JOIN unit_above a ON a.unit_id = s.unit_id GROUP BY a.above_id, s.phase"
)
_OF_DAY = (
    "SELECT a.above_id AS unit_id, d.phase, d.day, CAST(SUM(d.submitted) AS BIGINT) AS submitted,"  # noqa: S608
    f" CAST(SUM(d.valid) AS BIGINT) AS valid FROM ({_EVERY_DAY}) d"
    " JOIN unit_above a ON a.unit_id = d.unit_id GROUP BY a.above_id, d.phase, d.day"
)
# How many have something, of what was counted by person; between two names of tables.
_HEADS = tuple(
    f"UPDATE {{tally}} SET {column} = c.n FROM (SELECT unit_id, phase, COUNT(*) AS n FROM {{tally_person}}"  # noqa: S608
    f" WHERE {have} > 0 GROUP BY unit_id, phase) c"
    " WHERE c.unit_id = {tally}.unit_id AND c.phase = {tally}.phase"
    for column, have in (("people", "valid"), ("people_waiting", "waiting"))
)
_FILL = {
    "tally": (("unit_id", "phase", *_COUNTED), _OF_UNIT),
    "tally_person": (("unit_id", "phase", "worker_id", "valid", "waiting"), _OF_PERSON),
    "tally_day": (("unit_id", "phase", "day", "submitted", "valid"), _OF_DAY),
    "units_reached": (units_reached.COLUMNS, units_reached.ROWS),
}
_KEYS = {"tally": 2, "tally_person": 3, "tally_day": 3, "units_reached": 2}


class Recount:
    """Counting anew inside one open transaction, with sets of rows and in bounded memory."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rebuild(self, done: Callable[[str], None] = lambda _: None) -> None:
        """Make every figure anew from the rows; `done` hears which table is ready."""
        for table in STEPS:
            names, rows = _FILL[table]
            if table == "units_reached":  # it rests on the number of people, which rests on all before
                self._count_people()
            self._run(f"DELETE FROM {table}")  # noqa: S608
            self._run(f"INSERT INTO {table} ({', '.join(names)}) {rows}")
            done(table)

    def differences(self, done: Callable[[str], None] = lambda _: None, *, keep: bool = True) -> list[str]:
        """Where the kept figures are not what the rows say, a line each; empty when they agree.

        Counted beside them, so where they agree nothing is written. `keep` makes them anew where they do not.
        """
        beside = {table: f"counted_{table}" for table in STEPS}
        if self._connection.dialect.name == "postgresql":
            self._run("SET LOCAL work_mem = '64MB'")  # two million rows are compared in memory, not on disk
        for table, name in beside.items():
            rows = _FILL[table][1]
            if table == "tally":
                rows = f"SELECT *, 0 AS people, 0 AS people_waiting FROM ({rows}) t"  # noqa: S608
            if table == "units_reached":
                self._count_people(beside["tally"], beside["tally_person"])
                rows = rows.replace(" tally t ", f" {beside['tally']} t ")
            self._run(f"CREATE TEMPORARY TABLE {name} AS {rows}")
            done(table)
        found = [line for table, name in beside.items() for line in self._unlike(name, table, table)]
        for name in beside.values():
            self._run(f"DROP TABLE {name}")
        if found and keep:
            self.rebuild()
        return found

    def _unlike(self, counted: str, kept: str, table: str) -> list[str]:
        """Rows that are in one and not in the other; a row of nothing but noughts is no row."""
        names = list(COLUMNS) if table == "tally" else _FILL[table][0][_KEYS[table] :]
        keys = _FILL[table][0][: _KEYS[table]]
        columns, some = ", ".join((*keys, *names)), " OR ".join(f"{name} <> 0" for name in names)
        one, two = (f"SELECT {columns} FROM {name} WHERE {some}" for name in (counted, kept))  # noqa: S608
        lines = []
        for said, rows in (("counted", f"{one} EXCEPT {two}"), ("kept", f"{two} EXCEPT {one}")):
            for row in self._connection.execute(text(f"SELECT * FROM ({rows}) r LIMIT 20")):  # noqa: S608
                lines.append(f"{table} {said}: " + " ".join(f"{n}={v}" for n, v in row._mapping.items()))
        return lines

    def _count_people(self, tally: str = "tally", tally_person: str = "tally_person") -> None:
        for statement in _HEADS:
            self._run(statement.format(tally=tally, tally_person=tally_person))

    def _run(self, statement: str) -> None:
        self._connection.execute(text(statement))
