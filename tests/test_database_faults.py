"""A database that does not work: nothing is confirmed, and one sentence says the way out."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.config import load
from bot.database_faults import SENTENCES, sentence_on
from bot.ledger import Ledger
from bot.probing import database_lines, running_lines
from handlers.messages import Typed
from storage.database import Database
from storage.faults import WrongEncoding, fault_of, is_the_databases, passes
from storage.upgrade import NewerDatabase, newest_version, upgrade_database
from tests.live import LONG_PROGRAMME
from tests.phone import Clock, Phone, house
from tests.test_transcripts import import_units


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Path:
    shutil.copyfile(sqlite_template, tmp_path / "sangkien.db")
    return tmp_path / "sangkien.db"


@pytest.fixture
def opened(file: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{file}", patience=0.05)
    yield database
    database.close()


@pytest.fixture
def ledger(opened: Database) -> Iterator[Ledger]:
    running = Ledger(opened, house(), Clock())
    yield running
    running.close()


def locked(_: Database, file: Path) -> Callable[[], None]:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other.close


def read_only(opened: Database, _: Path) -> Callable[[], None]:
    return pragma(opened, "query_only=ON", "query_only=OFF")


def full(opened: Database, _: Path) -> Callable[[], None]:
    with opened.transaction() as tx:
        pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    return pragma(opened, f"max_page_count={pages}", "max_page_count=1000000")


def pragma(opened: Database, bad: str, good: str) -> Callable[[], None]:
    """A setting of the writer's one connection, and the way back."""

    def settle(setting: str) -> None:
        with opened.schema_connection() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute(f"PRAGMA {setting}").fetchall()

    settle(bad)
    return lambda: settle(good)


@pytest.mark.parametrize(("trouble", "name"), [(locked, "locked"), (read_only, "read_only"), (full, "full")])
async def test_a_batch_met_by_it_is_as_if_it_had_never_come(
    opened: Database, ledger: Ledger, file: Path, trouble: Any, name: str
) -> None:
    phone = Phone(opened, Clock()).joins()
    phone.types("/sangkien")
    # Longer than what is free on the pages there are.
    batch = [phone.event(Typed(f"Cuộn vải để dưới đất {number} " + "dài " * 2_000)) for number in range(3)]
    before = file_rows(opened)
    better = trouble(opened, file)
    for _ in range(2):
        with pytest.raises(SQLAlchemyError) as failed:
            await ledger.turn(batch)
        assert fault_of(failed.value) == name
        assert is_the_databases(failed.value)
    better()
    assert file_rows(opened) == before
    turned = await ledger.turn(batch)
    assert [outcome.repeated for outcome in turned.outcomes] == [False] * 3
    assert file_rows(opened)[0] == before[0] + 3
    assert file_rows(opened)[1] == 0


def file_rows(opened: Database) -> tuple[int, int, str]:
    with opened.reading() as tx:
        counts = "(SELECT count(*) FROM heard), (SELECT count(*) FROM dead_letter)"
        row = tx.connection.execute(text("SELECT " + counts + ", (SELECT place FROM draft)")).one()  # noqa: S608
    return (row[0], row[1], str(row[2]) if row[0] < 4 else "")


