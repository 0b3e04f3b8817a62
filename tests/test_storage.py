"""The database keeps what was committed, forgets what was not, and speaks of instants in one way."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from storage.columns import as_made
from storage.database import Database
from storage.models import Initiative, Unit, Worker, metadata
from storage.personal import OF_NOBODY, RULES
from storage.upgrade import NewerDatabase, newest_version, upgrade_database, version_of
from tests.nursery import NURSERY

NOON = datetime(2023, 8, 15, 12, 0, tzinfo=timezone(timedelta(hours=7)))


def add_worker(database: Database, name: str) -> int:
    with database.transaction() as tx:
        statement = insert(Worker).values(name=name, language="vi", created_at=NOON).returning(Worker.id)
        return tx.connection.execute(statement).scalar_one()


def test_the_migrations_make_exactly_the_tables_of_the_models(database: Database) -> None:
    with database.schema_connection() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), as_made(metadata))
        assert version_of(connection) == newest_version()
    assert difference == []


def test_an_instant_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    worker = add_worker(database, "Lan")
    with database.reading() as tx:
        created = tx.connection.execute(select(Worker.created_at).where(Worker.id == worker)).scalar_one()
    assert created == NOON
    assert created.utcoffset() == timedelta(0)


def test_an_instant_without_an_offset_is_refused(database: Database) -> None:
    with pytest.raises(StatementError), database.transaction() as tx:
        naive = datetime(2023, 8, 15)  # noqa: DTZ001 - the mistake under test
        tx.connection.execute(insert(Worker).values(name="Lan", language="vi", created_at=naive))


def test_leaving_with_an_error_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as tx:
        tx.connection.execute(insert(Worker).values(name="Lan", language="vi", created_at=NOON))
        raise RuntimeError
    with database.reading() as tx:
        assert tx.connection.execute(select(Worker.id)).all() == []


def test_a_reader_cannot_change_anything(database: Database) -> None:
    with database.reading() as tx:
        tx.connection.execute(insert(Worker).values(name="Lan", language="vi", created_at=NOON))
    with database.reading() as tx:
        assert tx.connection.execute(select(Worker.id)).all() == []


def test_a_savepoint_that_fails_undoes_only_itself(database: Database) -> None:
    with database.transaction() as tx:
        tx.connection.execute(insert(Worker).values(name="Lan", language="vi", created_at=NOON))
        with pytest.raises(IntegrityError), tx.savepoint():
            tx.connection.execute(insert(Worker).values(name="Hùng", language="xx", created_at=NOON))
    with database.reading() as tx:
        assert tx.connection.execute(select(Worker.name)).scalars().all() == ["Lan"]


def fields(**values: object) -> dict[str, object]:
    return values


def test_money_beyond_thirty_two_bits_is_kept_whole(database: Database) -> None:
    worker = add_worker(database, "Lan")
    amount = 33_000_000_000_000
    with database.transaction() as tx:
        unit = insert(Unit).values(code="T", name="T", level="province", created_at=NOON).returning(Unit.id)
        unit_id = tx.connection.execute(unit).scalar_one()
        row = fields(
            code="SK-1", unit_id=unit_id, author_id=worker, phase="gd1", state="submitted", sealed=False,
            title="t", kind="technical", effect="e", benefit_vnd=amount, benefit_in_money=True,
            applied_on=NOON.date(), applied_precision="day", place={}, created_at=NOON, submitted_at=NOON,
        )  # fmt: skip
        tx.connection.execute(insert(Initiative).values(row))
    with database.reading() as tx:
        assert tx.connection.execute(select(Initiative.benefit_vnd)).scalar_one() == amount
    with pytest.raises(IntegrityError), database.transaction() as tx:
        zero = {**row, "code": "SK-2", "benefit_vnd": 0, "benefit_in_money": False}
        tx.connection.execute(insert(Initiative).values(zero))


def test_sqlite_is_set_so_that_committed_means_on_the_disk(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.transaction() as tx:
        settings = {
            name: tx.connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    database.close()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_a_database_of_a_newer_program_is_left_alone(database: Database) -> None:
    with database.transaction() as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(NewerDatabase):
            upgrade_database(database)
    finally:
        with database.transaction() as tx:
            tx.connection.execute(
                text("UPDATE alembic_version SET version_num = :v"), {"v": newest_version()}
            )


def _upgrade(url: str) -> None:
    database = Database(url)
    upgrade_database(database)
    database.close()


def test_two_processes_that_start_together_upgrade_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'both.db'}"
    processes = [NURSERY.Process(target=_upgrade, args=(url,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]


def test_every_table_says_what_an_erasure_does_with_it() -> None:
    """A new table gets a line in storage/personal.py: what an erasure does there, and what is handed over."""
    named = {rule.table for rule in RULES}
    assert sorted(set(metadata.tables) - named - OF_NOBODY) == []
    assert sorted(named & OF_NOBODY) == []
    people = {"worker", "chat", "draft", "initiative", "attachment"}
    pointing = {
        table.name
        for table in metadata.tables.values()
        for column in table.c
        if (column.name.endswith(("worker_id", "_by", "address")) and not column.name.startswith("replaced"))
        or any(key.column.table.name in people for key in column.foreign_keys)
    }
    assert sorted(pointing - named) == []
