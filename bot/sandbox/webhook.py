"""Pushes updates to the bot's webhook, again and again until it says 2xx."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import aiohttp

from bot.sandbox.updates import Updates

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

    def point(self, url: str, secret: str, connections: int) -> None:
        """Start pushing there, or stop with an empty url."""
        self.url, self.secret, self.connections = url, secret, connections
        self.last_error = None
        if self._courier is not None:
            self._courier.cancel()
            self._courier = None
        if url:
            self.updates.end_poll()
            self._courier = asyncio.get_running_loop().create_task(self._deliver())

    async def stop(self) -> None:
        """Push nothing any more."""
        courier = self._courier
        self.point("", "", 40)
        if courier is not None:
            await asyncio.gather(courier, return_exceptions=True)

    async def _deliver(self) -> None:
        """Takes updates from the queue in order, as many at a time as the bot allows connections."""
        flying: dict[asyncio.Task[None], tuple[int, bytes]] = {}
        connector = aiohttp.TCPConnector(limit=self.connections)
        async with aiohttp.ClientSession(connector=connector, timeout=TIMEOUT) as session:
            try:
                while True:
                    self.updates.pushed.clear()
                    for update in self.updates.waiting:
                        if len(flying) >= self.connections:
                            break
                        if update not in flying.values():
                            flying[asyncio.ensure_future(self._push(session, update))] = update
                    await self._next(set(flying))
                    for task in [task for task in flying if task.done()]:
                        del flying[task]
            finally:
                for task in flying:
                    task.cancel()
                await asyncio.gather(*flying, return_exceptions=True)

    async def _next(self, flying: set[asyncio.Task[None]]) -> None:
        """Until one has arrived or a new update is there."""
        new = asyncio.ensure_future(self.updates.pushed.wait())
        try:
            await asyncio.wait({new, *flying}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            new.cancel()

    async def _push(self, session: aiohttp.ClientSession, update: tuple[int, bytes]) -> None:
        """One update, until the bot takes it; only then does it leave the queue."""
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        pause = FIRST_PAUSE
        while True:
            try:
                async with session.post(self.url, data=update[1], headers=headers) as answer:
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
