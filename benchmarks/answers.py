"""CPU for one durable answer under 200 people, beside a stock python-telegram-bot bot and aiogram on SQLite.

`python -m benchmarks.answers [--people N] [--talks N] [--rounds N]`. All three answer the same people, in the
same sandbox, asking the same ten questions, one bot after another and again each round; the bot has one core,
the sandbox with the typists the other.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import machine
from benchmarks.environment import aiogram_python
from benchmarks.programs import TOKEN, UNITS, Program, counted, done, ours, sangkien
from benchmarks.questions import QUESTIONS
from benchmarks.tables import judged, table
from benchmarks.typists import OUR_TALK, STOCK_TALK, Deed, confirmed, each, gathered, joins, talks
from bot.running import run_loop
from bot.sandbox import Person, Sandbox

TARGETS = {"python-telegram-bot": 0.30, "aiogram, SQLite": 0.60}
SETTLING = 0.5  # seconds for what a bot does after its last reply; it belongs to the measured time


@dataclass(frozen=True, slots=True)
class Load:
    """How many people, and how many talks each while we measure (one before that warms everything up)."""

    people: int
    talks: int


@dataclass(frozen=True, slots=True)
class Run:
    """What one bot used: CPU and wall seconds, for so many answers to questions, messages and taps in all."""

    cpu: float
    wall: float
    answers: int
    messages: int
    per_commit: float | None = None

    @property
    def each(self) -> float:
        """Milliseconds of CPU for one answer to a question; taps and commands in between are its cost."""
        return self.cpu * 1_000 / self.answers

    @property
    def each_message(self) -> float:
        """Milliseconds of CPU for one message or tap, whatever it was."""
        return self.cpu * 1_000 / self.messages


async def measured(
    program: Program, sandbox: Sandbox, people: Sequence[Person], talk: Sequence[Deed], load: Load
) -> Run:
    """One talk each to warm up, then so many that count; all confirmed before the clock is read."""

    async def once(person: Person) -> None:
        await talks(person, talk)

    async def again(person: Person) -> None:
        for _ in range(load.talks):
            await talks(person, talk)

    await each(people, once)
    await confirmed(sandbox)
    await asyncio.sleep(SETTLING)
    cpu, began = program.cpu, perf_counter()
    await each(people, again)
    wall = perf_counter() - began
    await confirmed(sandbox)
    await asyncio.sleep(SETTLING)
    count = len(people) * load.talks
    return Run(program.cpu - cpu, wall, count * len(QUESTIONS), count * len(talk))


async def our_run(folder: Path, load: Load, core: int) -> Run:
    """The product: people join first; then a fresh process, so that its own count is of talks alone."""
    async with Sandbox(TOKEN) as sandbox:
        program = ours(folder, sandbox.url)
        await done(*sangkien(folder, "units", "import", str(UNITS)))
        people = gathered(sandbox, load.people)
        async with program.running(core):
            await each(people, joins)
            await confirmed(sandbox)
        async with program.running(core):
            run = await measured(program, sandbox, people, OUR_TALK, load)
        events, commits = counted(program.said())
        exported = await done(*sangkien(folder, "export", "initiatives", "--format", "jsonl"))
        kept = len(exported.splitlines())
        expected = load.people * (load.talks + 1)
        assert kept == expected, f"{kept} initiatives of {expected} are there"
        assert not sandbox.violations, sandbox.violations[:3]
    return Run(run.cpu, run.wall, run.answers, run.messages, events / commits)


async def stock_run(folder: Path, load: Load, core: int, module: str, python: str) -> Run:
    """One of the bots to compare with."""
    async with Sandbox(TOKEN) as sandbox:
        arguments = [sandbox.url, TOKEN, str(folder / "answers.db")]
        program = Program([python, "-m", module, *arguments], folder / "bot.log")
        async with program.running(core):
            return await measured(program, sandbox, gathered(sandbox, load.people), STOCK_TALK, load)


HEADINGS = ("bot", "ms/answer", "least", "ms/message", "answers/s", "per commit", "ours is")


def printed(runs: dict[str, list[Run]]) -> None:
    """The table: medians over the rounds, and the ratios that were promised."""
    own = median(run.each for run in runs["ours"])
    rows = []
    for name, several in runs.items():
        value = median(run.each for run in several)
        message = median(run.each_message for run in several)
        speed = median(run.answers / run.wall for run in several)
        least = min(run.each for run in several)
        ratio = "" if name == "ours" else f"{own / value:.2f} ×"
        shared = f"{per_commit(several):.1f}" if name == "ours" else ""
        rows.append((name, f"{value:.3f}", f"{least:.3f}", f"{message:.3f}", f"{speed:.0f}", shared, ratio))
    table(HEADINGS, rows)
    for name, target in TARGETS.items():
        judged(f"≤ {target:.2f} × {name}, per answer", own / median(r.each for r in runs[name]), most=target)
        message = median(r.each_message for r in runs["ours"]) / median(r.each_message for r in runs[name])
        judged(f"≤ {target:.2f} × {name}, per message or tap", message, most=target)
    judged("≥ 10 answers per commit", per_commit(runs["ours"]), least=10)


def per_commit(runs: Sequence[Run]) -> float:
    """Messages and taps that shared one commit, the commits that only settled sends counted in."""
    return median(run.per_commit for run in runs if run.per_commit is not None)


async def compare(load: Load, rounds: int) -> None:
    """Every bot in every round, one after another."""
    cores = machine.Cores.shared_out()
    other = await aiogram_python()
    cores.take()
    bots: dict[str, Callable[[Path], Awaitable[Run]]] = {
        "ours": lambda folder: our_run(folder, load, cores.bot),
        "python-telegram-bot": lambda folder: stock_run(
            folder, load, cores.bot, "benchmarks.stock_bot", sys.executable
        ),
        "aiogram, SQLite": lambda folder: stock_run(folder, load, cores.bot, "benchmarks.aiogram_bot", other),
    }
    runs: dict[str, list[Run]] = {name: [] for name in bots}
    for number in range(rounds):
        for name, bot in bots.items():
            with tempfile.TemporaryDirectory(prefix="sangkien-benchmark-") as folder:
                run = await bot(Path(folder))
            runs[name].append(run)
            print(f"  round {number + 1}: {name}: {run.each:.3f} ms of CPU for an answer", flush=True)
    print(f"\n{load.people} people, {load.talks} talks of {len(QUESTIONS)} questions each, {rounds} rounds")
    printed(runs)
    print(f"{machine.description()}; data on {machine.file_system(Path(tempfile.gettempdir()))}")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--talks", type=int, default=2, help="talks of each person in a round")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    # The people and the messenger are to be quick: they share a core's caches with the bot that is measured.
    run_loop(compare(Load(asked.people, asked.talks), asked.rounds))


if __name__ == "__main__":
    main()
