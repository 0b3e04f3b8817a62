"""Codes that join people to a unit: only their hashes are kept; who used them, and wrong codes of late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, or_, select, update

from storage.models import metadata

INVITATION, UNIT = metadata.tables["invitation"], metadata.tables["unit"]
USE, ATTEMPT = metadata.tables["invitation_use"], metadata.tables["code_attempt"]


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation gives; `made_by` is None for one made at the command line."""

    id: int
    role: str
    unit_id: int
    made_by: int | None


class Invitations:
    """Invitations inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def make(
        self, code_hash: str, role: str, unit_id: int, uses: int, expires_at: datetime, now: datetime
    ) -> None:
        """Keep an invitation under the hash of its code."""
        values = {"code_hash": code_hash, "role": role, "unit_id": unit_id, "uses_left": uses}
        made = insert(INVITATION).values(**values, expires_at=expires_at, created_at=now)
        self._connection.execute(made)

    def made_in_chat(self, code_hash: str, worker_id: int, drawn: str) -> None:
        """An invitation was made by a worker with the button marked `drawn`."""
        made = update(INVITATION).where(INVITATION.c.code_hash == code_hash)
        self._connection.execute(made.values(made_by=worker_id, drawn=drawn))

    def made_with(self, drawn: str) -> bool:
        """Whether this button has already made an invitation."""
        found = select(INVITATION.c.id).where(INVITATION.c.drawn == drawn)
        return self._connection.execute(found).first() is not None

    def open(self, code_hash: str, now: datetime, today: date) -> Invited | None:
        """The invitation of that hash that still has a use, to a unit that is not closed on `today`.

        None for a wrong, used, expired or closed one alike.
        """
        return self._open(INVITATION.c.code_hash == code_hash, now, today)

    def still_open(self, invitation_id: int, now: datetime, today: date) -> Invited | None:
        """The invitation of that number, on the same conditions."""
        return self._open(INVITATION.c.id == invitation_id, now, today)

    def _open(self, which: ColumnElement[bool], now: datetime, today: date) -> Invited | None:
        row = self._connection.execute(
            select(INVITATION.c.id, INVITATION.c.role, INVITATION.c.unit_id, INVITATION.c.made_by)
            .join(UNIT, UNIT.c.id == INVITATION.c.unit_id)
            .where(which, INVITATION.c.uses_left > 0, INVITATION.c.expires_at > now)
            .where(or_(UNIT.c.valid_to.is_(None), UNIT.c.valid_to > today))
            .with_for_update(of=INVITATION)
        ).first()
        return None if row is None else Invited(*row)

    def used_for(self, code_hash: str, worker_id: int) -> int | None:
        """The unit to which this worker once came by that code; None when they never did."""
        used = (
            select(INVITATION.c.unit_id)
            .join(USE, USE.c.invitation_id == INVITATION.c.id)
            .where(INVITATION.c.code_hash == code_hash, USE.c.worker_id == worker_id)
        )
        return self._connection.execute(used).scalar()

    def use(self, invitation_id: int, worker_id: int, now: datetime) -> bool:
        """One use less; False, and none is taken, for somebody who has used it before."""
        mine = exists().where(USE.c.invitation_id == invitation_id, USE.c.worker_id == worker_id)
        if self._connection.execute(select(mine)).scalar_one():
            return False
        values = {"invitation_id": invitation_id, "worker_id": worker_id, "at": now}
        self._connection.execute(insert(USE).values(**values))
        used = update(INVITATION).where(INVITATION.c.id == invitation_id)
        self._connection.execute(used.values(uses_left=INVITATION.c.uses_left - 1))
        return True

    # --- wrong codes

    def failed(self, who: str, now: datetime, since: datetime) -> None:
        """Write down a code that opened nothing; those from before `since` are forgotten."""
        self._connection.execute(delete(ATTEMPT).where(ATTEMPT.c.at < since))
        self._connection.execute(insert(ATTEMPT).values(who=who, at=now))

    def failures(self, since: datetime, who: str | None = None) -> int:
        """How many codes have opened nothing since then, from everybody or from one."""
        rows = select(func.count()).select_from(ATTEMPT).where(ATTEMPT.c.at >= since)
        if who is not None:
            rows = rows.where(ATTEMPT.c.who == who)
        return self._connection.execute(rows).scalar_one()
