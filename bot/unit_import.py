"""Import a list of units into the database, or show what importing it would change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.unit_files import describe_change, read_unit_file
from handlers.units import units_import
from storage.database import Database

MOST_SHOWN = 200


def import_file(database: Database, path: Path, now: datetime, *, dry_run: bool) -> Iterator[str]:
    """Import in one transaction; lines for the operator. Raises UnitListFaults and changes nothing."""
    rows = read_unit_file(path)
    with database.transaction() as tx:
        done = units_import(tx, rows, now, dry_run=dry_run)
    if dry_run:
        yield from (describe_change(unit) for unit in done.details[:MOST_SHOWN])
        if len(done.details) > MOST_SHOWN:
            yield f"… và {len(done.details) - MOST_SHOWN} thay đổi nữa"
        yield f"sẽ thêm {done.added}, sẽ sửa {done.changed}, giữ nguyên {done.unchanged}; chưa ghi gì"
        return
    gone = f", bỏ qua {done.gone} đơn vị đã rời hoặc giải thể" if done.gone else ""
    yield f"đã thêm {done.added}, đã sửa {done.changed}, giữ nguyên {done.unchanged}{gone}"
