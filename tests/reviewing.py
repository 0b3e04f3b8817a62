"""One process of reviewers at work: each accepts what is on their card until nothing is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from multiprocessing.synchronize import Barrier

from sqlalchemy import select, update

from handlers.listening import listen
from handlers.messages import Event, Pressed, Typed, What
from storage.database import Database
from storage.models import metadata
from storage.vault import Vault
from tests.phone import house
from tests.reviewers import READY_MADE

OUTBOX = metadata.tables["outbox"]


_met: list[Barrier] = []


def waits_for(both: Barrier) -> None:
    """Neither begins before the other is there."""
    _met.append(both)
    both.wait(60)


def work(url: str, addresses: Sequence[str], name: str, now: datetime) -> dict[str, int]:
    """Take turns until every one of these reviewers has heard that the queue is empty; what they heard."""
    # SQLite hands its one lock to nobody in particular: under load a turn may be long in coming.
    database = Database(url, patience=120, vault=Vault())
    heard = {"decided": 0, "too late": 0}
    numbers, left = count(1), dict.fromkeys(addresses, "")
    says = house(READY_MADE)
    while left:
        for address in list(left):
            now += timedelta(milliseconds=1)
            what: What = Pressed(left[address]) if left[address] else Typed("/duyet")
            event = Event(what, "telegram", "1", f"{name}{next(numbers)}", address, "1", address)
            with database.transaction() as tx:
                listen(tx, event, says, now)
            keys, action = _read(database, address)
            heard["decided"] += "review.done" in keys
            heard["too late"] += "review.decided_since" in keys
            if "review.nothing" in keys:
                del left[address]
            else:
                left[address] = action
            if _met:  # each has the oldest before it: one of them will come too late
                _met.pop().wait(60)
    database.close()
    return heard


def _read(database: Database, address: str) -> tuple[set[str], str]:
    """What was said, by its keys, and the button that accepts."""
    with database.transaction() as tx:
        mine = (OUTBOX.c.address == address, OUTBOX.c.state == "waiting", OUTBOX.c.priority == 0)
        bodies = (
            tx.connection.execute(select(OUTBOX.c.body).where(*mine).order_by(OUTBOX.c.id)).scalars().all()
        )
        tx.connection.execute(update(OUTBOX).where(*mine).values(state="sent", body={}))
    keys = {body["key"] for body in bodies} | {key for body in bodies for key, _ in body.get("notes", ())}
    buttons = [one[0] for body in bodies for row in body.get("choices", ()) for one in row]
    return keys, next((action for action in buttons if action.startswith("queue|accept.")), "")
