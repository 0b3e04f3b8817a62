"""A broadcast under Telegram's limits while people talk: messages a second, refusals, how long answers take.

`python -m benchmarks.broadcast [--reminders N] [--people N] [--beside]`. The real process empties an outbox
of reminders against a sandbox that enforces the limits; people talk with it meanwhile, each thinking for
a few seconds between two messages. `--beside` also measures python-telegram-bot's AIORateLimiter (no talk, no
database: it only sends).
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

from sqlalchemy import insert

from benchmarks import machine
from benchmarks.environment import python_with
from benchmarks.programs import TOKEN, UNITS, Program, done, ours, sangkien
from benchmarks.tables import judged, table
from benchmarks.typists import OUR_TALK, does, each, gathered, joins
from bot import clock
from bot.sandbox import Person, Sandbox
from handlers.messages import Reply
from storage.database import Database
from storage.models import metadata

OUTBOX = metadata.tables["outbox"]
THINKING = (2.0, 8.0)  # seconds between two messages of one person
TEXT = Reply("failure.again")


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What was measured, from the first reminder to the last."""

    reminders: int
    messages: int
    seconds: float
    refused: int
    waits: Sequence[float] = ()

    @property
    def rate(self) -> float:
        """Messages a second, answers among them."""
        return self.messages / self.seconds

    @property
    def p95(self) -> float:
        """Seconds within which 95 of 100 answers came."""
        return quantiles(self.waits, n=20)[-1] if len(self.waits) > 1 else 0.0


def promised(file: Path, addresses: Sequence[int]) -> None:
    """One reminder to each, to people who are remembered."""
    database = Database(f"sqlite:///{file}", patience=30)
    now = clock.now()
    with database.transaction() as tx:
        rows = []
        for address in addresses:
            person = tx.people.welcome("telegram", str(address), "Người", "vi", now)
            about = {"created_at": now, "due_at": now, "priority": 1, "once": f"benchmark:{address}"}
            there = {"channel": "telegram", "address": str(address), "chat_id": person.chat_id}
            state = {"language": "vi", "state": "waiting", "tries": 0, "parts_sent": 0}
            rows.append({**there, **about, **state, "body": TEXT.body()})
        tx.connection.execute(insert(OUTBOX), rows)
    database.close()


async def talking(person: Person, until: asyncio.Event, waits: list[float], chance: random.Random) -> None:
    """Talk after talk, with time to think; how long each answer took."""
    while True:
        for deed in OUR_TALK:
            with suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), chance.uniform(*THINKING))
                return
            began = perf_counter()
            await does(person, deed)
            waits.append(perf_counter() - began)


async def our_broadcast(folder: Path, core: int | None, reminders: int, people: int) -> Broadcast:
    """The product, with people who talk meanwhile."""
    async with Sandbox(TOKEN) as sandbox:
        program = ours(folder, sandbox.url)
        await done(*sangkien(folder, "units", "import", str(UNITS)))
        talkers, readers = gathered(sandbox, people), listeners(sandbox, reminders)
        async with program.running(core):
            await each(talkers, joins)
            sandbox.limits.on, heard = True, len(sandbox.calls)
            until, waits = asyncio.Event(), list[float]()
            talks = [
                asyncio.ensure_future(talking(person, until, waits, random.Random(number)))
                for number, person in enumerate(talkers)
            ]
            await asyncio.to_thread(promised, folder / "sangkien.db", readers)
            found = await measured(sandbox, heard, readers)
            until.set()
            await asyncio.gather(*talks)
        assert not sandbox.violations, sandbox.violations[:3]
    return Broadcast(*found, waits)


async def stock_broadcast(folder: Path, core: int, reminders: int) -> Broadcast:
    """python-telegram-bot with its own rate limiter, sending the same number of messages."""
    python = await python_with("rate-limiter", "python-telegram-bot[rate-limiter]>=22.8,<23")
    async with Sandbox(TOKEN, limits=True) as sandbox:
        readers = listeners(sandbox, reminders)
        arguments = [sandbox.url, TOKEN, str(readers[0]), str(reminders)]
        program = Program([python, "-m", "benchmarks.rate_limited", *arguments], folder / "bot.log")
        async with program.running(core):
            return Broadcast(*await measured(sandbox, 0, readers))


def listeners(sandbox: Sandbox, count: int) -> list[int]:
    """People who have opened the talk and say nothing; their chats, which follow each other."""
    people = gathered(sandbox, count)
    for person in people:
        sandbox.world.private_room(person.account)
    return [person.id for person in people]


async def measured(sandbox: Sandbox, heard: int, readers: Sequence[int]) -> tuple[int, int, float, int]:
    """Wait until everybody has their reminder; reminders, messages, seconds and refusals since then."""
    rooms = [sandbox.world.rooms[reader] for reader in readers]
    async with asyncio.timeout(60 + len(readers) / 15):
        while not all(room.messages for room in rooms):  # noqa: ASYNC110 - the sandbox has no event for it
            await asyncio.sleep(0.2)
    chats = set(readers)
    calls = [call for call in sandbox.calls[heard:] if call.method.startswith("send")]
    reminders = [call for call in calls if call.status == 200 and reader(call) in chats]
    began, ended = reminders[0].at, reminders[-1].at
    sent = [call for call in calls if call.status == 200 and began <= call.at <= ended]
    seconds = (ended - began).total_seconds()
    assert len(reminders) == len(readers), f"{len(reminders)} reminders for {len(readers)} people"
    return len(reminders), len(sent), seconds, sum(call.status == 429 for call in calls)


def reader(call: Any) -> int:
    """The chat a call was made for."""
    return int(call.params["chat_id"])


def printed(found: dict[str, Broadcast]) -> None:
    """The table, and what was promised."""
    rows = []
    for name, one in found.items():
        waits = f"{one.p95:.2f}" if one.waits else ""
        figures = (f"{one.reminders}", f"{one.rate:.1f}", f"{one.refused}", f"{len(one.waits)}", waits)
        rows.append((name, *figures))
    table(("bot", "reminders", "messages/s", "refused", "answers", "p95 s"), rows)
    own = found["ours"]
    judged("≥ 28 messages/s", own.rate, least=28)
    judged("no refusal", own.refused, most=0)
    judged("answers within 1 s, p95", own.p95, most=1)


async def compare(reminders: int, people: int, *, beside: bool) -> None:
    """Ours, and the other when asked."""
    cores = machine.Cores.shared_out()
    cores.take()
    found = {}
    with tempfile.TemporaryDirectory(prefix="sangkien-benchmark-") as folder:
        found["ours"] = await our_broadcast(Path(folder), cores.bot, reminders, people)
    if beside:
        with tempfile.TemporaryDirectory(prefix="sangkien-benchmark-") as folder:
            found["AIORateLimiter"] = await stock_broadcast(Path(folder), cores.bot, reminders)
    print(
        f"\n{reminders} reminders while {people} people talk, one message every {sum(THINKING) / 2:g} s each"
    )
    printed(found)
    print(machine.description())


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reminders", type=int, default=3_000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--beside", action="store_true", help="also python-telegram-bot's own rate limiter")
    asked = parser.parse_args()
    asyncio.run(compare(asked.reminders, asked.people, beside=asked.beside))


if __name__ == "__main__":
    main()
