"""Finds what is wrong between the rows of a list of units: doubled codes, missing parents, circles, roots.

Pure. The rows are judged together with the units that are already there, so a list of a part of the tree
is as good as a whole one. Nothing recurses, because a tree may be of any depth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from handlers.unit_fate import Fate, identity
from handlers.unit_rows import UNREAD, Fault, UnitRow
from storage.unit_list import KnownUnit
from storage.units import ROOT

# No union comes near it; a longer line is a list whose parent column means something else.
MOST_LEVELS = 300


class Tree(NamedTuple):
    """Who stands above whom once the list is imported, by identity; None is above the root.

    `lines` has the first line of the list for each unit in it, `codes` the code of every unit as it is kept.
    """

    above: dict[str, str | None]
    lines: dict[str, int]
    codes: dict[str, str]
    root: str | None
    root_there: KnownUnit | None

    def parent(self, row: UnitRow) -> str | None:
        """The unit above a row; `ROOT` names the root unit here as everywhere."""
        name = identity(row.parent_code)
        return self.root if name == identity(ROOT) and name not in self.above else name or None


def tree_of(rows: Sequence[UnitRow], known: Mapping[str, KnownUnit], fate: Fate) -> Tree:
    """The tree as it would be; of rows with the same code the first counts."""
    present = _present(rows)
    above = {
        identity(code): None if unit.parent_code is None else identity(unit.parent_code)
        for code, unit in known.items()
    }
    codes = {identity(row.code): row.code for row in reversed(present)}
    codes |= {identity(code): code for code in known}
    there = [
        unit
        for code, unit in known.items()
        if unit.node.parent_id is None and unit.node.valid_to is None and identity(code) not in fate.closing
    ]
    roots = [row.code for row in present if not row.parent_code] + [unit.node.code for unit in there]
    above |= dict.fromkeys(codes.keys() - above.keys())
    tree = Tree(above, {}, codes, identity(roots[0]) if roots else None, there[0] if there else None)
    for row in present:
        if identity(row.code) not in tree.lines:
            tree.lines[identity(row.code)] = row.line
            above[identity(row.code)] = tree.parent(row)
    above |= fate.moving
    return tree


def _present(rows: Sequence[UnitRow]) -> list[UnitRow]:
    return [row for row in rows if row.code and not row.gone]


def tree_faults(rows: Sequence[UnitRow], tree: Tree) -> list[Fault]:
    """Everything wrong between the rows."""
    present = _present(rows)
    return [
        *_doubled(rows),
        *_missing_parents(present, tree),
        *(_circles(tree) or _too_deep(tree)),
        *_roots(present, tree),
    ]


def _doubled(rows: Sequence[UnitRow]) -> list[Fault]:
    first: dict[str, int] = {}
    faults: list[Fault] = []
    for row in rows:
        if row.code and first.setdefault(identity(row.code), row.line) != row.line:
            params = {"code": row.code, "first_line": first[identity(row.code)]}
            faults.append(Fault(row.line, "doubled_code", params))
    return faults


def _missing_parents(present: Sequence[UnitRow], tree: Tree) -> list[Fault]:
    faults: list[Fault] = []
    for row in present:
        if identity(row.code) == identity(ROOT) and row.parent_code:
            faults.append(Fault(row.line, "reserved_code", {"code": row.code}))
        parent = tree.parent(row)
        if parent is not None and parent != UNREAD and parent not in tree.above:
            faults.append(
                Fault(row.line, "missing_parent", {"code": row.code, "parent_code": row.parent_code})
            )
    return faults


def _circles(tree: Tree) -> list[Fault]:
    """Each circle once, on the first of its lines, with its codes from that line upwards."""
    settled: set[str] = set()
    faults: list[Fault] = []
    for start in tree.lines:
        path: dict[str, int] = {}
        at: str | None = start
        while at is not None and at not in settled and at not in path:
            path[at] = len(path)
            at = tree.above.get(at)
        if at is not None and at in path:
            circle = list(path)[path[at] :]
            # Someone in it is in the list, because what was there before had no circle.
            first = min(range(len(circle)), key=lambda i: tree.lines.get(circle[i], 1 << 62))
            ordered = [tree.codes[name] for name in circle[first:] + circle[:first]]
            faults.append(Fault(tree.lines[circle[first]], "circle", {"codes": ordered}))
        settled.update(path)
    return faults


def _too_deep(tree: Tree) -> list[Fault]:
    """The first unit that stands below too many; there is no circle."""
    depths: dict[str | None, int] = {None: 0}
    for start in tree.lines:
        path: list[str] = []
        at: str | None = start
        while at not in depths and at in tree.above:
            path.append(at)
            at = tree.above[at]
        above = depths.get(at, 0)
        depths |= {name: above + steps for steps, name in enumerate(reversed(path), 1)}
        level = above + len(path)
        if level > MOST_LEVELS:
            params = {"code": tree.codes[start], "levels": level, "most": MOST_LEVELS}
            return [Fault(tree.lines[start], "too_deep", params)]
    return []


def _roots(present: Sequence[UnitRow], tree: Tree) -> list[Fault]:
    roots = [row for row in present if not row.parent_code]
    there = tree.root_there
    if not roots:
        unread = any(row.parent_code == UNREAD for row in present)
        return [] if there is not None or unread or not present else [Fault(0, "no_root", {})]
    first = roots[0]
    faults = [
        Fault(row.line, "two_roots", {"code": row.code, "first_code": first.code, "first_line": first.line})
        for row in roots[1:]
        if identity(row.code) != identity(first.code)
    ]
    if there is not None and identity(there.node.code) != identity(first.code):
        name = identity(there.node.code)
        if tree.above[name] is None and name not in {identity(row.code) for row in roots}:
            params = {"code": first.code, "there": there.node.code, "there_name": there.node.name}
            faults.append(Fault(first.line, "another_root", params))
    return faults
