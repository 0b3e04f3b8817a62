"""The real program over HTTP: started, talked to, stopped, killed; as an operator and a worker meet it."""

from __future__ import annotations

import asyncio
import io
import signal
import socket
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.sandbox import Sandbox
from tests.kept import empty
from tests.live import SECRET, TOKEN, Program, joins, live, says, taps

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(TOKEN) as server:
        yield server
        assert server.violations == []


@pytest.fixture(params=["polling", "webhook", "postgresql"])
async def program(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Program]:
    url = ""
    if request.param == "postgresql":
        opened = request.getfixturevalue("postgres")
        empty(opened)
        url = opened.url.set(drivername="postgresql").render_as_string(hide_password=False)
    mode = request.param
    running = await live(tmp_path, sandbox, webhook=mode == "webhook", database=url, cold=mode == "polling")
    yield running
    if running.running is not None:
        await running.stops()
    assert "Traceback" not in running.log.read_text(encoding="utf-8")


async def test_a_worker_hands_in_an_initiative_and_it_is_exported(sandbox: Sandbox, program: Program) -> None:
    lan = sandbox.person("Lan", last_name="Nguyễn Thị")
    await joins(lan)
    for text in (
        "/sangkien",
        "Cuộn vải để dưới đất <b>&_*[`, mỗi ca hai người khiêng",
        "Đóng giá có bánh xe",
        "Mỗi ca bớt 40 phút",
        "4,98 tỷ đồng/năm",
        "25/2/2022",
    ):
        await says(lan, text)
    await taps(lan, "Giải pháp kỹ thuật")
    await says(lan, "Giá lăn cuộn vải")
    assert "SK-00001" in await taps(lan, "Nộp")
    (line,) = await program.exports()
    assert line["before"] == "Cuộn vải để dưới đất <b>&_*[`, mỗi ca hai người khiêng"
    assert line["benefit_vnd"] == 4_980_000_000
    assert (line["benefit_period"], line["benefit_in_money"]) == ("year", True)
    assert (line["applied_on"], line["applied_precision"]) == ("2022-02-25", "day")
    assert (line["author"], line["unit"], line["state"]) == ("Lan Nguyễn Thị", "T09-020", "submitted")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_what_was_answered_is_there_after_the_program_died(
    sandbox: Sandbox, program: Program, number: int
) -> None:
    lan = sandbox.person("Lan")
    await joins(lan)
    await says(lan, "/sangkien")
    await says(lan, "Cuộn vải để dưới đất, mỗi ca hai người khiêng")
    code = await program.stops(number)
    assert code == (0 if number == signal.SIGTERM else -signal.SIGKILL)
    await lan.types("Đóng giá có bánh xe để lăn")
    await program.runs()
    after = ""
    while "Kết quả" not in after:  # the message that was on its way may come a second time
        after = (await lan.answer(20))[-1]["text"]
    (line,) = await program.exports("--drafts")
    assert line["before"] == "Cuộn vải để dưới đất, mỗi ca hai người khiêng"
    assert line["after"] == "Đóng giá có bánh xe để lăn"


async def test_a_refused_token_ends_the_program_with_one_sentence(sandbox: Sandbox, tmp_path: Path) -> None:
    program = Program(tmp_path, sandbox.url)
    program.environment["SANGKIEN_TELEGRAM__TOKEN"] = "2000:WRONG"
    code, _, error = await program.does("run")
    assert code == 1
    assert "token" in error
    assert "2000:WRONG" not in error


async def test_photos_are_fetched_and_kept_by_their_content(sandbox: Sandbox, program: Program) -> None:
    lan = sandbox.person("Lan")
    await joins(lan)
    await says(lan, "/sangkien")
    await lan.sends("photo", b"\xff\xd8\xff" + b"anh" * 100, caption="Cuộn vải để dưới đất, hai người khiêng")
    await lan.answer()
    assert (await program.exports("--drafts"))[0]["before"] == "Cuộn vải để dưới đất, hai người khiêng"


