"""Pushes updates to the bot's webhook, again and again until it says 2xx."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime

import aiohttp

from bot.sandbox.updates import SETTING_WEBHOOK, Update, Updates

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
"""Seconds between attempts, doubling. Telegram waits longer; tests have not got that time."""

TIMEOUT = aiohttp.ClientTimeout(total=60)


class Webhook:
    """Where updates go, and the tasks that bring them there."""

    def __init__(self, updates: Updates, now: Callable[[], datetime]) -> None:
        self.updates = updates
        self.now = now
        self.url = ""
        self.secret = ""
        self.connections = 40
        self.last_error: tuple[int, str] | None = None
        self._courier: asyncio.Task[None] | None = None

    def point(self, url: str, secret: str = "", connections: int = 40) -> None:
        """Push there from now on; an empty url ends it."""
        self.url, self.secret, self.connections = url, secret, connections
        self.last_error = None
        self._rest()
        if url:
            self.updates.end_poll(SETTING_WEBHOOK)
            self.go_on()

    def go_on(self) -> None:
        """Push to where it points."""
        if self.url:
            self._courier = asyncio.get_running_loop().create_task(self._deliver())

    async def stop(self) -> None:
        """Push nothing until `go_on`."""
        if courier := self._rest():
            await asyncio.gather(courier, return_exceptions=True)

    def _rest(self) -> asyncio.Task[None] | None:
        courier, self._courier = self._courier, None
        if courier is not None:
            courier.cancel()
        return courier

    async def _deliver(self) -> None:
        """Takes updates in order, as many at a time as the bot allows, one of each queue."""
        flying: dict[tuple[str, int], asyncio.Task[None]] = {}
        connector = aiohttp.TCPConnector(limit=self.connections)
        async with aiohttp.ClientSession(connector=connector, timeout=TIMEOUT) as session:
            try:
                while True:
                    self.updates.pushed.clear()
                    for update in self.updates.waiting:
                        if len(flying) >= self.connections:
                            break
                        if update.queue not in flying:
                            flying[update.queue] = asyncio.ensure_future(self._push(session, update))
                    await self._next(set(flying.values()))
                    flying = {queue: task for queue, task in flying.items() if not task.done()}
            finally:
                for task in flying.values():
                    task.cancel()
                await asyncio.gather(*flying.values(), return_exceptions=True)

    async def _next(self, flying: set[asyncio.Task[None]]) -> None:
        """Until one has arrived or a new update is there."""
        new = asyncio.ensure_future(self.updates.pushed.wait())
        try:
            await asyncio.wait({new, *flying}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            new.cancel()

    async def _push(self, session: aiohttp.ClientSession, update: Update) -> None:
        """One update, until the bot takes it; only then does it leave the queue."""
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        if self.updates.late > 0:
            self.updates.late -= 1
            await asyncio.sleep(self.updates.latest * random.random())  # noqa: S311 - nothing to be guessed
        pause = FIRST_PAUSE
        while True:
            try:
                async with session.post(self.url, data=update.body, headers=headers) as answer:
                    await answer.read()
                    if answer.ok:
                        self.updates.arrived(update)
                        return
                    trouble = f"Wrong response from the webhook: {answer.status} {answer.reason}"
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                trouble = f"Connection failed: {type(error).__name__}"
            self.last_error = (int(self.now().timestamp()), trouble)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
