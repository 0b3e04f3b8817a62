"""Tables as CSV that a spreadsheet may open without harm: RFC 4180, UTF-8, no cell that acts.

A text cell that begins with `=`, `+`, `-`, `@`, a tab or a return gets an apostrophe in front, because a
spreadsheet would take it for a formula (OWASP, "CSV Injection"). Nothing else is changed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from bot.export_columns import Column, named, shared

BOM = "\ufeff"
ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(
    columns: Sequence[Column], lines: Iterable[Mapping[str, Any]], out: TextIO, *, bom: bool
) -> int:
    """Write the head and a row for each line; how many. `bom` says to old spreadsheets that it is UTF-8."""
    if bom:
        out.write(BOM)
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(column.key for column in columns)
    count = 0
    for line in lines:
        rows.writerow([_cell(column, line.get(column.key)) for column in columns])
        count += 1
    return count


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    words = (
        shared(value) if column.kind == "names" else named(value) if column.kind == "files" else str(value)
    )
    words = words.replace("\0", "")
    return f"'{words}" if words.startswith(ACTIVE) else words
