"""The whole program over a close and its own absences: what counts, what is said late, what is skipped."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import clock
from bot.sandbox import Person, Sandbox
from storage.database import Database
from tests import live
from tests.inside import Inside, Jumping, inside, until
from tests.live import TOKEN, says, taps
from tests.phone import Clock
from tests.test_transcripts import import_units

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.timeout(120)]
CLOSES = datetime(2090, 12, 31, 17, tzinfo=UTC)  # 24:00 in Hà Nội, in the programme of `tests.live`
ANY_DAY = "[reminders]\nworking_days = false\n"
SECOND = timedelta(seconds=1)
ANSWERS = (
    "Cuộn vải để dưới đất, mỗi ca hai người khiêng",
    "Đóng giá có bánh xe để lăn cuộn vải. Một người đẩy được.",
    "Mỗi ca bớt 40 phút, không ai đau lưng",
    "4,98 tỷ đồng/năm",
    "25/2/2022",
)


@dataclass
class Life:
    """A sandbox and a program that live by one clock; the program comes and goes."""

    folder: Path
    sandbox: Sandbox
    now: Jumping

    def is_at(self, instant: datetime) -> None:
        self.now.off = instant - clock.now()

    @asynccontextmanager
    async def awake(self, instant: datetime) -> AsyncIterator[Inside]:
        """The program starts at an instant, and stops with the block."""
        self.is_at(instant)
        async with inside(self.folder, self.sandbox, self.now) as program:
            await until(lambda: self.value(program, "SELECT value FROM setting WHERE name = 'awake'") != "")
            yield program

    @staticmethod
    def value(program: Inside, statement: str) -> Any:
        try:
            rows = program.rows(statement)
        except Exception:  # the tables are not there yet
            return ""
        return rows[0][0] if rows else ""


@pytest.fixture
async def life(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Life]:
    monkeypatch.setattr(live, "LONG_PROGRAMME", live.LONG_PROGRAMME + ANY_DAY)
    monkeypatch.setattr("bot.schedule.LOOK_SECONDS", 0.3)
    now = Jumping()
    async with Sandbox(TOKEN, clock=now) as sandbox:
        made = Life(tmp_path, sandbox, now)
        made.is_at(CLOSES - timedelta(days=20))
        shutil.copyfile(sqlite_template, tmp_path / "sangkien.db")
        database = Database(f"sqlite:///{tmp_path / 'sangkien.db'}")
        import_units(database, Clock(now()))
        database.close()
        yield made


async def drafts(person: Person, count: int = 2) -> None:
    await live.joins(person)
    await says(person, "/sangkien")
    for answer in ANSWERS[:count]:
        await says(person, answer)


async def at_the_card(person: Person) -> None:
    """Everything is answered; only *Nộp* is left."""
    await drafts(person, len(ANSWERS))
    await taps(person, "kỹ thuật")
    await taps(person, "Dùng tên này")


async def reminded(person: Person) -> list[str]:
    """What the bot has said first, once it is silent."""
    said = [one.get("text", "") for one in await person.quiet(1.5)]
    return [text for text in said if text.startswith(("⏰", "🏁"))]


def noted(program: Inside) -> dict[str, tuple[str, str]]:
    """What became of each distance: outcome and reason, of the moment or of the one person here."""
    rows = program.rows(
        "SELECT \"offset\", outcome, reason FROM reminder_note WHERE kind = 'before' ORDER BY id"
    )
    return {str(offset): (str(outcome), str(reason)) for offset, outcome, reason in rows}


async def test_after_an_absence_what_is_still_of_use_is_said_late_and_the_rest_is_accounted_for(
    life: Life,
) -> None:
    lan = life.sandbox.person("Lan")
    async with life.awake(CLOSES - timedelta(days=20)):
        await drafts(lan)
        await lan.quiet()
    noon = timedelta(hours=12)
    async with life.awake(CLOSES - timedelta(days=13) + noon) as program:  # away over one distance
        (said,) = await reminded(lan)
        assert "còn 13 ngày" in said and noted(program)["14d"] == ("promised", "late")
    async with life.awake(CLOSES - timedelta(days=3) + noon) as program:  # over two: only the nearest is said
        (said,) = await reminded(lan)
        assert "còn 3 ngày" in said
        assert noted(program)["7d"] == ("skipped", "too_late") and noted(program)["3d"][0] == "promised"
    async with life.awake(CLOSES + timedelta(hours=9)) as program:  # over all that were left, and the close
        (said,) = await reminded(lan)
        assert "đã kết thúc" in said and "vẫn được giữ nguyên" in said and "nay hệ thống mới gửi" in said
        assert noted(program)["1d"] == noted(program)["3h"] == ("skipped", "too_late")
        assert program.rows("SELECT count(*) FROM initiative") == [(0,)]


async def test_at_the_close_what_was_sent_before_counts_and_what_was_changed_or_sent_after_does_not(
    life: Life,
) -> None:
    early, late, editing, tapping = (life.sandbox.person(name) for name in ("An", "Bình", "Chi", "Dung"))
    async with life.awake(CLOSES - timedelta(hours=2)):
        for person in (early, late, editing, tapping):
            await at_the_card(person)
        life.is_at(CLOSES - timedelta(minutes=40))
        word = await editing.types("khoan đã")
        await editing.answer(20)
        for person in (early, late, editing, tapping):
            await person.quiet()
    life.is_at(CLOSES - SECOND)  # the bot is away; what they do waits at the messenger
    await early.types("Nộp")
    await tapping.presses(None, "📤 Nộp")
    life.is_at(CLOSES)
    await late.types("Nộp")
    await editing.edits(word, "Nộp")
    async with life.awake(CLOSES + timedelta(minutes=40)) as program:
        for person in (early, late, editing, tapping):
            await person.answer(20)
            await person.quiet(1)
        rows = program.rows(
            "SELECT worker.name, initiative.interrupted FROM initiative"
            " JOIN worker ON worker.id = initiative.author_id ORDER BY worker.name"
        )
        assert [(name, bool(marked)) for name, marked in rows] == [("An", False), ("Dung", True)]
        assert len(program.rows("SELECT id FROM draft")) == 2
        assert "giữ nguyên" in " ".join(one.get("text", "") for one in late.screen()[-4:])


async def test_with_the_alarm_clock_off_a_phase_closes_all_the_same(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(_: object) -> None:
        import asyncio

        await asyncio.Event().wait()

    monkeypatch.setattr("bot.schedule.Schedule.run", nothing)
    first, second = life.sandbox.person("An"), life.sandbox.person("Bình")
    life.is_at(CLOSES - timedelta(hours=2))
    async with inside(life.folder, life.sandbox, life.now) as program:
        for person in (first, second):
            await at_the_card(person)
        life.is_at(CLOSES - 30 * SECOND)
        await taps(first, "📤 Nộp", 20)
        life.is_at(CLOSES)
        assert "giữ nguyên" in await taps(second, "📤 Nộp", 20) or "giữ nguyên" in str(second.screen()[-2:])
        assert program.rows("SELECT count(*) FROM initiative") == [(1,)]
        assert program.rows("SELECT count(*) FROM draft") == [(1,)]
