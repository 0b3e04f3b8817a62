"""How many units directly below another have a target, and have reached it: kept, so that none is counted.

A city of 6,000 unions would otherwise be counted through at every look, in every phase. A change of a figure
tells whether a target was crossed by it; whoever writes targets or figures anew counts this anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, select, text, update

from storage.models import metadata
from storage.prepared import Prepared

REACHED, AIM = metadata.tables["units_reached"], metadata.tables["aim"]
TALLY, ABOVE = metadata.tables["tally"], metadata.tables["unit_above"]
COLUMNS = ("unit_id", "phase", "aimed", "reached", "people_aimed", "people_reached")


class Standings(NamedTuple):
    """How many units have a target, and how many have reached it."""

    aimed: int
    reached: int


class Stand(NamedTuple):
    """Targets of a unit in a phase, what it has now, and how many more people than before."""

    parent_id: int
    phase: str
    aim: int | None
    aim_people: int | None
    valid: int
    people: int
    more_people: int


def _sum(aim: str, done: str) -> str:
    return f"CAST(SUM(CASE WHEN COALESCE(t.{done}, 0) >= a.{aim} THEN 1 ELSE 0 END) AS BIGINT)"


# As the rows of targets and figures have it, in the order of COLUMNS.
ROWS = (
    "SELECT a.parent_id AS unit_id, a.phase, COUNT(a.initiatives) AS aimed,"  # noqa: S608
    f" {_sum('initiatives', 'valid')} AS reached, COUNT(a.people) AS people_aimed,"
    f" {_sum('people', 'people')} AS people_reached"
    " FROM aim a LEFT JOIN tally t ON t.unit_id = a.unit_id AND t.phase = a.phase"
    " WHERE a.parent_id IS NOT NULL GROUP BY a.parent_id, a.phase"
)
# Read after the figures were changed: their rows are held until the commit, so nobody else moves them.
_STAND = Prepared(
    select(AIM.c.unit_id, AIM.c.parent_id, AIM.c.phase, AIM.c.initiatives, AIM.c.people,
           func.coalesce(TALLY.c.valid, 0), func.coalesce(TALLY.c.people, 0))
    .select_from(
        ABOVE.join(AIM, AIM.c.unit_id == ABOVE.c.above_id)
        .outerjoin(TALLY, and_(TALLY.c.unit_id == AIM.c.unit_id, TALLY.c.phase == AIM.c.phase))
    )
    .where(ABOVE.c.unit_id == bindparam("unit"), AIM.c.parent_id.is_not(None))
    .where(AIM.c.phase.in_([bindparam("phase"), bindparam("all_phases")]))
)  # fmt: skip
_CROSSED = Prepared(
    update(REACHED)
    .where(REACHED.c.unit_id == bindparam("its_parent"), REACHED.c.phase == bindparam("its_phase"))
    .values(
        reached=REACHED.c.reached + bindparam("one", type_=REACHED.c.reached.type),
        people_reached=REACHED.c.people_reached + bindparam("two", type_=REACHED.c.reached.type),
    )
)


def count_anew(connection: Connection) -> None:
    """Make it anew from targets and figures."""
    connection.execute(text("DELETE FROM units_reached"))
    connection.execute(text(f"INSERT INTO units_reached ({', '.join(COLUMNS)}) {ROWS}"))


def stands(
    connection: Connection,
    unit_id: int,
    phases: tuple[str, str],
    people: Mapping[tuple[int, str], int],
) -> list[Stand]:
    """How a unit and those above it that have targets stand, in a phase and in all, after a change.

    `people` says how many more each has by it.
    """
    values = {"unit": unit_id, "phase": phases[0], "all_phases": phases[1]}
    return [
        Stand._make((*row[1:], people.get((row[0], row[2]), 0))) for row in _STAND.all(connection, values)
    ]


def note_crossed(connection: Connection, changed: Iterable[Stand], valid: int) -> None:
    """These have so many more valid initiatives, and people as each says."""
    for stand in changed:
        one = _step(stand.aim, stand.valid, valid)
        two = _step(stand.aim_people, stand.people, stand.more_people)
        if one or two:
            crossed = {"its_parent": stand.parent_id, "its_phase": stand.phase, "one": one, "two": two}
            _CROSSED.run(connection, crossed)


def _step(aim: int | None, now: int, change: int) -> int:
    """1 when the target was reached by the change, -1 when it was lost, else 0."""
    return 0 if aim is None else int(now >= aim) - int(now - change >= aim)
