"""What happens to people and papers of a unit that has ended: they go to its successor, or are set free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, insert, select, update

from storage.models import metadata
from storage.unit_tree import SUCCESSOR, UnitTree

UNIT, WORKER, CHAT = (metadata.tables[name] for name in ("unit", "worker", "chat"))
MEMBERSHIP, GRANT = metadata.tables["membership"], metadata.tables["role_grant"]
DRAFT, INVITATION = metadata.tables["draft"], metadata.tables["invitation"]

# Which unit stands in the place of which, the oldest first.
FOLLOWING = select(SUCCESSOR.c.old_id, SUCCESSOR.c.new_id).order_by(SUCCESSOR.c.id)


class Settled(NamedTuple):
    """One unit that has ended, its present successor if it has just one, and how many people it had."""

    old_id: int
    new_id: int | None
    people: int


def write_successors(
    connection: Connection,
    follows: Sequence[tuple[int, int, date | None]],
    reopened: Sequence[int],
    now: datetime,
) -> None:
    """Record who stands in whose place since which day; a unit that is open again needs nobody."""
    if reopened:
        connection.execute(delete(SUCCESSOR).where(SUCCESSOR.c.old_id.in_(reopened)))
    rows = [{"old_id": old, "new_id": new, "since": since, "recorded_at": now} for old, new, since in follows]
    if rows:
        connection.execute(insert(SUCCESSOR), rows)


def settle_people(connection: Connection, today: date, now: datetime) -> list[Settled]:
    """Move everybody and everything that still stands in a unit that has ended by `today`, a local day.

    Where exactly one unit took its place, people become its members, and drafts, invitations and roles
    go along. Elsewhere people belong to no unit until they say to which; initiatives never move.
    Safe to call at any time and any number of times.
    """
    ended = UNIT.c.valid_to <= today
    heir = select(SUCCESSOR.c.id).where(SUCCESSOR.c.old_id == GRANT.c.unit_id)
    people = select(WORKER.c.unit_id).join(UNIT, UNIT.c.id == WORKER.c.unit_id).where(ended)
    papers = [
        select(table.c.unit_id).join(UNIT, UNIT.c.id == table.c.unit_id).where(ended, still)
        for table, still in (
            (DRAFT, DRAFT.c.id > 0),
            (INVITATION, INVITATION.c.uses_left > 0),
            (GRANT, and_(GRANT.c.until.is_(None), heir.exists())),
        )
    ]
    units = {unit for which in (people, *papers) for unit in connection.execute(which.distinct()).scalars()}
    return [_settle(connection, unit, now) for unit in sorted(units)]


def _settle(connection: Connection, old: int, now: datetime) -> Settled:
    present = UnitTree(connection).present(old)
    new = None if present == old else present
    members = list(connection.execute(select(WORKER.c.id).where(WORKER.c.unit_id == old)).scalars())
    still = (MEMBERSHIP.c.unit_id == old, MEMBERSHIP.c.until.is_(None))
    connection.execute(update(MEMBERSHIP).where(*still).values(until=now))
    connection.execute(update(WORKER).where(WORKER.c.unit_id == old).values(unit_id=new))
    connection.execute(update(DRAFT).where(DRAFT.c.unit_id == old).values(unit_id=new))
    if new is None:
        _ask_when_they_speak(connection, members)
        # Nobody can say to which unit such an invitation leads; a code that is used up says no more.
        connection.execute(update(INVITATION).where(INVITATION.c.unit_id == old).values(uses_left=0))
        return Settled(old, None, len(members))
    if members:
        rows = [{"worker_id": worker, "unit_id": new, "since": now} for worker in members]
        connection.execute(insert(MEMBERSHIP), rows)
    connection.execute(update(INVITATION).where(INVITATION.c.unit_id == old).values(unit_id=new))
    _hand_over_roles(connection, old, new, now)
    return Settled(old, new, len(members))


def _ask_when_they_speak(connection: Connection, members: Sequence[int]) -> None:
    """Note in the talks of these workers that their unit has ended, for the next time they say something."""
    for worker in members:
        talks = select(CHAT.c.id, CHAT.c.talk).where(CHAT.c.worker_id == worker)
        for chat, talk in connection.execute(talks).all():
            noted = {**(talk or {}), "unit_ended": True}
            connection.execute(update(CHAT).where(CHAT.c.id == chat).values(talk=noted))


def _hand_over_roles(connection: Connection, old: int, new: int, now: datetime) -> None:
    """Who answered for the unit answers for the one in its place; roles are dated and never edited."""
    open_now = GRANT.c.until.is_(None)
    held = select(GRANT.c.worker_id, GRANT.c.role).where(GRANT.c.unit_id == old, open_now).distinct()
    there = select(GRANT.c.worker_id, GRANT.c.role).where(GRANT.c.unit_id == new, open_now)
    already = {tuple(row) for row in connection.execute(there)}
    given = [tuple(row) for row in connection.execute(held) if tuple(row) not in already]
    connection.execute(update(GRANT).where(GRANT.c.unit_id == old, open_now).values(until=now))
    rows = [{"worker_id": worker, "role": role, "unit_id": new, "since": now} for worker, role in given]
    if rows:
        connection.execute(insert(GRANT), rows)
