"""Alarms: what is not well is told to the admins' chats once, and again only when it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.health import Finding, Health
from bot.ledger import Ledger
from handlers.alarming import tell_admins

log = structlog.get_logger()
EVERY_SECONDS = 30.0


class Alarms:
    """Looks at the health from time to time and speaks when the list of findings has changed."""

    def __init__(self, health: Health, ledger: Ledger, wake: Callable[[], None], now: Callable[[], datetime]):
        self._health = health
        self._ledger = ledger
        self._wake = wake
        self._now = now
        self._told: tuple[str, ...] = ()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.look()
            except (SQLAlchemyError, OSError) as failed:
                log.error("health_unknown", reason=type(failed).__name__)

    async def look(self) -> None:
        """Look once."""
        findings = await self._health.findings()
        names = tuple(finding.name for finding in findings)
        if names == self._told:
            return
        for finding in findings:
            log.error("not_well", what=finding.name, figure=finding.figure)
        await self._ledger.within(lambda tx: tell_admins(tx, [_plain(f) for f in findings], self._now()))
        self._told = names
        self._wake()


def _plain(finding: Finding) -> tuple[str, int]:
    return finding.name, finding.figure
