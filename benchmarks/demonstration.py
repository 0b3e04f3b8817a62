"""How long `make demo` takes from a fresh clone until its page is there."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from pathlib import Path
from time import perf_counter

import aiohttp

from benchmarks.programs import ROOT, done
from benchmarks.tables import judged, table

PORT = 8080  # where `make demo` serves
PATIENCE = 600.0
READY_STARTS = 5


def taken() -> bool:
    """Whether something already listens there: then it would be measured instead."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", PORT)) == 0


async def reached(session: aiohttp.ClientSession, path: str, expected: str) -> None:
    """Ask until the answer contains the expected words. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{PORT}{path}") as answer:
                    if answer.status == 200 and expected in await answer.text():
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.02)


async def made(clone: Path) -> tuple[float, float]:
    """`make demo` until its page is served, and until the bot behind it has reported for work; seconds."""
    began = perf_counter()
    with (clone / "demo.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            "make", "demo", cwd=clone, stdout=log, stderr=log, start_new_session=True
        )
    try:
        async with aiohttp.ClientSession() as session:
            await reached(session, "/", "<html")
            page = perf_counter() - began
            await reached(session, "/sandbox/calls?method=deleteWebhook", "deleteWebhook")
            return page, perf_counter() - began
    finally:
        os.killpg(process.pid, signal.SIGINT)
        await process.wait()


async def demonstrations(folder: Path) -> None:
    """Once with nothing there but the clone, then several times with everything installed."""
    if taken():
        print(f"not measured: something already listens on port {PORT}, where make demo serves")
        return
    clone = folder / "clone"
    await done("git", "clone", "--quiet", str(ROOT), str(clone))
    fresh = await made(clone)
    again = [await made(clone) for _ in range(READY_STARTS)]
    page = sorted(first for first, _ in again)[READY_STARTS // 2]
    bot = sorted(second for _, second in again)[READY_STARTS // 2]
    rows = [
        ("make demo from a fresh clone", f"{fresh[0]:.1f}", f"{fresh[1]:.1f}"),
        (f"make demo when installed (median of {READY_STARTS})", f"{page:.1f}", f"{bot:.1f}"),
    ]
    table(("seconds until", "the page", "the bot is there"), rows)
    judged("≤ 60 s from a fresh clone to the page", fresh[0], most=60)
