"""Somebody known by name only turns out to be a worker: all that was entered for them becomes the worker's.

Each initiative is counted anew inside the same transaction, so one person is counted once.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from storage.models import metadata
from storage.relinking import pointing_to, repoint
from storage.tallies import Tallies

AUTHOR, INITIATIVE = metadata.tables["author"], metadata.tables["initiative"]
WORKER, MEMBERSHIP = metadata.tables["worker"], metadata.tables["membership"]
DRAFT, CLAIM = metadata.tables["draft"], metadata.tables["claim"]


def merge(connection: Connection, name_only: int, real: int) -> list[int]:
    """Make of both the real worker; the numbers of the initiatives that are theirs now.

    Raises LookupError when the first is no placeholder: people who came themselves are never merged here.
    """
    row = connection.execute(select(WORKER.c.placeholder).where(WORKER.c.id == name_only)).first()
    if row is None or not row.placeholder or name_only == real:
        raise LookupError("not known by name only")
    moved = _initiatives(connection, name_only, real)
    connection.execute(delete(MEMBERSHIP).where(MEMBERSHIP.c.worker_id == name_only))
    connection.execute(delete(CLAIM).where(CLAIM.c.worker_id == name_only))
    drafts = update(DRAFT).where(DRAFT.c.for_worker_id == name_only)
    connection.execute(drafts.values(for_worker_id=real))
    for column in pointing_to("worker"):
        repoint(connection, column, name_only, real)
    connection.execute(delete(WORKER).where(WORKER.c.id == name_only))
    return moved


def _initiatives(connection: Connection, name_only: int, real: int) -> list[int]:
    tallies = Tallies(connection)
    own = select(INITIATIVE.c.id).where(INITIATIVE.c.author_id == name_only)
    shared = select(AUTHOR.c.initiative_id).where(AUTHOR.c.worker_id == name_only)
    numbers = list(connection.execute(own.union(shared)).scalars())
    for number in sorted(numbers):
        with tallies.counting(number):
            its = (AUTHOR.c.initiative_id == number) & (AUTHOR.c.worker_id == name_only)
            connection.execute(update(AUTHOR).where(its).values(worker_id=real))
            one = (INITIATIVE.c.id == number) & (INITIATIVE.c.author_id == name_only)
            connection.execute(update(INITIATIVE).where(one).values(author_id=real))
    return sorted(numbers)
