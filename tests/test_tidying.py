"""What has served its purpose goes in time, and the law's dates are kept without anybody's hand."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from typer.testing import CliRunner

from bot.cli import app
from handlers.tidying import Keeping, Tidied, tidy
from storage.database import Database
from storage.models import metadata
from storage.upgrade import upgrade_database
from tests.phone import Clock, Phone

TABLES = metadata.tables
KEEPING = Keeping(timedelta(days=90), timedelta(days=30), timedelta(days=90), timedelta(days=365))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def phone(database: Database, clock: Clock) -> Phone:
    return Phone(database, clock).joins()


def tidied(phone: Phone, keeping: Keeping = KEEPING) -> Tidied:
    with phone.database.transaction() as tx:
        return tidy(tx, keeping, phone.house, phone.clock())


def count(phone: Phone, table: str) -> int:
    with phone.database.reading() as tx:
        return len(tx.connection.execute(select(TABLES[table])).all())


class TestWithdrawals:
    def test_are_finished_before_the_laws_date(self, phone: Phone, clock: Clock) -> None:
        phone.types("/dulieu rut")
        clock.passes(days=13)
        assert tidied(phone).erased == 0
        clock.passes(days=2)
        assert tidied(phone).erased == 1
        assert count(phone, "chat") == 0
        with phone.database.reading() as tx:
            (request,) = tx.privacy_requests.all()
        assert request.done_at is not None
        assert request.done_at < request.finish_by

    def test_that_were_taken_back_erase_nobody(self, phone: Phone, clock: Clock) -> None:
        phone.types("/dulieu rut")
        phone.taps("Đồng ý lại")
        clock.passes(days=20)
        assert tidied(phone).erased == 0
        assert count(phone, "chat") == 1


class TestDrafts:
    def test_are_dropped_only_after_a_warning(self, phone: Phone, clock: Clock) -> None:
        phone.types("/sangkien")
        phone.types("Cuộn vải để dưới đất, mỗi ca hai người khiêng")
        clock.passes(days=352)
        assert tidied(phone).warned == 1
        assert "đã lâu không đụng tới" in phone.reads()[-1].text
        clock.passes(days=13)
        assert (tidied(phone).warned, tidied(phone).drafts) == (0, 0)
        clock.passes(days=2)
        assert tidied(phone).drafts == 1
        assert count(phone, "draft") == 0

    def test_that_are_touched_after_the_warning_stay(self, phone: Phone, clock: Clock) -> None:
        phone.types("/sangkien")
        phone.types("Cuộn vải để dưới đất, mỗi ca hai người khiêng")
        clock.passes(days=352)
        tidied(phone)
        phone.types("Đóng giá có bánh xe để lăn cuộn vải")
        clock.passes(days=20)
        assert tidied(phone).drafts == 0
        assert count(phone, "draft") == 1

    def test_are_kept_for_ever_when_so_configured(self, phone: Phone, clock: Clock) -> None:
        phone.types("/sangkien")
        clock.passes(days=5_000)
        keeping = Keeping(KEEPING.messages, KEEPING.heard, KEEPING.dead_letters, None)
        assert (tidied(phone, keeping).warned, count(phone, "draft")) == (0, 1)


def test_settled_messages_and_numbers_of_events_go_and_the_audit_stays(phone: Phone, clock: Clock) -> None:
    entries = count(phone, "audit")
    phone.types("/menu")
    with phone.database.transaction() as tx:
        waiting = select(TABLES["outbox"].c.id).order_by(TABLES["outbox"].c.id.desc()).limit(1)
        kept = tx.connection.execute(waiting).scalar_one()
        tx.connection.execute(
            update(TABLES["outbox"]).where(TABLES["outbox"].c.id == kept).values(state="waiting")
        )
    clock.passes(days=91)
    done = tidied(phone)
    assert done.messages >= 2
    assert done.heard >= 3
    assert (count(phone, "outbox"), count(phone, "heard")) == (1, 0)
    assert count(phone, "audit") == entries
    assert tidied(phone) == Tidied()


class TestTheCommands:
    @pytest.fixture
    def config(self, tmp_path: Path) -> Path:
        file = tmp_path / "config.toml"
        example = Path("config.example.toml").read_text("utf-8")
        file.write_text(example.replace("data/sangkien.db", "here.db"), "utf-8")
        database = Database(f"sqlite:///{tmp_path / 'here.db'}")
        upgrade_database(database)
        phone = Phone(database, Clock()).joins()
        phone.types("/dulieu rut")
        database.close()
        return file

    def run(self, config: Path, *words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, [*words, "--config", str(config)])
        return done.exit_code, done.output

    def test_verify_the_audit_and_say_where_it_breaks(self, config: Path) -> None:
        code, said = self.run(config, "audit", "verify")
        ok, entries, head = said.split()
        assert (code, ok, int(entries) > 0) == (0, "ok", True)
        assert self.run(config, "audit", "verify", "--head", head)[0] == 0
        assert self.run(config, "audit", "verify", "--head", "0" * 63 + "1")[0] == 1
        database = Database(f"sqlite:///{config.parent / 'here.db'}")
        with database.transaction() as tx:
            tx.connection.execute(text("DROP TRIGGER audit_no_update"))
            tx.connection.execute(text("UPDATE audit SET actor_id = 9 WHERE id = 2"))
        database.close()
        code, said = self.run(config, "audit", "verify")
        assert (code, "dòng 2" in said) == (1, True)

    def test_export_the_audit(self, config: Path) -> None:
        code, said = self.run(config, "audit", "export")
        lines = [json.loads(line) for line in said.splitlines()]
        assert (code, lines[0]["what"], lines[0]["at"].endswith("Z")) == (0, "consent", True)
        code, said = self.run(config, "audit", "export", "--format", "csv")
        assert said.splitlines()[0].startswith("id,at,actor_id,what")
        assert len(said.splitlines()) == len(lines) + 1
        assert self.run(config, "audit", "export", "--format", "xml")[0] == 2

    def test_list_requests_and_tidy(self, config: Path) -> None:
        code, said = self.run(config, "privacy", "list")
        assert (code, said.split("\t")[1]) == (0, "withdraw")
        code, said = self.run(config, "tidy")
        assert (code, "erased 1" in said) == (0, True)
        assert self.run(config, "privacy", "list")[1] == ""
        code, said = self.run(config, "privacy", "list", "--all", "--json")
        assert json.loads(said)["done_at"] is not None
