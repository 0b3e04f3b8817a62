"""Rows that go to PostgreSQL as one text are the rows that would have gone one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.in_bulk import RowsAsText, among
from storage.models import metadata
from storage.prepared import Inserting

OUTBOX, NOTE = metadata.tables["outbox"], metadata.tables["reminder_note"]
NAMES = ("channel", "address", "language", "body", "once", "created_at", "due_at", "expires_at")
AT = datetime(2023, 8, 15, 2, 0, 0, 123_456, tzinfo=UTC)
WORDS = (
    "Nguyễn Thị Ánh",
    'nói "được"',
    "C:\\tam\\n",
    "100 %s %(x)s {0}",
    "dòng một\ndòng hai",
    "'; --",
    "😀",
    "",
)


def row(number: int, said: str) -> dict[str, Any]:
    """With an instant from another zone, and now and then no last instant."""
    here = AT.astimezone(timezone(timedelta(hours=7)))
    return {
        "channel": "telegram", "address": said, "language": "vi", "body": {"key": said, "list": [1, None]},
        "once": f"{said}:{number}", "created_at": AT, "due_at": here + timedelta(days=number),
        "expires_at": None if number % 2 else AT,
    }  # fmt: skip


def held(database: Database) -> list[Any]:
    with database.reading() as tx:
        columns = [column for column in OUTBOX.c if column.name != "id"]
        return [tuple(found) for found in tx.connection.execute(select(*columns).order_by(OUTBOX.c.id))]


def test_they_are_the_same_rows_in_the_same_order(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite takes rows as they are")
    rows = [row(number, said) for number, said in enumerate(WORDS)]
    with database.transaction() as tx:
        Inserting(OUTBOX).of(rows[0]).many(tx.connection, rows)
    one_by_one = held(database)
    with database.transaction() as tx:
        tx.connection.execute(OUTBOX.delete())
        assert RowsAsText(OUTBOX, NAMES).run(tx.connection, rows) == []
    assert held(database) == one_by_one
    assert len(one_by_one) == len(WORDS)


def test_what_is_there_already_is_left_and_not_returned(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite takes rows as they are")
    rows = [row(number, "x") for number in range(5)]
    once = RowsAsText(OUTBOX, NAMES, "ON CONFLICT DO NOTHING RETURNING once")
    with database.transaction() as tx:
        assert once.run(tx.connection, rows[:2]) == [("x:0",), ("x:1",)]
        assert once.run(tx.connection, rows) == [("x:2",), ("x:3",), ("x:4",)]


def test_among_names_numbers_none_and_many(database: Database) -> None:
    with database.transaction() as tx:
        for number in (1, 2, 3):
            values = {
                "kind": "k",
                "phase": "p",
                "offset": "o",
                "worker_id": number,
                "at": AT,
                "outcome": "silent",
            }
            tx.connection.execute(NOTE.insert().values(**values, reason=""))
        for numbers, found in (([], []), ([2], [2]), ([3, 1, 2**40], [1, 3])):
            rows = select(NOTE.c.worker_id).where(among(tx.connection, NOTE.c.worker_id, numbers))
            assert sorted(tx.connection.execute(rows).scalars()) == found
