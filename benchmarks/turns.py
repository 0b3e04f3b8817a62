"""What one message costs the database thread, step by step of a talk: no network, little noise.

`python -m benchmarks.turns [--batch N] [--people N]`. Real handlers, real SQLite file, real transactions;
only the messenger is missing. Good for telling whether a change made the hot path cheaper.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import mean
from time import process_time

from benchmarks import machine
from benchmarks.programs import TOKEN, UNITS, ours
from benchmarks.tables import table
from benchmarks.typists import JOINING, OUR_TALK, Deed, told
from bot import clock
from bot.config import load
from bot.ledger import Ledger
from bot.speech import Speech
from bot.texts import load as load_texts
from bot.unit_import import import_file
from handlers.house import House
from handlers.messages import Event, Pressed, Reply, Started, Typed, What
from storage.database import Database
from storage.outbox import Settled
from storage.upgrade import upgrade_database

ROUNDS = 6
FIRST_ADDRESS = 5_000_000_001
CHANNEL = "telegram"


class Talks:
    """People who talk straight to the ledger; what was promised to them is settled with the next turn."""

    def __init__(self, ledger: Ledger, speech: Speech, people: int, batch: int) -> None:
        self._ledger = ledger
        self._speech = speech
        self._people = [str(FIRST_ADDRESS + number) for number in range(people)]
        self._batch = batch
        self._numbers = count(1)
        self._seen: dict[str, Reply] = {}
        self._round = 0

    async def talk(self) -> list[float]:
        """Everybody tells of an improvement of their own; milliseconds of CPU for each step's message."""
        self._round += 1
        return [await self.step(deed) for deed in OUR_TALK]

    async def step(self, deed: Deed) -> float:
        """Everybody does the same; milliseconds of CPU for each message."""
        events = [
            self._event(address, told([deed], self._round * len(self._people) + number)[0])
            for number, address in enumerate(self._people)
        ]
        began = process_time()
        for start in range(0, len(events), self._batch):
            await self._turn(events[start : start + self._batch])
        return (process_time() - began) * 1_000 / len(events)

    async def _turn(self, events: list[Event]) -> None:
        turned = await self._ledger.turn(events)
        for promise in turned.claimed:
            self._seen[promise.address] = Reply.of(promise.body)
            self._ledger.settle_later(Settled(promise.id, "sent", message="1", parts_sent=1))

    def _event(self, address: str, deed: Deed) -> Event:
        number = str(next(self._numbers))
        return Event(
            what=self._what(address, deed),
            channel=CHANNEL,
            bot="1000",
            number=number,
            address=address,
            message=number,
            sender=address,
            name="Người",
            language="vi",
            sent_at=datetime(2026, 1, 1, tzinfo=UTC),
            query=number if deed[0] == "press" else "",
        )

    def _what(self, address: str, deed: Deed) -> What:
        kind, words = deed
        if kind == "type":
            return Started() if words == "/start" else Typed(words)
        for button in self._seen[address].buttons():
            if words in self._speech.label("vi", button):
                return Pressed(button.action)
        raise AssertionError(f"no button {words!r} was offered")


async def measured(folder: Path, people: int, batch: int) -> list[tuple[str, float]]:
    """Each step of a talk and its least milliseconds over the rounds."""
    ours(folder, "http://127.0.0.1:9")
    config = load(folder / "config.toml", {**os.environ, "SANGKIEN_TELEGRAM__TOKEN": TOKEN})
    database = Database(config.database.url)
    upgrade_database(database)
    list(import_file(database, UNITS, clock.now(), dry_run=False))
    programme = config.programme_facts()
    speech = Speech(load_texts(), programme.zone)
    ledger = Ledger(database, House(programme, speech), clock.now)
    talks = Talks(ledger, speech, people, batch)
    for deed in JOINING:
        await talks.step(deed)
    rounds = [await talks.talk() for _ in range(ROUNDS)]
    with database.reading() as tx:
        kept, expected = tx.initiatives.count(), people * ROUNDS
    assert kept == expected, f"{kept} initiatives of {expected} are there"
    ledger.close()
    database.close()
    return [(deed[1], min(costs)) for deed, costs in zip(OUR_TALK, zip(*rounds, strict=True), strict=True)]


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--batch", type=int, default=40, help="messages that share a transaction")
    asked = parser.parse_args()
    machine.Cores.shared_out().take()
    with tempfile.TemporaryDirectory(prefix="sangkien-benchmark-") as folder:
        steps = asyncio.run(measured(Path(folder), asked.people, asked.batch))
    rows = [(words[:40], f"{cost:.3f}") for words, cost in steps]
    rows.append(("mean of a message", f"{mean(cost for _, cost in steps):.3f}"))
    table((f"least of {ROUNDS}, {asked.batch} messages a transaction", "ms"), rows)
    print(machine.description())


if __name__ == "__main__":
    main()
