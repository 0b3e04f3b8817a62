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
    FromClause,
    Select,
    any_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.sql.dml import UpdateBase

from storage.models import metadata
from storage.prepared import Prepared
from storage.types import Id, Json

KEY, INITIATIVE = metadata.tables["likeness_key"], metadata.tables["initiative"]
# A key that so many share tells nothing more; the earliest keep it, and reading one stays cheap for ever.
CROWD = 50
# One key in common is chance unless there are few; labelled pairs that are alike share three at least.
FEWEST_SHARED, MANY = 2, 12

_NAMES = ("id", "code", "title", "before", "after", "unit_id", "author_id", "state", "submitted_at")


def _listed(name: str, dialect: str) -> tuple[FromClause, ColumnElement[int], ColumnElement[int]]:
    """A list given as one parameter, so that a list of any length is one statement: values and places."""
    if dialect == "sqlite":
        listed = func.json_each(bindparam(name, type_=Json)).table_valued("value", "key")
        return listed, listed.c.value, listed.c.key
    array = bindparam(name, type_=ARRAY(BigInteger))
    numbered = func.unnest(array).table_valued("value", with_ordinality="key").render_derived()
    return numbered, numbered.c.value, numbered.c.key


def _among(column: Column[Any], name: str, dialect: str) -> ColumnElement[bool]:
    """Whether a column is in a list given as one parameter."""
    if dialect == "sqlite":
        return column.in_(select(_listed(name, dialect)[1]))
    return column == any_(bindparam(name, type_=ARRAY(BigInteger)))


def _keep(dialect: str) -> UpdateBase:
    """The first of the listed keys that are not crowded."""
    listed, value, place = _listed("keys", dialect)
    held: Select[Any] = select(literal_column("1")).select_from(KEY).where(KEY.c.key == value).limit(CROWD)
    crowd = select(func.count()).select_from(held.correlate(listed).subquery()).scalar_subquery()
    free = select(value, bindparam("initiative", type_=Id)).select_from(listed).where(crowd < CROWD)
    first = free.order_by(place).limit(bindparam("most"))
    return insert(KEY).from_select(["key", "initiative_id"], first)


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


def _texts_near(dialect: str) -> Select[Any]:
    own = INITIATIVE.c.author_id == bindparam("worker", type_=Id)
    beside = INITIATIVE.c.unit_id == bindparam("unit", type_=Id)
    # Not OR: SQLite would then go through all of the worker's and the unit's instead of the few listed.
    return _texts(dialect).where(case((own, 1), (beside, 1), else_=0) == 1)


_KEEP, _SHARING = Prepared(_keep), Prepared(_sharing)
_TEXTS, _TEXTS_NEAR = Prepared(_texts), Prepared(_texts_near)
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


@dataclass(frozen=True, slots=True)
class Near:
    """Whose initiatives an author may see: their own and those of their unit."""

    worker: int
    unit: int | None


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
        kept = 0
        # The first ones mostly do: the others are asked about only to fill the places of crowded ones.
        for some in (keys[:most], keys[most:]):
            if some and kept < most:
                wanted = {"keys": list(some), "initiative": initiative_id, "most": most - kept}
                kept += _KEEP.changed(self._connection, wanted)

    def forget(self, initiative_id: int) -> None:
        """An initiative is no longer found: withdrawn, sealed or erased."""
        _FORGET.run(self._connection, {"initiative": initiative_id})

    def sharing(self, keys: Sequence[int], most: int, near: Near | None = None) -> list[Candidate]:
        """The initiatives that share the most keys, of those that are not sealed and not withdrawn.

        `near`: of those only the worker's own and their unit's; the others' texts are not even read.
        """
        if not keys:
            return []
        wanted = {"keys": list(keys), "most": most, "fewest": FEWEST_SHARED if len(keys) >= MANY else 1}
        return self.those([row[0] for row in _SHARING.all(self._connection, wanted)], near)

    def those(self, initiative_ids: Sequence[int], near: Near | None = None) -> list[Candidate]:
        """These initiatives in this order, without those that are sealed or withdrawn, or not near."""
        if not initiative_ids:
            return []
        wanted = {"ids": list(initiative_ids)}
        if near is None:
            texts = _TEXTS.all(self._connection, wanted)
        else:
            texts = _TEXTS_NEAR.all(self._connection, {**wanted, "worker": near.worker, "unit": near.unit})
        rows = {row[0]: Candidate(*row) for row in texts}
        return [rows[number] for number in initiative_ids if number in rows]
