"""A stop at any moment: what a thread is at work with stays open until the thread has ended."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bot.app
from bot.sandbox import Sandbox
from bot.stopping import to_the_end
from storage.database import Database
from storage.leadership import Leadership
from tests.inside import inside, until
from tests.live import TOKEN


class Work:
    """What takes its time in a thread, and tells when it has begun and ended."""

    def __init__(self, failing: Exception | None = None) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.ended = False
        self._failing = failing

    def __call__(self) -> str:
        self.begun.set()
        assert self.may_end.wait(20)
        self.ended = True
        if self._failing:
            raise self._failing
        return "done"


async def cancelled_at_work(work: Work) -> asyncio.Task[str]:
    task = asyncio.ensure_future(to_the_end(work))
    await asyncio.to_thread(work.begun.wait)
    task.cancel()
    await asyncio.wait([task], timeout=0.05)
    assert not task.done()
    work.may_end.set()
    await asyncio.wait([task])
    return task


async def test_what_is_cancelled_waits_for_its_thread() -> None:
    work = Work()
    task = await cancelled_at_work(work)
    assert task.cancelled()
    assert work.ended


async def test_a_failure_that_nobody_waits_for_any_more_troubles_nobody() -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    work = Work(OSError("gone"))
    task = await cancelled_at_work(work)
    assert task.cancelled()
    del task, work  # asyncio tells when such a failure is thrown away
    gc.collect()
    await asyncio.sleep(0)
    assert told == []


async def test_what_is_not_cancelled_gives_what_the_thread_gives() -> None:
    work, failing = Work(), Work(OSError("gone"))
    work.may_end.set()
    failing.may_end.set()
    assert await to_the_end(work) == "done"
    with pytest.raises(OSError, match="gone"):
        await to_the_end(failing)


# Everything that is done in a thread with the database before the bot is running.
@pytest.mark.parametrize("step", ["upgrade_database", "settle_keys", "signing_key", "settle_figures"])
async def test_a_stop_while_it_starts_closes_nothing_under_a_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    order: list[str] = []
    begun, may_end = threading.Event(), threading.Event()

    def slowly(work: Callable[..., Any]) -> Callable[..., Any]:
        def slow(*given: Any) -> Any:
            begun.set()
            assert may_end.wait(20)
            done = work(*given)
            order.append("worked")
            return done

        return slow

    def told(name: str, work: Callable[..., None]) -> Callable[..., None]:
        def tells(*given: Any) -> None:
            order.append(name)
            work(*given)

        return tells

    monkeypatch.setattr(bot.app, step, slowly(getattr(bot.app, step)))
    async with Sandbox(TOKEN) as sandbox, inside(tmp_path, sandbox) as program:
        await until(begun.is_set)
        monkeypatch.setattr(Database, "close", told("closed", Database.close))
        monkeypatch.setattr(Leadership, "leave", told("left", Leadership.leave))
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait([program.task], timeout=0.2)
        assert not program.task.done()
        may_end.set()
        await asyncio.wait_for(program.task, 10)
        assert order == ["worked", "left", "closed"]


async def test_a_thread_that_does_not_end_holds_up_no_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end, closed = threading.Event(), threading.Event(), threading.Event()

    def stuck(*_: Any) -> None:
        begun.set()
        may_end.wait(60)

    monkeypatch.setattr(bot.app, "settle_keys", stuck)
    monkeypatch.setattr("bot.stopping.STOP_SECONDS", 0.2)
    async with Sandbox(TOKEN) as sandbox, inside(tmp_path, sandbox) as program:
        await until(begun.is_set)
        with monkeypatch.context() as during:
            during.setattr(Database, "close", lambda _: closed.set())
            at = time.monotonic()
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(program.task, 10)
        assert time.monotonic() - at < 5
        assert not closed.is_set()
        (left,) = [task for task in asyncio.all_tasks() if task.get_coro().__qualname__ == "App._working"]
        may_end.set()
        await asyncio.wait([left], timeout=10)
        assert left.done()
