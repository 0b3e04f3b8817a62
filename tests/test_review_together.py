"""Two processes, fifty reviewers, one queue: each initiative is decided once, its author told once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from storage.database import Database
from storage.models import metadata
from tests.nursery import NURSERY
from tests.phone import Clock
from tests.reviewers import people
from tests.reviewing import waits_for, work

INITIATIVE, MOVE, AUTHOR = (metadata.tables[name] for name in ("initiative", "move", "author"))
OUTBOX, WORKER, CHAT = (metadata.tables[name] for name in ("outbox", "worker", "chat"))
REVIEWERS = 50


def hire(database: Database, clock: Clock, unit: int) -> list[str]:
    """Fifty leads of one unit; their addresses."""
    addresses = [f"r{number}" for number in range(REVIEWERS)]
    with database.transaction() as tx:
        for address in addresses:
            worker = {
                "name": f"Người Duyệt {address}",
                "language": "vi",
                "consent": "2",
                "created_at": clock(),
            }
            made = insert(WORKER).values(**worker).returning(WORKER.c.id)
            number = tx.connection.execute(made).scalar_one()
            chat = {"channel": "telegram", "address": address, "worker_id": number, "reachable": True}
            tx.connection.execute(insert(CHAT).values(**chat, created_at=clock()))
            tx.roles.grant(number, "lead", unit, clock())
    return addresses


def fill(database: Database, clock: Clock, items: int) -> None:
    """Copies of the one that was submitted, each in the figures."""
    with database.transaction() as tx:
        first = dict(tx.connection.execute(select(INITIATIVE)).mappings().one())
        for number in range(2, items + 1):
            at = clock() + timedelta(seconds=number)
            own = {"id": number, "code": f"SK-{number:05d}", "draft_id": number, "waiting_since": at}
            tx.connection.execute(insert(INITIATIVE).values(**{**first, **own}))
            author = {"initiative_id": number, "worker_id": first["author_id"], "position": 0, "name": "A"}
            tx.connection.execute(insert(AUTHOR).values(**author, share=10_000))
            tx.tallies.changed(None, tx.tallies.facts(number))
            tx.reviews.note_move(number, ("draft", "submitted"), first["author_id"], at)


@pytest.mark.parametrize(
    "items", [60, pytest.param(1_000, marks=[pytest.mark.long, pytest.mark.timeout(3_600)])]
)
def test_every_initiative_is_decided_exactly_once(database: Database, items: int) -> None:
    clock = Clock()
    team = people(database, clock)
    team.sends()
    addresses = hire(database, clock, team.unit())
    fill(database, clock, items)
    url = database.url.render_as_string(hide_password=False)
    clock.passes(hours=1)
    both = NURSERY.Barrier(2)
    with ProcessPoolExecutor(2, NURSERY, initializer=waits_for, initargs=(both,)) as processes:
        halves = [(addresses[0::2], "a"), (addresses[1::2], "b")]
        at_work = [processes.submit(work, url, half, name, clock()) for half, name in halves]
        heard = [one.result() for one in at_work]
    with database.reading() as tx:
        states = tx.connection.execute(select(INITIATIVE.c.state)).scalars().all()
        decided = select(MOVE.c.initiative_id).where(MOVE.c.after == "valid")
        times = Counter(tx.connection.execute(decided).scalars())
        told = (
            tx.connection.execute(select(OUTBOX.c.once).where(OUTBOX.c.once.like("move:%"))).scalars().all()
        )
        figures = tx.tallies.of(team.unit())
    assert Counter(states) == {"valid": items}
    assert len(times) == items and set(times.values()) == {1}
    assert sum(one["decided"] for one in heard) == items
    assert len(told) == len(set(told)) == items
    assert (figures.valid, figures.submitted, figures.people) == (items, 0, 1)
    # Both were at work: they began with the same one.
    assert sum(one["too late"] for one in heard) >= 1
