"""Imports a list of units: judges it whole, and either writes all that differs or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.unit_list import identity, tree_faults, tree_of
from handlers.unit_plan import ChangedUnit, make_plan
from handlers.unit_rows import Fault, Line, UnitListFaults, UnitRow, read_rows
from storage.transaction import Transaction
from storage.unit_list import KnownUnit, known_units, write_units


@dataclass(frozen=True)
class Imported:
    """How many units the list added, changed and left as they were, and how many rows were of units gone."""

    added: int
    changed: int
    unchanged: int
    gone: int = 0
    details: tuple[ChangedUnit, ...] = ()


def units_import(tx: Transaction, rows: Sequence[Line], now: datetime, *, dry_run: bool = False) -> Imported:
    """Import a list whose first line names the columns; `dry_run` only says what would change.

    Raises UnitListFaults with everything that is wrong; then nothing is written. Units that the list does
    not mention stay as they are, and importing the same list again changes nothing.
    """
    known = known_units(tx.connection)
    sheet = read_rows(rows)
    tree = tree_of(sheet.rows, known)
    faults = [*sheet.faults, *tree_faults(sheet.rows, tree), *_replacements(sheet.rows, known)]
    if faults:
        raise UnitListFaults(sorted(faults, key=lambda fault: fault.line))
    present = [row for row in sheet.rows if not row.gone]
    plan = make_plan(present, tree, known)
    if not dry_run:
        write_units(tx.connection, plan.added, plan.changed, now)
    added = sum(unit.is_new for unit in plan.details)
    changed = len(plan.details) - added
    unchanged = len(present) - len(plan.details)
    return Imported(added, changed, unchanged, len(sheet.rows) - len(present), tuple(plan.details))


def _replacements(rows: Sequence[UnitRow], known: Mapping[str, KnownUnit]) -> list[Fault]:
    """A list after a merger, laid over the units from before it, would have everyone twice."""
    there = {identity(code) for code, unit in known.items() if unit.node.valid_to is None}
    found: list[tuple[UnitRow, list[str]]] = []
    for row in rows:
        others = there - {identity(row.code)} if row.replaces else there
        old = [code for code in row.replaces if identity(code) in others]
        if old and not row.gone:
            found.append((row, old))
    if not found:
        return []
    row, old = found[0]
    return [Fault(row.line, "replaces_there", {"code": row.code, "replaces": old, "rows": len(found)})]
