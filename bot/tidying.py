"""Tidies once a day while the bot runs, and at its start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.config import Config
from bot.ledger import Ledger
from bot.logs import frames_of
from handlers.house import House
from handlers.tidying import Keeping, Tidied, tidy

log = structlog.get_logger()
LOOK_SECONDS = 600.0
EVERY = timedelta(days=1)


def keeping_of(config: Config) -> Keeping:
    """How long each thing is kept, as configured."""
    said = config.privacy
    drafts = timedelta(days=said.drafts_days) if said.drafts_days else None
    messages, heard = timedelta(days=said.messages_days), timedelta(days=said.heard_days)
    return Keeping(messages, heard, timedelta(days=said.dead_letters_days), drafts)


class Tidying:
    """Looks now and then whether a day has passed; `done` is told when something was promised."""

    def __init__(
        self,
        ledger: Ledger,
        keeping: Keeping,
        house: House,
        now: Callable[[], datetime],
        done: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._keeping = keeping
        self._house = house
        self._now = now
        self._done = done
        self._last: datetime | None = None

    async def run(self) -> None:
        """Tidy until cancelled; what fails is tried again at the next look."""
        while True:
            try:
                await self.look()
            except Exception as failed:
                log.error("not_tidied", reason=type(failed).__name__, trace=frames_of(failed))
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> Tidied | None:
        """Tidy, when the last time is a day ago."""
        now = self._now()
        if self._last is not None and now - self._last < EVERY:
            return None
        tidied = await self._ledger.within(lambda tx: tidy(tx, self._keeping, self._house, now))
        self._last = now
        self._done()
        return tidied
