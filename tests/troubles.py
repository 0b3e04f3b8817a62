"""Troubles of every kind, coming at random while people type."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable

from bot.sandbox import Sandbox

OUTAGE_SECONDS, OUTAGE_EVERY = 5.0, 12  # of the latter: troubles
MOST_AT_ONCE = 3


class Troubles:
    """Makes bad days for a sandbox's bot. `met` counts what was switched on."""

    def __init__(self, sandbox: Sandbox, seed: int, *, webhook: bool) -> None:
        self.faults = sandbox.faults
        self.chance = random.Random(seed)
        self.webhook = webhook
        self.met: Counter[str] = Counter()

    async def come(self, every: float) -> None:
        """One trouble after another until cancelled; `every` is the mean pause in seconds."""
        makers: tuple[Callable[[], None], ...] = (
            self._storm,
            self._lost_answers,
            self._hanging_answer,
            self._broken_gateway,
            self._lost_batch,
            self._repetitions,
            self._rubbish,
            self._overtaking,
        )
        turn, last_outage = 0, 0
        while True:
            await asyncio.sleep(every * (0.5 + self.chance.random()))
            if len(self.faults.coming) > MOST_AT_ONCE:
                continue  # nobody has met the last ones yet: the program is starting
            # Each kind in its turn first, so that a short run meets them all; then as chance has it.
            make = makers[turn] if turn < len(makers) else self.chance.choice(makers)
            if turn - last_outage == OUTAGE_EVERY:
                make, last_outage = self._outage, turn
            make()
            self.met[make.__name__.strip("_")] += 1
            turn += 1

    def _storm(self) -> None:
        self.faults.add("too_many", "sendMessage", times=self.chance.randint(3, 15), seconds=1)

    def _lost_answers(self) -> None:
        """Done, and nobody says so."""
        self.faults.add("accept_then_reset", "sendMessage", times=self.chance.randint(1, 4))

    def _hanging_answer(self) -> None:
        self.faults.add("accept_then_hang", "sendMessage")

    def _broken_gateway(self) -> None:
        code, method = self.chance.choice((500, 502, 503)), self.chance.choice(("getUpdates", "sendMessage"))
        self.faults.add("status", method, times=self.chance.randint(1, 5), code=code)

    def _lost_batch(self) -> None:
        """What getUpdates handed out never arrived."""
        kind = self.chance.choice(("reset", "accept_then_reset", "slow"))
        self.faults.add(kind, "getUpdates", times=2)
        self.faults.add("reset", "answerCallbackQuery", times=2)

    def _repetitions(self) -> None:
        self.faults.add("duplicate", times=self.chance.randint(1, 10))
        self.faults.add("redeliver", times=self.chance.randint(1, 30))

    def _rubbish(self) -> None:
        self.faults.add("rubbish", times=self.chance.randint(1, 3))

    def _overtaking(self) -> None:
        if self.webhook:
            self.faults.add("reorder", times=self.chance.randint(5, 40), seconds=1)
        else:
            self.faults.add("redeliver", times=100)

    def _outage(self) -> None:
        self.faults.add("outage", seconds=OUTAGE_SECONDS)
