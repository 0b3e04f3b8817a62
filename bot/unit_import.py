"""Import a list of units into the database, or show what importing it would change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.unit_files import read_unit_file
from bot.unit_report import report
from handlers.aims import settle_aims
from handlers.folding import fold
from handlers.programme import Programme
from handlers.units import units_import
from storage.database import Database


def import_file(
    database: Database,
    path: Path,
    now: datetime,
    *,
    dry_run: bool,
    programme: Programme | None = None,
) -> Iterator[str]:
    """Import in one transaction; lines for the operator. Raises UnitListFaults and changes nothing.

    With a programme its phases may be named in the list, and what every unit is to reach is worked out.
    """
    rows = read_unit_file(path)
    today, phases = None, None
    if programme is not None:
        today = programme.local_day(now)
        phases = {fold(name): phase.code for phase in programme.phases for name in (phase.name, phase.code)}
    with database.transaction() as tx:
        done = units_import(tx, rows, now, dry_run=dry_run, today=today, phases=phases)
        if programme is not None and not dry_run:
            settle_aims(tx, programme, programme.local_day(now))
    yield from report(done, dry_run=dry_run)
