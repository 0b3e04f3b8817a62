"""How sends ended, written down: most were sent, and say so in few words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, func, literal, null, update

from storage.models import metadata
from storage.prepared import Prepared
from storage.types import Json

OUTBOX = metadata.tables["outbox"]


@dataclass(frozen=True, slots=True)
class Settled:
    """How a send ended: sent, unknown, failed, or waiting again (until `due_at`).

    `uncounted`: the messenger did not even try, so it was no try of ours.
    """

    id: int
    state: str
    message: str | None = None
    error: str | None = None
    due_at: datetime | None = None
    parts_sent: int = 0
    gone: tuple[str, str] | None = None  # channel and address that nothing can be sent to
    moved: tuple[str, str, str] | None = None  # channel, old address, new address
    uncounted: bool = False
    stranger: bool = False  # it went to somebody who is not remembered: its row is erased


# What has been said, or never will be, is not kept: only that it was, when, and how it ended.
NOTHING = literal({}, Json())
_ROW = update(OUTBOX).where(OUTBOX.c.id == bindparam("row"))
_SENT = Prepared(
    _ROW.values(
        state="sent",
        body=NOTHING,
        message=bindparam("new_message"),
        error=null(),
        sent_at=bindparam("now"),
        parts_sent=bindparam("new_parts_sent"),
        lease_until=null(),
    )
)
_OTHERWISE = Prepared(
    _ROW.values(
        state=bindparam("new_state"),
        body=case((bindparam("new_state") == "waiting", OUTBOX.c.body), else_=NOTHING),
        message=bindparam("new_message"),
        error=bindparam("new_error"),
        sent_at=null(),
        due_at=func.coalesce(bindparam("new_due_at", type_=OUTBOX.c.due_at.type), OUTBOX.c.due_at),
        parts_sent=bindparam("new_parts_sent"),
        tries=OUTBOX.c.tries - bindparam("uncounted_tries"),
        lease_until=null(),
    )
)


def write_down(connection: Connection, settled: Sequence[Settled], now: datetime) -> None:
    """Keep how these sends ended; the words are not kept unless they are to be sent again."""
    sent = [
        {"row": one.id, "new_message": one.message, "now": now, "new_parts_sent": one.parts_sent}
        for one in settled
        if one.state == "sent"
    ]
    otherwise = [
        {
            "row": one.id,
            "new_state": one.state,
            "new_message": one.message,
            "new_error": one.error,
            "new_due_at": one.due_at,
            "new_parts_sent": one.parts_sent,
            "uncounted_tries": int(one.uncounted),
        }
        for one in settled
        if one.state != "sent"
    ]
    for prepared, rows in ((_SENT, sent), (_OTHERWISE, otherwise)):
        if rows:
            prepared.many(connection, rows)
