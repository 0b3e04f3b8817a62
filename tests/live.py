"""The real program as its own process, against a sandbox over HTTP: as an operator runs it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sys
from contextlib import suppress
from functools import lru_cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from bot import clock
from bot.sandbox import Person, Sandbox
from bot.unit_import import import_file
from storage.database import Database
from storage.upgrade import upgrade_database
from tests.kept import filled
from tests.nursery import Born, begin, done

TOKEN = "1000:SANDBOX"
UNITS = Path(__file__).parent / "data" / "units.csv"
LONG_PROGRAMME = """
[programme]
name = "01 triệu sáng kiến"
time_zone = "Asia/Ho_Chi_Minh"
contact = "Công đoàn cơ sở"
[[programme.phase]]
code = "gd1"
name = "Giai đoạn 1"
opens = "0 giờ 00 ngày 01/9/2021"
closes = "24 giờ 00 ngày 31/12/2090"
applied_from = "01/9/2021"
applied_to = "31/12/2090"
[[programme.phase.target]]
measure = "initiatives"
count = 20000
unit = "ROOT"
"""


SECRET = "mot-chuoi-khong-ai-doan-ra"


PORTS = 2_000  # of each process that tests, below those the system gives to calls that go out
_ports = count(random.randrange(PORTS))


def free_port() -> int:
    """A port nobody listens at, or will: processes of the tests share none, and here each comes once."""
    first = 10_000 + PORTS * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    while True:
        port = first + next(_ports) % PORTS
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Program:
    """`sangkien` with a configuration of its own, in a folder of its own.

    `cold` starts it as an operator does, from nothing but its files.
    """

    def __init__(
        self,
        folder: Path,
        api_url: str = "http://127.0.0.1:9",
        *,
        database: str = "",
        webhook: bool = False,
        cold: bool = False,
    ) -> None:
        self.folder, self.cold = folder, cold
        self.config = folder / "config.toml"
        url = database or f"sqlite:///{folder / 'sangkien.db'}"
        self.port = free_port()
        mode = ""
        if webhook:
            mode = (
                'mode = "webhook"\n[telegram.webhook]\n'
                f'url = "http://127.0.0.1:{self.port}/telegram"\nlisten = "127.0.0.1:{self.port}"\n'
                f'secret = "{SECRET}"\n'
            )
        else:
            mode = f'[health]\nlisten = "127.0.0.1:{self.port}"\n'
        self.config.write_text(
            f'[telegram]\napi_url = "{api_url}"\n{mode}[database]\nurl = "{url}"\n'
            f'[files]\nfolder = "{folder / "files"}"\n{LONG_PROGRAMME}',
            encoding="utf-8",
        )
        self.environment = {**os.environ, "SANGKIEN_TELEGRAM__TOKEN": TOKEN, "PYTHONWARNINGS": "error"}
        self.log = folder / "bot.log"
        self.running: asyncio.subprocess.Process | Born | None = None

    async def does(self, *arguments: str) -> tuple[int, str, str]:
        """Run one command to its end: exit code, stdout, stderr."""
        arguments = (*arguments, "--config", str(self.config))
        if not self.cold:
            code, out, error = await asyncio.to_thread(done, [*arguments], self.environment)
            return code, out.decode(), error
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *arguments, env=self.environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said = await process.communicate()
        return process.returncode or 0, said[0].decode(), said[1].decode()

    async def exports(self, *options: str) -> list[dict[str, object]]:
        code, out, error = await self.does("export", "initiatives", "--format", "jsonl", *options)
        assert code == 0, error
        return [orjson.loads(line) for line in out.splitlines()]

    async def __aenter__(self) -> Program:
        return self

    async def __aexit__(self, *_: object) -> None:
        """However a test ends, its program ends with it."""
        if self.running is not None:
            await self.stops(signal.SIGKILL)

    async def runs(self) -> None:
        if not self.cold:
            arguments = ["run", "--config", str(self.config)]
            self.log.touch()  # whoever waits for a word in it finds it from the first moment
            self.running = await begin(arguments, self.environment, self.log)
            return
        with self.log.open("ab") as log:
            self.running = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", "--config", str(self.config),
                env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip

    async def logs(self, event: str, times: int = 1) -> None:
        """Wait until it has written an event to its log so many times, all its lives together."""
        async with asyncio.timeout(120):
            while self.logged(event) < times:
                # Asked first: what a program wrote before it ended is in the file when we see that it ended.
                ended = None if self.running is None else self.running.returncode
                if ended is not None and self.logged(event) < times:
                    raise AssertionError(f"ended with {ended} before {event!r}: {self.said()[-2000:]}")
                await asyncio.sleep(0.03)  # a file tells nobody

    def said(self) -> str:
        """What it has written, all its lives together."""
        return self.log.read_text("utf-8") if self.log.exists() else ""

    def logged(self, event: str) -> int:
        """How many times it has written an event to its log."""
        return self.said().count(f'"event": "{event}"')

    async def stops(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit code."""
        assert self.running is not None
        if self.running.returncode is None:
            self.running.send_signal(number)
        code = await asyncio.wait_for(self.running.wait(), 15)
        self.running = None
        return code


def with_units(url: str) -> None:
    """Bring a database up to date and read the list of units into it, as the commands do."""
    database = Database(url)
    upgrade_database(database)
    filled(database, "units", lambda: list(import_file(database, UNITS, clock.now(), dry_run=False)))
    database.close()


@lru_cache(maxsize=1)
def file_with_units() -> bytes:
    """An SQLite file with the units; made once, because most programs of the tests begin with it."""
    with TemporaryDirectory() as folder:
        with_units(f"sqlite:///{folder}/units.db")
        return (Path(folder) / "units.db").read_bytes()


async def live(
    folder: Path,
    sandbox: Sandbox,
    *,
    units: bool = True,
    database: str = "",
    webhook: bool = False,
    waits: bool = True,
    cold: bool = False,
) -> Program:
    """A running bot with the list of units imported; `waits` until it is listening."""
    program = Program(folder, sandbox.url, database=database, webhook=webhook, cold=cold)
    if units and database:
        await asyncio.to_thread(with_units, database)
    elif units:
        (folder / "sangkien.db").write_bytes(await asyncio.to_thread(file_with_units))
    lives = program.logged("running") + 1
    await program.runs()
    try:
        if waits:
            await program.logs("running", lives)
    except (TimeoutError, AssertionError):
        await program.stops(signal.SIGKILL)
        raise
    return program


def action_of(person: Person, label: str) -> tuple[dict[str, object], str]:
    """The last message on the screen with a button whose label contains the words, and its data."""
    for message in reversed(person.screen()):
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if label in button["text"]:
                    return message, button["callback_data"]
    raise AssertionError(f"no button {label!r} on the screen")


async def taps(person: Person, label: str, seconds: float = 15) -> str:
    """Tap a button; the last thing the bot answers."""
    message, data = action_of(person, label)
    await person.presses(message, data)
    return str((await person.answer(seconds))[-1]["text"])


async def says(person: Person, text: str, seconds: float = 15) -> str:
    """Type a text; the last thing the bot answers."""
    await person.types(text)
    return str((await person.answer(seconds))[-1]["text"])


async def joins(person: Person) -> None:
    """Past consent and into a unit."""
    await says(person, "/start")
    await taps(person, "Đồng ý")
    await says(person, "cty may que lam son")
    await taps(person, "CĐCS C.ty TNHH May Quế Lâm Sơn")
