"""Everything the program ever wrote: structured, and neither a secret nor a person's word in it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import signal
import sqlite3
import sys
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import ClientSession

from bot.logs import loop_trouble, settle_logs
from bot.sandbox import Person, Sandbox
from tests.live import SECRET, TOKEN, Program, free_port, says, taps

PASSWORD = "mat/khau-khong-ai-biet"
WORDS = "lời riêng của người gửi"
SURNAME = "Trần Thị Bí Danh"
CONTENT = "nội dung của tấm ảnh"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, at DEBUG, as `run` sets it up."""
    out, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, sys.unraisablehook
    monkeypatch.setattr(sys, "stderr", out)
    settle_logs([TOKEN, SECRET, PASSWORD], level="debug")
    yield out
    root.handlers[:], root.level = handlers, level
    sys.excepthook, sys.unraisablehook = hooks
    logging.captureWarnings(False)
    structlog.reset_defaults()


def raised() -> ValueError:
    try:
        try:
            raise KeyError(WORDS)
        except KeyError as cause:
            raise ValueError(f"{TOKEN} {WORDS}") from cause
    except ValueError as error:
        return error


class TestALine:
    def test_is_an_object_of_json_when_no_terminal_reads_it(self, written: io.StringIO) -> None:
        structlog.get_logger().warning("tried", reason="Mạng", tries=3)
        line = json.loads(written.getvalue())
        assert (line["event"], line["level"], line["reason"], line["tries"]) == (
            "tried",
            "warning",
            "Mạng",
            3,
        )
        assert re.match(r"\d{4}-\d\d-\d\dT.*Z", line["timestamp"])

    def test_hides_a_secret_however_it_is_written(self, written: io.StringIO) -> None:
        for shown in (TOKEN, SECRET, PASSWORD, "mat%2Fkhau-khong-ai-biet", "123456789:AAE-another_token"):
            structlog.get_logger().error("tried", address=f"http://x/{shown}/y")
        said = written.getvalue()
        assert said.count("***") == 5
        assert "khau" not in said

    @pytest.mark.parametrize("way", ["library", "loop", "hook", "unraisable"])
    def test_of_an_error_has_its_kind_and_places_and_not_its_words(
        self, written: io.StringIO, way: str
    ) -> None:
        error = raised()
        if way == "library":
            logging.getLogger("aiohttp.server").error("Error with %s", WORDS, exc_info=error)
        elif way == "loop":
            loop = asyncio.new_event_loop()
            loop_trouble(loop, {"message": "Task exception was never retrieved", "exception": error})
            loop.close()
        elif way == "hook":
            sys.excepthook(ValueError, error, error.__traceback__)
        else:
            sys.unraisablehook(type("Args", (), {"exc_value": error})())  # type: ignore[arg-type]
        line = written.getvalue()
        json.loads(line)
        assert "ValueError ← KeyError" in line
        assert "test_logs.py" in line
        assert WORDS not in line
        assert TOKEN not in line

    def test_of_a_library_at_debug_is_not_written(self, written: io.StringIO) -> None:
        for name in ("telegram.Bot", "aiohttp.client", "sqlalchemy.engine", "psycopg", "asyncio"):
            logging.getLogger(name).debug("calling with %s", WORDS)
        assert written.getvalue() == ""

    @pytest.mark.filterwarnings("always")
    def test_of_a_warning_is_structured_too(self, written: io.StringIO) -> None:
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        assert json.loads(written.getvalue())["level"] == "warning"


