"""The demonstration's time can be moved, and its bot follows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot import clock, demo
from bot.commands import opened
from bot.config import load
from bot.sandbox import Sandbox
from bot.unit_import import import_file
from handlers.codes import code_hash

START = datetime(2026, 3, 2, 3, tzinfo=UTC)


def test_without_a_demonstration_the_time_is_the_systems() -> None:
    assert not clock.movable()
    assert abs(clock.now() - clock.real()) < timedelta(seconds=5)


def test_the_bot_is_as_far_ahead_as_the_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.DEMO_FILE, str(tmp_path / "clock"))
    assert abs(clock.now() - clock.real()) < timedelta(seconds=5)
    (tmp_path / "clock").write_text("86400.0")
    assert timedelta(hours=23, minutes=59) < clock.now() - clock.real() < timedelta(hours=24, minutes=1)


async def test_the_clock_jumps_to_the_next_reminder_and_says_how_far(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(demo.configuration(tmp_path, "http://127.0.0.1:1", START), encoding="utf-8")
    heard: list[timedelta] = []
    async with Sandbox(clock=lambda: START) as sandbox, aiohttp.ClientSession() as session:
        sandbox.moved = heard.append
        url = f"{sandbox.url}/sandbox/clock"
        async with session.post(url, json={"to": "next_reminder"}) as answer:
            assert answer.status == 400
        sandbox.next_reminder = demo.coming(file)
        seen = [sandbox.now()]
        for _ in range(40):
            async with session.post(url, json={"to": "next_reminder"}) as answer:
                if answer.status != 200:
                    break
            seen.append(sandbox.now())
    assert seen == sorted(set(seen)) and heard[-1] == seen[-1] - START
    closes = START + timedelta(days=demo.CLOSES_IN)
    assert sum(closes - timedelta(days=8) < at < closes for at in seen) >= 4


def test_each_announced_code_opens_its_role(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(demo.configuration(tmp_path, "http://127.0.0.1:1", START), encoding="utf-8")
    database = opened(load(file, {"SANGKIEN_TELEGRAM__TOKEN": demo.TOKEN}))
    list(import_file(database, demo.UNITS, START, dry_run=False))
    codes = [line.rpartition(" ")[2] for line in demo.ways_in(file)]
    with database.reading() as tx:
        now = clock.now()
        found = [tx.invitations.open(code_hash(code), now, now.date()) for code in codes]
    database.close()
    assert [one and one.role for one in found] == ["lead", "officer", "admin"]
