"""What is not well is told once to the admins, and again only when it changes; a lost file is said so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import AsyncMock

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.alarms import Alarms
from bot.channels import NotSent, Rejected
from bot.fetching import TRIES, Fetching
from bot.health import POLL_AGE, Health, Pulse
from bot.ledger import Ledger
from handlers.messages import Reply
from storage.database import Database
from storage.vault import Vault
from tests.phone import Clock, Phone, house
from tests.test_transcripts import import_units


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(database: Database, clock: Clock) -> Iterator[Ledger]:
    opened = Ledger(database, house(), clock)
    yield opened
    opened.close()


@pytest.fixture
def admin(database: Database, clock: Clock) -> Phone:
    import_units(database, clock)
    phone = Phone(database, clock).joins()
    with database.transaction() as tx:
        root = tx.units.root()
        assert root is not None
        tx.roles.grant(1, "admin", root.id, clock())
    return phone


class Direct:
    """A delivery of which only what is said past the outbox is looked at."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def wake(self) -> None:
        pass

    async def say_at_once(self, where: tuple[str, str, str], reply: Reply) -> None:
        self.said.append((where[1], reply.notes[0].key if reply.notes else reply.key))


class TestAlarms:
    @pytest.fixture
    def messenger(self) -> Direct:
        return Direct()

    @pytest.fixture
    def pulse(self, clock: Clock) -> Pulse:
        return Pulse(lambda: clock().timestamp())

    @pytest.fixture
    def alarms(self, ledger: Ledger, pulse: Pulse, clock: Clock, messenger: Direct, tmp_path: Path) -> Alarms:
        health = Health(ledger, pulse, tmp_path, clock, polling=True)
        return Alarms(health, ledger, messenger, clock, ["-100777", "100"])  # type: ignore[arg-type]

    async def test_silence_is_told_once_and_its_end_too(
        self, admin: Phone, alarms: Alarms, pulse: Pulse, clock: Clock
    ) -> None:
        await alarms.look()
        assert admin.reads() == []
        clock.at += POLL_AGE + timedelta(seconds=1)
        await alarms.look()
        (alarm,) = admin.reads()
        assert "91 giây" in alarm.text
        clock.passes(minutes=5)
        await alarms.look()
        assert admin.reads() == []
        pulse.polled()
        await alarms.look()
        (well,) = admin.reads()
        assert "bình thường" in well.text

    async def test_a_worker_hears_no_alarm(
        self, admin: Phone, alarms: Alarms, database: Database, clock: Clock
    ) -> None:
        worker = Phone(database, clock, address="200", name="Hùng")
        worker.types("/start")
        worker.taps("Đồng ý")
        clock.at += POLL_AGE * 2
        await alarms.look()
        assert worker.reads() == []
        assert len(admin.reads()) == 1

    async def test_a_program_that_starts_again_does_not_tell_it_again(
        self, admin: Phone, alarms: Alarms, ledger: Ledger, clock: Clock, database: Database, tmp_path: Path
    ) -> None:
        bury(database, clock)
        await alarms.look()
        (told,) = admin.reads()
        assert "1 tin không xử lý được" in told.text
        health = Health(ledger, Pulse(lambda: 0.0), tmp_path, clock, polling=True)
        await Alarms(health, ledger, Direct(), clock).look()  # type: ignore[arg-type]
        assert admin.reads() == []

    async def test_dead_letters_are_told_again_when_there_are_twice_as_many(
        self, admin: Phone, alarms: Alarms, clock: Clock, database: Database
    ) -> None:
        told = []
        for _ in range(9):
            bury(database, clock)
            await alarms.look()
            told += [alarm.text.split()[2] for alarm in admin.reads()]
        assert told == ["1", "2", "4", "8"]

    async def test_the_configured_chats_are_told_too_and_nobody_twice(
        self, admin: Phone, alarms: Alarms, database: Database, clock: Clock
    ) -> None:
        bury(database, clock)
        await alarms.look()
        with database.reading() as tx:
            rows = tx.connection.execute(text("SELECT address, chat_id FROM outbox WHERE slot = 'alarm'"))
            assert sorted(rows.all()) == [("-100777", None), ("100", 1)]

    async def test_while_the_database_is_away_admins_are_told_past_it_once(
        self, admin: Phone, alarms: Alarms, messenger: Direct, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await alarms.look()
        away = AsyncMock(side_effect=OperationalError("", {}, psycopg.OperationalError("connection failed")))
        monkeypatch.setattr(ledger, "within", away)
        for _ in range(3):
            await alarms.look()
        assert sorted(messenger.said) == [("-100777", "alarm.database_away"), ("100", "alarm.database_away")]
        monkeypatch.undo()
        await alarms.look()
        (well,) = admin.reads()
        assert "bình thường" in well.text
        await alarms.look()
        assert admin.reads() == []


def bury(database: Database, clock: Clock) -> None:
    with database.transaction() as tx:
        tx.dead_letters.bury(("telegram", "1", "7"), "ValueError", "", clock())


class Deaf:
    """A messenger from which no file can be had."""

    name = "telegram"

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    async def fetch(self, reference: str, most: int) -> bytes:
        raise self.failure


class TestFiles:
    @pytest.fixture
    def phone(self, database: Database, clock: Clock) -> Phone:
        phone = Phone(database, clock).joins()
        phone.types("/sangkien")
        phone.sends("photo")
        return phone

    def fetching(self, ledger: Ledger, failure: Exception, folder: Path, clock: Clock) -> Fetching:
        return Fetching(ledger, {"telegram": Deaf(failure)}, folder, Vault(), clock, lambda: None)  # type: ignore[dict-item]

    async def test_a_file_that_can_never_be_had_is_said_so(
        self, phone: Phone, ledger: Ledger, tmp_path: Path, clock: Clock
    ) -> None:
        await self.fetching(ledger, Rejected("file is too big"), tmp_path, clock).once()
        (said,) = phone.reads()
        assert "tấm ảnh" in said.text

    async def test_a_file_that_cannot_be_had_now_is_tried_again_and_given_up_in_the_end(
        self, phone: Phone, ledger: Ledger, tmp_path: Path, clock: Clock
    ) -> None:
        fetching = self.fetching(ledger, NotSent("no connection"), tmp_path, clock)
        for _ in range(TRIES - 1):
            assert await fetching.once() == 1
            assert await fetching.once() == 0
            clock.passes(hours=2)
        assert phone.reads() == []
        await fetching.once()
        assert len(phone.reads()) == 1
