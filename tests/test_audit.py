"""The audit is only ever added to, and shows where somebody reached past the program."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from alembic.command import upgrade as migrate
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from storage.audit import GENESIS, Verdict
from storage.database import Database
from storage.models import metadata
from storage.upgrade import _scripts, upgrade_database

NOON = datetime(2023, 8, 15, 5, 0, tzinfo=UTC)
AUDIT = metadata.tables["audit"]


def add(database: Database, count: int = 1, *, first: int = 0) -> None:
    for number in range(first, first + count):
        with database.transaction() as tx:
            tx.audit.note(
                7, "submitted", f"SK-{number}", NOON, before="draft", after="submitted", why="by_phone"
            )


def verdict(database: Database, known: str = "") -> Verdict:
    with database.reading() as tx:
        return tx.audit.verify(known)


def past_the_guard(database: Database, *statements: str) -> None:
    """What somebody with the database in hand could do."""
    with database.transaction() as tx:
        if database.is_sqlite:
            kept = tx.connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'trigger'"))
            triggers = list(kept.scalars())
            tx.connection.execute(text("DROP TRIGGER audit_no_update"))
            tx.connection.execute(text("DROP TRIGGER audit_no_delete"))
        else:
            triggers = []
            tx.connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in (*statements, *triggers):
            tx.connection.exec_driver_sql(statement)


class TestAnEntry:
    @pytest.mark.parametrize("deed", ["UPDATE audit SET what = 'x'", "DELETE FROM audit"])
    def test_can_be_neither_changed_nor_deleted(self, database: Database, deed: str) -> None:
        add(database, 2)
        with pytest.raises(DBAPIError, match="only ever added to"), database.transaction() as tx:
            tx.connection.execute(text(deed))
        assert verdict(database).entries == 2

    def test_of_a_transaction_that_failed_was_never_there(self, database: Database) -> None:
        with pytest.raises(RuntimeError), database.transaction() as tx:
            tx.audit.note(1, "x", "y", NOON)
            raise RuntimeError
        assert verdict(database).entries == 0

    def test_of_a_savepoint_that_failed_is_left_out_of_the_chain(self, database: Database) -> None:
        with database.transaction() as tx:
            tx.audit.note(1, "before", "y", NOON)
            with pytest.raises(RuntimeError), tx.savepoint():
                tx.audit.note(1, "inside", "y", NOON)
                raise RuntimeError
            tx.audit.note(1, "behind", "y", NOON)
        with database.reading() as tx:
            assert [entry["what"] for entry in tx.audit.entries()] == ["before", "behind"]
            assert tx.audit.verify().fault == ""

    def test_keeps_a_key_as_the_reason_and_of_a_sentence_only_its_hash(self, database: Database) -> None:
        with database.transaction() as tx:
            tx.audit.note(1, "rejected", "SK-1", NOON, why="not_new")
            tx.audit.note(1, "rejected", "SK-1", NOON, why="Chị Lan đã nộp cái này rồi")
        with database.reading() as tx:
            first, second = (entry["why"] for entry in tx.audit.entries())
        assert first == "not_new"
        assert second.startswith("sha256:")
        assert "Lan" not in second


class TestTheChain:
    def test_of_untouched_entries_is_whole(self, database: Database) -> None:
        assert verdict(database) == Verdict(0, GENESIS)
        add(database, 3)
        found = verdict(database)
        assert (found.entries, found.fault, found.broken) == (3, "", None)
        assert found.head != GENESIS

    @pytest.mark.parametrize(
        ("statement", "broken"),
        [
            ("UPDATE audit SET actor_id = 8 WHERE subject = 'SK-2'", "SK-2"),
            ("UPDATE audit SET why = NULL WHERE subject = 'SK-1'", "SK-1"),
            ("UPDATE audit SET at = '2020-01-01 00:00:00' WHERE subject = 'SK-0'", "SK-0"),
            ("DELETE FROM audit WHERE subject = 'SK-1'", "SK-2"),
        ],
    )
    def test_names_the_first_entry_that_is_not_as_written(
        self, database: Database, statement: str, broken: str
    ) -> None:
        add(database, 4)
        past_the_guard(database, statement)
        found = verdict(database)
        with database.reading() as tx:
            number = tx.connection.execute(select(AUDIT.c.id).where(AUDIT.c.subject == broken)).scalar_one()
        assert (found.fault, found.broken) == ("changed", number)

    def test_shows_that_the_end_was_cut_off(self, database: Database) -> None:
        add(database, 4)
        past_the_guard(database, "DELETE FROM audit WHERE subject = 'SK-3'")
        assert verdict(database).fault == "cut"

    def test_shows_a_cut_even_after_more_was_written(self, database: Database) -> None:
        add(database, 4)
        past_the_guard(database, "DELETE FROM audit WHERE subject = 'SK-3'")
        add(database, 1, first=9)
        found = verdict(database)
        assert (found.fault, found.entries) == ("changed", 3)

    def test_that_was_written_anew_lacks_the_hash_somebody_noted_down(self, database: Database) -> None:
        add(database, 3)
        noted = verdict(database).head
        assert verdict(database, noted).seen
        past_the_guard(database, "DELETE FROM audit", "DELETE FROM setting WHERE name = 'audit_head'")
        add(database, 3, first=5)
        found = verdict(database, noted)
        assert (found.fault, found.seen) == ("", False)

    def test_without_its_guard_is_not_called_whole(self, database: Database) -> None:
        add(database)
        if not database.is_sqlite:
            pytest.skip("the tables of PostgreSQL are shared by the tests")
        with database.transaction() as tx:
            tx.connection.execute(text("DROP TRIGGER audit_no_delete"))
        assert verdict(database).fault == "unguarded"

    def test_has_no_fork_when_several_write_at_once(self, database: Database) -> None:
        add(database)
        workers = 1 if database.is_sqlite else 4  # SQLite has one writer, in one thread

        def some(batch: int) -> None:
            add(database, 5, first=batch * 5)

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(some, range(1, 5)))
        found = verdict(database)
        assert (found.fault, found.entries) == ("", 21)


def test_a_note_costs_little_of_an_answer(database: Database) -> None:
    with database.reading() as tx:
        started = time.process_time()
        for number in range(2_000):
            tx.audit.note(7, "submitted", f"SK-{number}", NOON, before="draft", after="submitted")
        spent = time.process_time() - started
    assert spent / 2_000 < 60e-6


def test_the_entries_of_an_older_database_are_chained_as_they_are(older: Database) -> None:
    entry = "INSERT INTO audit (at, actor_id, what, subject) VALUES (:at, 1, :what, 'worker:1')"
    with older.schema_connection() as connection:
        config = _scripts()
        config.attributes["connection"] = connection
        migrate(config, "0002")
        rows = [{"at": "2023-08-15 05:00:00", "what": what} for what in ("joined", "submitted")]
        connection.execute(text(entry), rows)
        connection.commit()
    upgrade_database(older)
    add(older)
    found = verdict(older)
    assert (found.fault, found.entries) == ("", 3)
