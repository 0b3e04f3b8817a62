"""One person, two accounts: all that the new one has becomes the old one's, and the old chats are let go.

The worker that was there before stays, so that history, initiatives and the number of distinct people do not
change; the one that was made when the new account agreed disappears.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Connection, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage.models import metadata

WORKER, CHAT = metadata.tables["worker"], metadata.tables["chat"]
DRAFT = metadata.tables["draft"]
OUTBOX, GRANT = metadata.tables["outbox"], metadata.tables["role_grant"]
MEMBERSHIP, INITIATIVE = metadata.tables["membership"], metadata.tables["initiative"]
OPEN = ("waiting", "claimed")


def relink(connection: Connection, old_id: int, new_id: int, now: datetime) -> list[tuple[str, str]]:
    """Make of two workers the old one, at the new one's chat; the addresses that were cut off."""
    kept = connection.execute(select(CHAT).where(CHAT.c.worker_id == new_id)).mappings().first()
    if kept is None:
        raise LookupError("the new account has no chat")
    old = connection.execute(select(CHAT).where(CHAT.c.worker_id == old_id)).mappings().all()
    _roles(connection, old_id, new_id, now)
    connection.execute(delete(MEMBERSHIP).where(MEMBERSHIP.c.worker_id == new_id))
    draft = next((chat["draft_id"] for chat in old if chat["draft_id"] is not None), None)
    for chat in old:
        _let_go(connection, chat["id"], kept["id"], kept["channel"], kept["address"])
    for column in pointing_to("worker"):
        repoint(connection, column, new_id, old_id)
    values = {"talk": None, "draft_id": kept["draft_id"] or draft}
    connection.execute(update(CHAT).where(CHAT.c.id == kept["id"]).values(**values))
    _agreement(connection, old_id, new_id)
    typed_for = update(DRAFT).where(DRAFT.c.for_worker_id == new_id)
    connection.execute(typed_for.values(for_worker_id=old_id))
    connection.execute(delete(WORKER).where(WORKER.c.id == new_id))
    return [(chat["channel"], chat["address"]) for chat in old]


def _roles(connection: Connection, old_id: int, new_id: int, now: datetime) -> None:
    """Roles that came to the new account by a code are the old one's too, each once."""
    held = select(GRANT.c.role, GRANT.c.unit_id).where(GRANT.c.until.is_(None))
    before = set(connection.execute(held.where(GRANT.c.worker_id == old_id)).all())
    for role, unit_id in connection.execute(held.where(GRANT.c.worker_id == new_id)).all():
        if (role, unit_id) not in before:
            values = {"worker_id": old_id, "role": role, "unit_id": unit_id, "since": now}
            connection.execute(insert(GRANT).values(**values))
    connection.execute(delete(GRANT).where(GRANT.c.worker_id == new_id))


def _let_go(connection: Connection, gone: int, kept: int, channel: str, address: str) -> None:
    """What waits for an old chat goes to the new one; what was settled there is erased with it."""
    waits = update(OUTBOX).where(OUTBOX.c.chat_id == gone, OUTBOX.c.state.in_(OPEN))
    connection.execute(waits.values(chat_id=kept, channel=channel, address=address))
    connection.execute(delete(OUTBOX).where(OUTBOX.c.chat_id == gone))
    for column in pointing_to("chat"):
        repoint(connection, column, gone, kept)
    connection.execute(delete(CHAT).where(CHAT.c.id == gone))


def _agreement(connection: Connection, old_id: int, new_id: int) -> None:
    """The consent just given, and the language just chosen, are the newest there are."""
    newest = connection.execute(select(WORKER).where(WORKER.c.id == new_id)).mappings().one()
    fields = {name: newest[name] for name in ("consent", "consent_asked_at", "language")}
    # Somebody who was known by name only has come in person now.
    connection.execute(update(WORKER).where(WORKER.c.id == old_id).values(**fields, placeholder=False))


def pointing_to(table: str) -> list[Column[int]]:
    """Every column of every table that names a row of this one; a table added later is found as well."""
    return [
        column
        for other in metadata.sorted_tables
        for column in other.columns
        if any(key.column.table.name == table for key in column.foreign_keys)
    ]


def repoint(connection: Connection, column: Column[int], gone: int, kept: int) -> None:
    """What pointed to one now points to the other; where the other has its own of that kind, it stays."""
    table = column.table
    keys = list(table.primary_key.columns)
    for row in connection.execute(select(*keys).where(column == gone)).all():
        one = and_(*(key == value for key, value in zip(keys, row, strict=True)))
        try:
            with connection.begin_nested():
                connection.execute(update(table).where(one, column == gone).values({column.name: kept}))
        except IntegrityError:
            connection.execute(delete(table).where(one))
