"""Alarms: what is not well is told to the admins' chats once, and again only when it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels import CallFailed
from bot.delivery import Delivery
from bot.health import LAST_POLL, Finding, Health
from bot.ledger import Ledger
from bot.logs import frames_of
from bot.stopping import Interrupted
from handlers.alarming import Place, alarm, tell_admins
from storage.transaction import Transaction

log = structlog.get_logger()
EVERY_SECONDS = 30.0


class Alarms:
    """Looks at the health from time to time and speaks when the list of findings has changed.

    What was told is remembered in the database: a program that starts again does not tell it again.
    While the database itself is away, the admins it last named are told directly.
    """

    def __init__(
        self,
        health: Health,
        ledger: Ledger,
        delivery: Delivery,
        now: Callable[[], datetime],
        chats: Sequence[str] = (),
    ) -> None:
        self._health = health
        self._ledger = ledger
        self._delivery = delivery
        self._now = now
        self._chats = [("telegram", chat, "vi") for chat in chats]
        self._admins: list[Place] = self._chats
        self._told_directly: tuple[str, ...] = ()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as failed:
                log.error("health_unknown", reason=type(failed).__name__, trace=frames_of(failed))
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Look once."""
        findings = await self._health.findings()
        told = [(finding.name, finding.figure) for finding in findings]
        anyway = bool(self._told_directly)

        def tell(tx: Transaction) -> tuple[list[Place], bool]:
            if (polled := self._health.last_poll()) is not None:
                tx.heard.settle_setting(LAST_POLL, polled.isoformat())
            return tell_admins(tx, told, self._now(), self._chats, anyway=anyway)

        try:
            self._admins, changed = await self._ledger.within(tell)
        except (SQLAlchemyError, Interrupted):
            await self._directly(findings)
            return
        self._told_directly = ()
        if changed:
            _write_down(findings)
            self._delivery.wake()

    async def _directly(self, findings: Sequence[Finding]) -> None:
        names = tuple(finding.name for finding in findings)
        if names == self._told_directly:
            return
        self._told_directly = names
        _write_down(findings)
        for where in self._admins:
            try:
                await self._delivery.say_at_once(where, alarm([(f.name, f.figure) for f in findings]))
            except CallFailed as failed:
                log.warning("alarm_not_sent", reason=type(failed).__name__)


def _write_down(findings: Sequence[Finding]) -> None:
    for finding in findings:
        log.error("not_well", what=finding.name, figure=finding.figure)
    if not findings:
        log.info("well_again")
