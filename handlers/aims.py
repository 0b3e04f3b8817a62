"""What every unit is to reach, worked out from the programme and the imported lists.

A unit's own target in a list comes first, then a target the programme gives it by name, then what the
programme asks of each unit; a unit with none of these is to reach what the units below it are to reach
together. A percentage is of the unit's members. In all phases together initiatives are summed, and of people
(who may be the same in two phases) the greatest number counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from handlers.figures import needed
from handlers.programme import Phase, Programme, Target
from storage.aims import Size, UnitAims
from storage.tallies import ALL
from storage.transaction import Transaction
from storage.unit_targets import UnitAim

MEASURES = ("initiatives", "people")
Needs = dict[int, int]


def settle_aims(tx: Transaction, programme: Programme, today: date) -> None:
    """Work out sizes and targets anew: after an import, and when the programme has changed."""
    units = [unit for unit in tx.aims.units() if unit[2] is None or unit[2] > today]
    parents = {number: parent for number, parent, _ in units}
    order = _upwards(parents)
    sizes = sizes_of(order, parents, tx.aims.counts())
    named = {
        target.unit: node.id
        for phase in programme.phases
        for target in phase.targets
        if (node := tx.units.by_code(target.unit)) is not None
    }
    aims: list[UnitAims] = []
    in_all: dict[str, Needs] = {measure: {} for measure in MEASURES}
    for phase in programme.phases:
        listed, found = tx.targets.of_phase(phase.code), {}
        for measure in MEASURES:
            own = {unit: aim for (unit, its), aim in listed.items() if its == measure}
            needs = _needs(_Tree(order, parents, sizes), phase, measure, own, named)
            found[measure] = needs
            _together(in_all[measure], needs, measure)
        aims += _rows(order, parents, phase.code, found)
    tx.aims.write(sizes.items(), [*aims, *_rows(order, parents, ALL, in_all)])


class _Tree:
    """The units from below upwards, who stands above whom, and how large they are."""

    def __init__(self, order: Sequence[int], parents: Mapping[int, int | None], sizes: Mapping[int, Size]):
        self.order, self.parents, self.sizes = order, parents, sizes

    def within(self, top: int) -> set[int]:
        """A unit and all below it."""
        found = {top}
        for number in reversed(self.order):
            if self.parents.get(number) in found:
                found.add(number)
        return found


def _upwards(parents: Mapping[int, int | None]) -> list[int]:
    """The units so that each stands before the one above it."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for number, parent in parents.items():
        children[parent if parent in parents else None].append(number)
    downwards, ahead = [], list(children[None])
    while ahead:
        number = ahead.pop()
        downwards.append(number)
        ahead += children[number]
    return downwards[::-1]


def sizes_of(
    order: Sequence[int], parents: Mapping[int, int | None], counts: Mapping[int, tuple[int, date | None]]
) -> dict[int, Size]:
    """Members of every unit: as counted there, or where nobody counted (or counted nought) the sum below."""
    sums: dict[int, int] = defaultdict(int)
    days: dict[int, list[date]] = defaultdict(list)
    sizes = {}
    for number in order:
        members, day = counts.get(number, (0, None))
        if members > 0:
            known = [day] if day is not None else []
        else:
            members, known = sums[number], days[number]
        sizes[number] = Size(members, min(known, default=None), max(known, default=None))
        parent = parents.get(number)
        if parent is not None:
            sums[parent] += members
            days[parent] += {min(known), max(known)} if known else ()
    return sizes


def _needs(
    tree: _Tree, phase: Phase, measure: str, own: Mapping[int, UnitAim], named: Mapping[str, int]
) -> Needs:
    """What units are to reach in one measure."""
    found: Needs = {}
    for target in sorted(phase.targets, key=lambda one: not one.each):  # what is named beats what is for each
        top = named.get(target.unit)
        if target.measure != measure or top is None:
            continue
        for number in _meant(tree, target, top):
            found[number] = _count(target.count, target.percent, tree.sizes[number])
    for number, aim in own.items():
        if number in tree.parents:
            hundredths = aim.percent_hundredths
            percent = None if hundredths is None else Decimal(hundredths) / 100
            found[number] = _count(aim.number, percent, tree.sizes[number])
    if measure == "initiatives":
        _sum_below(tree, found)
    return {number: need for number, need in found.items() if need > 0}


def _meant(tree: _Tree, target: Target, top: int) -> set[int]:
    """The units a target is for. A percentage for each is that of the whole too; a count is not."""
    if not target.each:
        return {top}
    within = tree.within(top)
    return within if target.percent is not None else within - {top}


def _count(count: int | None, percent: Decimal | None, size: Size) -> int:
    if count is not None:
        return count
    return needed(size.members, percent or Decimal(0))


def _sum_below(tree: _Tree, found: Needs) -> None:
    """Units without a target of their own are to reach what those below are to reach together."""
    sums: Needs = defaultdict(int)
    for number in tree.order:
        if number not in found and sums[number]:
            found[number] = sums[number]
        parent = tree.parents.get(number)
        if parent is not None:
            sums[parent] += found.get(number, 0)


def _together(all_phases: Needs, needs: Needs, measure: str) -> None:
    for number, need in needs.items():
        so_far = all_phases.get(number, 0)
        all_phases[number] = so_far + need if measure == "initiatives" else max(so_far, need)


def _rows(
    order: Sequence[int], parents: Mapping[int, int | None], phase: str, found: Mapping[str, Needs]
) -> list[UnitAims]:
    aimed = (number for number in order if any(number in found[measure] for measure in MEASURES))
    return [
        UnitAims(n, phase, parents[n], found["initiatives"].get(n), found["people"].get(n)) for n in aimed
    ]
