"""Codes that join people to a unit; only their hashes are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from storage.models import Invitation, metadata

INVITATION = metadata.tables["invitation"]


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation gives."""

    id: int
    role: str
    unit_id: int


class Invitations:
    """Invitations inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def make(
        self, code_hash: str, role: str, unit_id: int, uses: int, expires_at: datetime, now: datetime
    ) -> None:
        """Keep an invitation under the hash of its code."""
        values = {"code_hash": code_hash, "role": role, "unit_id": unit_id, "uses_left": uses}
        self._connection.execute(insert(Invitation).values(**values, expires_at=expires_at, created_at=now))

    def open(self, code_hash: str, now: datetime) -> Invited | None:
        """The invitation of that hash that still has a use; None for a wrong, used or expired one alike."""
        return self._open(INVITATION.c.code_hash == code_hash, now)

    def still_open(self, invitation_id: int, now: datetime) -> Invited | None:
        """The invitation of that number, if it still has a use."""
        return self._open(INVITATION.c.id == invitation_id, now)

    def _open(self, which: ColumnElement[bool], now: datetime) -> Invited | None:
        row = self._connection.execute(
            select(INVITATION.c.id, INVITATION.c.role, INVITATION.c.unit_id)
            .where(which)
            .where(INVITATION.c.uses_left > 0, INVITATION.c.expires_at > now)
            .with_for_update()
        ).first()
        return None if row is None else Invited(*row)

    def unit_of(self, code_hash: str) -> int | None:
        """The unit of an invitation, used up or not; None when there never was one."""
        row = select(INVITATION.c.unit_id).where(INVITATION.c.code_hash == code_hash)
        return self._connection.execute(row).scalar()

    def use(self, invitation_id: int) -> None:
        """One use less."""
        used = update(INVITATION).where(INVITATION.c.id == invitation_id)
        self._connection.execute(used.values(uses_left=INVITATION.c.uses_left - 1))
