"""Reads the cells of an imported list of units into rows, and notes everything that is wrong with them.

Pure: it knows no file and no database. A cell that cannot be read is a fault with its line, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from handlers.folding import fold, plain_spaces

REQUIRED = ("code", "name", "level", "parent_code", "members", "old_names")
OPTIONAL = ("groups", "replaces", "status", "valid_from", "valid_to", "members_on")
_TARGET = re.compile(r"target_[a-z0-9_]+_(initiatives|people)")
# A unit with one of these has left the tree: such a row describes the past and adds nothing.
GONE = frozenset({"left", "dissolved", "merged", "closed"})
STATUSES = GONE | {"", "active"}

# The parent of a line that could not be read; nobody can type it, because cells are read without NUL.
UNREAD = "\0"
LONGEST = {"code": 40, "name": 300, "level": 40, "old_names": 300}
# A thousand times more than any union has; what is above was typed wrongly.
MOST_MEMBERS = 999_999_999
_NUMBER = re.compile(r"[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")


class Line(NamedTuple):
    """The cells of one record and the line on which it begins; `broken`: its quotes do not close."""

    number: int
    cells: Sequence[str]
    broken: bool = False


class Fault(NamedTuple):
    """One thing wrong with the list: the line of the file (0: the whole file), a key, and what fills it."""

    line: int
    reason: str
    params: Mapping[str, Any]


class UnitListFaults(Exception):
    """The list was not imported; `faults` says everything that is wrong with it, by line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults, the first: {faults[0]}")
        self.faults = list(faults)


@dataclass(frozen=True)
class UnitRow:
    """One unit as the list has it; an empty `parent_code` makes it the root."""

    line: int
    code: str
    name: str
    level: str
    parent_code: str
    members: int | None
    old_names: tuple[str, ...]
    replaces: tuple[str, ...] = ()
    gone: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    counted_on: date | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


class Sheet(NamedTuple):
    """Everything read: rows (also faulty ones, so that later checks see the whole tree) and the faults."""

    rows: list[UnitRow]
    faults: list[Fault]


def read_rows(lines: Sequence[Line]) -> Sheet:
    """Rows of the list whose first line names the columns."""
    filled = [line for line in lines if line.broken or any(plain_spaces(cell) for cell in line.cells)]
    if not filled:
        return Sheet([], [Fault(0, "empty_file", {})])
    header, body = filled[0], filled[1:]
    columns = [plain_spaces(cell).lower().replace(" ", "_") for cell in header.cells]
    faults = [Fault(header.number, reason, params) for reason, params in _header_faults(columns)]
    if header.broken:
        return Sheet([], [Fault(header.number, "broken_quotes", {})])
    if any(fault.reason != "unknown_column" for fault in faults):
        return Sheet([], faults)
    if not body:
        return Sheet([], [*faults, Fault(0, "empty_file", {})])
    rows: list[UnitRow] = []
    for line in body:
        reader = _Cells(line, columns)
        if reader.row is not None:
            rows.append(reader.row)
        faults += reader.faults
    return Sheet(rows, faults)