class Troubled(Program):
    """The real program with handlers and a disk that fail on order, telling everything it can."""

    def __init__(self, folder: Path, api_url: str, *, webhook: bool) -> None:
        super().__init__(folder, api_url, webhook=webhook)
        self.config.write_text(
            self.config.read_text("utf-8") + '\n[logs]\nlevel = "debug"\n', encoding="utf-8"
        )

    async def runs(self) -> None:
        with self.log.open("ab") as log:
            self.running = await asyncio.create_subprocess_exec(
                sys.executable, "-X", "dev", "-m", "tests.saboteur", "run", "--config", str(self.config),
                env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(TOKEN) as server:
        yield server


async def heard(sandbox: Sandbox, name: str, *texts: str) -> Person:
    """A person agrees, and says this; every text is answered."""
    person = sandbox.person(name, last_name=SURNAME, username=f"bi_danh_{name.lower()}")
    await says(person, "/start", 30)
    await taps(person, "Đồng ý", 30)
    for text in texts:
        await says(person, text, 30)
    return person


async def every_trouble(sandbox: Sandbox, program: Program) -> None:
    sandbox.faults.add("rubbish")
    lan = await heard(
        sandbox, "Lan", f"hỏng {WORDS}", "/sangkien", f"{WORDS} và nhiều chữ nữa", f"chết {WORDS}"
    )
    for fault in ("reset", "status", "accept_then_reset"):
        sandbox.faults.add(fault, "sendMessage")
        await lan.types(WORDS)
    async with asyncio.timeout(30):
        while sandbox.faults.coming:  # noqa: ASYNC110 - none of them is meant for the next person
            await asyncio.sleep(0.02)
    sandbox.faults.add("status", "getUpdates", code=500)
    await heard(sandbox, "Hung", "/sangkien")
    locker = sqlite3.connect(program.folder / "sangkien.db", isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    await lan.types(f"/menu {WORDS}")
    await asyncio.sleep(2)
    locker.execute("ROLLBACK")
    locker.close()


@pytest.mark.timeout(180)
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_nothing_it_ever_wrote_holds_a_secret_or_a_persons_word(
    sandbox: Sandbox, tmp_path: Path, webhook: bool
) -> None:
    async with Troubled(tmp_path, sandbox.url, webhook=webhook) as program:
        await program.runs()
        await program.logs("running")
        await every_trouble(sandbox, program)
        an = await heard(sandbox, "An", "/sangkien")
        await an.sends("photo", b"\xff\xd8\xff" + CONTENT.encode(), caption=f"{WORDS} và nhiều chữ nữa")
        await an.answer(30)
        if webhook:
            await called(program)
        else:
            async with (
                ClientSession() as session,
                session.post(f"{sandbox.url}/bot{TOKEN}/getUpdates") as other,
            ):
                await other.read()
        await asyncio.sleep(1)
        sandbox.token = "2000:OTHER"
        await an.types(WORDS)
        assert program.running is not None
        async with asyncio.timeout(40):
            if not webhook:
                assert await program.running.wait() == 1
        await program.stops(signal.SIGTERM)
        commands = [] if webhook else [await program.does("dead-letters", "show", "1")]
        said = program.log.read_text("utf-8") + str(commands)
    assert_silent(said)
    assert_complete(program.log.read_text("utf-8"), webhook=webhook)


async def called(program: Program) -> None:
    """What a stranger, and Telegram on a bad day, send to the webhook."""
    url = f"http://127.0.0.1:{program.port}/telegram"
    async with ClientSession() as session:
        for secret, body in (("sai-" + SECRET, WORDS), (SECRET, WORDS), (SECRET, f'["{WORDS}"]')):
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
            async with session.post(url, data=body.encode(), headers=headers) as answer:
                assert answer.status in (400, 401)


def assert_silent(said: str) -> None:
    for hidden in (TOKEN, "SANDBOX", "2000:OTHER", SECRET, WORDS, SURNAME, "bi_danh_", CONTENT):
        assert hidden not in said, hidden
        assert json.dumps(hidden)[1:-1] not in said, hidden
        assert str(hidden.encode())[2:-1] not in said, hidden
    assert "Traceback" not in said


def assert_complete(log: str, *, webhook: bool) -> None:
    """The troubles were really met, and each line but the last sentence is an object of JSON."""
    events: list[dict[str, Any]] = []
    for line in log.splitlines():
        if line.startswith("{"):
            events.append(json.loads(line))
        else:
            assert line.startswith("Telegram từ chối token"), line
    names = {event["event"] for event in events}
    assert {"running", "update_unreadable", "send_failed", "file_waits"} <= names
    assert names & {"intake_failed", "webhook_not_confirmed", "outbox_away"}
    assert ("webhook_wrong_secret" in names) == webhook
    assert "OSError ENOSPC" in {event.get("reason") for event in events}
    assert "locked" in {event.get("reason") for event in events}


async def test_a_password_in_the_address_of_a_database_is_never_written(tmp_path: Path) -> None:
    url = f"postgresql://lan:{PASSWORD.replace('/', '%2F')}@127.0.0.1:{free_port()}/sangkien"
    program = Program(tmp_path, database=url)
    async with program:
        await program.runs()
        async with asyncio.timeout(30):
            while "database_away" not in program.log.read_text("utf-8"):  # noqa: ASYNC110 - a file
                await asyncio.sleep(0.1)
        assert await program.stops() == 0
    said = program.log.read_text("utf-8") + str(
        [await program.does("doctor"), await program.does("db", "upgrade")]
    )
    assert "khong-ai-biet" not in said
    assert "không nối được tới máy chủ cơ sở dữ liệu" in said
