"""Told to stop twice, or in the middle of a command: all ends in order, and nothing is left half done."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from filelock import FileLock

from bot.cut_off import SENTENCE
from bot.sandbox import Sandbox
from storage.database import Database
from tests.inside import inside, until
from tests.live import TOKEN, UNITS, Program, file_with_units, free_port, live, says

# Begins like `python -m bot`, after a line that arranges for what is to happen.
BEGINS = """
import os, signal, sys
import bot.stopping
{arranged}
from bot.__main__ import main
main()
"""
# In the middle of a step of a command a signal comes, and the same once more while it tidies up.
INTERRUPTED = """
import {module}
inner = {module}.{step}
def stopped(*given, **named):
    done = inner(*given, **named)
    both = {{signal.SIGTERM, signal.SIGINT}}
    signal.pthread_sigmask(signal.SIG_BLOCK, both)
    for number in both:  # at once, so that one is handled while the other has come already
        os.kill(os.getpid(), number)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, both)
    raise AssertionError("went on")
{module}.{step} = stopped
import tempfile
leave = tempfile.TemporaryDirectory.cleanup
def again(self):
    os.kill(os.getpid(), signal.SIGINT)
    leave(self)
tempfile.TemporaryDirectory.cleanup = again
"""


# What waits for the lock of an upgrade tells that it has begun to.
WAITS = """
bot.stopping.STOP_SECONDS = 0.2
import bot.app
inner = bot.app.upgrade_database
def told(database):
    os.write(1, b"begun")
    inner(database)
bot.app.upgrade_database = told
"""


async def begun(program: Program, arranged: str, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", BEGINS.format(arranged=arranged), *arguments, "--config", str(program.config),
        env=program.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def until_it_ends(process: asyncio.subprocess.Process, number: int, every: float) -> int:
    """Send a signal again and again."""
    ending = asyncio.ensure_future(process.wait())
    while not ending.done():
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
        await asyncio.wait([ending], timeout=every)
    return ending.result()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_who_asks_again_and_again_does_not_end_it_worse(tmp_path: Path, number: int) -> None:
    async with Sandbox(TOKEN) as sandbox, await live(tmp_path, sandbox, cold=True) as program:
        assert isinstance(program.running, asyncio.subprocess.Process)
        assert await until_it_ends(program.running, number, 0.003) == 0
        assert program.logged("stopped") == 1


async def test_what_does_not_end_holds_up_no_process(tmp_path: Path) -> None:
    """Another program upgrades the same file: a thread waits a minute for its lock."""
    program = Program(tmp_path)
    with FileLock(f"{tmp_path}/sangkien.db.upgrade.lock"):
        process = await begun(program, WAITS, "run")
        assert process.stdout is not None and process.stderr is not None
        assert await process.stdout.readexactly(5) == b"begun"
        began = time.monotonic()
        process.terminate()
        assert await process.wait() == 0
        assert time.monotonic() - began < 10
        assert b"Traceback" not in await process.stderr.read()


@pytest.mark.parametrize(
    ("module", "step", "arguments"),
    [
        ("bot.backup", "_files_named_in", ["backup", "{folder}/out.tar"]),
        ("bot.export", "write_jsonl", ["export", "initiatives", "-o", "{folder}/out.jsonl"]),
        ("bot.unit_import", "units_import", ["units", "import", str(UNITS)]),
    ],
)
async def test_a_command_that_is_cut_off_says_so_and_leaves_nothing(
    tmp_path: Path, module: str, step: str, arguments: list[str]
) -> None:
    program, folder = Program(tmp_path), tmp_path / "out"
    folder.mkdir()
    arguments = [one.format(folder=folder) for one in arguments]
    arranged = INTERRUPTED.format(module=module, step=step)
    process = await begun(program, arranged, *arguments)
    out, error = await process.communicate()
    assert (process.returncode, out, error.decode()) == (1, b"", f"{SENTENCE}\n")
    assert left_in(folder) == []
    database = Database(f"sqlite:///{tmp_path}/sangkien.db")
    with database.reading() as tx:
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM unit").scalar() == 0
    database.close()


async def test_a_command_that_has_not_begun_says_so_too(tmp_path: Path) -> None:
    arranged = "from bot.cut_off import understood\nunderstood(until_stopped=False)\nsignal.raise_signal(15)"
    process = await begun(Program(tmp_path), arranged, "backup", "x")
    out, error = await process.communicate()
    assert (process.returncode, out, error.decode()) == (1, b"", f"{SENTENCE}\n")


async def test_a_command_that_is_done_is_over_whatever_a_thread_still_does(tmp_path: Path) -> None:
    """Python's own way out waits for threads, and would let a signal end what has been done already."""
    thread = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()"
    process = await begun(Program(tmp_path), thread, "db", "upgrade")
    out, error = await asyncio.wait_for(process.communicate(), 40)
    assert (process.returncode, out[:3], error) == (0, b"ok ", b"")


async def test_an_answer_to_a_button_that_hangs_keeps_no_end_of_a_send_from_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.ENDING_SECONDS", 1.5)
    (tmp_path / "sangkien.db").write_bytes(file_with_units())
    async with Sandbox(TOKEN) as sandbox, inside(tmp_path, sandbox) as program:
        lan = sandbox.person("Lan")
        await says(lan, "/start")
        sandbox.faults.add("hang", "answerCallbackQuery", times=9)
        sandbox.faults.add("slow", "sendMessage", seconds=0.1)
        sandbox.faults.add("slow", "editMessageText", seconds=0.1)
        (message,) = [one for one in lan.screen() if one.get("reply_markup")]
        await lan.presses(message, message["reply_markup"]["inline_keyboard"][0][0]["callback_data"])
        await until(lambda: len(sandbox.faults.coming) < 3 and sandbox.faults.coming[0].times == 8)
        began = time.monotonic()
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(program.task, 10)
        assert time.monotonic() - began < 4.5
        assert set(program.rows("SELECT state FROM outbox")) == {("sent",)}


def left_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


def children_of(folder: Path) -> list[str]:
    """Command lines of processes that work in a folder."""
    lines = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            lines.append(entry.read_bytes().decode(errors="replace"))
    return [line for line in lines if str(folder) in line]


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux shows them")
async def test_ctrl_c_twice_ends_the_demonstration_and_all_it_began(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", str(free_port()),
        env={**os.environ, "TMPDIR": str(tmp_path)}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    said = b""
    while b'"running"' not in said:
        line = await process.stdout.readline()
        assert line, said
        said += line
    reading, ending = asyncio.ensure_future(process.stdout.read()), asyncio.ensure_future(process.wait())
    while not ending.done():
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        await asyncio.wait([ending], timeout=0.02)
    assert ending.result() == 0
    assert b"Traceback" not in await reading
    assert (left_in(tmp_path), children_of(tmp_path)) == ([], [])
