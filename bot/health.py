"""Whether the bot is well: the last successful poll, the oldest unsettled message, dead letters, the disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from bot.ledger import Ledger
from storage.transaction import Transaction

POLL_AGE = timedelta(seconds=90)  # three long polls without an answer
UNSETTLED_AGE = timedelta(minutes=5)
LEAST_FREE = 500_000_000  # bytes


class Pulse:
    """When the messenger last answered us."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.last = now()

    def polled(self) -> None:
        """The messenger has just answered."""
        self.last = self._now()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not well: a short name, and a figure."""

    name: str
    figure: int


class Health:
    """Looks at what matters; says nothing while all is well."""

    def __init__(
        self, ledger: Ledger, pulse: Pulse, folder: Path, now: Callable[[], datetime], *, polling: bool
    ) -> None:
        self._ledger = ledger
        self._pulse = pulse
        self._folder = folder
        self._now = now
        self._polling = polling

    async def findings(self) -> list[Finding]:
        """Everything that is not well now."""
        now, found = self._now(), []
        silence = now - self._pulse.last
        if self._polling and silence > POLL_AGE:
            found.append(Finding("no_poll_seconds", int(silence.total_seconds())))
        oldest, dead = await self._ledger.within(_waiting)
        if oldest is not None and now - oldest > UNSETTLED_AGE:
            found.append(Finding("unsettled_seconds", int((now - oldest).total_seconds())))
        if dead:
            found.append(Finding("dead_letters", dead))
        self._folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self._folder).free
        if free < LEAST_FREE:
            found.append(Finding("disk_free_megabytes", free // 1_000_000))
        return found

    async def answer(self, _request: web.Request) -> web.Response:
        """`/healthz`: 200 and `ok`, or 503 and a line for each finding."""
        try:
            found = await self.findings()
        except Exception as error:
            return web.Response(status=503, text=f"{type(error).__name__}\n")
        if not found:
            return web.Response(text="ok\n")
        return web.Response(status=503, text="".join(f"{one.name} {one.figure}\n" for one in found))


def _waiting(tx: Transaction) -> tuple[datetime | None, int]:
    return tx.outbox.oldest_open(), tx.dead_letters.count()
