"""Who did what: only ever added to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

from storage.models import Audit


class AuditTrail:
    """The audit inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(
        self,
        actor_id: int | None,
        what: str,
        subject: str,
        now: datetime,
        *,
        before: str | None = None,
        after: str | None = None,
        why: str | None = None,
    ) -> None:
        """Add one entry; never the text of an initiative."""
        values = {"actor_id": actor_id, "what": what, "subject": subject, "before": before, "after": after}
        self._connection.execute(insert(Audit).values(**values, why=why, at=now))
