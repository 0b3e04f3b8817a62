"""In: what a messenger brings is heard in one transaction, and only then confirmed to the messenger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels import CallFailed, Channel, Elsewhere, NotOurs, Slower
from bot.channels.telegram import read
from bot.channels.telegram_calls import TelegramChannel
from bot.channels.telegram_plain import read_ordinary
from bot.database_faults import short_name
from bot.delivery import Delivery
from bot.health import Pulse
from bot.ledger import Ledger, Unreadable
from bot.logs import frames_of
from bot.stopping import uninterrupted
from handlers.house import Outcome
from handlers.messages import Attached, Event

log = structlog.get_logger()
T = TypeVar("T")
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)  # seconds between tries while something is away


class Intake:
    """Hands batches of events to the ledger, and what follows from them to delivery."""

    def __init__(self, ledger: Ledger, delivery: Delivery, file_waits: Callable[[], None]) -> None:
        self._ledger = ledger
        self._delivery = delivery
        self._file_waits = file_waits
        self._answers: set[asyncio.Task[None]] = set()

    async def take(self, channel: Channel, incoming: Sequence[Event | Unreadable]) -> None:
        """Hear a batch; when this returns it is committed. Raises what the database raises."""
        turned = await self._ledger.turn(incoming)
        self._delivery.heard(turned)
        for event, outcome in zip(incoming, turned.outcomes, strict=True):
            if isinstance(event, Event) and event.query:
                self._spawn(self._answer(channel, event.query, outcome))
            if isinstance(event, Event) and isinstance(event.what, Attached):
                self._file_waits()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, channel: Channel, query: str, outcome: Outcome) -> None:
        """A pressed button stops waiting. Only a courtesy: if it fails, the button stops by itself."""
        try:
            words = self._delivery.words(outcome.language, outcome.toast) if outcome.toast else ""
            await channel.answer(query, words)
        except CallFailed as failed:
            log.debug("button_not_answered", reason=type(failed).__name__)

    async def close(self, until: float) -> None:
        """Wait for the answers under way, but not longer than until then (a time of the event loop)."""
        if self._answers:
            await asyncio.wait(self._answers, timeout=max(0.0, until - asyncio.get_running_loop().time()))


def read_update(channel: TelegramChannel, bot: str, raw: dict[str, Any]) -> Event | Unreadable | None:
    """One update alone: a malformed one must not hold up the others."""
    number = str(raw.get("update_id"))
    try:
        return read_ordinary(raw, bot) or read(channel.parse(raw), bot)
    except Exception as error:
        log.warning("update_unreadable", update=number, reason=type(error).__name__)
        return Unreadable(channel.name, bot, number, type(error).__name__, frames_of(error))


async def patiently(
    attempt: Callable[[], Coroutine[Any, Any, T]], told: Callable[[Exception], None] = lambda _: None
) -> T:
    """Try until it works: what is away comes back, and nothing is confirmed meanwhile. Raises NotOurs."""
    failures = 0
    while True:
        try:
            return await uninterrupted(attempt())
        except NotOurs:
            raise
        except Exception as failed:
            told(failed)
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            pause = max(pause, failed.seconds) if isinstance(failed, Slower) else pause
            event = "poll_elsewhere" if isinstance(failed, Elsewhere) else "intake_failed"
            trace = {} if isinstance(failed, CallFailed | SQLAlchemyError) else {"trace": frames_of(failed)}
            log.warning(event, reason=short_name(failed), pause=pause, **trace)
            failures += 1
            await asyncio.sleep(pause)


class Poller:
    """Asks Telegram for updates; a batch is confirmed by asking for the next, after its commit."""

    def __init__(self, channel: TelegramChannel, bot: str, intake: Intake, pulse: Pulse) -> None:
        self._channel = channel
        self._bot = bot
        self._intake = intake
        self._pulse = pulse
        self._offset: int | None = None

    async def run(self) -> None:
        """Poll until cancelled. Raises NotOurs when the token is refused."""
        await patiently(self._channel.forget_webhook)
        while True:
            # Nothing here names a batch while the next one is waited for: perhaps all night.
            await self._hear(await patiently(lambda: self._channel.updates(self._offset), self._pulse.failed))

    async def _hear(self, batch: list[dict[str, Any]]) -> None:
        self._pulse.polled()
        if not batch:
            return
        incoming = [
            event for raw in batch if (event := read_update(self._channel, self._bot, raw)) is not None
        ]
        await patiently(partial(self._intake.take, self._channel, incoming))
        self._offset = max(int(raw["update_id"]) for raw in batch) + 1
