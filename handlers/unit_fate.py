"""Says what becomes of units that are there when a later list closes, merges, splits or opens them again.

Pure. Nothing is deleted: a unit that ends keeps its row, its place and what was made there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from handlers.unit_rows import Fault, UnitRow
from storage.unit_list import KnownUnit


def identity(code: str) -> str:
    """What makes two codes the same: capitals make no difference."""
    return code.casefold()


@dataclass
class Fate:
    """Everything by identity of the code.

    `closing`: the day on which a unit that is open ends, and the line that says so; `successors`: the new
    ones of each unit, in the order of the list; `moving`: the unit under which one goes whose upper unit
    ends; `unknown`: codes that are replaced but nobody has, with their line.
    """

    closing: dict[str, tuple[date, int]] = field(default_factory=dict)
    successors: dict[str, list[str]] = field(default_factory=dict)
    reopened: set[str] = field(default_factory=set)
    moving: dict[str, str] = field(default_factory=dict)
    unknown: list[tuple[int, str]] = field(default_factory=list)


def fate_of(rows: Sequence[UnitRow], known: Mapping[str, KnownUnit], today: date) -> Fate:
    """What the list does to the units that are there."""
    there = {identity(code): unit for code, unit in known.items()}
    present = {identity(row.code) for row in rows if row.code and not row.gone}
    named = {identity(row.code) for row in rows}
    fate = Fate()
    for row in rows:
        unit = there.get(identity(row.code))
        if row.gone and unit is not None and unit.is_open(today) and identity(row.code) not in present:
            fate.closing.setdefault(identity(row.code), (row.valid_to or today, row.line))
        if not row.gone and unit is not None and not unit.is_open(today) and row.active and not row.valid_to:
            fate.reopened.add(identity(row.code))
    for row in rows:
        if not row.gone:
            _replace(row, there, present, named, fate, today)
    return fate


def _replace(
    row: UnitRow,
    there: Mapping[str, KnownUnit],
    present: set[str],
    named: set[str],
    fate: Fate,
    today: date,
) -> None:
    """What the units that this row replaces become; one that the list still has only gave something away."""
    for code in row.replaces:
        old = identity(code)
        unit = there.get(old)
        if old == identity(row.code) or old in present:
            continue
        if unit is None:
            if there and old not in named:
                fate.unknown.append((row.line, code))
            continue
        if unit.is_open(today):
            fate.closing.setdefault(old, (row.valid_from or today, row.line))
        if identity(row.code) not in {identity(new) for new in unit.successors}:
            fate.successors.setdefault(old, []).append(row.code)


def all_successors(name: str, fate: Fate, there: Mapping[str, KnownUnit]) -> list[str]:
    """By identity, those from before and those of the list."""
    before = there[name].successors if name in there else []
    return [identity(code) for code in (*before, *fate.successors.get(name, ()))]


def follow(fate: Fate, rows: Sequence[UnitRow], known: Mapping[str, KnownUnit], today: date) -> list[Fault]:
    """Where units go whose upper unit ends: to its one successor; without one the list must say.

    Fills `moving`. A row of the list that stands under a unit that has ended is a fault too.
    """
    there = {identity(code): unit for code, unit in known.items()}
    present = {identity(row.code): row for row in rows if row.code and not row.gone}

    def ended(name: str) -> bool:
        if name in present:
            row = present[name]
            if row.valid_to:
                return row.valid_to <= today
            return name in there and not there[name].is_open(today) and name not in fate.reopened
        return name in fate.closing or (name in there and not there[name].is_open(today))

    faults = []
    for name, row in present.items():
        above = identity(row.parent_code)
        if above and above in there and ended(above) and not ended(name):
            faults.append(
                Fault(row.line, "closed_parent", {"code": row.code, "parent_code": row.parent_code})
            )
    left: dict[str, int] = {}
    for name, unit in there.items():
        above = identity(unit.parent_code or "")
        if above not in fate.closing or name in present or ended(name):
            continue
        if (new := _one_open(above, fate, there, ended)) is not None:
            fate.moving[name] = new
        else:
            left[above] = left.get(above, 0) + 1
    faults += [
        Fault(fate.closing[name][1], "left_below", {"code": there[name].node.code, "count": count})
        for name, count in left.items()
    ]
    return faults


def _one_open(
    name: str, fate: Fate, there: Mapping[str, KnownUnit], ended: Callable[[str], bool]
) -> str | None:
    """The one unit that stands in the place of another now; None when there is none or several."""
    seen: set[str] = set()
    while name not in seen and ended(name):
        seen.add(name)
        following = list(dict.fromkeys(all_successors(name, fate, there)))
        if len(following) != 1:
            return None
        name = following[0]
    return None if name in seen else name
