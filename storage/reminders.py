"""Who may be due for a reminder and what they have open, read for hundreds of people at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, union

from storage.aims import AIM, SIZE, Standing
from storage.in_bulk import among
from storage.models import metadata
from storage.tallies import ALL, COLUMNS, WAITING, Figures
from storage.vault import Vault, VaultClosed

CHAT, WORKER, DRAFT = metadata.tables["chat"], metadata.tables["worker"], metadata.tables["draft"]
GRANT, CONSENT = metadata.tables["role_grant"], metadata.tables["consent"]
INITIATIVE, AUTHOR = metadata.tables["initiative"], metadata.tables["author"]
UNIT, TALLY, MOVE = metadata.tables["unit"], metadata.tables["tally"], metadata.tables["move"]
ABOVE = metadata.tables["unit_above"]
ROLES = ("lead", "officer")


@dataclass(frozen=True, slots=True)
class Reader:
    """A worker at the messenger where a reminder reaches them."""

    worker_id: int
    chat_id: int
    channel: str
    address: str
    language: str
    unit_id: int | None


class Unfinished(NamedTuple):
    """A draft that has not been handed in."""

    id: int
    place: dict[str, Any]
    updated_at: datetime


class Returned(NamedTuple):
    """An initiative that waits for its author: the questions to complete, by their keys."""

    id: int
    code: str
    title: str
    missing: tuple[str, ...]


def _first(worker: Any, most: int, *where: Any) -> Select[Any]:
    """The first workers for whom something holds, each once."""
    return select(worker).distinct().where(*where).order_by(worker).limit(most)


def _drafts(after: int, most: int, _phase: str) -> Select[Any]:
    return _first(DRAFT.c.worker_id, most, DRAFT.c.worker_id > after, DRAFT.c.corrects_id.is_(None))


def _returned(after: int, most: int, phase: str) -> Select[Any]:
    its = and_(INITIATIVE.c.state == "returned", INITIATIVE.c.author_id > after, INITIATIVE.c.phase == phase)
    return _first(INITIATIVE.c.author_id, most, its)


def _roles(after: int, most: int, _phase: str) -> Select[Any]:
    held = and_(GRANT.c.role.in_(ROLES), GRANT.c.until.is_(None), GRANT.c.worker_id > after)
    return _first(GRANT.c.worker_id, most, held)


def _willing(after: int, most: int, _phase: str) -> Select[Any]:
    given = and_(
        CONSENT.c.purpose == "reminders", CONSENT.c.withdrawn_at.is_(None), CONSENT.c.worker_id > after
    )
    return _first(CONSENT.c.worker_id, most, given)


# Who may be due: each reads an index in the order of workers, so that a page costs a page.
AUDIENCES: Mapping[str, Callable[[int, int, str], Select[Any]]] = {
    "drafts": _drafts,
    "returned": _returned,
    "roles": _roles,
    "willing": _willing,
}


class Reminders:
    """Reading for reminders inside one open transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def _among(self, column: ColumnElement[Any], numbers: Sequence[int]) -> ColumnElement[bool]:
        return among(self._connection, column, numbers)

    def page(self, audiences: Sequence[str], phase: str, after: int, most: int) -> list[int]:
        """The next workers, in the order of their numbers, who belong to one of the audiences."""
        parts = [AUDIENCES[name](after, most, phase).subquery() for name in audiences]
        every = union(*(select(part.c[0].label("worker")) for part in parts)).subquery()
        rows = select(every.c.worker).order_by(every.c.worker).limit(most)
        return list(self._connection.execute(rows).scalars())

    def readers(self, workers: Sequence[int]) -> dict[int, Reader]:
        """Those who agree to be remembered and can be reached; at the messenger they joined last."""
        rows = (
            select(
                CHAT.c.worker_id, CHAT.c.id, CHAT.c.channel, CHAT.c.address,
                WORKER.c.language, WORKER.c.unit_id,
            )
            .join(WORKER, WORKER.c.id == CHAT.c.worker_id)
            .where(CHAT.c.reachable.is_(True), WORKER.c.consent != "")
            # Said of both, and put in order here: else PostgreSQL walks through everybody there is.
            .where(self._among(CHAT.c.worker_id, workers), self._among(WORKER.c.id, workers))
        )  # fmt: skip
        found = sorted(self._connection.execute(rows), key=lambda row: int(row[1]))
        return {row[0]: Reader(*row) for row in found}

    def drafts(self, workers: Sequence[int]) -> dict[int, list[Unfinished]]:
        """Drafts of initiatives not handed in yet, the one touched last first."""
        rows = (
            select(DRAFT.c.worker_id, DRAFT.c.id, DRAFT.c.place, DRAFT.c.updated_at)
            .where(self._among(DRAFT.c.worker_id, workers), DRAFT.c.corrects_id.is_(None))
            .order_by(DRAFT.c.updated_at.desc(), DRAFT.c.id.desc())
        )
        found: dict[int, list[Unfinished]] = {}
        for worker, number, place, at in self._connection.execute(rows):
            try:
                opened = self._vault.open(place)
            except VaultClosed:
                continue  # its key is gone: it stands, and nothing can be said about it
            found.setdefault(worker, []).append(Unfinished(number, opened, at))
        return found

    def returned(self, workers: Sequence[int], phase: str) -> dict[int, list[Returned]]:
        """Initiatives of a phase that were returned to their authors."""
        asked = (
            select(MOVE.c.missing)
            .where(MOVE.c.initiative_id == INITIATIVE.c.id, MOVE.c.after == "returned")
            .order_by(MOVE.c.id.desc())
            .limit(1)
            .correlate(INITIATIVE)
        )
        rows = (
            select(
                INITIATIVE.c.author_id, INITIATIVE.c.id, INITIATIVE.c.code, INITIATIVE.c.title,
                asked.scalar_subquery().label("missing"),
            )
            .where(self._among(INITIATIVE.c.author_id, workers), INITIATIVE.c.state == "returned")
            .where(INITIATIVE.c.phase == phase)
            .order_by(INITIATIVE.c.id)
        )  # fmt: skip
        found: dict[int, list[Returned]] = {}
        for worker, number, code, title, missing in self._connection.execute(rows):
            found.setdefault(worker, []).append(Returned(number, code, title, tuple(missing or ())))
        return found

    def grants(self, workers: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
        """The roles they answer with: role and unit, the oldest first."""
        rows = (
            select(GRANT.c.worker_id, GRANT.c.role, GRANT.c.unit_id)
            .where(
                self._among(GRANT.c.worker_id, workers),
                GRANT.c.role.in_(ROLES),
                GRANT.c.until.is_(None),
            )
            .order_by(GRANT.c.id)
        )
        found: dict[int, list[tuple[str, int]]] = {}
        for worker, role, unit in self._connection.execute(rows):
            found.setdefault(worker, []).append((role, unit))
        return found

    def willing(self, workers: Sequence[int]) -> set[int]:
        """Those who agreed to be invited and reminded."""
        given = and_(CONSENT.c.purpose == "reminders", CONSENT.c.withdrawn_at.is_(None))
        rows = select(CONSENT.c.worker_id).where(self._among(CONSENT.c.worker_id, workers), given)
        return set(self._connection.execute(rows).scalars())

    def taken_part(self, workers: Sequence[int], phase: str) -> set[int]:
        """Those who are an author of something of a phase that was not withdrawn."""
        rows = (
            select(AUTHOR.c.worker_id)
            .distinct()
            .join(INITIATIVE, INITIATIVE.c.id == AUTHOR.c.initiative_id)
            .where(self._among(AUTHOR.c.worker_id, workers), INITIATIVE.c.phase == phase)
            .where(INITIATIVE.c.state != "withdrawn")
        )
        return set(self._connection.execute(rows).scalars())

    def standings(self, units: Sequence[int], phase: str) -> dict[int, Standing]:
        """How units stand in a phase: figures, targets, members."""
        if not units:
            return {}
        figures = (func.coalesce(TALLY.c[name], 0) for name in COLUMNS)
        rows = (
            select(
                UNIT.c.id, UNIT.c.code, UNIT.c.name, AIM.c.initiatives, AIM.c.people,
                func.coalesce(SIZE.c.members, 0), *figures,
            )
            .select_from(
                UNIT.outerjoin(TALLY, and_(TALLY.c.unit_id == UNIT.c.id, TALLY.c.phase == phase))
                .outerjoin(AIM, and_(AIM.c.unit_id == UNIT.c.id, AIM.c.phase == phase))
                .outerjoin(SIZE, SIZE.c.unit_id == UNIT.c.id)
            )
            .where(self._among(UNIT.c.id, units))
        )  # fmt: skip
        found = self._connection.execute(rows)
        return {r[0]: Standing(r[0], r[1], r[2], Figures(*r[6:]), r[3], r[4], r[5]) for r in found}

    def drafts_in(self, units: Sequence[int]) -> dict[int, int]:
        """How many drafts the people of these very units have open; what is in them is theirs."""
        if not units:
            return {}
        rows = (
            select(WORKER.c.unit_id, func.count())
            .select_from(DRAFT.join(WORKER, WORKER.c.id == DRAFT.c.worker_id))
            .where(self._among(WORKER.c.unit_id, units), DRAFT.c.corrects_id.is_(None))
            .group_by(WORKER.c.unit_id)
        )
        return {row[0]: row[1] for row in self._connection.execute(rows)}

    def undecided(self, units: Sequence[int]) -> set[int]:
        """Where anything waits for a decision, of whichever phase."""
        if not units:
            return set()
        waits = (TALLY.c.phase == ALL) & (TALLY.c.submitted + TALLY.c.recognised > 0)
        rows = select(TALLY.c.unit_id).where(self._among(TALLY.c.unit_id, units), waits)
        return set(self._connection.execute(rows).scalars())

    def with_units_below(self, units: Sequence[int]) -> set[int]:
        """Which of these units have others below them."""
        if not units:
            return set()
        rows = select(UNIT.c.parent_id).distinct().where(self._among(UNIT.c.parent_id, units))
        return set(self._connection.execute(rows).scalars())

    def stalling(self, unit: int, since: datetime) -> int:
        """How many of a unit and all below have waited for a decision since before an instant."""
        within = INITIATIVE.c.unit_id.in_(select(ABOVE.c.unit_id).where(ABOVE.c.above_id == unit))
        rows = select(func.count()).select_from(INITIATIVE)
        waits = INITIATIVE.c.state.in_(WAITING) & (INITIATIVE.c.waiting_since < since)
        return int(self._connection.execute(rows.where(within, waits)).scalar_one())

    def behind(self, unit: int, phase: str, measure: str, elapsed: int, whole: int) -> int:
        """How many units directly below have done less than `elapsed` of `whole` of their target."""
        done = func.coalesce(TALLY.c["valid" if measure == "initiatives" else "people"], 0)
        beside = and_(TALLY.c.unit_id == AIM.c.unit_id, TALLY.c.phase == AIM.c.phase)
        rows = select(func.count()).select_from(AIM.outerjoin(TALLY, beside))
        slow = done * whole < AIM.c[measure] * elapsed
        its = and_(AIM.c.parent_id == unit, AIM.c.phase == phase, AIM.c[measure] > 0)
        return int(self._connection.execute(rows.where(its, slow)).scalar_one())
