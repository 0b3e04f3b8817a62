"""What one worker asks and another decides: asked, looked up, decided once and before it expires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, select, update

from storage.models import metadata

PETITION = metadata.tables["petition"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A petition as it stands; see the table for what the two kinds mean."""

    id: int
    kind: str
    unit_id: int
    asker_id: int
    subject_id: int | None
    name: str
    state: str
    created_at: datetime
    expires_at: datetime


_COLUMNS = tuple(PETITION.c[name] for name in Asked.__dataclass_fields__)


class Petitions:
    """Petitions inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ask(
        self, kind: str, unit_id: int, asker_id: int, name: str, now: datetime, expires_at: datetime,
        *, subject_id: int | None = None,
    ) -> int:  # fmt: skip
        """Ask; what the same worker asked before and nobody has decided is cancelled."""
        before = and_(PETITION.c.asker_id == asker_id, PETITION.c.kind == kind, PETITION.c.state == "waiting")
        self._connection.execute(update(PETITION).where(before).values(state="cancelled"))
        asked = insert(PETITION).values(
            kind=kind, unit_id=unit_id, asker_id=asker_id, subject_id=subject_id, name=name,
            state="waiting", created_at=now, expires_at=expires_at,
        )  # fmt: skip
        return int(self._connection.execute(asked.returning(PETITION.c.id)).scalar_one())

    def one(self, number: int) -> Asked | None:
        """The petition of that number, held until the transaction ends."""
        row = self._connection.execute(
            select(*_COLUMNS).where(PETITION.c.id == number).with_for_update()
        ).first()
        return None if row is None else Asked(*row)

    def decide(self, number: int, state: str, decided_by: int, now: datetime) -> None:
        """Grant or refuse; nothing that was decided is decided again by the caller's care."""
        one = update(PETITION).where(PETITION.c.id == number)
        self._connection.execute(one.values(state=state, decided_by=decided_by, decided_at=now))

    def asked_since(self, kind: str, asker_id: int, since: datetime) -> int:
        """How often a worker has asked this since then."""
        rows = select(func.count()).select_from(PETITION)
        mine = rows.where(
            PETITION.c.kind == kind, PETITION.c.asker_id == asker_id, PETITION.c.created_at >= since
        )
        return self._connection.execute(mine).scalar_one()
