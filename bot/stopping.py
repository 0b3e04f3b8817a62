"""How long-running work ends: by a signal, by its own failure, or together with what runs beside it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

STOP_SECONDS = 5.0
T = TypeVar("T")


class Interrupted(Exception):
    """Something inside raised CancelledError although nobody had cancelled us: a failure like any other."""


async def uninterrupted(work: Awaitable[T]) -> T:
    """Await; a CancelledError that nobody ordered must not end a loop. Raises Interrupted instead of it."""
    try:
        return await work
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
    raise Interrupted


async def to_the_end(work: Callable[..., T], *given: object) -> T:
    """Do it in a thread; whoever is cancelled meanwhile waits for the thread all the same, and ends then.

    A thread cannot be cancelled. Left alone it would go on with what is being closed behind it, and SQLite
    ends the process with SIGSEGV when its connection is closed in the middle of a statement.
    """
    thread = asyncio.ensure_future(asyncio.to_thread(work, *given))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        await asyncio.gather(thread, return_exceptions=True)
        raise


async def until_stopped(work: Coroutine[Any, Any, T], seconds: float | None = None) -> T | None:
    """Run until it ends or a signal comes; then it is given time to finish what is under way.

    Signals that come later change nothing: a stop is under way, for as long as this event loop is not closed.
    """
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError):
            loop.add_signal_handler(number, stop.set)
    task = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait([task, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        return await task
    task.cancel()
    await asyncio.wait([task], timeout=STOP_SECONDS if seconds is None else seconds)
    if task.done() and not task.cancelled():
        task.exception()  # looked at: what failed while it was ending is nobody's failure any more
    return None


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Run everything beside each other; the first that fails ends all and is raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=1)
