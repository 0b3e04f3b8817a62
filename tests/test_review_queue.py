"""The queue in the tables: an older database comes along, merged units, and parts that overlap."""

from __future__ import annotations

from alembic import command
from sqlalchemy import text

from storage.database import Database
from storage.review_queue import Desk
from storage.upgrade import _scripts, upgrade_database

UNIT = "INSERT INTO unit (id, code, name, level, created_at) VALUES (1, 'A', 'A', '', '2023-08-15 02:00:00')"
WORKER = (
    "INSERT INTO worker (id, name, language, consent, created_at)"
    " VALUES (1, 'A', 'vi', '2', '2023-08-15 02:00:00')"
)
SENT = (
    "INSERT INTO initiative (code, unit_id, author_id, phase, state, sealed, title, kind, effect,"
    " benefit_in_money, applied_on, applied_precision, place, created_at, submitted_at, waiting_since)"
    " VALUES (:code, 1, 1, 'gd2', 'submitted', :sealed, 't', 'technical', 'e',"
    " :sealed, '2023-01-01', 'day', '{}', '2023-08-15 02:00:00', '2023-08-15 02:00:00', :since)"
)


def test_what_waits_in_an_older_database_waits_in_the_same_order(older: Database) -> None:
    config = _scripts()
    with older.schema_connection() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0012")
        for statement in (UNIT, WORKER):
            connection.execute(text(statement))
        for code, since in (("SK-2", "2023-08-16 02:00:00"), ("SK-1", "2023-08-15 02:00:00")):
            connection.execute(text(SENT), {"code": code, "since": since, "sealed": False})
        connection.commit()
    upgrade_database(older)
    with older.reading() as tx:
        found = tx.review_queue.page(Desk(2, led=(1,)), 10)
        assert [item.code for item in found] == ["SK-1", "SK-2"]
        assert tx.review_queue.count(Desk(2, led=(1,))) == (2, found[0].waiting_since)
