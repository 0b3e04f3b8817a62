"""Imports a list of units: judges it whole, and either writes all that differs or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.unit_fate import Fate, fate_of, follow
from handlers.unit_list import tree_faults, tree_of
from handlers.unit_plan import ChangedUnit, make_plan
from handlers.unit_rows import Line, UnitListFaults, read_rows
from storage.transaction import Transaction
from storage.unit_list import known_units, write_units
from storage.unit_succession import settle_people

# What is written down of a unit that was there, when a list changes it.
AUDITED = {"parent": "unit_moved", "valid_to": "unit_closed", "reopened": "unit_reopened"}


@dataclass(frozen=True)
class Imported:
    """How many units the list added, changed and left as they were.

    `gone`: rows of units that have left and were not there; `ended`: units that were there and end now;
    `unknown`: codes that are replaced but nobody has, with their line; `resettled`: people whose unit was
    merged, and `set_free`: people of units that ended without just one successor.
    """

    added: int
    changed: int
    unchanged: int
    gone: int = 0
    details: tuple[ChangedUnit, ...] = ()
    ended: int = 0
    unknown: tuple[tuple[int, str], ...] = ()
    resettled: int = 0
    set_free: int = 0


def units_import(
    tx: Transaction,
    rows: Sequence[Line],
    now: datetime,
    *,
    dry_run: bool = False,
    today: date | None = None,
    phases: Mapping[str, str] | None = None,
) -> Imported:
    """Import a list in which a line names the columns; `dry_run` only says what would change.

    `today` is the local day on which units end for which the list gives no day. `phases` gives the code of
    a phase for everything it may be called, folded; None takes any code. Raises UnitListFaults with
    everything that is wrong; then nothing is written. Units that the list does not mention stay as they
    are, and importing the same list again changes nothing.
    """
    today = today or now.date()
    known = known_units(tx.connection)
    sheet = read_rows(rows, phases)
    fate = fate_of(sheet.rows, known, today)
    homeless = follow(fate, sheet.rows, known, today)
    tree = tree_of(sheet.rows, known, fate)
    if faults := [*sheet.faults, *tree_faults(sheet.rows, tree), *homeless]:
        raise UnitListFaults(sorted(faults, key=lambda fault: fault.line))
    present = [row for row in sheet.rows if not row.gone]
    plan = make_plan(present, tree, known, fate, today)
    added, changed = len(plan.added), sum(not unit.is_new for unit in plan.details)
    mentioned = {unit.line for unit in plan.details if unit.line}
    unchanged = sum(row.line not in mentioned for row in present)
    gone = len(sheet.rows) - len(present) - sum(row.gone and row.code in known for row in sheet.rows)
    resettled = set_free = 0
    if not dry_run:
        write_units(tx.connection, plan.added, plan.changed, now)
        _write_down(tx, plan.details, added, fate, now)
        resettled, set_free = settle(tx, today, now)
    return Imported(
        added, changed, unchanged, gone, tuple(plan.details), len(fate.closing), tuple(fate.unknown),
        resettled, set_free,
    )  # fmt: skip


def settle(tx: Transaction, today: date, now: datetime) -> tuple[int, int]:
    """People of units that have ended go to the one successor, or are set free; how many of each."""
    resettled = set_free = 0
    for one in settle_people(tx.connection, today, now):
        if one.new_id is None:
            set_free += one.people
        else:
            resettled += one.people
        if one.people:
            after = None if one.new_id is None else str(one.new_id)
            tx.audit.note(None, "people_resettled", f"unit:{one.old_id}", now, after=after, why="unit_ended")
    return resettled, set_free


def _write_down(
    tx: Transaction, details: Sequence[ChangedUnit], added: int, fate: Fate, now: datetime
) -> None:
    """The import as a whole, and each unit that was there and stands elsewhere, ends or is open again."""
    if not details:
        return
    numbers = f"+{added} ~{len(details) - added} -{len(fate.closing)}"
    tx.audit.note(None, "units_imported", "units", now, after=numbers)
    for unit in details:
        for difference in () if unit.is_new else unit.differences:
            if what := AUDITED.get(difference.field):
                before, after = (None if one is None else str(one) for one in difference[1:])
                tx.audit.note(None, what, f"unit:{unit.code}", now, before=before, after=after)
            elif difference.field == "successors" and isinstance(difference.after, tuple):
                for code in difference.after:
                    tx.audit.note(None, "unit_replaced", f"unit:{unit.code}", now, after=str(code))
