"""Reads the cells of an imported list of units into rows, and notes everything that is wrong with them.

Pure: it knows no file and no database. A cell that cannot be read is a fault with its line, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from handlers import unit_cells
from handlers.folding import plain_spaces
from handlers.unit_cells import Aim
from handlers.unit_columns import (
    MOST_TITLES,
    column_of,
    header_at,
    header_faults,
    target_of,
    without_empty_end,
)

# The parent of a line that could not be read; nobody can type it, because cells are read without NUL.
UNREAD = "\0"
LONGEST = {"code": 40, "name": 300, "level": 40, "old_names": 300}


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
    """One unit as the list has it; an empty `parent_code` makes it the root.

    `active`: the list says that it is; `groups` is None when it says nothing of groups. Targets by phase
    and measure.
    """

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
    active: bool = False
    groups: tuple[str, ...] | None = None
    targets: Mapping[tuple[str, str], Aim] = field(default_factory=dict)


class Sheet(NamedTuple):
    """Everything read: rows (also faulty ones, so that later checks see the whole tree) and the faults."""

    rows: list[UnitRow]
    faults: list[Fault]


def read_rows(lines: Sequence[Line], phases: Mapping[str, str] | None = None) -> Sheet:
    """Rows of the list, in which a line names the columns; titles may stand above it.

    `phases` gives the code of a phase for everything it may be called, folded; None takes any code.
    """
    filled = [line for line in lines if line.broken or any(plain_spaces(cell) for cell in line.cells)]
    if not filled:
        return Sheet([], [Fault(0, "empty_file", {})])
    at = header_at([line.cells for line in filled[:MOST_TITLES]], phases)
    header, body = filled[at], filled[at + 1 :]
    columns = [column_of(cell, phases) for cell in header.cells]
    faults = [Fault(header.number, reason, params) for reason, params in header_faults(columns, phases)]
    if header.broken:
        return Sheet([], [Fault(header.number, "broken_quotes", {})])
    if any(fault.reason in ("missing_column", "doubled_column") for fault in faults):
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


class _Cells:
    """One line on its way to being a row."""

    def __init__(self, line: Line, columns: Sequence[str]) -> None:
        self.line = line.number
        self.faults: list[Fault] = []
        self.row: UnitRow | None = None
        width = len(without_empty_end(columns))
        if line.broken:
            self._fault("broken_quotes")
        elif len(line.cells) != len(columns) or any(plain_spaces(cell) for cell in line.cells[width:]):
            self._fault("wrong_cells", found=len(line.cells), expected=len(columns))
        else:
            self.cells = {
                name: plain_spaces(cell) if cell else ""
                for name, cell in zip(columns, line.cells, strict=True)
            }
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
                self._fault(f"missing_{column}", column=column)
        for column, cell in self.cells.items():
            if "\ufffd" in cell:
                self._fault("damaged_letters", column=column)
        old_names = tuple(dict.fromkeys(part for part in self._parts("old_names") if part))
        self._check_lengths(old_names)
        valid_from, valid_to = (self._read(column, unit_cells.day) for column in ("valid_from", "valid_to"))
        if valid_from and valid_to and valid_to <= valid_from:
            self._fault("dates_reversed", column="valid_to", valid_from=valid_from, valid_to=valid_to)
        status = self._status()
        return UnitRow(
            line=self.line,
            code=self.cells["code"],
            name=self.cells["name"],
            level=self.cells.get("level", ""),
            parent_code=self.cells["parent_code"],
            members=self._read("members", unit_cells.whole_number),
            old_names=old_names,
            replaces=self._parts("replaces"),
            gone=unit_cells.is_gone(status),
            active=status == "active",
            valid_from=valid_from,
            valid_to=valid_to,
            counted_on=self._read("members_on", unit_cells.day),
            groups=self._groups(),
            targets=self._targets(),
        )

    def _groups(self) -> tuple[str, ...] | None:
        """None when nothing is said; a dash says that the unit belongs to none."""
        parts = self._parts("groups")
        return None if not parts else tuple(part for part in parts if part.strip("-–—"))

    def _targets(self) -> dict[tuple[str, str], Aim]:
        found = {}
        for column in self.cells:
            if (target := target_of(column)) and (aim := self._read(column, unit_cells.aim)) is not None:
                found[target] = aim
        return found

    def _parts(self, column: str) -> tuple[str, ...]:
        parts = (part.strip() for part in self.cells.get(column, "").split(";"))
        return tuple(part for part in parts if part)

    def _check_lengths(self, old_names: tuple[str, ...]) -> None:
        for column, longest in LONGEST.items():
            for text in old_names if column == "old_names" else (self.cells.get(column, ""),):
                if len(text) > longest:
                    self._fault("too_long", column=column, length=len(text), longest=longest)

    def _status(self) -> str | None:
        status = unit_cells.status(self.cells.get("status", ""))
        if status is None:
            self._fault("bad_status", column="status", typed=self.cells["status"])
        return status

    def _read(self, column: str, reader: Callable[[str], Any]) -> Any:
        typed = self.cells.get(column, "")
        if not typed:
            return None
        value = reader(typed)
        if value is None:
            kind = "members" if column == "members" else "target" if target_of(column) else "date"
            self._fault(f"bad_{kind}", column=column, typed=typed)
        return value
