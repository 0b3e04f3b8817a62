"""How fast we may speak: a little below what the messenger allows, live replies before everything else."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

# Bot API FAQ: about 30 messages a second overall, one a second in a chat with short bursts,
# 20 a minute in a group.
OVERALL_GAP = 1 / 28.9
# A turn given late is made up for, but only so much: two that leave closer together could be one too many.
MADE_UP = 0.010
CHAT_BURST, CHAT_SECONDS = 3, 3.3
GROUP_BURST, GROUP_SECONDS = 19, 61.0
# While something is broadcast, and for a while after a refusal, answers keep to the same pace; otherwise each
# answers somebody who has just written, and may go at once.
STRICT_AFTER_BULK, STRICT_AFTER_REFUSAL = 2.0, 600.0
LIVE_IN_A_ROW = 9  # then one that nobody asked for, so that a crowd does not silence every reminder
PROBE_SECONDS = 1.0


@dataclass(eq=False)
class _Waiting:
    address: str
    turn: asyncio.Future[None]


class Pacer:
    """Gives turns to send. Times are seconds of a monotonic clock."""

    def __init__(
        self,
        monotonic: Callable[[], float],
        *,
        gap: float = OVERALL_GAP,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._now = monotonic
        self._gap = gap
        self._sleep = sleep
        self._live: deque[_Waiting] = deque()
        self._bulk: deque[_Waiting] = deque()
        self._live_in_a_row = 0
        self._next_at = self._strict_until = self._paused_until = float("-inf")
        self._chats: OrderedDict[str, deque[float]] = OrderedDict()
        self._chat_paused: dict[str, float] = {}
        self._chat_strict: dict[str, float] = {}
        self._dispatcher: asyncio.Task[None] | None = None

    async def turn(self, address: str, *, bulk: bool, more: bool = False) -> None:
        """Wait for the right to send one message to a chat; `more`: it is not the first of its reply."""
        now = self._now()
        if not bulk and not more and self._may_go_at_once(address, now):
            self._sent(address, now)
            return
        waiting = _Waiting(address, asyncio.get_running_loop().create_future())
        (self._bulk if bulk else self._live).append(waiting)
        if bulk:
            self._strict_until = max(self._strict_until, now + STRICT_AFTER_BULK)
        if self._dispatcher is None or self._dispatcher.done():
            self._dispatcher = asyncio.ensure_future(self._dispatch())
        await waiting.turn

    def refused(self, address: str, seconds: float) -> None:
        """The messenger asked for a pause; whether it meant the chat or everybody it does not say.

        A chat that was written to too often explains its own refusal, and is paused alone. Otherwise all
        wait for a second; when a second chat is refused without a reason of its own, all wait the whole time.
        """
        now = self._now()
        explained = not self._chat_ready(address, now)
        others = any(until > now for other, until in self._chat_paused.items() if other != address)
        self._chat_paused = {one: until for one, until in self._chat_paused.items() if until > now}
        self._chat_strict = {one: until for one, until in self._chat_strict.items() if until > now}
        self._chat_strict[address] = now + STRICT_AFTER_REFUSAL
        self._chat_paused[address] = now + seconds
        if not explained:
            pause = seconds if others else min(seconds, PROBE_SECONDS)
            self._paused_until = max(self._paused_until, now + pause)
            self._strict_until = max(self._strict_until, now + STRICT_AFTER_REFUSAL)

    def _may_go_at_once(self, address: str, now: float) -> bool:
        free = now >= self._strict_until and now >= self._paused_until
        return free and not _is_group(address) and now >= self._chat_strict.get(address, now)

    async def _dispatch(self) -> None:
        while self._live or self._bulk:
            now = self._now()
            wait = max(self._next_at, self._paused_until) - now
            if wait > 0:
                await self._sleep(wait)
                continue
            chosen = self._chosen(now)
            if chosen is None:
                await self._sleep(self._gap)
                continue
            self._sent(chosen.address, now)
            chosen.turn.set_result(None)

    def _chosen(self, now: float) -> _Waiting | None:
        """The first that waits and whose chat may be written to: live ones first, but not for ever."""
        bulks_turn = self._live_in_a_row >= LIVE_IN_A_ROW
        for queue in (self._bulk, self._live) if bulks_turn else (self._live, self._bulk):
            chosen = self._first(queue, now)
            if chosen is None:
                continue
            if queue is self._bulk:
                self._strict_until = max(self._strict_until, now + STRICT_AFTER_BULK)
            self._live_in_a_row = self._live_in_a_row + 1 if queue is self._live else 0
            return chosen
        return None

    def _first(self, queue: deque[_Waiting], now: float) -> _Waiting | None:
        """Taken out of the queue; those that were given up meanwhile fall out."""
        for waiting in list(queue):
            if waiting.turn.done():
                queue.remove(waiting)
            elif self._chat_ready(waiting.address, now):
                queue.remove(waiting)
                return waiting
        return None

    def _chat_ready(self, address: str, now: float) -> bool:
        if now < self._chat_paused.get(address, now):
            return False
        most, seconds = (GROUP_BURST, GROUP_SECONDS) if _is_group(address) else (CHAT_BURST, CHAT_SECONDS)
        sent = self._chats.get(address)
        return sent is None or len(sent) < most or now - sent[-most] > seconds

    def _sent(self, address: str, now: float) -> None:
        idle = now - self._next_at > 1.0
        begun = now if idle else max(self._next_at, now - MADE_UP)
        self._next_at = min(begun + self._gap, now + 1.0)
        sent = self._chats.setdefault(address, deque(maxlen=GROUP_BURST))
        sent.append(now)
        self._chats.move_to_end(address)
        # The chat that has been silent longest comes first: what is too old to matter is forgotten.
        while now - next(iter(self._chats.values()))[-1] > GROUP_SECONDS:
            self._chats.popitem(last=False)


def _is_group(address: str) -> bool:
    """Telegram numbers groups below zero."""
    return address.startswith("-")
