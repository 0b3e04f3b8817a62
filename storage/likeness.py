"""Keys of initiatives and the initiatives that share them: look-alikes are found through an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from storage.models import metadata

KEY, INITIATIVE = metadata.tables["likeness_key"], metadata.tables["initiative"]
# A key that so many share tells nothing more; the earliest keep it, and reading one stays cheap for ever.
CROWD = 50

_HOLDERS = (
    select(KEY.c.key, func.count())
    .where(KEY.c.key.in_(bindparam("keys", expanding=True)))
    .group_by(KEY.c.key)
)
_SHARING = (
    select(KEY.c.initiative_id)
    .where(KEY.c.key.in_(bindparam("keys", expanding=True)))
    .group_by(KEY.c.initiative_id)
    .order_by(func.count().desc(), KEY.c.initiative_id)
    .limit(bindparam("most"))
)
_NAMES = ("id", "code", "title", "before", "after", "unit_id", "author_id", "state", "submitted_at")
_TEXTS = select(*(INITIATIVE.c[name] for name in _NAMES)).where(
    INITIATIVE.c.id.in_(bindparam("ids", expanding=True)),
    INITIATIVE.c.sealed.is_(False),
    INITIATIVE.c.state != "withdrawn",
)


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

    def keep(self, initiative_id: int, keys: Sequence[int], most: int) -> None:
        """Keep the first `most` of the keys that are not crowded; what was kept before is replaced."""
        self.forget(initiative_id)
        counted = self._connection.execute(_HOLDERS, {"keys": list(keys)})
        crowds = {int(key): int(holders) for key, holders in counted}
        free = [key for key in keys if crowds.get(key, 0) < CROWD][:most]
        if free:
            rows = [{"key": key, "initiative_id": initiative_id} for key in free]
            self._connection.execute(insert(KEY), rows)

    def forget(self, initiative_id: int) -> None:
        """An initiative is no longer found: withdrawn, sealed or erased."""
        self._connection.execute(delete(KEY).where(KEY.c.initiative_id == initiative_id))

    def sharing(self, keys: Sequence[int], most: int) -> list[Candidate]:
        """The initiatives that share the most keys, of those that are not sealed and not withdrawn."""
        if not keys:
            return []
        # Always as many parameters, so that the statement is compiled once.
        size = next(size for size in (20, 80, 160, len(keys)) if size >= len(keys))
        padded = [*keys, *[keys[0]] * (size - len(keys))]
        found = self._connection.execute(_SHARING, {"keys": padded, "most": most}).scalars().all()
        if not found:
            return []
        rows = {row[0]: Candidate(*row) for row in self._connection.execute(_TEXTS, {"ids": list(found)})}
        return [rows[number] for number in found if number in rows]
