"""Reads a list of a council's decisions into rows, and notes what is wrong with each; it knows no database.

A row that cannot be read is a fault of that row only, never a guess; a cell that begins with `=` is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from handlers import decision_columns, review_facts
from handlers.decision_columns import DEEDS, REQUIRED, column_of, decision_of
from handlers.folding import kept, plain_spaces
from handlers.house import House
from handlers.moves import Decision
from handlers.review_deciding import LONGEST_WORDS
from handlers.unit_rows import Fault, Line, UnitListFaults

CODE = re.compile(r"(?:sk\s*-?\s*)?0*([1-9][0-9]{0,14})", re.IGNORECASE)
Names = Mapping[str, Iterable[str]]  # what each question of the form is called


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision: `said` as the list has it (recognised, valid, returned, rejected; empty: none yet)."""

    line: int
    code: str
    said: str
    decision: Decision


class Decisions(NamedTuple):
    """Everything read: rows that make sense, faults of those that do not, what was left out.

    `loose` are lines with neither a code nor a decision: sums, names, signatures.
    """

    rows: list[DecisionRow]
    faults: list[Fault]
    ignored: list[str]
    loose: list[int]


def code_of(typed: str) -> str:
    """An initiative's code as people type it: `SK-00012`, `sk12`, `12`; empty for anything else."""
    match = CODE.fullmatch(plain_spaces(typed))
    return f"SK-{int(match[1]):05d}" if match else ""


def read_decisions(
    lines: Sequence[Line], names: Names, house: House, now: datetime, spoiled: Sequence[Fault] = ()
) -> Decisions:
    """Rows of the list, in which one of the first lines names the columns.

    `spoiled` are cells the file itself could not give: they are faults where they stand in a column that is
    used. Raises UnitListFaults when the list as a whole cannot be read.
    """
    filled = [line for line in lines if line.broken or any(plain_spaces(cell) for cell in line.cells)]
    if not filled:
        raise UnitListFaults([Fault(0, "empty_file", {})])
    at = decision_columns.header_at([line.cells for line in filled])
    if at is None:
        raise UnitListFaults([Fault(filled[0].number, "no_header", {})])
    header = filled[at]
    columns = [column_of(cell) for cell in header.cells]
    _check(header, columns)
    below = [one for one in spoiled if one.line > header.number and _used(one, columns)]
    reader = _Reader(columns, names, house, now, _by_line(below, filled[-1].number))
    rows = [row for line in filled[at + 1 :] if (row := reader.read(line)) is not None]
    ignored = [plain_spaces(cell) for cell, name in zip(header.cells, columns, strict=True) if not name]
    agreed, doubled = _agreed(rows)
    found = sorted([*reader.faults, *doubled], key=lambda fault: fault.line)
    return Decisions(agreed, found, [cell for cell in ignored if cell], reader.loose)


def _check(header: Line, columns: Sequence[str]) -> None:
    faults = [
        Fault(header.number, "missing_column", {"column": name}) for name in REQUIRED if name not in columns
    ]
    faults += [
        Fault(header.number, "doubled_column", {"column": name})
        for name in dict.fromkeys(columns)
        if name and columns.count(name) > 1
    ]
    if faults:
        raise UnitListFaults(faults)


def _by_line(spoiled: Sequence[Fault], last: int) -> dict[int, Fault]:
    """The first fault of each line; cells merged over several lines spoil each of them."""
    found: dict[int, Fault] = {}
    for fault in spoiled:
        for line in range(fault.line, min(int(fault.params.get("last", fault.line)), last) + 1):
            found.setdefault(line, fault._replace(line=line))
    return found


def _used(fault: Fault, columns: Sequence[str]) -> bool:
    """Whether a spoiled cell stands in a column that is read; merged cells are named by their first."""
    first, last = (_place(fault.params.get(name, "")) for name in ("column", "to_column"))
    return any(columns[first : max(first, last) + 1])


