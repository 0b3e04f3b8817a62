"""The whole program inside the test's own process: its clock, its disk and its calls can be made to fail."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot import clock
from bot.app import App
from bot.config import load
from bot.sandbox import Person, Sandbox
from storage.database import Database
from tests.live import TOKEN, Program, says, taps


@dataclass
class Jumping:
    """The wall clock, put forward and back at will."""

    off: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return clock.now() + self.off


@dataclass
class Inside:
    """A program at work."""

    app: App
    task: asyncio.Task[None]
    database: Database
    port: int

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with self.database.reading() as tx:
            return [tuple(row) for row in tx.connection.exec_driver_sql(statement)]


@asynccontextmanager
async def inside(
    folder: Path, sandbox: Sandbox, now: Callable[[], datetime] = clock.now, database: str = ""
) -> AsyncIterator[Inside]:
    """Run the bot against the sandbox until the block ends; what the program raises is raised."""
    program = Program(folder, sandbox.url, database=database)
    config = load(program.config, {"SANGKIEN_TELEGRAM__TOKEN": TOKEN})
    app = App(config, now=now)
    looked = Database(config.database.url)
    task = asyncio.ensure_future(app.run())
    try:
        yield Inside(app, task, looked, program.port)
    finally:
        looked.close()
        gc.unfreeze()
        gc.set_threshold(700, 10, 10)
        if not task.done():
            os.kill(os.getpid(), signal.SIGTERM)
            async with asyncio.timeout(10):
                await task
        with suppress(Exception):
            task.exception()


async def agrees(person: Person) -> None:
    """Past the consent; no list of units has been imported, so none is asked for."""
    await says(person, "/start")
    await taps(person, "Đồng ý")


async def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for what no event tells of."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.02)
