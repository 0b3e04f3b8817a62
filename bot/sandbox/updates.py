"""What the bot has not yet confirmed: the queue of updates, in order, and who is polling it."""

import asyncio
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from bot.sandbox.check import TABLE
from bot.sandbox.refusals import Refused, broken

Json = dict[str, Any]

FIRST_UPDATE = 700_000_001
LONGEST_POLL = 50
"""Seconds; Telegram waits no longer, whatever is asked."""

KINDS = frozenset(TABLE.types["Update"]["fields"]) - {"update_id"}
ONLY_WHEN_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Left out when allowed_updates is empty (Bot API: getUpdates)."""

TERMINATED = Refused(
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", 409
)
WEBHOOK_ACTIVE = Refused(
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first",
    409,
)


SETTING_WEBHOOK = Refused("Conflict: terminated by setWebhook request", 409)


@dataclass(frozen=True, slots=True, eq=False)
class Update:
    """One update, written down. A webhook brings those of one `queue` one after the other."""

    number: int
    body: bytes
    queue: tuple[str, int]


class Updates:
    """The queue. An update is written down once, as bytes, and leaves only when it is confirmed."""

    def __init__(self) -> None:
        self.pending: deque[Update] = deque()
        self.gone: deque[Update] = deque(maxlen=1000)
        self.again: list[Update] = []
        self.allowed = KINDS - ONLY_WHEN_ASKED
        self.asked: list[str] | None = None
        self.last_id = FIRST_UPDATE - 1
        self.twice = 0
        """How many of the next updates are delivered a second time under the same id."""
        self.late, self.latest = 0, 0.0
        """How many of the next updates a webhook brings late, and by how many seconds at the most."""
        self.pushed = asyncio.Event()
        self._poller: asyncio.Future[None] | None = None

    def add(self, kind: str, content: Json) -> int | None:
        """Something happened. None when the bot has not asked for such updates."""
        if kind not in self.allowed:
            return None
        where = content.get("chat") or content["from"]
        self.last_id += 1
        body = orjson.dumps({"update_id": self.last_id, kind: content})
        self._append(Update(self.last_id, body, (kind, where["id"])))
        return self.last_id

    def add_rubbish(self, text: str = '"message":"rubbish"') -> int:
        """An update with an id that no client can take apart."""
        self.last_id += 1
        body = f'{{"update_id":{self.last_id},{text}}}'.encode()
        self._append(Update(self.last_id, body, ("rubbish", self.last_id)))
        return self.last_id

    def redeliver(self, count: int = 1) -> int:
        """Confirmed updates come back under their old ids, whatever the offset says; how many did."""
        back = [self.gone.pop() for _ in range(min(count, len(self.gone)))]
        self.again.extend(reversed(back))
        self._wake()
        return len(back)

    @property
    def waiting(self) -> list[Update]:
        """All that is to be delivered, in order."""
        return [*self.again, *self.pending]

    def confirm(self, offset: int) -> None:
        """Forget what lies before `offset`; a negative one counts from the end."""
        if offset < 0:
            while len(self.pending) > -offset:
                self.gone.append(self.pending.popleft())
            return
        while self.pending and self.pending[0].number < offset:
            self.gone.append(self.pending.popleft())

    def arrived(self, update: Update) -> None:
        """A webhook took this one."""
        if update in self.again:
            self.again.remove(update)
        elif update in self.pending:
            self.pending.remove(update)
            self.gone.append(update)

    def clear(self) -> None:
        """Forget everything (drop_pending_updates)."""
        self.pending.clear()
        self.again.clear()

    def allow(self, kinds: list[str]) -> None:
        """Only these from now on; an empty list means the usual ones. Raises for a kind there is not."""
        if unknown := [kind for kind in kinds if kind not in KINDS]:
            raise broken(f'unknown update type "{unknown[0]}"')
        self.allowed = frozenset(kinds) if kinds else KINDS - ONLY_WHEN_ASKED
        self.asked = kinds or None

    async def poll(self, limit: int, seconds: float) -> bytes:
        """The next updates as a JSON list, waiting for the first. Raises 409 when another poll begins."""
        self.end_poll(TERMINATED)
        if not self.pending and not self.again and seconds > 0:
            self._poller = future = asyncio.get_running_loop().create_future()
            try:
                await asyncio.wait_for(future, min(seconds, LONGEST_POLL))
            except TimeoutError:
                pass
            finally:
                if self._poller is future:
                    self._poller = None
        batch = [update.body for update in [*self.again, *islice(self.pending, limit)][:limit]]
        del self.again[:limit]
        return b"[" + b",".join(batch) + b"]"

    def end_poll(self, reason: Refused | None = None) -> None:
        """The one who is waiting goes home, with a refusal or with what there is."""
        if self._poller is not None and not self._poller.done():
            if reason:
                self._poller.set_exception(reason)
            else:
                self._poller.set_result(None)

    def _append(self, update: Update) -> None:
        self.pending.append(update)
        if self.twice > 0:
            self.twice -= 1
            self.pending.append(Update(update.number, update.body, update.queue))
        self._wake()

    def _wake(self) -> None:
        self.pushed.set()
        self.end_poll()
