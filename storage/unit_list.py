"""Writes an imported list of units: everything known is read once, what differs is written in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Executable, bindparam, delete, insert, select, update

from storage.models import metadata
from storage.recount import Recount
from storage.unit_groups import GROUPED, write_groups
from storage.unit_index import NAME, renew_version
from storage.unit_succession import FOLLOWING, write_successors
from storage.unit_targets import AIMS, write_targets
from storage.unit_tree import rebuild_tree
from storage.units import MEMBERS, NODES, UNIT, Counted, UnitNode

WORD = metadata.tables["unit_word"]


class NameRow(NamedTuple):
    """One name of a unit with the key it is found by; `kind` is `current` or `old`."""

    name: str
    search_key: str
    kind: str


@dataclass
class KnownUnit:
    """A unit that is already there, with every name it has had and the last count of its members."""

    node: UnitNode
    parent_code: str | None = None
    names: dict[str, NameRow] = field(default_factory=dict)
    newest: Counted | None = None
    successors: list[str] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    targets: dict[tuple[str, str], tuple[int | None, int | None]] = field(default_factory=dict)

    def is_open(self, today: date) -> bool:
        """Whether the unit exists on that day, or will."""
        return self.node.valid_to is None or self.node.valid_to > today


@dataclass(frozen=True)
class UnitChange:
    """What to write about one unit: only the columns, names, words and counts that differ.

    `parent` is the code of the unit above, None when that does not change (a unit that becomes the root has
    None as its column `parent_id`). A name that is there already takes the new key and kind. A new unit
    brings its name, level and dates of validity. `groups` (name by code) are all it belongs to from now on,
    None when that does not change; targets are a count or hundredths of a per cent, by phase and measure.
    `successors` are codes of units that stand in its place `since` a day.
    """

    code: str
    columns: Mapping[str, Any]
    parent: str | None = None
    names: tuple[NameRow, ...] = ()
    words: frozenset[str] = frozenset()
    counted: Counted | None = None
    groups: Mapping[str, str] | None = None
    targets: Mapping[tuple[str, str], tuple[int | None, int | None]] = field(default_factory=dict)
    successors: tuple[str, ...] = ()
    since: date | None = None


_NAMES = select(NAME.c.unit_id, NAME.c.name, NAME.c.search_key, NAME.c.kind)
_COUNTS = select(MEMBERS.c.unit_id, MEMBERS.c.members, MEMBERS.c.counted_on).order_by(MEMBERS.c.id)
_NUMBERS = select(UNIT.c.code, UNIT.c.id)
# Another value in one of these changes who stands above whom.
_TREE = {"parent_id", "valid_to"}
_FORGET_NAME = delete(NAME).where(NAME.c.unit_id == bindparam("of"), NAME.c.name == bindparam("called"))
_FORGET_WORD = delete(WORD).where(WORD.c.unit_id == bindparam("of"), WORD.c.word == bindparam("called"))


def known_units(connection: Connection) -> dict[str, KnownUnit]:
    """Every unit by its code."""
    by_id = {row.id: KnownUnit(UnitNode(*row)) for row in connection.execute(NODES)}
    for known in by_id.values():
        if known.node.parent_id is not None:
            known.parent_code = by_id[known.node.parent_id].node.code
    for unit_id, name, key, kind in connection.execute(_NAMES):
        by_id[unit_id].names[name] = NameRow(name, key, kind)
    for unit_id, members, counted_on in connection.execute(_COUNTS):
        by_id[unit_id].newest = Counted(members, counted_on)
    for old, new in connection.execute(FOLLOWING):
        by_id[old].successors.append(by_id[new].node.code)
    for unit_id, code, name in connection.execute(GROUPED):
        by_id[unit_id].groups[code] = name
    for unit_id, phase, measure, count, percent in connection.execute(AIMS):
        by_id[unit_id].targets[phase, measure] = (count, percent)
    return {known.node.code: known for known in by_id.values()}


def write_units(
    connection: Connection, added: Sequence[UnitChange], changed: Sequence[UnitChange], now: datetime
) -> None:
    """Write a checked plan, in which every parent exists; `now` is an aware instant."""
    if not added and not changed:
        return
    renew_version(connection)
    numbers = {row.code: row.id for row in connection.execute(_NUMBERS)}
    _add(connection, added, numbers, now)
    for column in ("name", "level", "parent_id", "valid_from", "valid_to"):
        values = [(numbers[unit.code], unit.columns[column]) for unit in changed if column in unit.columns]
        _set(connection, column, values)
    both = [(numbers[unit.code], unit) for unit in (*added, *changed)]
    changed_numbers = [(numbers[unit.code], unit) for unit in changed]
    moved = [(number, numbers[unit.parent]) for number, unit in changed_numbers if unit.parent]
    _set(connection, "parent_id", moved)
    follows = [(number, numbers[new], unit.since) for number, unit in both for new in unit.successors]
    reopened = [number for number, unit in changed_numbers if unit.columns.get("valid_to", "") is None]
    write_successors(connection, follows, reopened, now)
    if added or any(unit.parent or _TREE & unit.columns.keys() or unit.successors for unit in changed):
        rebuild_tree(connection)
        Recount(connection).rebuild()
    write_groups(connection, [(n, unit.groups) for n, unit in both if unit.groups is not None], now)
    write_targets(connection, [(n, key, aim) for n, unit in both for key, aim in unit.targets.items()], now)
    _forget(connection, changed_numbers)
    names = [{"unit_id": number, **row._asdict()} for number, unit in both for row in unit.names]
    words = [{"unit_id": number, "word": word} for number, unit in both for word in unit.words]
    counts = [
        {"unit_id": n, **unit.counted._asdict(), "recorded_at": now} for n, unit in both if unit.counted
    ]
    _many(connection, insert(NAME), names)
    _many(connection, insert(WORD), words)
    _many(connection, insert(MEMBERS), counts)


def _add(connection: Connection, added: Sequence[UnitChange], numbers: dict[str, int], now: datetime) -> None:
    """Write new units from the top down, and note their numbers: parents may stand behind their children."""
    waiting: Sequence[UnitChange] = added
    while waiting:
        ready = [unit for unit in waiting if unit.parent is None or unit.parent in numbers]
        rows = [
            {
                "code": unit.code,
                **unit.columns,
                "parent_id": numbers[unit.parent] if unit.parent else None,
                "created_at": now,
            }
            for unit in ready
        ]
        for code, number in connection.execute(insert(UNIT).returning(UNIT.c.code, UNIT.c.id), rows):
            numbers[code] = number
        waiting = [unit for unit in waiting if unit.code not in numbers]


def _forget(connection: Connection, changed: Sequence[tuple[int, UnitChange]]) -> None:
    """Make room for the names and words that are written anew."""
    names = [{"of": number, "called": row.name} for number, unit in changed for row in unit.names]
    words = [{"of": number, "called": word} for number, unit in changed for word in unit.words]
    _many(connection, _FORGET_NAME, names)
    _many(connection, _FORGET_WORD, words)


def _set(connection: Connection, column: str, values: Sequence[tuple[int, Any]]) -> None:
    statement = update(UNIT).where(UNIT.c.id == bindparam("of")).values({column: bindparam("to")})
    _many(connection, statement, [{"of": number, "to": value} for number, value in values])


def _many(connection: Connection, statement: Executable, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)
