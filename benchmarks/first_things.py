"""What is felt first: seconds to the demonstration's page, to the first answer, to each reply; and memory.

`python -m benchmarks.first_things [--only NAME …]`. Every bot is a real process on its own core and talks
HTTP with a sandbox on the other. Medians of several repeats; what was missed is said.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from benchmarks import machine
from benchmarks.demonstration import demonstrations
from benchmarks.imports import heaviest
from benchmarks.programs import TOKEN, UNITS, Program, done, ours, sangkien
from benchmarks.tables import judged, table
from benchmarks.typists import OUR_TALK, confirmed, does, each, gathered, joins, talks
from bot import clock
from bot.sandbox import Person, Sandbox

STARTS = 7
PEOPLE = 200
MESSAGES = 300
THINKING = 0.03  # seconds between a reply and the next message, so that each meets an idle bot


async def prepared(folder: Path, sandbox: Sandbox) -> Program:
    """Our bot with the list of units imported, not yet running."""
    program = ours(folder, sandbox.url)
    await done(*sangkien(folder, "units", "import", str(UNITS)))
    return program


async def started_once(program: Program, sandbox: Sandbox, core: int, name: str) -> tuple[float, float]:
    """Seconds from the process to its first poll, and from that poll to the answer to a waiting /start."""
    person = sandbox.person(name)
    await person.types("/start")
    sandbox.calls.clear()
    began = clock.now()
    async with program.running(core):
        await person.answer(60)
        await confirmed(sandbox)
    # The waiting message makes the first poll return at once, so its end is its beginning.
    polled = next(call.at for call in sandbox.calls if call.method == "getUpdates")
    answered = next(call.at for call in sandbox.calls if call.method == "sendMessage")
    return (polled - began).total_seconds(), (answered - polled).total_seconds()


async def starting(folder: Path, core: int) -> None:
    """From the process to its first poll, and on to its first answer."""
    async with Sandbox(TOKEN) as sandbox:
        program = await prepared(folder, sandbox)
        seen = [await started_once(program, sandbox, core, f"Lan {number}") for number in range(STARTS)]
    rows = []
    for name, seconds in zip(
        ("process to first poll", "first poll to first answer"), zip(*seen, strict=True), strict=True
    ):
        rows.append((name, f"{median(seconds):.3f}", f"{min(seconds):.3f}", f"{max(seconds):.3f}"))
    table((f"seconds, {STARTS} starts", "median", "least", "most"), rows)
    judged("≤ 1 s from the first poll to the first answer", median(answer for _, answer in seen), most=1.0)


async def size(folder: Path, core: int) -> None:
    """Resident memory at rest, and after whole talks of many people at once."""
    async with Sandbox(TOKEN) as sandbox:
        program = await prepared(folder, sandbox)
        people = gathered(sandbox, PEOPLE + 1)

        async def whole(person: Person) -> None:
            await joins(person)
            await talks(person, OUR_TALK)

        async with program.running(core):
            await joins(people[0])
            first = machine.memory(program.pid)
            await each(people[1:], whole)
            await confirmed(sandbox)
            after = machine.memory(program.pid)
    rows = [
        (name, f"{held.rss:.1f}", f"{held.pss:.1f}")
        for name, held in (("one person has joined", first), (f"{PEOPLE} whole talks at once", after))
    ]
    table(("MB", "RSS", "PSS"), rows)
    judged("< 120 MB resident after the talks", after.rss, most=120)


async def replying(folder: Path, core: int) -> None:
    """From a person's message to the reply on the screen, one person on an idle sandbox."""
    async with Sandbox(TOKEN) as sandbox:
        program = await prepared(folder, sandbox)
        (person,) = gathered(sandbox, 1)
        async with program.running(core):
            await joins(person)
            await talks(person, OUR_TALK)
            milliseconds = []
            for number in range(MESSAGES):
                await asyncio.sleep(THINKING)
                began = perf_counter()
                await does(person, OUR_TALK[number % len(OUR_TALK)])
                milliseconds.append((perf_counter() - began) * 1_000)
    p95 = quantiles(milliseconds, n=20)[-1]
    figures = (median(milliseconds), p95, min(milliseconds), max(milliseconds))
    row = ("message to reply", *(f"{value:.1f}" for value in figures))
    table((f"ms, {MESSAGES} messages", "median", "p95", "least", "most"), [row])
    judged("< 20 ms median", median(milliseconds), most=20)


async def page(folder: Path, _core: int) -> None:
    """From a fresh clone to the page, and again when everything is installed."""
    await demonstrations(folder)


async def imports(_folder: Path, _core: int) -> None:
    """Which packages the start of the process waits for."""
    await heaviest()


PARTS: dict[str, Callable[[Path, int], Awaitable[None]]] = {
    "starting": starting,
    "imports": imports,
    "size": size,
    "replying": replying,
    "page": page,
}


async def measure(names: list[str]) -> None:
    """One part after another, each in a folder of its own."""
    cores = machine.Cores.shared_out()
    print(f"{machine.description()}; data on {machine.file_system(Path(tempfile.gettempdir()))}")
    for name in names:
        if name != "page":  # installing may use every core
            cores.take()
        print(f"\n## {name}", flush=True)
        with tempfile.TemporaryDirectory(prefix="sangkien-benchmark-") as folder:
            await PARTS[name](Path(folder), cores.bot)
        machine.release()


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    asyncio.run(measure(parser.parse_args().only))


if __name__ == "__main__":
    main()
