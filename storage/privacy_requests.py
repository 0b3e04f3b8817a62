"""Requests that people make about their own data, and the legal dates of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from storage.models import PrivacyRequest, metadata

REQUEST = metadata.tables["privacy_request"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `done_at` is None while it is open."""

    id: int
    worker_id: int
    kind: str
    asked_at: datetime
    answer_by: datetime
    finish_by: datetime
    done_at: datetime | None


class PrivacyRequests:
    """Requests inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def log(
        self,
        worker_id: int,
        kind: str,
        dates: tuple[datetime, datetime],
        now: datetime,
        done_at: datetime | None = None,
    ) -> int:
        """Note a request with the dates before which it is answered and finished; its number."""
        values = {"worker_id": worker_id, "kind": kind, "asked_at": now, "done_at": done_at}
        row = insert(PrivacyRequest).values(**values, answer_by=dates[0], finish_by=dates[1])
        return int(self._connection.execute(row.returning(REQUEST.c.id)).scalar_one())

    def finish(self, worker_id: int, kind: str, now: datetime) -> None:
        """A worker's open requests of a kind are done."""
        same = (REQUEST.c.worker_id == worker_id) & (REQUEST.c.kind == kind) & REQUEST.c.done_at.is_(None)
        self._connection.execute(update(REQUEST).where(same).values(done_at=now))

    def of(self, worker_id: int) -> list[Request]:
        """A worker's requests, the oldest first."""
        return self._found(REQUEST.c.worker_id == worker_id)

    def open(self) -> list[Request]:
        """Every request that is not done, the most urgent first."""
        return sorted(self._found(REQUEST.c.done_at.is_(None)), key=lambda one: one.finish_by)

    def all(self) -> list[Request]:
        """Every request there ever was, the oldest first."""
        return self._found()

    def due(self, before: datetime) -> int:
        """How many open requests are to be finished before a moment."""
        soon = (REQUEST.c.finish_by < before) & REQUEST.c.done_at.is_(None)
        return int(self._connection.execute(select(func.count()).where(soon)).scalar_one())

    def _found(self, *where: ColumnElement[bool]) -> list[Request]:
        rows: Sequence[object] = self._connection.execute(
            select(REQUEST).where(*where).order_by(REQUEST.c.id)
        ).all()
        return [Request(*row) for row in rows]  # type: ignore[misc]
