"""What waits for a decision, who decided what, and the facts beside an initiative's state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from storage.models import metadata
from storage.prepared import Inserting, Prepared

INITIATIVE, MOVE = metadata.tables["initiative"], metadata.tables["move"]
NOTE, UNIT = metadata.tables["review_note"], metadata.tables["unit"]
AUTHOR, WORKER = metadata.tables["author"], metadata.tables["worker"]
_MOVE = Inserting(MOVE)

ITEM_COLUMNS = (
    "id", "code", "unit_id", "author_id", "phase", "state", "sealed", "title", "submitted_at",
    "waiting_since", "decided_at", "confirmed_at", "recognition_number", "recognised_on", "portal_code",
    "officer_confirmed_at", "appealed_at", "interrupted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """An initiative as a reviewer meets it."""

    id: int
    code: str
    unit_id: int
    author_id: int
    phase: str
    state: str
    sealed: bool
    title: str
    submitted_at: datetime
    waiting_since: datetime | None
    decided_at: datetime | None
    confirmed_at: datetime | None
    recognition_number: str | None
    recognised_on: date | None
    portal_code: str | None
    officer_confirmed_at: datetime | None
    appealed_at: datetime | None
    interrupted: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """One move of an initiative: who, when, from, to, why."""

    id: int
    initiative_id: int
    at: datetime
    actor_id: int | None
    before: str
    after: str
    why: str | None
    missing: list[str] | None
    undoes_id: int | None


_LOOK = Prepared(
    select(*(INITIATIVE.c[name] for name in ITEM_COLUMNS)).where(INITIATIVE.c.id == bindparam("initiative"))
)
_AUTHORS = Prepared(
    select(AUTHOR.c.worker_id).where(
        AUTHOR.c.initiative_id == bindparam("initiative"), AUTHOR.c.worker_id.is_not(None)
    )
)
_MOVES = select(*(MOVE.c[name] for name in Moved.__dataclass_fields__))
_LIFE = _MOVES.where(MOVE.c.initiative_id == bindparam("initiative")).order_by(MOVE.c.id)
_LAST = _LIFE.order_by(None).order_by(MOVE.c.id.desc()).limit(1)
_UNDOING = MOVE.alias()
_REFUSERS = Prepared(
    select(MOVE.c.actor_id).where(
        MOVE.c.initiative_id == bindparam("initiative"),
        MOVE.c.after == "rejected",
        MOVE.c.actor_id.is_not(None),
        ~exists().where(_UNDOING.c.initiative_id == MOVE.c.initiative_id, _UNDOING.c.undoes_id == MOVE.c.id),
    )
)
_CHANGE = update(INITIATIVE).where(
    INITIATIVE.c.id == bindparam("its_id"), INITIATIVE.c.state == bindparam("its_state")
)


class Reviews:
    """Reviews inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def look(self, initiative_id: int) -> Item | None:
        """An initiative with the facts of its review."""
        row = _LOOK.first(self._connection, {"initiative": initiative_id})
        return None if row is None else Item(*row)

    def find(self, code: str) -> Item | None:
        """An initiative by its code."""
        row = self._connection.execute(
            select(*(INITIATIVE.c[name] for name in ITEM_COLUMNS)).where(INITIATIVE.c.code == code)
        ).first()
        return None if row is None else Item(*row)

    def authors(self, initiative_id: int) -> list[int]:
        """The workers who are its authors, as far as they are known to us."""
        return [row[0] for row in _AUTHORS.all(self._connection, {"initiative": initiative_id})]

    def refusers(self, initiative_id: int) -> list[int]:
        """Who has refused it, where that was not taken back: after an appeal another person decides."""
        rows = _REFUSERS.all(self._connection, {"initiative": initiative_id})
        return list(dict.fromkeys(row[0] for row in rows))

    def change(self, item: Item, after: str, facts: Mapping[str, Any]) -> bool:
        """Move an initiative that still stands where `item` saw it; False when somebody was faster.

        `facts` are further columns. The first decision stands: both databases let only one of two through.
        """
        changed = _CHANGE.values({"state": after, **facts}).returning(INITIATIVE.c.id)
        known = {"its_id": item.id, "its_state": item.state}
        return self._connection.execute(changed, known).first() is not None

    def note_move(
        self,
        initiative_id: int,
        states: tuple[str, str],
        actor_id: int | None,
        now: datetime,
        *,
        said: tuple[str, Sequence[str]] = ("", ()),
        undoes_id: int | None = None,
    ) -> int:
        """Write down a move from the first state to the second; its number.

        `said` is what the author is told: the reviewer's words, and the questions to complete.
        """
        before, after = states
        why, missing = said
        values: dict[str, Any] = {
            "initiative_id": initiative_id,
            "before": before,
            "after": after,
            "actor_id": actor_id,
        }
        more = {"at": now, "why": why or None, "missing": list(missing) or None, "undoes_id": undoes_id}
        values |= more
        return _MOVE.number(self._connection, values)

    def moves(self, initiative_id: int) -> list[Moved]:
        """The life of an initiative, from the beginning."""
        return [Moved(*row) for row in self._connection.execute(_LIFE, {"initiative": initiative_id})]

    def last_move(self, initiative_id: int) -> Moved | None:
        """What happened to it last."""
        row = self._connection.execute(_LAST, {"initiative": initiative_id}).first()
        return None if row is None else Moved(*row)

    def made(self, actor_id: int, first: int, last: int) -> list[Moved]:
        """What somebody decided from one move to another: a whole list at once."""
        rows = _MOVES.where(MOVE.c.actor_id == actor_id, MOVE.c.id.between(first, last)).order_by(MOVE.c.id)
        return [Moved(*row) for row in self._connection.execute(rows)]

    def names(self, initiative_id: int) -> tuple[str, str]:
        """The name of its author, and of the unit where it was made."""
        rows = (
            select(WORKER.c.name, UNIT.c.name)
            .select_from(INITIATIVE)
            .join(WORKER, WORKER.c.id == INITIATIVE.c.author_id)
            .join(UNIT, UNIT.c.id == INITIATIVE.c.unit_id)
            .where(INITIATIVE.c.id == initiative_id)
        )
        name, unit = self._connection.execute(rows).one()
        return name, unit

    def name_of(self, worker_id: int | None) -> str:
        """The name of somebody who decided."""
        row = select(WORKER.c.name).where(WORKER.c.id == worker_id)
        return self._connection.execute(row).scalar() or ""

    # --- what reviewers write for each other

    def add_note(self, initiative_id: int, worker_id: int, words: str, now: datetime) -> None:
        """Keep an internal note."""
        values = {"initiative_id": initiative_id, "worker_id": worker_id, "at": now, "words": words}
        self._connection.execute(insert(NOTE).values(**values))

    def notes(self, initiative_id: int) -> list[tuple[str, datetime, str]]:
        """Internal notes: whose, when, what; oldest first."""
        rows = (
            select(WORKER.c.name, NOTE.c.at, NOTE.c.words)
            .join(WORKER, WORKER.c.id == NOTE.c.worker_id)
            .where(NOTE.c.initiative_id == initiative_id)
            .order_by(NOTE.c.id)
        )
        return [(row[0], row[1], row[2]) for row in self._connection.execute(rows)]
