"""Keys of initiatives and the initiatives that share them: look-alikes are found through an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Select,
    any_,
    bindparam,
    delete,
    func,
    select,
)

from storage.models import metadata
from storage.prepared import Inserting, Prepared
from storage.types import Id, Json

KEY, INITIATIVE = metadata.tables["likeness_key"], metadata.tables["initiative"]
# A key that so many share tells nothing more; the earliest keep it, and reading one stays cheap for ever.
CROWD = 50
# One key in common is chance unless there are few; labelled pairs that are alike share three at least.
FEWEST_SHARED, MANY = 2, 12

_NAMES = ("id", "code", "title", "before", "after", "unit_id", "author_id", "state", "submitted_at")


def _among(column: Column[Any], name: str, dialect: str) -> ColumnElement[bool]:
    """Whether a column is in a list given as one parameter, so that a list of any length is one statement."""
    if dialect == "sqlite":
        listed = func.json_each(bindparam(name, type_=Json)).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(bindparam(name, type_=ARRAY(BigInteger)))


def _crowded(dialect: str) -> Select[Any]:
    held = select(KEY.c.key).where(_among(KEY.c.key, "keys", dialect)).group_by(KEY.c.key)
    return held.having(func.count() >= CROWD)


def _sharing(dialect: str) -> Select[Any]:
    found = select(KEY.c.initiative_id).where(_among(KEY.c.key, "keys", dialect))
    enough = found.group_by(KEY.c.initiative_id).having(func.count() >= bindparam("fewest", type_=Id))
    most_first = enough.order_by(func.count().desc(), KEY.c.initiative_id)
    return most_first.limit(bindparam("most"))


def _texts(dialect: str) -> Select[Any]:
    return select(*(INITIATIVE.c[name] for name in _NAMES)).where(
        _among(INITIATIVE.c.id, "ids", dialect),
        INITIATIVE.c.sealed.is_(False),
        INITIATIVE.c.state != "withdrawn",
    )


_CROWDED, _SHARING, _TEXTS = Prepared(_crowded), Prepared(_sharing), Prepared(_texts)
_KEEP = Inserting(KEY)
_FORGET = Prepared(delete(KEY).where(KEY.c.initiative_id == bindparam("initiative")))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An initiative that shares keys, with what is compared."""

    id: int
    code: str
    title: str
    before: str | None
    after: str | None
    unit_id: int
    author_id: int
    state: str
    submitted_at: datetime


class Likeness:
    """Look-alike keys inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, initiative_id: int, keys: Sequence[int], most: int, *, fresh: bool = False) -> None:
        """Keep the first `most` of the keys that are not crowded; what was kept before is replaced.

        `fresh`: the initiative is new, and nothing was kept of it before.
        """
        if not fresh:
            self.forget(initiative_id)
        # The first ones mostly do: the others are asked about only to fill the places of crowded ones.
        free = self._free(keys[:most])
        if len(free) < most:
            free += self._free(keys[most:])[: most - len(free)]
        if free:
            rows = [{"key": key, "initiative_id": initiative_id} for key in free]
            _KEEP.of(rows[0]).many(self._connection, rows)

    def _free(self, keys: Sequence[int]) -> list[int]:
        if not keys:
            return []
        crowded = {row[0] for row in _CROWDED.all(self._connection, {"keys": list(keys)})}
        return [key for key in keys if key not in crowded]

    def forget(self, initiative_id: int) -> None:
        """An initiative is no longer found: withdrawn, sealed or erased."""
        _FORGET.run(self._connection, {"initiative": initiative_id})

    def sharing(self, keys: Sequence[int], most: int) -> list[Candidate]:
        """The initiatives that share the most keys, of those that are not sealed and not withdrawn."""
        if not keys:
            return []
        wanted = {"keys": list(keys), "most": most, "fewest": FEWEST_SHARED if len(keys) >= MANY else 1}
        return self.those([row[0] for row in _SHARING.all(self._connection, wanted)])

    def those(self, initiative_ids: Sequence[int]) -> list[Candidate]:
        """These initiatives in this order, without those that are sealed or withdrawn."""
        if not initiative_ids:
            return []
        texts = _TEXTS.all(self._connection, {"ids": list(initiative_ids)})
        rows = {row[0]: Candidate(*row) for row in texts}
        return [rows[number] for number in initiative_ids if number in rows]