async def test_what_the_database_is_not_to_blame_for_costs_one_event(
    opened: Database, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A statement that no database could run would otherwise be tried for ever, and hold up everybody."""
    import bot.ledger

    listen = bot.ledger.listen

    def sabotaged(tx: Any, heard: Any, *more: Any) -> Any:
        if heard.what == Typed("hỏng"):
            tx.connection.exec_driver_sql("SELECT nothing of this is SQL")
        return listen(tx, heard, *more)

    monkeypatch.setattr(bot.ledger, "listen", sabotaged)
    phone = Phone(opened, Clock()).joins()
    await ledger.turn([phone.event(Typed("hỏng")), phone.event(Typed("/menu"))])
    assert file_rows(opened)[1] == 1


class TestOneSentence:
    def of_sqlite(self, file: Path, statement: str) -> str:
        database = Database(f"sqlite:///{file}", patience=0.05)
        try:
            upgrade_database(database)
            with database.transaction() as tx:
                tx.connection.execute(text(statement))
        except SQLAlchemyError as error:
            return fault_of(error)
        finally:
            database.close()
        return ""

    def test_for_each_fault_of_sqlite(self, tmp_path: Path, file: Path) -> None:
        assert self.of_sqlite(file, "SELECT * FROM nix") == "missing_table"
        (tmp_path / "text.db").write_bytes(b"this is a letter and no database" * 200)
        assert self.of_sqlite(tmp_path / "text.db", "SELECT 1") == "not_a_database"
        (tmp_path / "folder.db").mkdir()
        assert self.of_sqlite(tmp_path / "folder.db", "SELECT 1") == "cannot_open"
        damaged = tmp_path / "damaged.db"
        damaged.write_bytes(file.read_bytes()[:4096] + b"\xff" * (file.stat().st_size - 4096))
        assert self.of_sqlite(damaged, "SELECT * FROM unit") == "damaged"

    def test_for_each_fault_of_postgresql(self, postgres: Database) -> None:
        assert self.of_url(postgres, database="nix") == "no_such_database"
        assert self.of_url(postgres, username="nobody") == "refused"
        assert self.of_url(postgres, host="127.0.0.1", port=9, query={}) == "away"
        for statement, name in (
            ("SELECT * FROM nix", "missing_table"),
            ("SET TRANSACTION READ ONLY; DELETE FROM heard", "read_only"),
            ("SELECT 1/0", "other"),
        ):
            with pytest.raises(SQLAlchemyError) as failed, postgres.transaction() as tx:
                tx.connection.exec_driver_sql(statement)
            assert fault_of(failed.value) == name

    def of_url(self, postgres: Database, **other: Any) -> str:
        database = Database(postgres.url.set(**other).render_as_string(hide_password=False))
        with pytest.raises(SQLAlchemyError) as failed:
            upgrade_database(database)
        database.close()
        return fault_of(failed.value)

    @pytest.mark.parametrize(("state", "name"), [("53100", "full"), ("28P01", "refused"), ("57P01", "away"),
                                                 ("55P03", "locked"), ("53300", "too_many_connections"),
                                                 ("54000", "other"), ("23505", "other")])  # fmt: skip
    def test_by_the_state_that_postgresql_gives(self, state: str, name: str) -> None:
        assert fault_of(psycopg.errors.lookup(state)("said")) == name

    @pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
    def test_refuses_a_database_that_is_not_in_utf_8(self, postgres: Database, encoding: str) -> None:
        name = f"not_utf8_{encoding.lower()}"
        with postgres.schema_connection() as connection:
            bare = connection.execution_options(isolation_level="AUTOCOMMIT")
            bare.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
            bare.exec_driver_sql(
                f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
            )
        database = Database(postgres.url.set(database=name).render_as_string(hide_password=False))
        with pytest.raises(WrongEncoding) as refused:
            upgrade_database(database)
        database.close()
        assert "createdb -E UTF8" in sentence_on(refused.value)
        assert encoding in sentence_on(refused.value)
        assert not passes(refused.value)

    def test_is_there_for_every_name(self) -> None:
        for sentence in SENTENCES.values():
            assert ";" in sentence
        assert "nâng cấp" in sentence_on(NewerDatabase("9999"))
        assert "kiểm tra" in sentence_on(PermissionError(13, "Permission denied"))


class TestTheDoctor:
    def lines(self, folder: Path, unit: str = "ROOT", looked: Any = database_lines) -> list[tuple[str, bool]]:
        programme = LONG_PROGRAMME.replace('unit = "ROOT"', f'unit = "{unit}"')
        url = f'[database]\nurl = "sqlite:///{folder / "sangkien.db"}"\n'
        (folder / "config.toml").write_text(url + programme, "utf-8")
        return list(looked(load(folder / "config.toml", {}), Clock()()))

    def test_makes_no_database(self, tmp_path: Path) -> None:
        ((line, well),) = self.lines(tmp_path)
        assert ("chưa có" in line, well) == (True, False)
        assert not (tmp_path / "sangkien.db").exists()

    def test_migrates_nothing(self, tmp_path: Path, file: Path, opened: Database) -> None:
        with opened.transaction() as tx:
            tx.connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        ((line, well),) = self.lines(tmp_path)
        assert ("sangkien db upgrade" in line, well) == (True, False)
        with opened.reading() as tx:
            version = tx.connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        assert version == "0001" != newest_version()

    def test_writes_a_row_and_takes_it_back(self, tmp_path: Path, file: Path, opened: Database) -> None:
        import_units(opened, Clock())
        assert [well for _, well in self.lines(tmp_path)] == [True]
        with opened.reading() as tx:
            assert tx.heard.setting("doctor") is None
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("CREATE TRIGGER stop BEFORE INSERT ON setting BEGIN SELECT raise(ABORT, 'no'); END")
        other.close()
        assert [well for _, well in self.lines(tmp_path)] == [False]

    def test_names_a_target_of_a_unit_that_is_not_there(self, tmp_path: Path, opened: Database) -> None:
        import_units(opened, Clock())
        _, (line, well) = self.lines(tmp_path, unit="T99")
        assert ("T99" in line, "gd1" in line, well) == (True, True, False)

    def test_knows_of_the_running_bot_without_its_port(self, tmp_path: Path, opened: Database) -> None:
        ((line, well),) = self.lines(tmp_path, looked=running_lines)
        assert ("no_poll_seconds" in line, well) == (True, False)
        with opened.transaction() as tx:
            tx.heard.settle_setting("last_poll", Clock()().isoformat())
        assert self.lines(tmp_path, looked=running_lines) == [("bot đang chạy: ok", True)]
        with opened.transaction() as tx:
            tx.dead_letters.bury(("telegram", "1", "7"), "ValueError", "", Clock()())
        ((line, well),) = self.lines(tmp_path, looked=running_lines)
        assert ("dead-letters list" in line, well) == (True, False)


async def test_a_reader_that_waits_for_a_writer_on_postgresql_gives_up(postgres: Database) -> None:
    """A table that somebody holds locked is a locked database, not a bot that hangs."""
    impatient = Database(postgres.url.render_as_string(hide_password=False), patience=0.2)

    def write() -> None:
        with impatient.transaction() as tx:
            tx.heard.settle_setting("x", "y")

    with postgres.transaction() as tx:
        tx.connection.execute(text("LOCK TABLE setting IN ACCESS EXCLUSIVE MODE"))
        async with asyncio.timeout(10):
            with pytest.raises(SQLAlchemyError) as failed:
                await asyncio.to_thread(write)
    impatient.close()
    assert fault_of(failed.value) == "locked"
