"""What waits is found by indexes that hold nothing else, also in a database that is older than they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import inspect, text

from storage.database import Database
from storage.upgrade import _scripts, upgrade_database

NOON = datetime(2023, 8, 15, 5, tzinfo=UTC)
ROW = (
    "INSERT INTO outbox (id, channel, address, language, body, slot, state, priority, created_at, due_at,"
    " tries, parts_sent) VALUES (:id, 'telegram', :address, 'vi', '{\"key\": \"menu\"}', :slot, :state, 0,"
    " '2023-08-15 04:00:00.000000', '2023-08-15 04:00:00.000000', 0, 0)"
)
ROWS = (
    (1, "7", None, "sent"),
    (2, "7", "card", "waiting"),
    (3, "7", None, "waiting"),
    (4, "8", None, "claimed"),
    (5, "8", None, "waiting"),
    (6, "9", None, "superseded"),
)


def test_messages_from_before_the_indexes_leave_in_their_order(older: Database) -> None:
    config = _scripts()
    with older.schema_connection() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0021")
        for number, address, slot, state in ROWS:
            given = {"id": number, "address": address, "slot": slot, "state": state}
            connection.execute(text(ROW), given)
        connection.commit()
    upgrade_database(older)
    with older.transaction() as tx:
        names = {index["name"] for index in inspect(tx.connection).get_indexes("outbox")}
        assert {"ix_outbox_unsettled", "ix_outbox_waiting"} <= names
        assert not names & {"ix_outbox_open", "ix_outbox_turn"}
        assert tx.outbox.open_count() == 4
        # The first of one person; the other's is being sent already.
        assert [one.id for one in tx.outbox.claim(9, NOON, NOON + timedelta(minutes=1))] == [2]
        tx.outbox.release(NOON)
        tx.outbox.supersede("telegram", "7", ["card"])
        assert [one.id for one in tx.outbox.claim(9, NOON, NOON + timedelta(minutes=1))] == [3, 4]


def test_no_look_at_what_waits_reads_what_was_said(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL plans by what the tables hold")
    said: list[str] = []
    with database.transaction() as tx:
        raw: Any = tx.connection.connection.dbapi_connection
        raw.set_trace_callback(said.append)
        tx.outbox.claim(9, NOON, NOON + timedelta(minutes=1))
        tx.outbox.expire(NOON)
        tx.outbox.next_due(NOON)
        tx.outbox.oldest_open()
        tx.outbox.open_count()
        tx.outbox.give_up("telegram", "7")
        tx.outbox.release(NOON)
        tx.people.behind("telegram", "7")
        raw.set_trace_callback(None)
        asked = [statement for statement in said if "outbox" in statement]
        plans = [row[3] for one in asked for row in raw.execute(f"EXPLAIN QUERY PLAN {one}").fetchall()]
    reads = [plan for plan in plans if plan.startswith(("SCAN", "SEARCH"))]
    assert len(asked) >= 9 and len(reads) >= 9, reads
    of_messages = [plan for plan in reads if "outbox" in plan or "earlier" in plan]
    assert [one for one in of_messages if "ix_outbox" not in one and "PRIMARY KEY" not in one] == []
    assert any("earlier" in plan and "ix_outbox_unsettled" in plan for plan in reads)
