"""Telegram's rates: how often a bot may send, and how long it waits when it sent more often."""

import math
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.sandbox.refusals import too_many
from bot.sandbox.world import World

OVERALL = (30, 1.0)
"""Messages per so many seconds over all chats (Bots FAQ)."""
PER_CHAT = (3, 3.0)
"""One a second in one chat, in bursts of three."""
PER_GROUP = (20, 60.0)
"""Messages per minute in one group (Bots FAQ)."""


class Limits:
    """Counts what was sent of late; answers 429 when it was too much."""

    def __init__(self, now: Callable[[], datetime], *, on: bool) -> None:
        self.on = on
        self.now = now
        self._sent: dict[object, deque[float]] = {}

    def spend(self, method: str, sent: dict[str, Any], world: World) -> None:
        """Count this call. Raises 429 with the seconds to wait, and counts nothing then."""
        sends = method.startswith(("send", "copy", "forward")) and method != "sendChatAction"
        if not self.on or not sends:
            return
        moment = self.now().timestamp()
        chat = sent["chat_id"]
        room = world.rooms.get(chat)
        grouped = room is not None and not room.private
        counts = [("all", OVERALL), (chat, PER_GROUP if grouped else PER_CHAT)]
        weight = len(sent["media"]) if method == "sendMediaGroup" else 1
        wait = max(self._wait(key, rate, moment) for key, rate in counts)
        if wait > 0:
            raise too_many(math.ceil(wait))
        for key, _ in counts:
            self._sent[key].extend([moment] * weight)

    def _wait(self, key: object, rate: tuple[int, float], moment: float) -> float:
        """Seconds until one more is allowed; 0 when it is allowed now."""
        most, span = rate
        times = self._sent.setdefault(key, deque())
        while times and times[0] <= moment - span:
            times.popleft()
        return times[len(times) - most] + span - moment if len(times) >= most else 0.0
