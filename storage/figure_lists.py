"""The initiatives behind a figure: what exactly a unit's number of valid, waiting or returned ones counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, select

from storage.models import metadata
from storage.tallies import ALL

INITIATIVE, ABOVE = metadata.tables["initiative"], metadata.tables["unit_above"]
UNIT = metadata.tables["unit"]


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

    def of(self, unit_id: int, phase: str, states: Sequence[str], most: int, skip: int = 0) -> list[Behind]:
        """The initiatives of a unit and all below it in these states, the newest first."""
        within = select(ABOVE.c.unit_id).where(ABOVE.c.above_id == unit_id)
        title = case((INITIATIVE.c.sealed.is_(True), ""), else_=INITIATIVE.c.title)
        rows = (
            select(
                INITIATIVE.c.id, INITIATIVE.c.code, title, INITIATIVE.c.sealed, INITIATIVE.c.unit_id,
                UNIT.c.name, INITIATIVE.c.state,
            )
            .join(UNIT, UNIT.c.id == INITIATIVE.c.unit_id)
            .where(INITIATIVE.c.unit_id.in_(within), INITIATIVE.c.state.in_(states))
            .order_by(INITIATIVE.c.submitted_at.desc(), INITIATIVE.c.id.desc())
            .limit(most)
            .offset(skip)
        )  # fmt: skip
        if phase != ALL:
            rows = rows.where(INITIATIVE.c.phase == phase)
        return [Behind(*row) for row in self._connection.execute(rows)]
