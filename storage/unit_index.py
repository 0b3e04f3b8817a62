"""The words under which units are found: counts, postings and names, in bulk and the same on both databases.

Nothing here uses LIKE, and nothing typed ever becomes part of a statement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, bindparam, cast, func, or_, select

from storage.models import metadata
from storage.units import UNIT

WORD = metadata.tables["unit_word"]
NAME = metadata.tables["unit_name"]
PARENT = UNIT.alias("parent")
PARENT_NAME = NAME.alias("parent_name")

# A word leads to a unit, and to the unit above it. Thousands are read for one answer, so they stay tuples.
Posting = tuple[str, int, int | None]


class NamedUnit(NamedTuple):
    """One name of a unit with what a person needs to tell it from another of the same name."""

    unit_id: int
    code: str
    unit_name: str
    parent_id: int | None
    parent_name: str | None
    parent_key: str | None
    name: str
    search_key: str
    kind: str


def _open() -> ColumnElement[bool]:
    return or_(UNIT.c.valid_to.is_(None), UNIT.c.valid_to > bindparam("today"))


_WORDS = WORD.c.word.in_(bindparam("words", expanding=True))
_COUNTS = select(WORD.c.word, func.count()).where(_WORDS).group_by(WORD.c.word)
_POSTINGS = (
    select(WORD.c.word, WORD.c.unit_id, UNIT.c.parent_id)
    .join(UNIT, UNIT.c.id == WORD.c.unit_id)
    .where(_WORDS, _open())
    .limit(bindparam("most"))
)
_SAME_KEY = (
    select(NAME.c.unit_id)
    .join(UNIT, UNIT.c.id == NAME.c.unit_id)
    .where(NAME.c.search_key == bindparam("key"), _open())
    .limit(bindparam("most"))
)
_NAMES = (
    select(
        NAME.c.unit_id,
        UNIT.c.code,
        UNIT.c.name,
        UNIT.c.parent_id,
        PARENT.c.name.label("parent_name"),
        PARENT_NAME.c.search_key.label("parent_key"),
        NAME.c.name.label("spelling"),
        NAME.c.search_key,
        NAME.c.kind,
    )
    .join(UNIT, UNIT.c.id == NAME.c.unit_id)
    .outerjoin(PARENT, PARENT.c.id == UNIT.c.parent_id)
    .outerjoin(PARENT_NAME, and_(PARENT_NAME.c.unit_id == PARENT.c.id, PARENT_NAME.c.kind == "current"))
    .where(NAME.c.unit_id.in_(bindparam("units", expanding=True)))
)


def _every_word() -> Select[Any]:
    """Each word once, by jumping from one to the next in the index instead of reading all its rows.

    They come as one line: for thousands of short words that takes a third of the time of as many rows.
    """
    words = select(func.min(WORD.c.word).label("word")).cte("words", recursive=True)
    following = select(func.min(WORD.c.word)).where(WORD.c.word > words.c.word).correlate(words)
    step = select(following.scalar_subquery()).where(words.c.word < bindparam("end"))
    words = words.union_all(step)
    return select(func.aggregate_strings(words.c.word, " ")).where(words.c.word < bindparam("end"))


_VOCABULARY = _every_word()
_EVERY_KEY = (
    select(
        *(
            func.aggregate_strings(column, "\n")
            for column in (cast(UNIT.c.id, Text), func.lower(UNIT.c.code), NAME.c.search_key)
        )
    )
    .join(NAME, and_(NAME.c.unit_id == UNIT.c.id, NAME.c.kind == "current"))
    .where(_open())
)


class UnitIndex:
    """The words of units inside one open transaction; for one search, because it remembers what it read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._vocabularies: dict[str, list[str]] = {}

    def counts(self, words: Iterable[str]) -> dict[str, int]:
        """How many units carry each word; words that no unit carries are missing."""
        rows = self._connection.execute(_COUNTS, {"words": list(words)})
        return {row[0]: row[1] for row in rows}

    def every_key(self, today: date) -> tuple[list[str], list[str], list[str]]:
        """Of every unit open today, in the same order: numbers, codes in small letters, words of the names.

        They too come as lines: thousands of rows take several times as long.
        """
        lines = self._connection.execute(_EVERY_KEY, {"today": today}).one()
        numbers, codes, keys = ([] if line is None else line.split("\n") for line in lines)
        return numbers, codes, keys

    def postings(self, words: Iterable[str], today: date, most: int) -> Sequence[Posting]:
        """Units open today that carry any of the words, at most so many rows."""
        values = {"words": list(words), "today": today, "most": most}
        return self._connection.execute(_POSTINGS, values).all()

    def with_all(self, words: Sequence[str], today: date, most: int) -> list[int]:
        """Units open today that carry every one of the words; the rarest should come first."""
        if not words:
            return []
        first = WORD.alias()
        statement = (
            select(first.c.unit_id)
            .join(UNIT, UNIT.c.id == first.c.unit_id)
            .where(first.c.word == words[0], _open())
        )
        for word in words[1:]:
            other = WORD.alias()
            carries = select(other.c.word).where(other.c.word == word, other.c.unit_id == first.c.unit_id)
            statement = statement.where(carries.exists())
        return list(self._connection.execute(statement.limit(most), {"today": today}).scalars())

    def vocabulary(self, end: str) -> list[str]:
        """Every word before `end`, once."""
        if end not in self._vocabularies:
            line = self._connection.execute(_VOCABULARY, {"end": end}).scalar_one()
            self._vocabularies[end] = line.split() if line else []
        return self._vocabularies[end]

    def with_key(self, key: str, today: date, most: int) -> list[int]:
        """Units open today one of whose names has exactly this search key."""
        values = {"key": key, "today": today, "most": most}
        return list(self._connection.execute(_SAME_KEY, values).scalars())

    def names(self, units: Collection[int]) -> list[NamedUnit]:
        """All names, of every time, of these units."""
        if not units:
            return []
        return [NamedUnit(*row) for row in self._connection.execute(_NAMES, {"units": list(units)}).all()]
