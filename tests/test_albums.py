"""What an app sends in several messages is one answer: late, in a row, cut in two by a crash."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.sandbox import Person, Sandbox
from handlers.listening import listen
from handlers.messages import Attached, File, Typed, What
from storage.database import Database
from storage.models import metadata
from tests.live import TOKEN, joins, live, says
from tests.phone import Clock, Phone

DRAFTS = metadata.tables["draft"]
PHOTO = b"\xff\xd8\xff" + b"anh" * 50


def answers(database: Database) -> dict[str, object]:
    """The answers of the newest draft."""
    with database.reading() as tx:
        place = tx.connection.execute(select(DRAFTS.c.place).order_by(DRAFTS.c.id.desc())).scalars().first()
    return {key: answer["value"] for key, answer in place["answers"].items()}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def phone(database: Database, clock: Clock) -> Phone:
    return Phone(database, clock).joins()


class TestStragglers:
    def test_a_photo_that_comes_seconds_late_joins_its_album(
        self, phone: Phone, database: Database, clock: Clock
    ) -> None:
        phone.types("/sangkien")
        phone.sends("photo", album="a", caption="Cuộn vải để dưới đất, hai người khiêng")
        phone.sends("photo", album="a")
        clock.passes(seconds=5)
        (said,) = phone.sends("photo", album="a", caption="Ảnh chụp ca đêm")
        kept = answers(database)
        assert kept["before"] == "Cuộn vải để dưới đất, hai người khiêng\nẢnh chụp ca đêm"
        assert len(kept["files"]) == 3  # type: ignore[arg-type]
        assert "thay đổi điều gì" in said.text

    def test_two_albums_in_a_row_stay_apart_even_when_their_photos_mix(
        self, phone: Phone, database: Database, clock: Clock
    ) -> None:
        phone.types("/sangkien")
        phone.sends("photo", album="a", caption="Cuộn vải để dưới đất, hai người khiêng")
        phone.sends("photo", album="b", caption="Đóng giá có bánh xe để lăn")
        clock.passes(seconds=4)
        phone.sends("photo", album="a", caption="Kho phía sau")
        phone.sends("photo", album="b", caption="Giá thứ hai")
        kept = answers(database)
        assert kept["before"] == "Cuộn vải để dưới đất, hai người khiêng\nKho phía sau"
        assert kept["after"] == "Đóng giá có bánh xe để lăn\nGiá thứ hai"
        assert len(kept["files"]) == 4  # type: ignore[arg-type]
        assert "effect" not in kept

    def test_a_second_caption_does_not_spoil_an_amount(self, phone: Phone, database: Database) -> None:
        phone.types("/sangkien")
        for text in ("Cuộn vải để dưới đất, hai người khiêng", "Đóng giá có bánh xe", "Bớt 40 phút"):
            phone.types(text)
        phone.sends("photo", album="a", caption="15 triệu đồng mỗi tháng")
        (said,) = phone.sends("photo", album="a", caption="Ảnh hoá đơn")
        assert answers(database)["benefit"] == {"vnd": 15_000_000, "period": "month"}
        assert "áp dụng từ ngày nào" in said.text

    def test_pieces_that_were_sent_together_join_however_late_we_hear_of_them(
        self, phone: Phone, database: Database, clock: Clock
    ) -> None:
        phone.types("/sangkien")
        sent_at = clock()
        for text in ("a" * 4_096, "b" * 4_096, "c" * 90):
            event = replace(phone.event(Typed(text), str(next(phone.messages))), sent_at=sent_at)
            clock.passes(minutes=3)
            with database.transaction() as tx:
                listen(tx, event, phone.house, clock())
        assert answers(database)["before"] == "a" * 4_096 + "b" * 4_096 + "c" * 90


@pytest.mark.parametrize(
    "deeds",
    [
        [Attached(File("photo", f"f{n}", f"u{n}"), "album") for n in range(3)],
        [Typed("x" * 4_096), Typed("y" * 4_096)],
    ],
    ids=["album", "long text"],
)
def test_with_nothing_open_one_deed_is_answered_once(
    phone: Phone, database: Database, clock: Clock, deeds: list[What]
) -> None:
    for deed in deeds:
        with database.transaction() as tx:
            listen(tx, phone.event(deed, str(next(phone.messages))), phone.house, clock())
    assert len(phone.reads()) == 1


class TestKilled:
    """The program dies while the parts of one answer are coming in."""

    async def comes_in(self, person: Person, sandbox: Sandbox, kind: str) -> None:
        if kind == "album":
            photos = [PHOTO + bytes([number]) for number in range(9)]
            await person.sends("photo", *photos, caption="Cuộn vải để dưới đất, hai người khiêng")
        else:
            await person.types("Máy chạy ồn và nóng. " * 900)

    @pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
    @pytest.mark.parametrize("kind", ["album", "long text"])
    async def test_one_answer_comes_of_it_all_the_same(
        self, tmp_path: Path, kind: str, webhook: bool
    ) -> None:
        async with (
            Sandbox(TOKEN) as sandbox,
            await live(tmp_path, sandbox, webhook=webhook) as program,
        ):
            lan = sandbox.person("Lan")
            await joins(lan)
            await says(lan, "/sangkien")
            await counted(
                tmp_path / "sangkien.db", UNSETTLED, 0
            )  # what is killed is the answer, not the question
            # The webhook brings some parts late, so that the kill falls between them.
            sandbox.faults.add("reorder", times=9, seconds=0.1)
            await self.comes_in(lan, sandbox, kind)
            await asyncio.sleep(0.15)
            await program.stops(signal.SIGKILL)
            await program.runs()
            said = [one["text"] for one in await lan.answer(60)]
            said += [one["text"] for one in await lan.quiet(2.5)]
            await counted(tmp_path / "sangkien.db", FETCHED, 9 if kind == "album" else 0)
            (line,) = await program.exports("--drafts")
            assert await program.stops() == 0
        assert len(said) == 1, said
        assert "thay đổi điều gì" in said[0]
        if kind == "album":
            assert line["before"] == "Cuộn vải để dưới đất, hai người khiêng"
            assert len(line["files"]) == 9  # type: ignore[arg-type]
        else:
            assert line["before"] == ("Máy chạy ồn và nóng. " * 900).strip()


FETCHED = "SELECT count(*) FROM attachment WHERE state = 'stored' AND sha256 IS NOT NULL"
UNSETTLED = "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'claimed')"


async def counted(file: Path, query: str, count: int) -> None:
    """Wait until there are so many: files that are ours, messages on their way."""
    async with asyncio.timeout(30):
        while True:
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
                (found,) = database.execute(query).fetchone()
            if found == count:
                return
            await asyncio.sleep(0.1)
