"""The alarm clock: wakes up now and then, and at the instant that comes next, and calls the tick.

APScheduler remembers nothing here: the tables know who is due. A tick that comes late, twice, or in another
process too is harmless. Times are instants in UTC, whatever zone the server is in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]

from bot import clock
from bot.database_faults import short_name
from bot.ledger import Ledger
from bot.logs import frames_of
from handlers.closing import at_work
from handlers.house import House
from handlers.reminders import Ticked, tick
from handlers.slow_reviews import remind_slow

log = structlog.get_logger()
LOOK_SECONDS = 20
JUMPING_SECONDS = 0.3
# A tick that is late is still wanted, several that were missed are one, and two never run at once.
JOBS = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
PROMPT = timedelta(milliseconds=5)  # just after the instant, never before it


class Schedule:
    """Ticks while this process leads; `done` is told when something was promised.

    `hears` says whether the messenger answers: an absence over a close is known from when it did.
    """

    def __init__(
        self,
        ledger: Ledger,
        house: House,
        now: Callable[[], datetime],
        done: Callable[[], None],
        hears: Callable[[], bool] = lambda: True,
    ) -> None:
        self._ledger = ledger
        self._house = house
        self._now = now
        self._done = done
        self._hears = hears
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=JOBS)

    async def run(self) -> None:
        """Tick until cancelled."""
        # Where time may jump, nobody waits for the next look.
        seconds = JUMPING_SECONDS if clock.movable() else LOOK_SECONDS
        self._scheduler.add_job(self._look, "interval", seconds=seconds, id="look")
        self._scheduler.start()
        try:
            await self._look()
            await asyncio.Event().wait()
        finally:
            self._scheduler.shutdown(wait=False)

    async def look(self) -> Ticked:
        """See to everybody who is due now, a page in each transaction, so that live answers come between."""
        while True:
            ticked = await self._ledger.within(lambda tx: tick(tx, self._house, self._now()))
            if ticked.promised:
                self._done()
            if not ticked.more:
                return ticked

    async def _look(self) -> None:
        """One look; what fails is tried again at the next."""
        try:
            if self._hears():
                await self._ledger.within(lambda tx: at_work(tx, self._now()))
            if await self._ledger.within(lambda tx: remind_slow(tx, self._house, self._now())):
                self._done()
            self._wake_at((await self.look()).next_at)
            if clock.movable():
                self._done()  # what was held until later may be due by now
        except Exception as failed:
            log.error("tick_failed", reason=short_name(failed), trace=frames_of(failed))

    def _wake_at(self, at: datetime | None) -> None:
        """Wake at the instant itself when it comes before the next look."""
        wait = None if at is None else at - self._now()
        if wait is not None and wait < timedelta(seconds=LOOK_SECONDS):
            when = clock.real() + max(wait, timedelta()) + PROMPT
            self._scheduler.add_job(self._look, "date", run_date=when, id="prompt", replace_existing=True)
