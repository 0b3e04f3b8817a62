"""How fast we may speak: a little below what the messenger allows, live replies before everything else."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count

# Bot API FAQ: about 30 messages a second overall, one a second in a chat with short bursts,
# 20 a minute in a group.
OVERALL_GAP = 1 / 29.2
MADE_UP = 0.05  # seconds of lateness that are caught up with
# Whatever the way there takes: a message arrives between its leaving and its answer, so at most so many are
# under way or answered within the last second, the one that leaves among them.
OVERALL_MOST, OVERALL_SECONDS = 30, 1.0
UNDER_WAY_SECONDS = 3.0  # then it has arrived, or it hangs and must not hold the others
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


class _Turn:
    """One turn, as a block. A class: of every message it costs less than a generator."""

    __slots__ = ("_address", "_bulk", "_more", "_number", "_pacer")

    def __init__(self, pacer: Pacer, address: str, bulk: bool, more: bool) -> None:
        self._pacer, self._address, self._bulk, self._more = pacer, address, bulk, more

    async def __aenter__(self) -> None:
        self._number = await self._pacer.begin(self._address, bulk=self._bulk, more=self._more)

    async def __aexit__(self, *failed: object) -> None:
        self._pacer.end(self._address, self._number)


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
        self._numbers = count()
        self._under_way: OrderedDict[int, float] = OrderedDict()
        # More than so many answered in a second leave no room at all, so the older ones need not be known.
        self._answered: deque[float] = deque(maxlen=OVERALL_MOST)
        self._chat_paused: dict[str, float] = {}
        self._chat_strict: dict[str, float] = {}
        self._dispatcher: asyncio.Task[None] | None = None

    def turn(self, address: str, *, bulk: bool, more: bool = False) -> _Turn:
        """Wait for the right to send one message to a chat, and send it inside the block.

        `more`: it is not the first message of its reply.
        """
        return _Turn(self, address, bulk, more)

    async def begin(self, address: str, *, bulk: bool, more: bool) -> int:
        """Wait for the right to send one message; the number under which it is under way."""
        now = self._now()
        if bulk or more or not self._may_go_at_once(address, now):
            await self._wait(address, bulk=bulk)
            now = self._now()
        else:
            self._leaves(address, now)
        number = next(self._numbers)
        self._under_way[number] = now
        return number

    def end(self, address: str, number: int) -> None:
        """It was answered, or given up."""
        now = self._now()
        if self._under_way.pop(number, None) is not None:
            self._answered.append(now)
        if address in self._chats:
            self._chats[address][-1] = now  # between leaving and its answer it arrived

    async def _wait(self, address: str, *, bulk: bool) -> None:
        now = self._now()
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
            wait = max(self._next_at, self._paused_until, self._room_at(now)) - now
            if wait > 0:
                await self._sleep(wait)
                continue
            chosen = self._chosen(now)
            if chosen is None:
                await self._sleep(self._gap)
                continue
            self._leaves(chosen.address, now)
            chosen.turn.set_result(None)
            await asyncio.sleep(0)  # so that it is under way before the next is chosen

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

    def _leaves(self, address: str, now: float) -> None:
        idle = now - self._next_at > OVERALL_SECONDS
        begun = now if idle else max(self._next_at, now - MADE_UP)
        self._next_at = min(begun + self._gap, now + OVERALL_SECONDS)
        self._chat(address, now).append(now)

    def _chat(self, address: str, now: float) -> deque[float]:
        """When a chat was last written to; chats that have been silent for long are forgotten."""
        sent = self._chats.setdefault(address, deque(maxlen=GROUP_BURST))
        self._chats.move_to_end(address)
        first = next(iter(self._chats))
        while first != address and now - self._chats[first][-1] > GROUP_SECONDS:
            del self._chats[first]
            first = next(iter(self._chats))
        return sent

    def _room_at(self, now: float) -> float:
        """When one more may be under way; now, when there is room."""
        while self._answered and now - self._answered[0] >= OVERALL_SECONDS:
            self._answered.popleft()
        while self._under_way and now - next(iter(self._under_way.values())) >= UNDER_WAY_SECONDS:
            self._under_way.popitem(last=False)
        if len(self._under_way) + len(self._answered) < OVERALL_MOST:
            return now
        return self._answered[0] + OVERALL_SECONDS if self._answered else now + self._gap


def _is_group(address: str) -> bool:
    """Telegram numbers groups below zero."""
    return address.startswith("-")
