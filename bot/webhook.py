"""Webhook mode: Telegram brings each update in a call, answered 200 only after its transaction committed."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.telegram_calls import TelegramChannel
from bot.config_tables import Webhook
from bot.database_faults import short_name
from bot.intake import Intake, patiently, read_update
from bot.ledger import Unreadable
from handlers.messages import Event

log = structlog.get_logger()
AT_ONCE = 100


class CannotListen(Exception):
    """Nothing can listen at this address: it is taken, or not this machine's."""


class Gathering:
    """Calls that arrive while a transaction is open share the next one: load makes it cheaper."""

    def __init__(self, channel: TelegramChannel, intake: Intake) -> None:
        self._channel = channel
        self._intake = intake
        self._waiting: list[tuple[Event | Unreadable, asyncio.Future[None]]] = []
        self._working: asyncio.Task[None] | None = None

    async def hear(self, event: Event | Unreadable) -> None:
        """Hear one event; when this returns it is committed. Raises what the database raises."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, done))
        if self._working is None or self._working.done():
            self._working = asyncio.ensure_future(self._work())
        await done

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                await self._intake.take(self._channel, [event for event, _ in batch])
            except BaseException as error:
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error if isinstance(error, Exception) else ConnectionError())
                if not isinstance(error, Exception):
                    raise
            else:
                for _, done in batch:
                    if not done.done():
                        done.set_result(None)


class WebhookServer:
    """Hears Telegram's calls; `bot/listening.py` brings them."""

    def __init__(self, channel: TelegramChannel, bot: str, gathering: Gathering, settings: Webhook) -> None:
        self._channel = channel
        self._bot = bot
        self._gathering = gathering
        self._settings = settings
        self.path = urlsplit(settings.url).path or "/"

    async def run(self) -> None:
        """Tell Telegram where we listen; what waited there is brought now. Runs until cancelled."""
        secret = self._settings.secret.get_secret_value()
        await patiently(lambda: self._channel.set_webhook(self._settings.url, secret))
        await asyncio.Event().wait()

    async def called(self, secret: str, body: Callable[[], Awaitable[bytes]]) -> int:
        """One call; the HTTP status that answers it. The secret is compared, in constant time, before `body`
        reads anything.
        """
        if not hmac.compare_digest(secret.encode(), self._settings.secret.get_secret_value().encode()):
            log.warning("webhook_wrong_secret")
            return 401
        try:
            raw = orjson.loads(await body())
        except ValueError:
            return 400
        if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
            return 400
        event = read_update(self._channel, self._bot, raw)
        if event is None:
            return 200
        try:
            await self._gathering.hear(event)
        except (SQLAlchemyError, ConnectionError) as failed:
            log.warning("webhook_not_confirmed", reason=short_name(failed))
            return 503
        return 200
