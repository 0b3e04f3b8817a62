"""The alarm clock in the real program: it wakes by itself, and what was promised leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import clock
from bot.sandbox import Sandbox
from bot.schedule import JOBS
from tests.inside import Jumping, agrees, inside
from tests.live import TOKEN, says

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.timeout(120)]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(TOKEN) as server:
        yield server


async def test_a_worker_with_a_draft_hears_of_it_before_the_close_also_on_a_sunday(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.schedule.LOOK_SECONDS", 1)
    now = Jumping()
    async with inside(tmp_path, sandbox, now) as program:
        lan = sandbox.person("Lan")
        await agrees(lan)
        await says(lan, "/sangkien", 20)
        await says(lan, "Cuộn vải để dưới đất, mỗi ca hai người khiêng", 20)
        now.off = datetime(2090, 12, 31, 14, tzinfo=UTC) - clock.now()
        said = ""
        async with asyncio.timeout(30):
            while "⏰" not in said:
                said = (await lan.answer(30))[-1]["text"]
        assert "24:00 ngày 31/12/2090" in said and "Cuộn vải" in said
        # The question that was open comes after it, once, and what is typed then answers it.
        again = (await lan.answer(30))[-1]["text"]
        assert again.startswith("Bây giờ đã thay đổi thế nào") or "thay đổi" in again
        assert await lan.quiet(1.5) == []
        rows = program.rows("SELECT count(*) FROM outbox WHERE once LIKE 'before:%'")
    assert rows == [(1,)]


def test_no_tick_is_dropped_for_being_late_and_two_never_run_at_once() -> None:
    assert JOBS == {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