class TestTrouble:
    """What an operator meets on a bad day."""

    async def test_it_stops_cleanly_while_the_database_is_locked(
        self, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        async with await live(tmp_path, sandbox) as program:
            lan = sandbox.person("Lan")
            await joins(lan)
            locker = sqlite3.connect(tmp_path / "sangkien.db", isolation_level=None)
            locker.execute("BEGIN IMMEDIATE")
            await lan.types("/sangkien")
            await asyncio.sleep(0.5)
            async with asyncio.timeout(10):
                assert await program.stops() == 0
            locker.close()

    async def test_what_came_while_the_database_was_locked_is_answered_after(
        self, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        async with await live(tmp_path, sandbox) as program:
            lan = sandbox.person("Lan")
            await joins(lan)
            locker = sqlite3.connect(tmp_path / "sangkien.db", isolation_level=None)
            locker.execute("BEGIN IMMEDIATE")
            await lan.types("/sangkien")
            await asyncio.sleep(2.5)
            locker.execute("ROLLBACK")
            locker.close()
            (asked,) = await lan.answer(20)
            assert "vướng ở đâu" in asked["text"]
            assert program.running is not None

    async def test_a_taken_port_is_named(self, sandbox: Sandbox, tmp_path: Path) -> None:
        program = Program(tmp_path, sandbox.url)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", program.port))
            taken.listen()
            code, _, error = await program.does("run")
        assert code == 1
        assert "[health] listen" in error

    async def test_drafts_of_other_units_stay_out_of_an_export(
        self, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        async with await live(tmp_path, sandbox) as program:
            lan = sandbox.person("Lan")
            await joins(lan)
            await says(lan, "/sangkien")
            await says(lan, "Cuộn vải để dưới đất, hai người khiêng")
            assert len(await program.exports("--drafts", "--unit", "T09")) == 1
            assert await program.exports("--drafts", "--unit", "T01") == []


class TestTheWebhook:
    """What stands open to the world takes nothing from anybody but Telegram."""

    @pytest.fixture
    async def open_to_the_world(self, sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Program]:
        running = await live(tmp_path, sandbox, units=False, webhook=True)
        await sandbox_called(sandbox, "setWebhook")
        yield running
        await running.stops()

    async def test_only_telegram_is_heard(self, open_to_the_world: Program) -> None:
        url = f"http://127.0.0.1:{open_to_the_world.port}/telegram"
        async with ClientSession() as session:
            for secret, body, status in (
                ("", b'{"update_id": 1}', 401),
                ("wrong", b'{"update_id": 1}', 401),
                ("wrong", b"x" * 3_000_000, 401),
                (SECRET, b"no json", 400),
                (SECRET, b"[]", 400),
                (SECRET, b'{"update_id": "1"}', 400),
                (SECRET, b"x" * 3_000_000, 413),
                (SECRET, b'{"update_id": 7, "message": "rubbish"}', 200),
                (SECRET, b'{"update_id": 8}', 200),
            ):
                headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
                async with session.post(url, data=io.BytesIO(body), headers=headers) as answer:
                    assert answer.status == status, (secret, body[:40])

    async def test_switching_to_polling_and_back_loses_nothing(
        self, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        lan = sandbox.person("Lan")
        texts = ["/sangkien", "Cuộn vải để dưới đất, hai người khiêng", "Đóng giá có bánh xe để lăn"]
        program = await live(tmp_path, sandbox, webhook=True)
        await joins(lan)
        for number, text in enumerate(texts):
            await program.stops()
            await lan.types(text)
            program = await live(tmp_path, sandbox, units=False, webhook=number % 2 == 1)
            await lan.answer(15)
        await program.stops()
        (line,) = await program.exports("--drafts")
        assert (line["before"], line["after"]) == (texts[1], texts[2])


async def test_it_says_it_is_well_and_offers_its_menu_in_both_languages(
    sandbox: Sandbox, program: Program
) -> None:
    await says(sandbox.person("Lan"), "/start")
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{program.port}/healthz") as answer:
        assert (answer.status, await answer.text()) == (200, "ok\n")
    told = {call.params.get("language_code") for call in sandbox.calls if call.method == "setMyCommands"}
    assert told == {None, "vi", "en"}


async def sandbox_called(sandbox: Sandbox, method: str) -> None:
    """Wait until the bot has called a method."""
    async with asyncio.timeout(15):
        while not any(call.method == method for call in sandbox.calls):  # noqa: ASYNC110 - it keeps no event
            await asyncio.sleep(0.02)
