"""What units are to reach: the targets an imported list gave them, of which the last recorded counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select

from storage.models import metadata

TARGET = metadata.tables["unit_target"]


class UnitAim(NamedTuple):
    """A target of one unit: either a count, or hundredths of a per cent of its members (1500 is 15 %)."""

    unit_id: int
    phase: str
    measure: str
    number: int | None
    percent_hundredths: int | None


# Oldest first, so that the last of a unit, phase and measure is the one that counts.
AIMS = select(
    TARGET.c.unit_id, TARGET.c.phase, TARGET.c.measure, TARGET.c.count, TARGET.c.percent_hundredths
).order_by(TARGET.c.id)
_OF_UNIT = AIMS.where(TARGET.c.unit_id == bindparam("unit"), TARGET.c.phase == bindparam("phase"))
_OF_PHASE = AIMS.where(TARGET.c.phase == bindparam("phase"))


class Targets:
    """Targets per unit inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, unit_id: int, phase: str) -> dict[str, UnitAim]:
        """What a unit is to reach in a phase, by measure (`initiatives`, `people`)."""
        rows = self._connection.execute(_OF_UNIT, {"unit": unit_id, "phase": phase})
        return {aim.measure: aim for aim in (UnitAim(*row) for row in rows)}

    def of_phase(self, phase: str) -> dict[tuple[int, str], UnitAim]:
        """What every unit is to reach in a phase, by unit and measure."""
        rows = self._connection.execute(_OF_PHASE, {"phase": phase})
        return {(aim.unit_id, aim.measure): aim for aim in (UnitAim(*row) for row in rows)}


def write_targets(
    connection: Connection,
    aims: Sequence[tuple[int, tuple[str, str], tuple[int | None, int | None]]],
    now: datetime,
) -> None:
    """Record targets: the unit, phase and measure, and a count or hundredths of a per cent."""
    rows = [
        {
            "unit_id": unit,
            "phase": phase,
            "measure": measure,
            "count": count,
            "percent_hundredths": percent,
            "recorded_at": now,
        }
        for unit, (phase, measure), (count, percent) in aims
    ]
    if rows:
        connection.execute(insert(TARGET), rows)
