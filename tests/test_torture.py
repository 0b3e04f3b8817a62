"""The torture room: the real process, killed and badly treated while people type; nothing is lost."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from bot.sandbox import Sandbox
from tests.judgement import OPEN, Calm, Outbox, answers_kept
from tests.live import TOKEN, Program, live
from tests.troubles import Troubles
from tests.typist import PATIENCE, Typist

pytestmark = pytest.mark.timeout(900)


async def tortured(program: Program, typists: list[Typist], troubles: Troubles, kills: int) -> None:
    """Let people type while the program is killed and started again, and nothing goes well between."""
    until = asyncio.Event()
    working = [asyncio.ensure_future(typist.works(until)) for typist in typists]
    lives = 1
    await program.logs("running", lives)
    coming = asyncio.ensure_future(troubles.come(1.2))
    for kill in range(kills):
        if kill % 5 != 4:  # every fifth comes at any moment, while it is starting as well
            await program.logs("running", lives)
            await some_answers(typists)
        await asyncio.sleep(1.5 * troubles.chance.random())
        await program.stops(signal.SIGKILL)
        lives = program.logged("running") + 1
        await program.runs()
    await program.logs("running", lives)
    await asyncio.sleep(2)
    coming.cancel()
    troubles.faults.clear()
    until.set()
    await asyncio.wait_for(asyncio.gather(*working), PATIENCE)


async def some_answers(typists: list[Typist]) -> None:
    """Wait until more of their words were confirmed, for a while: one who is killed at once proves little."""
    before = sum(len(typist.confirmed) for typist in typists)
    with suppress(TimeoutError):
        async with asyncio.timeout(6):
            while sum(len(typist.confirmed) for typist in typists) < before + 2:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.05)


async def drained(file: Path) -> None:
    """Wait until everything promised has been settled."""
    async with asyncio.timeout(90):
        while True:
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
                (left,) = database.execute(
                    f"SELECT count(*) FROM outbox WHERE state IN {OPEN}"  # noqa: S608 - words of ours
                ).fetchone()
            if not left:
                return
            await asyncio.sleep(0.2)


async def torture(folder: Path, *, webhook: bool, people: int, kills: int, seed: int) -> None:
    async with Sandbox(TOKEN) as sandbox, await live(folder, sandbox, webhook=webhook) as program:
        calm = Calm(sandbox, folder / "sangkien.db")
        typists = [
            Typist(sandbox.person(f"Người {number}"), number, calm if number % 4 else None)
            for number in range(people)
        ]
        troubles = Troubles(sandbox, seed, webhook=webhook)
        await tortured(program, typists, troubles, kills)
        await drained(folder / "sangkien.db")
        calm.close()
        await program.stops()
        lines = await program.exports("--drafts")
        assert sandbox.violations == []
        outbox = Outbox(folder / "sangkien.db")
        judged = [outbox.compared(typist) for typist in typists]
    answered = sum(len(typist.confirmed) for typist in typists)
    statuses = Counter(call.status for call in sandbox.calls)
    mode = "webhook" if webhook else "polling"
    print(
        f"\n{mode}: {kills} kills, {people} people, {answered} confirmed answers, "
        f"{sum(len(t.receipts) for t in typists)} receipts; promises {dict(outbox.states())}; "
        f"{sum(again for _, again in judged)} messages came again; troubles {dict(troubles.met)}; "
        f"answers of the messenger {dict(statuses)}"
    )
    assert answers_kept(typists, lines) == []
    assert outbox.unfinished() == []
    assert [one for wrong, _ in judged for one in wrong] == []
    assert outbox.failures == 0
    assert answered > kills // 2  # on a busy machine there is little time between two kills
    assert sum(again for _, again in judged) <= 3 * people * kills // 10
    assert "Traceback" not in program.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_ten_kills_amid_troubles_lose_nothing(tmp_path: Path, webhook: bool) -> None:
    await torture(tmp_path, webhook=webhook, people=20, kills=10, seed=1 + webhook)


@pytest.mark.long
@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
@pytest.mark.timeout(3_600)
async def test_a_hundred_kills_amid_troubles_lose_nothing(tmp_path: Path, webhook: bool) -> None:
    await torture(tmp_path, webhook=webhook, people=200, kills=100, seed=2)
