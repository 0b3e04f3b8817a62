"""Says what an imported list changes: for the database what to write, for people what would be different.

Pure. An empty cell says nothing about a unit that is there; a name that is given up stays as an old name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from handlers.folding import fold
from handlers.unit_cells import Aim
from handlers.unit_fate import Fate, all_successors, identity
from handlers.unit_list import Tree
from handlers.unit_rows import UnitRow
from handlers.unit_words import code_word, search_key
from storage.unit_list import KnownUnit, NameRow, UnitChange
from storage.units import Counted

Value = str | int | date | Aim | tuple[str, ...] | None


class Difference(NamedTuple):
    """One field of a unit before and after; `before` is None for a new unit."""

    field: str
    before: Value
    after: Value


class ChangedUnit(NamedTuple):
    """A unit that the list adds or changes, for people to read before they agree."""

    line: int
    code: str
    name: str
    is_new: bool
    differences: tuple[Difference, ...]


class Plan(NamedTuple):
    """What to write, and the same for people."""

    added: list[UnitChange]
    changed: list[UnitChange]
    details: list[ChangedUnit]


def make_plan(
    present: Sequence[UnitRow], tree: Tree, known: Mapping[str, KnownUnit], fate: Fate, today: date
) -> Plan:
    """What differs between rows without fault and what is there; `today` is a local day."""
    plan = Plan([], [], [])
    for row in present:
        code = tree.codes[identity(row.code)]
        above = tree.above[identity(row.code)]
        parent = None if above is None else tree.codes[above]
        unit = known.get(code)
        if unit is None:
            differences, change = tuple(_news(row, parent)), _addition(row, code, parent)
            plan.added.append(change)
        else:
            reopened = identity(code) in fate.reopened
            differences = tuple(_differences(row, unit, parent, reopened=reopened))
            change = _change(row, code, unit, differences)
            # Keys that another version of the program made are written anew without anybody noticing.
            if differences or change.names:
                plan.changed.append(change)
        if differences:
            plan.details.append(ChangedUnit(row.line, code, row.name, unit is None, differences))
    _add_fates(plan, tree, known, fate, today)
    return plan


def _add_fates(plan: Plan, tree: Tree, known: Mapping[str, KnownUnit], fate: Fate, today: date) -> None:
    """Units that end, and those that go along because the one above them ends."""
    there = {identity(code): unit for code, unit in known.items()}
    for name in sorted(fate.closing.keys() | fate.successors.keys()):
        unit = there[name]
        closed_on, line = fate.closing.get(name, (None, 0))
        new = tuple(tree.codes[identity(code)] for code in fate.successors.get(name, ()))
        heirs = tuple(tree.codes[one] for one in dict.fromkeys(all_successors(name, fate, there)))
        differences = [Difference("valid_to", unit.node.valid_to, closed_on)] if closed_on else []
        if new:
            differences.append(Difference("successors", None, heirs))
        columns = {"valid_to": closed_on} if closed_on else {}
        since = closed_on or unit.node.valid_to or today
        plan.changed.append(UnitChange(unit.node.code, columns, successors=new, since=since))
        plan.details.append(ChangedUnit(line, unit.node.code, unit.node.name, False, tuple(differences)))
    for name, above in fate.moving.items():
        unit, parent = there[name], tree.codes[above]
        plan.changed.append(UnitChange(unit.node.code, {}, parent=parent))
        moved = Difference("parent", unit.parent_code, parent)
        plan.details.append(ChangedUnit(0, unit.node.code, unit.node.name, False, (moved,)))


def _news(row: UnitRow, parent: str | None) -> Iterator[Difference]:
    fields: tuple[tuple[str, Value], ...] = (
        ("name", row.name), ("level", row.level), ("parent", parent), ("members", row.members),
        ("counted_on", row.counted_on), ("valid_from", row.valid_from), ("valid_to", row.valid_to),
        *(("old_name", name) for name in row.old_names if name != row.name),
        *((f"target {phase} {measure}", aim) for (phase, measure), aim in row.targets.items()),
        ("groups", row.groups or None),
    )  # fmt: skip
    yield from (Difference(field, None, value) for field, value in fields if value not in (None, ""))


def _addition(row: UnitRow, code: str, parent: str | None) -> UnitChange:
    columns = {"name": row.name, "level": row.level, "valid_from": row.valid_from, "valid_to": row.valid_to}
    names = [_named(row.name, "current"), *(_named(old, "old") for old in row.old_names if old != row.name)]
    counted = None if row.members is None else Counted(row.members, row.counted_on)
    words = _words(names) | {code_word(code)}
    return UnitChange(code, columns, parent, tuple(names), words, counted, _grouped(row.groups), row.targets)


def _differences(
    row: UnitRow, unit: KnownUnit, parent: str | None, *, reopened: bool
) -> Iterator[Difference]:
    node, newest = unit.node, unit.newest or Counted(-1, None)
    fields: tuple[tuple[str, Value, Value], ...] = (
        ("name", node.name, row.name), ("level", node.level, row.level),
        ("valid_from", node.valid_from, row.valid_from), ("valid_to", node.valid_to, row.valid_to),
    )  # fmt: skip
    yield from (Difference(field, old, new) for field, old, new in fields if new and new != old)
    if parent != unit.parent_code:
        yield Difference("parent", unit.parent_code, parent)
    if row.members is not None and row.members != newest.members:
        yield Difference("members", unit.newest and newest.members, row.members)
    if row.members is not None and row.counted_on and row.counted_on != newest.counted_on:
        yield Difference("counted_on", newest.counted_on, row.counted_on)
    if reopened:
        yield Difference("reopened", node.valid_to, None)
    if row.groups is not None and set(_grouped(row.groups) or ()) != set(unit.groups):
        yield Difference("groups", tuple(unit.groups.values()), row.groups)
    for target, aim in row.targets.items():
        if unit.targets.get(target) != aim:
            before = unit.targets.get(target)
            yield Difference(" ".join(("target", *target)), None if before is None else Aim(*before), aim)
    unheard = (name for name in row.old_names if name not in unit.names and name != row.name)
    yield from (Difference("old_name", None, name) for name in unheard)


def _change(row: UnitRow, code: str, unit: KnownUnit, differences: Sequence[Difference]) -> UnitChange:
    after: dict[str, Value] = {difference.field: difference.after for difference in differences}
    columns: dict[str, Value] = {
        name: after[name] for name in ("name", "level", "valid_from", "valid_to") if name in after
    }
    if "reopened" in after:
        columns["valid_to"] = None
    if "parent" in after and after["parent"] is None:
        columns["parent_id"] = None
    parent = str(after["parent"]) if after.get("parent") else None
    counted = None
    if row.members is not None and ("members" in after or "counted_on" in after):
        counted = Counted(row.members, row.counted_on)
    wanted = dict.fromkeys((*unit.names, *row.old_names), "old") | {row.name: "current"}
    names = [named for name, kind in wanted.items() if (named := _named(name, kind)) != unit.names.get(name)]
    groups = _grouped(row.groups) if "groups" in after else None
    targets = {target: aim for target, aim in row.targets.items() if " ".join(("target", *target)) in after}
    return UnitChange(code, columns, parent, tuple(names), _words(names), counted, groups, targets)


def _grouped(names: tuple[str, ...] | None) -> dict[str, str] | None:
    """Names of groups by their code: two spellings of one name are one group."""
    return None if names is None else {fold(name): name for name in reversed(names)}


def _named(name: str, kind: str) -> NameRow:
    return NameRow(name, search_key(name), kind)


def _words(names: Sequence[NameRow]) -> frozenset[str]:
    return frozenset(word for named in names for word in named.search_key.split())
