"""How fast we may speak: a little below what the messenger allows, live replies before everything else."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

# Bot API FAQ: about 30 messages a second overall, one a second in a chat with short bursts,
# 20 a minute in a group.
OVERALL_GAP = 1 / 29.2
CHAT_BURST, CHAT_SECONDS = 3, 3.3
GROUP_BURST, GROUP_SECONDS = 19, 61.0
# While something is broadcast, and for a while after a refusal, answers keep to the same pace; otherwise each
# answers somebody who has just written, and may go at once.
STRICT_AFTER_BULK, STRICT_AFTER_REFUSAL = 2.0, 600.0
FORGET_CHATS = 10_000


@dataclass(order=True)
class _Waiting:
    bulk: bool
    number: int
    address: str = field(compare=False)
    turn: asyncio.Future[None] = field(compare=False)


class Pacer:
    """Gives turns to send. Times are seconds of a monotonic clock."""

    def __init__(self, monotonic: Callable[[], float], *, gap: float = OVERALL_GAP) -> None:
        self._now = monotonic
        self._gap = gap
        self._queue: list[_Waiting] = []
        self._numbers = count()
        self._last = self._strict_until = self._paused_until = float("-inf")
        self._chats: dict[str, deque[float]] = {}
        self._chat_paused: dict[str, float] = {}
        self._dispatcher: asyncio.Task[None] | None = None

    async def turn(self, address: str, *, bulk: bool, more: bool = False) -> None:
        """Wait for the right to send one message to a chat; `more`: it is not the first of its reply."""
        now = self._now()
        free = not bulk and not more and now >= self._strict_until and now >= self._paused_until
        if free and not _is_group(address) and now >= self._chat_paused.get(address, now):
            self._sent(address, now)
            return
        waiting = _Waiting(bulk, next(self._numbers), address, asyncio.get_running_loop().create_future())
        heapq.heappush(self._queue, waiting)
        if bulk:
            self._strict_until = max(self._strict_until, now + STRICT_AFTER_BULK)
        if self._dispatcher is None or self._dispatcher.done():
            self._dispatcher = asyncio.ensure_future(self._dispatch())
        await waiting.turn

    def refused(self, address: str, seconds: float) -> None:
        """The messenger asked for a pause: obeyed for the chat, briefly for all, and remembered."""
        now = self._now()
        self._chat_paused[address] = now + seconds
        self._paused_until = max(self._paused_until, now + min(seconds, 1.0))
        self._strict_until = max(self._strict_until, now + STRICT_AFTER_REFUSAL)

    async def _dispatch(self) -> None:
        while self._queue:
            now = self._now()
            wait = max(self._last + self._gap, self._paused_until) - now
            chosen = None if wait > 0 else self._next(now)
            if chosen is None:
                await asyncio.sleep(max(wait, self._gap / 4))
                continue
            if chosen.bulk:
                self._strict_until = max(self._strict_until, now + STRICT_AFTER_BULK)
            self._sent(chosen.address, now)
            chosen.turn.set_result(None)

    def _next(self, now: float) -> _Waiting | None:
        """The first in the queue whose chat may be written to; those given up meanwhile fall out."""
        passed: list[_Waiting] = []
        found = None
        while self._queue and found is None:
            waiting = heapq.heappop(self._queue)
            if waiting.turn.done():
                continue
            if self._chat_ready(waiting.address, now):
                found = waiting
            else:
                passed.append(waiting)
        for waiting in passed:
            heapq.heappush(self._queue, waiting)
        return found

    def _chat_ready(self, address: str, now: float) -> bool:
        if now < self._chat_paused.get(address, now):
            return False
        most, seconds = (GROUP_BURST, GROUP_SECONDS) if _is_group(address) else (CHAT_BURST, CHAT_SECONDS)
        sent = self._chats.get(address)
        if sent is None:
            return True
        while sent and now - sent[0] > seconds:
            sent.popleft()
        return len(sent) < most

    def _sent(self, address: str, now: float) -> None:
        self._last = now
        if len(self._chats) > FORGET_CHATS:
            self._forget(now)
        self._chats.setdefault(address, deque(maxlen=GROUP_BURST)).append(now)

    def _forget(self, now: float) -> None:
        for address in list(_stale(self._chats, now)):
            del self._chats[address]
        for address in [a for a, until in self._chat_paused.items() if until < now]:
            del self._chat_paused[address]


def _stale(chats: dict[str, deque[float]], now: float) -> Iterator[str]:
    return (address for address, sent in chats.items() if not sent or now - sent[-1] > GROUP_SECONDS)


def _is_group(address: str) -> bool:
    """Telegram numbers groups below zero."""
    return address.startswith("-")
