"""Stopped and started again in the other mode while people type: soon, in good order, nothing lost."""

from __future__ import annotations

import asyncio
import re
import signal
import time
from pathlib import Path

import pytest

from bot.sandbox import Sandbox
from tests.judgement import Calm, Outbox, answers_kept
from tests.live import TOKEN, Program, live
from tests.test_torture import drained
from tests.typist import PATIENCE, Typist

STOP_SECONDS = 5.0
SLACK = 1.5  # for a machine that is busy with other things


async def stopped_in_time(program: Program) -> None:
    begun = time.monotonic()
    assert await program.stops(signal.SIGTERM) == 0
    assert time.monotonic() - begun < STOP_SECONDS + SLACK


async def understands_a_stop(program: Program) -> None:
    """Wait, where the system tells, until Python has come to our first line; nothing has begun before."""
    assert isinstance(program.running, asyncio.subprocess.Process)
    async with asyncio.timeout(60):
        while not catches(program.running.pid, signal.SIGTERM):  # noqa: ASYNC110 - a process tells nobody
            await asyncio.sleep(0.005)


def catches(process: int, number: int) -> bool:
    """Whether a process has a handler for a signal; where nobody knows, it has had the time."""
    try:
        status = Path(f"/proc/{process}/status").read_text("ascii")
    except FileNotFoundError:
        return True
    (caught,) = re.findall(r"SigCgt:\s*(\w+)", status)
    return bool(int(caught, 16) >> (number - 1) & 1)


@pytest.mark.timeout(300)
async def test_switching_between_polling_and_webhook_under_load_loses_nothing(tmp_path: Path) -> None:
    async with Sandbox(TOKEN) as sandbox:
        until = asyncio.Event()
        program = await live(tmp_path, sandbox)
        calm = Calm(sandbox, tmp_path / "sangkien.db")
        typists = [
            Typist(sandbox.person(f"Người {number}"), number, calm if number % 4 else None)
            for number in range(15)
        ]
        try:
            working = [asyncio.ensure_future(typist.works(until)) for typist in typists]
            for webhook in (True, False, True, False):
                await asyncio.sleep(3)
                sandbox.faults.add("accept_then_hang", "sendMessage")
                await asyncio.sleep(0.2)
                await stopped_in_time(program)
                program = await live(tmp_path, sandbox, units=False, webhook=webhook)
            await asyncio.sleep(2)
            until.set()
            await asyncio.wait_for(asyncio.gather(*working), PATIENCE + 30)
            await drained(tmp_path / "sangkien.db")
            calm.close()
            await stopped_in_time(program)
            lines = await program.exports("--drafts")
        finally:
            async with program:
                pass
        outbox = Outbox(tmp_path / "sangkien.db")
        judged = [outbox.compared(typist) for typist in typists]
    answered = sum(len(typist.confirmed) for typist in typists)
    print(
        f"\n4 switches, {answered} confirmed answers, {sum(again for _, again in judged)} messages came again"
    )
    assert answers_kept(typists, lines) == []
    assert outbox.unfinished() == []
    assert [one for wrong, _ in judged for one in wrong] == []
    # A send that hangs while the program stops is sent once more by the next one.
    assert sum(again for _, again in judged) <= 4
    assert answered > len(typists)


@pytest.mark.parametrize("seconds", [0.15, 0.3, 0.45, 0.6, 0.8])
async def test_a_stop_while_it_is_starting_ends_it_in_good_order(tmp_path: Path, seconds: float) -> None:
    async with Sandbox(TOKEN) as sandbox, Program(tmp_path, sandbox.url, cold=True) as program:
        await program.runs()
        await understands_a_stop(program)
        await asyncio.sleep(seconds)
        await stopped_in_time(program)
        assert "Traceback" not in program.log.read_text(encoding="utf-8")
