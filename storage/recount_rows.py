"""What every kept figure is by the rows themselves: the statements that count, the same on both databases.

First by unit and phase, then in all phases, then up the tree: so what is counted is read once and little is
carried. Counts of people and of days are added as small numbers, which PostgreSQL does several times quicker.
"""

from __future__ import annotations

from storage import units_reached
from storage.tallies import BENEFITS, STATES, WAITING

ALL = "'*'"  # all phases together
_STATES = ", ".join(f"SUM(CASE WHEN state = '{state}' THEN 1 ELSE 0 END) AS {state}" for state in STATES)
_HAS_AMOUNT = "state = 'valid' AND benefit_vnd IS NOT NULL"
_BENEFITS = ", ".join(
    f"SUM(CASE WHEN {_HAS_AMOUNT} AND COALESCE(benefit_period, 'once') = '{period}' THEN benefit_vnd"
    f" ELSE 0 END) AS {column}"
    for period, column in BENEFITS.items()
)
_FIGURES = f"SUM(CASE WHEN {_HAS_AMOUNT} THEN 1 ELSE 0 END) AS figures"
_COUNTED = (*STATES, "figures", *BENEFITS.values())


def _together(keys: tuple[str, ...], columns: tuple[str, ...], kind: str) -> str:
    """What each unit has of its own, by phase, and once more in all phases."""
    sums = ", ".join(f"CAST(SUM({name}) AS {kind}) AS {name}" for name in columns)
    group = ", ".join(("unit_id", *keys))
    return (
        f"SELECT {', '.join(('unit_id', 'phase', *keys, *columns))} FROM own UNION ALL"  # noqa: S608
        f" SELECT {', '.join(('unit_id', ALL, *keys))}, {sums} FROM own GROUP BY {group}"
    )


def _upward(own: str, keys: tuple[str, ...], columns: tuple[str, ...], kind: str = "INTEGER") -> str:
    """The same of each unit and of all below it."""
    sums = ", ".join(f"CAST(SUM(e.{name}) AS BIGINT) AS {name}" for name in columns)
    more = ", ".join(("e.phase", *(f"e.{name}" for name in keys)))
    return (
        f"WITH own AS ({own}), every AS ({_together(keys, columns, kind)})"  # noqa: S608
        f" SELECT a.above_id AS unit_id, {more}, {sums} FROM every e"
        f" JOIN unit_above a ON a.unit_id = e.unit_id GROUP BY a.above_id, {more}"
    )


def _days(column: str, where: str) -> str:
    one, two = ("COUNT(*)", "0") if column == "submitted_on" else ("0", "COUNT(*)")
    return (
        f"SELECT unit_id, phase, {column} AS day, CAST({one} AS INTEGER) AS submitted,"  # noqa: S608
        f" CAST({two} AS INTEGER) AS valid FROM initiative"
        f" WHERE {column} IS NOT NULL AND {where} GROUP BY unit_id, phase, {column}"
    )


_OWN = f"SELECT unit_id, phase, {_STATES}, {_FIGURES}, {_BENEFITS} FROM initiative GROUP BY unit_id, phase"  # noqa: S608
_HELD = ", ".join(f"'{state}'" for state in ("valid", *WAITING))
_PEOPLE = (
    "SELECT i.unit_id, i.phase, u.worker_id,"  # noqa: S608
    " CAST(SUM(CASE WHEN i.state = 'valid' THEN 1 ELSE 0 END) AS INTEGER) AS valid,"
    " CAST(SUM(CASE WHEN i.state = 'valid' THEN 0 ELSE 1 END) AS INTEGER) AS waiting"
    " FROM (SELECT DISTINCT initiative_id, worker_id FROM author WHERE worker_id IS NOT NULL) u"
    " JOIN initiative i ON i.id = u.initiative_id"
    f" WHERE i.state IN ({_HELD})"
    " GROUP BY i.unit_id, i.phase, u.worker_id"
)
_DAYS = " UNION ALL ".join(
    _days(column, where)
    for column, where in (("submitted_on", "state <> 'withdrawn'"), ("valid_on", "state = 'valid'"))
)
# How many have something, of what was counted by person; between two names of tables.
HEADS = tuple(
    f"UPDATE {{tally}} SET {column} = c.n FROM (SELECT unit_id, phase, COUNT(*) AS n FROM {{tally_person}}"  # noqa: S608
    f" WHERE {have} > 0 GROUP BY unit_id, phase) c"
    " WHERE c.unit_id = {tally}.unit_id AND c.phase = {tally}.phase"
    for column, have in (("people", "valid"), ("people_waiting", "waiting"))
)
# By table: the columns, and what they are by the rows.
FILL = {
    "tally": (("unit_id", "phase", *_COUNTED), _upward(_OWN, (), _COUNTED, "BIGINT")),
    "tally_person": (
        ("unit_id", "phase", "worker_id", "valid", "waiting"),
        _upward(_PEOPLE, ("worker_id",), ("valid", "waiting")),
    ),
    "tally_day": (
        ("unit_id", "phase", "day", "submitted", "valid"),
        _upward(_DAYS, ("day",), ("submitted", "valid")),
    ),
    "units_reached": (units_reached.COLUMNS, units_reached.ROWS),
}
READ = ("initiative", "author", "unit_above", "aim")  # what they are counted from
KEYS = {"tally": 2, "tally_person": 3, "tally_day": 3, "units_reached": 2}
