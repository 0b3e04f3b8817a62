"""Reads the first sheet of an XLSX file as lines of cells, in bounded memory and without guessing.

A sheet with too many rows is refused while its text is looked through, before anything is built of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error

from handlers.unit_rows import Fault, Line, UnitListFaults

MOST_ROWS = 200_000
# Cells between the first and the last that hold anything: a stray one far out would need them all.
MOST_CELLS = 8_000_000
# What a workbook may come to when unpacked: a small file that grows beyond is an attack or a mistake.
LARGEST_UNPACKED = 512 * 1024 * 1024
_PIECE = 1024 * 1024
_LONGEST_CELL = 256 * 1024
_ROW = re.compile(rb'<(?:\w+:)?row(?: [^>]*?r="(\d+)"| [^>]*|)>')
_FAR_COLUMN = re.compile(rb' r="([A-Z]{2,3})\d')
# A formula whose result was never saved: no value follows it, or an empty one.
_UNSAVED = re.compile(
    rb'<(?:\w+:)?c (?:[^>]*? )?r="([A-Z]+)(\d+)"[^>]*>\s*<(?:\w+:)?f(?:/>|[ />][^<]*(?:</(?:\w+:)?f>)?)\s*'
    rb"(?:<(?:\w+:)?v ?/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
# An error that a formula came to; calamine hands it over as an empty cell.
_ERROR = re.compile(
    rb'<(?:\w+:)?c (?=[^>]*\bt="e")[^>]*?\br="([A-Z]+)(\d+)"[^>]*>.{0,8192}?<(?:\w+:)?v>([^<]*)<', re.S
)


def read_sheet(path: Path, spoiled: list[Fault] | None = None) -> list[Line]:
    """The rows that hold anything.

    Raises UnitListFaults when the workbook or a cell cannot be read; with `spoiled` cells are noted there.
    """
    from python_calamine import (  # late: only who imports XLSX pays for it
        CalamineError,
        CalamineWorkbook,
        SheetVisibleEnum,
    )

    try:
        with ZipFile(path) as packed:
            faults = _refuse_the_huge(packed)
        with CalamineWorkbook.from_path(str(path)) as workbook:
            shown = [one.name for one in workbook.sheets_metadata if one.visible is SheetVisibleEnum.Visible]
            sheet = workbook.get_sheet_by_name((shown or workbook.sheet_names)[0])
            merged, rows = sheet.merged_cell_ranges or [], sheet.to_python(skip_empty_area=False)
    except UnitListFaults:
        raise
    except (BadZipFile, CalamineError, OSError, EOFError, NotImplementedError, RuntimeError, error) as wrong:
        raise _refused("bad_sheet", why=type(wrong).__name__) from wrong
    lines: list[Line] = []
    faults += _merged_faults(merged, rows)
    for number, cells in enumerate(rows, 1):
        texts = [_text(cell) for cell in cells]
        if any(texts):
            lines.append(Line(number, texts))
    if faults and spoiled is None:
        raise UnitListFaults(faults)
    if spoiled is not None:
        spoiled += faults
    return lines


def _refused(reason: str, line: int = 0, **params: Any) -> UnitListFaults:
    return UnitListFaults([Fault(line, reason, params)])


def _refuse_the_huge(packed: ZipFile) -> list[Fault]:
    """Look through the packed sheets for too many rows; the formulas of the first without a saved value."""
    entries = packed.infolist()
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise _refused("too_big", megabytes=LARGEST_UNPACKED // 1024 // 1024)
    sheets = [one for one in entries if re.fullmatch(r"xl/worksheets/[^/]+\.xml", one.filename)]
    faults: list[Fault] = []
    for entry in sheets:
        faults += _look_through(packed, entry, first=entry is sheets[0])
    return faults


def _look_through(packed: ZipFile, entry: ZipInfo, *, first: bool) -> list[Fault]:
    rows, columns = 0, 26
    faults: list[Fault] = []
    with packed.open(entry) as file:
        for piece in _pieces(file):
            for row in _ROW.finditer(piece):
                rows = max(rows + 1, int(row[1] or 0))
            columns = max([columns, *map(_number, set(_FAR_COLUMN.findall(piece)))])
            if rows > MOST_ROWS or rows * columns > MOST_CELLS:
                raise _refused("too_many_rows", most=MOST_ROWS)
            if first:
                faults += _formulas(piece)
    return faults


def _formulas(piece: bytes) -> Iterator[Fault]:
    """Formulas that came to an error, or whose result nobody knows."""
    for cell in _ERROR.finditer(piece):
        params = {"column": cell[1].decode(), "typed": cell[3].decode(errors="replace")}
        yield Fault(int(cell[2]), "formula_error", params)
    for cell in _UNSAVED.finditer(piece):
        # An empty text is a result too, and is saved as one.
        if not (b't="str"' in cell[0] and b"<v" in cell[0]):
            yield Fault(int(cell[2]), "formula_unsaved", {"column": cell[1].decode()})


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The text in pieces that end where a row or a cell ends, so that nothing is counted half or twice."""
    kept = b""
    while read := file.read(_PIECE):
        kept += read
        end = max(kept.rfind(b"</c>") + 4, kept.rfind(b"</row>") + 6)
        if end <= len(b"</row>") and len(kept) > _PIECE + _LONGEST_CELL:
            end = kept.rfind(b"<")
        if end > len(b"</row>"):
            yield kept[:end]
            kept = kept[end:]
    yield kept


def _merged_faults(merged: list[Any], rows: list[list[Any]]) -> Iterator[Fault]:
    """Merged cells below the first rows leave all but one of them empty: which value is meant is a guess.

    A title across the columns, with nothing else in its row, is left alone.
    """
    for (top, left), (bottom, right) in merged:
        if top == bottom and _is_title(rows, top, left):
            continue
        params = {"column": _letters(left), "to_column": _letters(right), "last": bottom + 1}
        yield Fault(top + 1, "merged_cells", params)


def _is_title(rows: list[list[Any]], row: int, column: int) -> bool:
    cells = rows[row] if row < len(rows) else []
    return not any(_text(cell) for at, cell in enumerate(cells) if at != column)


def _text(cell: Any) -> str:
    """A cell as somebody would have typed it."""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime | date):
        return f"{cell.day}/{cell.month}/{cell.year}"
    return str(cell).strip()


def _number(letters: bytes) -> int:
    """How many columns there are up to this one."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _letters(column: int) -> str:
    """The letters of a column as a spreadsheet shows them, from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