def _place(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _agreed(rows: Sequence[DecisionRow]) -> tuple[list[DecisionRow], list[Fault]]:
    """Rows of the same initiative that say the same are one; which of two that differ is meant is a guess."""
    firsts: dict[str, DecisionRow] = {}
    differing: dict[str, list[DecisionRow]] = {}
    for row in rows:
        first = firsts.setdefault(row.code, row)
        if (first.said, first.decision) != (row.said, row.decision):
            differing.setdefault(row.code, [first]).append(row)
    faults = []
    for code, several in differing.items():
        for one in several:
            other = next(row for row in several if row.line != one.line)
            faults.append(Fault(one.line, "doubled_code", {"code": code, "other_line": other.line}))
    return [row for row in firsts.values() if row.code not in differing], faults


class _Reader:
    """Reads lines of one list; `faults` are those of the lines read so far."""

    def __init__(
        self,
        columns: Sequence[str],
        names: Names,
        house: House,
        now: datetime,
        spoiled: Mapping[int, Fault],
    ) -> None:
        self.faults: list[Fault] = []
        self.loose: list[int] = []
        self._columns, self._names, self._spoiled = columns, names, spoiled
        self._house, self._now = house, now
        self._line = 0

    def read(self, line: Line) -> DecisionRow | None:
        """The decision of a line; None for one without any, or with a fault."""
        self._line, before = line.number, len(self.faults)
        if line.broken:
            return self._fault("broken_quotes")
        cells = {
            name: kept(cell).strip() for name, cell in zip(self._columns, line.cells, strict=False) if name
        }
        code = code_of(cells.get("code", ""))
        if not code and not cells.get("decision"):
            self.loose.append(line.number)
            return None
        if line.number in self._spoiled:
            self.faults.append(self._spoiled[line.number])
            return None
        if any(plain_spaces(cell) for cell in line.cells[len(self._columns) :]):
            return self._fault("wrong_cells", found=len(line.cells), expected=len(self._columns))
        if not code:
            reason = "bad_code" if cells.get("code") else "missing_code"
            return self._fault(reason, column="code", typed=cells.get("code", ""))
        if any("\ufffd" in cell for cell in cells.values()):
            return self._fault("damaged_letters")
        typed = cells.get("decision", "")
        said = decision_of(typed)
        if typed and not said:
            return self._fault("bad_decision", column="decision", typed=typed)
        decision = self._decision(said, cells) if said else Decision("")
        return None if len(self.faults) > before else DecisionRow(line.number, code, said, decision)

    def _decision(self, said: str, cells: Mapping[str, str]) -> Decision:
        why = cells.get("reason", "")
        if said in ("returned", "rejected"):
            if not why:
                self._fault("missing_reason", column="reason")
            elif len(why) > LONGEST_WORDS:
                self._fault("too_long", column="reason", length=len(why), longest=LONGEST_WORDS)
            return Decision(DEEDS[said], why, self._missing(said, why, cells))
        number, day = self._fact("number", cells), self._fact("day", cells)
        if number and not cells.get("day"):
            self._fault("missing_day", column="day")
        elif day and not cells.get("number"):
            self._fault("missing_number", column="number")
        on = date.fromisoformat(day) if day else None
        return Decision(DEEDS[said], number=number, day=on, portal_code=self._fact("portal", cells))

    def _missing(self, said: str, why: str, cells: Mapping[str, str]) -> tuple[str, ...]:
        """What has to be completed: as the list names it, else what the reason names."""
        if said != "returned":
            return ()
        typed = cells.get("missing", "")
        steps, unknown = decision_columns.steps_in(typed, self._names)
        if unknown:
            self._fault("unknown_step", column="missing", typed=unknown)
        steps = steps or decision_columns.steps_named_in(why, self._names)
        if not steps and not unknown:
            self._fault("nothing_missing", column="missing")
        return steps

    def _fact(self, name: str, cells: Mapping[str, str]) -> str:
        if not cells.get(name):
            return ""
        value, refused = review_facts.heard(name, cells[name], self._house, self._now)
        if refused:
            key = refused.removeprefix("review.").replace(".", "_")
            self._fault(key, column=name, typed=cells[name], longest=review_facts.LONGEST)
        return value

    def _fault(self, reason: str, **params: Any) -> DecisionRow | None:
        self.faults.append(Fault(self._line, reason, params))
        return None
