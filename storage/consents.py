"""What each worker agrees to, purpose by purpose, and the proof of it; a missing row is a no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage.models import Consent, metadata

CONSENT, WORKER = metadata.tables["consent"], metadata.tables["worker"]
PROCESSING = "processing"


@dataclass(frozen=True, slots=True)
class Given:
    """A consent that holds now: to which version of the text, since when."""

    purpose: str
    version: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """How a consent can be proved: the version, the sha-256 of the text that was shown, and the event."""

    version: str
    text_hash: str
    event: str


class Consents:
    """Consents inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, worker_id: int) -> dict[str, Given]:
        """What a worker agrees to now, by purpose."""
        rows = (
            select(CONSENT.c.purpose, CONSENT.c.version, CONSENT.c.given_at)
            .where(CONSENT.c.worker_id == worker_id, CONSENT.c.withdrawn_at.is_(None))
            .order_by(CONSENT.c.id)
        )
        return {row.purpose: Given(*row) for row in self._connection.execute(rows)}

    def allows(self, worker_id: int, purpose: str) -> bool:
        """Whether a worker agrees to a purpose now: `processing`, `honour`, `reminders`."""
        return purpose in self.of(worker_id)

    def ever(self, worker_id: int, purposes: Sequence[str]) -> bool:
        """Whether a worker has ever said yes to one of these purposes."""
        said = (CONSENT.c.worker_id == worker_id) & CONSENT.c.purpose.in_(purposes)
        return self._connection.execute(select(CONSENT.c.id).where(said).limit(1)).first() is not None

    def give(self, worker_id: int, purpose: str, proof: Proof, now: datetime) -> None:
        """Keep a consent with its proof; an earlier one for the same purpose ends."""
        self.withdraw(worker_id, purpose, now)
        values = {"worker_id": worker_id, "purpose": purpose, "version": proof.version, "proof": proof.event}
        self._connection.execute(insert(Consent).values(**values, text_hash=proof.text_hash, given_at=now))
        if purpose == PROCESSING:
            self._agreed(worker_id, proof.version)

    def withdraw(self, worker_id: int, purpose: str, now: datetime) -> bool:
        """End a consent; whether there was one. Its proof stays."""
        present = (CONSENT.c.worker_id == worker_id) & (CONSENT.c.purpose == purpose)
        ended = update(CONSENT).where(present, CONSENT.c.withdrawn_at.is_(None)).values(withdrawn_at=now)
        if purpose == PROCESSING:
            self._agreed(worker_id, "")
        return self._connection.execute(ended).rowcount > 0

    def _agreed(self, worker_id: int, version: str) -> None:
        """Beside the worker's name too, where every message finds it."""
        values = {"consent": version, "consent_asked_at": None}
        self._connection.execute(update(WORKER).where(WORKER.c.id == worker_id).values(**values))

    def asked_at(self, worker_id: int) -> datetime | None:
        """When a worker was last asked about a new version of the text."""
        return self._connection.execute(
            select(WORKER.c.consent_asked_at).where(WORKER.c.id == worker_id)
        ).scalar()

    def asked(self, worker_id: int, now: datetime) -> None:
        """A worker is being asked about a new version of the text."""
        self._connection.execute(update(WORKER).where(WORKER.c.id == worker_id).values(consent_asked_at=now))
