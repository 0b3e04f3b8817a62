"""Starts the program from a process that has read its code already: a start costs no second of reading.

What is started is a process like any other, with a number, a memory, an exit code and two streams of its own;
SIGKILL ends it like any other. Only what Python does before `main()` is shared.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import sys
import time
import warnings
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from weakref import WeakSet

NURSERY = get_context("forkserver")
NURSERY.set_forkserver_preload(["tests.nursery", "bot.cli", "bot.running"])
FOUND = dict(os.environ)  # before the program is read: what differs later was set by its own modules
_born: WeakSet[ForkServerProcess] = WeakSet()


@atexit.register
def _nobody_is_left() -> None:
    """Before Python waits for them: a test that failed may have left a program at work."""
    for process in _born:
        if process.is_alive():
            process.kill()


class Born:
    """A running program, used like a process of asyncio."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self._process.pid or 0, number)

    async def wait(self) -> int:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        return self._process.exitcode or 0


def _begins(
    arguments: list[str], environment: Mapping[str, str], out: Path, error: Path
) -> ForkServerProcess:
    process = NURSERY.Process(target=_live, args=(arguments, dict(environment), str(out), str(error)))
    _born.add(process)
    process.start()
    return process


async def begin(arguments: list[str], environment: Mapping[str, str], log: Path) -> Born:
    """Start `sangkien` with arguments; what it says on either stream is added to a file."""
    return Born(await asyncio.to_thread(_begins, arguments, environment, log, log))


def done(arguments: list[str], environment: Mapping[str, str]) -> tuple[int, bytes, str]:
    """Run one command of `sangkien` to its end: exit code, stdout, stderr."""
    with TemporaryDirectory() as folder:
        out, error = Path(folder, "out"), Path(folder, "error")
        process = _begins(arguments, environment, out, error)
        process.join()
        return process.exitcode or 0, out.read_bytes(), error.read_text("utf-8")


def _live(arguments: list[str], environment: dict[str, str], out: str, error: str) -> None:
    """What stands at the beginning of `python -m bot`, done by hand, and then the same."""
    set_meanwhile = {name: value for name, value in os.environ.items() if FOUND.get(name) != value}
    os.environ.clear()
    os.environ.update({**set_meanwhile, **environment})
    time.tzset()
    warnings.simplefilter(environment.get("PYTHONWARNINGS", "default"))  # type: ignore[arg-type]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for stream, file in ((1, out), (2, error)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), stream)
    sys.argv = ["sangkien", *arguments]
    from bot.__main__ import main

    main()
