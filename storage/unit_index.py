"""The words and names under which units are found, held in memory while the list of units is the same.

Reading them for each search costs many statements and thousands of rows; here a search reads the version of
the list, and all of it again only when that is another one.
"""

from __future__ import annotations

import secrets
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from itertools import islice
from sys import intern
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, bindparam, func, select

from storage.heard import HeardEvents
from storage.models import metadata
from storage.prepared import Prepared
from storage.units import UNIT

WORD = metadata.tables["unit_word"]
NAME = metadata.tables["unit_name"]
SETTING = metadata.tables["setting"]
VERSION = "units_version"

Made = TypeVar("Made")


class NamedUnit(NamedTuple):
    """One name of a unit with what a person needs to tell it from another of the same name."""

    unit_id: int
    code: str
    unit_name: str
    parent_name: str | None
    parent_key: str | None
    search_key: str
    kind: str


class _Known(NamedTuple):
    code: str
    name: str
    parent_id: int | None


_VERSION = Prepared(select(SETTING.c.value).where(SETTING.c.name == bindparam("called")))
_UNITS = select(UNIT.c.id, UNIT.c.code, UNIT.c.name, UNIT.c.parent_id, UNIT.c.valid_to).order_by(UNIT.c.id)
_NAMES = select(NAME.c.unit_id, NAME.c.search_key, NAME.c.kind).order_by(NAME.c.unit_id, NAME.c.id)
# A line for each unit: as many rows as words take several times as long.
_WORDS = (
    select(WORD.c.unit_id, func.aggregate_strings(WORD.c.word, " "))
    .group_by(WORD.c.unit_id)
    .order_by(WORD.c.unit_id)
)


class UnitIndex:
    """All words and names of one version of the list. Nothing in it changes, so threads may share it."""

    def __init__(self, connection: Connection) -> None:
        units = connection.execute(_UNITS).all()
        self._units = {row[0]: _Known(*row[1:4]) for row in units}
        self._closed = {row[0]: row[4] for row in units if row[4] is not None}
        self._keys: dict[str, tuple[int, ...]] = {}
        self._names: dict[int, tuple[tuple[str, str], ...]] = {}
        self._current: dict[int, str] = {}
        for unit_id, key, kind in connection.execute(_NAMES):
            self._names[unit_id] = (*self._names.get(unit_id, ()), (key, intern(kind)))
            if unit_id not in self._keys.get(key, ()):
                self._keys[key] = (*self._keys.get(key, ()), unit_id)
            if kind == "current":
                self._current[unit_id] = key
        carriers: dict[str, list[int]] = {}
        for unit_id, words in connection.execute(_WORDS):
            for word in words.split():
                carriers.setdefault(word, []).append(unit_id)
        self._words = {word: tuple(units_of) for word, units_of in carriers.items()}
        self._sorted = sorted(self._words)
        self._made: dict[Callable[[UnitIndex], Any], Any] = {}

    def made(self, make: Callable[[UnitIndex], Made]) -> Made:
        """What a function makes of this index, made once."""
        if make not in self._made:
            self._made[make] = make(self)
        made: Made = self._made[make]
        return made

    def is_open(self, unit_id: int, today: date) -> bool:
        """Whether the unit is there on that day, or will be."""
        closed = self._closed.get(unit_id)
        return closed is None or closed > today

    def current_names(self) -> Iterable[tuple[int, str, str]]:
        """Of every unit, closed ones too: its number, its code, the words of its name."""
        return ((unit_id, self._units[unit_id].code, key) for unit_id, key in self._current.items())

    def code_and_name(self, unit_id: int) -> tuple[str, str]:
        """What a unit is called."""
        known = self._units[unit_id]
        return known.code, known.name

    def counts(self, words: Iterable[str]) -> dict[str, int]:
        """How many units carry each word; words that no unit carries are missing."""
        return {word: len(self._words[word]) for word in words if word in self._words}

    def carriers(self, word: str) -> Sequence[int]:
        """Units, closed ones too, that carry a word."""
        return self._words.get(word, ())

    def carrying(self, word: str, today: date) -> Sequence[int]:
        """Units open today that carry a word."""
        return self._open(self._words.get(word, ()), today)

    def below(self, units: Collection[int]) -> dict[int, set[int]]:
        """Of these units, those directly below another of them, by that other one."""
        found: dict[int, set[int]] = {}
        known = self._units
        for unit_id in units:
            parent = known[unit_id].parent_id
            if parent is not None and parent in units:
                found.setdefault(parent, set()).add(unit_id)
        return found

    def with_all(self, words: Sequence[str], today: date, most: int) -> list[int]:
        """Units open today that carry every one of the words; the rarest should come first."""
        if not words:
            return []
        others = [frozenset(self._words.get(word, ())) for word in words[1:]]
        rarest = self.carrying(words[0], today)
        return list(islice((unit for unit in rarest if all(unit in units for units in others)), most))

    def vocabulary(self, end: str) -> list[str]:
        """Every word before `end`, once and sorted."""
        return self._sorted[: bisect_left(self._sorted, end)]

    def every_key(self) -> Iterable[tuple[str, Sequence[int]]]:
        """Every search key, with all units that are or were called so."""
        return self._keys.items()

    def with_key(self, key: str, today: date, most: int) -> list[int]:
        """Units open today one of whose names has exactly this search key."""
        return list(self._open(self._keys.get(key, ()), today)[:most])

    def names(self, units: Collection[int]) -> list[NamedUnit]:
        """All names, of every time, of these units."""
        return [name for unit_id in units for name in self._names_of(unit_id)]

    def _names_of(self, unit_id: int) -> list[NamedUnit]:
        code, name, parent = self._units[unit_id]
        above = None if parent is None else self._units[parent].name
        above_key = None if parent is None else self._current.get(parent)
        return [
            NamedUnit(unit_id, code, name, above, above_key, key, kind)
            for key, kind in self._names.get(unit_id, ())
        ]

    def _open(self, units: tuple[int, ...], today: date) -> tuple[int, ...]:
        if not self._closed:
            return units
        return tuple([unit_id for unit_id in units if self.is_open(unit_id, today)])


class UnitMemory:
    """The index of a database, read again when the list was written, by whatever process."""

    def __init__(self) -> None:
        self._held: tuple[str, UnitIndex] | None = None

    def index(self, connection: Connection) -> UnitIndex:
        """The index as this transaction sees the list."""
        held, version = self._held, _version(connection)
        if held is not None and held[0] == version:
            return held[1]
        index = UnitIndex(connection)
        # Where the list was written in between, what was read may be of both; the next search reads it again.
        if version and _version(connection) == version:
            self._held = (version, index)
        return index


def renew_version(connection: Connection) -> None:
    """Note that the list was written.

    By chance and not by counting: a number used by a transaction that was undone would come back.
    """
    HeardEvents(connection).settle_setting(VERSION, secrets.token_hex(16))


def _version(connection: Connection) -> str:
    row = _VERSION.first(connection, {"called": VERSION})
    return "" if row is None else str(row[0])