def _header_faults(columns: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    named = _without_empty_end(columns)
    for column in REQUIRED:
        if column not in named:
            yield "missing_column", {"column": column}
    for at, column in enumerate(named):
        if column in named[:at] and column:
            yield "doubled_column", {"column": column}
        elif column not in REQUIRED and column not in OPTIONAL and not _TARGET.fullmatch(column):
            yield "unknown_column", {"column": column, "position": at + 1}


def _without_empty_end(cells: Sequence[str]) -> list[str]:
    """Without the empty columns that a spreadsheet leaves at the right."""
    kept = list(cells)
    while kept and not plain_spaces(kept[-1]):
        kept.pop()
    return kept


class _Cells:
    """One line on its way to being a row."""

    def __init__(self, line: Line, columns: Sequence[str]) -> None:
        self.line = line.number
        self.faults: list[Fault] = []
        self.row: UnitRow | None = None
        width = len(_without_empty_end(columns))
        if line.broken:
            self._fault("broken_quotes")
        elif len(line.cells) != len(columns) or any(plain_spaces(cell) for cell in line.cells[width:]):
            self._fault("wrong_cells", found=len(line.cells), expected=len(columns))
        else:
            self.cells = {name: plain_spaces(cell) for name, cell in zip(columns, line.cells, strict=True)}
            self.row = self._row()
            return
        self.row = self._only_code(line, columns)

    def _only_code(self, line: Line, columns: Sequence[str]) -> UnitRow | None:
        """Of a line that cannot be read, its code: the units below it are not without a parent."""
        at = columns.index("code")
        code = plain_spaces(line.cells[at]) if at < len(line.cells) else ""
        return UnitRow(self.line, code, "", "", UNREAD, None, ()) if code else None

    def _fault(self, reason: str, **params: Any) -> None:
        self.faults.append(Fault(self.line, reason, params))

    def _row(self) -> UnitRow:
        for column in ("code", "name"):
            if not any(letter.isalnum() for letter in self.cells[column]):
                self._fault(f"missing_{column}")
        if any("\ufffd" in cell for cell in self.cells.values()):
            self._fault("damaged_letters")
        old_names = tuple(dict.fromkeys(part for part in self._parts("old_names") if part))
        self._check_lengths(old_names)
        valid_from, valid_to = self._read("valid_from", _day), self._read("valid_to", _day)
        if valid_from and valid_to and valid_to <= valid_from:
            self._fault("dates_reversed", valid_from=valid_from, valid_to=valid_to)
        return UnitRow(
            line=self.line,
            code=self.cells["code"],
            name=self.cells["name"],
            level=self.cells["level"],
            parent_code=self.cells["parent_code"],
            members=self._read("members", _number),
            old_names=old_names,
            replaces=self._parts("replaces"),
            gone=self._status() in GONE,
            valid_from=valid_from,
            valid_to=valid_to,
            counted_on=self._read("members_on", _day),
            extra={name: cell for name, cell in self.cells.items() if name == "groups" or "target_" in name},
        )

    def _parts(self, column: str) -> tuple[str, ...]:
        parts = (plain_spaces(part) for part in self.cells.get(column, "").split(";"))
        return tuple(part for part in parts if part)

    def _check_lengths(self, old_names: tuple[str, ...]) -> None:
        for column, longest in LONGEST.items():
            for text in old_names if column == "old_names" else (self.cells[column],):
                if len(text) > longest:
                    self._fault("too_long", column=column, length=len(text), longest=longest)

    def _status(self) -> str:
        status = fold(self.cells.get("status", ""))
        if status not in STATUSES:
            self._fault("bad_status", typed=self.cells["status"])
        return status

    def _read(self, column: str, reader: Callable[[str], Any]) -> Any:
        typed = self.cells.get(column, "")
        if not typed:
            return None
        value = reader(typed)
        if value is None:
            self._fault("bad_members" if column == "members" else "bad_date", column=column, typed=typed)
        return value


def _number(typed: str) -> int | None:
    """A whole number as people write it here: `1250`, `1.250`, `1 250`."""
    if not _NUMBER.fullmatch(typed):
        return None
    digits = typed.replace(".", "").replace(" ", "").lstrip("0") or "0"
    return int(digits) if len(digits) <= len(str(MOST_MEMBERS)) else None


def _day(typed: str) -> date | None:
    """A whole day: `1/7/2025` or `2025-07-01`."""
    day_first, year_first = _DAY_FIRST.fullmatch(typed), _YEAR_FIRST.fullmatch(typed)
    try:
        if day_first:
            day, month, year = map(int, day_first.groups())
            return date(year, month, day)
        if year_first:
            return date(*map(int, year_first.groups()))
    except ValueError:
        return None
    return None
