"""The initiatives behind a figure: what exactly a unit's number of valid, waiting or returned ones counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, case, select

from storage.models import metadata
from storage.tallies import ALL

INITIATIVE, ABOVE = metadata.tables["initiative"], metadata.tables["unit_above"]
UNIT = metadata.tables["unit"]


_TITLE = case((INITIATIVE.c.sealed.is_(True), ""), else_=INITIATIVE.c.title)
_SHOWN = select(
    INITIATIVE.c.id, INITIATIVE.c.code, _TITLE, INITIATIVE.c.sealed, INITIATIVE.c.unit_id,
    UNIT.c.name, INITIATIVE.c.state, INITIATIVE.c.waiting_since,
).join(UNIT, UNIT.c.id == INITIATIVE.c.unit_id)  # fmt: skip
_NEWEST = (INITIATIVE.c.waiting_since.desc(), INITIATIVE.c.id.desc())


@dataclass(frozen=True, slots=True)
class Behind:
    """One initiative as a list of figures names it; the title of a sealed one is never read."""

    id: int
    code: str
    title: str
    sealed: bool
    unit_id: int
    unit: str
    state: str


class FigureLists:
    """Lists behind figures inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(
        self,
        unit_id: int,
        phase: str,
        states: Sequence[str],
        most: int,
        skip: int = 0,
        *,
        crowded: bool = False,
    ) -> list[Behind]:
        """The initiatives of a unit and all below it in these states, the newest first.

        `crowded`: so many of all are the unit's that the newest of all are looked through until there are
        enough. Otherwise the unit's own are gathered and put in order.
        """
        within = select(ABOVE.c.unit_id).where(ABOVE.c.above_id == unit_id)
        if not crowded:
            own = _SHOWN.where(INITIATIVE.c.unit_id.in_(within), INITIATIVE.c.state.in_(states))
            rows = _of_phase(own, phase).order_by(*_NEWEST).limit(most).offset(skip)
            return [Behind(*row[:-1]) for row in self._connection.execute(rows)]
        its = within.where(ABOVE.c.unit_id == INITIATIVE.c.unit_id).correlate(INITIATIVE).exists()
        each = [
            _of_phase(_SHOWN.where(INITIATIVE.c.state == state, its), phase)
            .order_by(*_NEWEST)
            .limit(most + skip)
            for state in states
        ]
        found = [row for rows in each for row in self._connection.execute(rows)]
        found.sort(key=lambda row: (row[-1], row[0]), reverse=True)
        return [Behind(*row[:-1]) for row in found[skip : skip + most]]


def _of_phase(rows: Select[Any], phase: str) -> Select[Any]:
    return rows if phase == ALL else rows.where(INITIATIVE.c.phase == phase)
