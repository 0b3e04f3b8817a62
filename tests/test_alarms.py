"""What is not well is told once to the admins, and again only when it changes; a lost file is said so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.alarms import Alarms
from bot.channels import NotSent, Rejected
from bot.fetching import TRIES, Fetching
from bot.health import POLL_AGE, Health, Pulse
from bot.ledger import Ledger
from storage.database import Database
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


class TestAlarms:
    @pytest.fixture
    def pulse(self, clock: Clock) -> Pulse:
        return Pulse(clock)

    @pytest.fixture
    def alarms(self, ledger: Ledger, pulse: Pulse, clock: Clock, tmp_path: Path) -> Alarms:
        health = Health(ledger, pulse, tmp_path, clock, polling=True)
        return Alarms(health, ledger, lambda: None, clock)

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
        return Fetching(ledger, {"telegram": Deaf(failure)}, folder, clock, lambda: None)  # type: ignore[dict-item]

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
