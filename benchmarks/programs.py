"""Starts and stops the bots that are measured, each a process of its own on the bot's core."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from benchmarks.machine import cpu_seconds

TOKEN = "1000:SANDBOX"
ROOT = Path(__file__).resolve().parent.parent
UNITS = ROOT / "bot" / "sandbox" / "units.csv"
PROGRAMME = """
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


class Program:
    """A bot as a command; its log is kept beside its data."""

    def __init__(
        self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self._command = command
        self._environment = {**os.environ, **(environment or {})}
        self._running: asyncio.subprocess.Process | None = None
        self.log = log

    @property
    def pid(self) -> int:
        """The number of the running process."""
        assert self._running is not None
        return self._running.pid

    @property
    def cpu(self) -> float:
        """CPU seconds it has used since it was started."""
        return cpu_seconds(self.pid)

    async def starts(self, core: int | None) -> None:
        """Run it, on that core; on any when none is named."""
        with self.log.open("ab") as log:
            self._running = await asyncio.create_subprocess_exec(
                *self._command, env=self._environment, cwd=ROOT, stdout=log, stderr=log
            )
        if core is not None:
            os.sched_setaffinity(self._running.pid, {core})

    async def stops(self) -> None:
        """Tell it to stop, and wait. Raises RuntimeError when it did not end well."""
        if self._running is None:
            return
        running, self._running = self._running, None
        if running.returncode is None:
            running.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(running.wait(), 20)
        if code not in (0, -signal.SIGTERM):
            raise RuntimeError(f"{self._command} ended with {code}:\n{self.said()[-2_000:]}")

    @asynccontextmanager
    async def running(self, core: int | None) -> AsyncIterator[None]:
        """Runs inside the block, and not after it, whatever happens in it."""
        await self.starts(core)
        try:
            yield
        except BaseException:
            with suppress(RuntimeError, TimeoutError):
                await self.stops()
            raise
        await self.stops()

    def said(self) -> str:
        """Its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def ours(folder: Path, api_url: str) -> Program:
    """`sangkien run` with an empty SQLite file in `folder`."""
    settings = folder / "config.toml"
    settings.write_text(
        f'[telegram]\napi_url = "{api_url}"\n[database]\nurl = "sqlite:///{folder / "sangkien.db"}"\n'
        f'[files]\nfolder = "{folder / "files"}"\n{PROGRAMME}',
        encoding="utf-8",
    )
    return Program(sangkien(folder, "run"), folder / "bot.log", {"SANGKIEN_TELEGRAM__TOKEN": TOKEN})


def sangkien(folder: Path, *arguments: str) -> list[str]:
    """A command of the project, with the configuration in `folder`."""
    return [sys.executable, "-m", "bot", *arguments, "--config", str(folder / "config.toml")]


async def done(*command: str, cwd: Path = ROOT) -> str:
    """Run a command to its end; what it printed. Raises RuntimeError when it failed."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, error = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}:\n{error.decode()[-2_000:]}")
    return out.decode()


def counted(log: str) -> tuple[int, int]:
    """Events and commits since the last start, from the line our bot writes when it stops."""
    last = json.loads([line for line in log.splitlines() if '"event": "counted"' in line][-1])
    return last["events"], last["commits"]
