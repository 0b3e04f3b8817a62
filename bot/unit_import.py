"""Import a list of units into the database, or show what importing it would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from bot.unit_files import read_unit_file
from bot.unit_report import report
from handlers.units import units_import
from storage.database import Database


def import_file(
    database: Database,
    path: Path,
    now: datetime,
    *,
    dry_run: bool,
    today: date | None = None,
    phases: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Import in one transaction; lines for the operator. Raises UnitListFaults and changes nothing.

    `today` is the local day; `phases` gives the code of a phase for everything it may be called, folded.
    """
    rows = read_unit_file(path)
    with database.transaction() as tx:
        done = units_import(tx, rows, now, dry_run=dry_run, today=today, phases=phases)
    yield from report(done, dry_run=dry_run)
