"""Events that could not be handled: where each failed and whom it concerned, never what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from storage.models import DeadLetter, metadata

DEAD, HEARD = metadata.tables["dead_letter"], metadata.tables["heard"]


@dataclass(frozen=True, slots=True)
class Buried:
    """One event that failed."""

    id: int
    channel: str
    bot: str
    event: str
    reason: str
    trace: str
    at: datetime
    chat_id: int | None


class DeadLetters:
    """Dead letters inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def bury(
        self, event: tuple[str, str, str], reason: str, trace: str, now: datetime, chat_id: int | None = None
    ) -> None:
        """Note an event (channel, bot, number) that could not be handled."""
        channel, bot, number = event
        values = {"channel": channel, "bot": bot, "event": number, "reason": reason, "trace": trace}
        self._connection.execute(insert(DeadLetter).values(**values, at=now, chat_id=chat_id))

    def count(self) -> int:
        """How many there are."""
        return int(self._connection.execute(select(func.count()).select_from(DEAD)).scalar_one())

    def all(self) -> list[Buried]:
        """Every one, oldest first."""
        names = ("id", "channel", "bot", "event", "reason", "trace", "at", "chat_id")
        rows = select(*(DEAD.c[name] for name in names)).order_by(DEAD.c.id)
        return [Buried(*row) for row in self._connection.execute(rows)]

    def one(self, number: int) -> Buried | None:
        """One of them."""
        return next((letter for letter in self.all() if letter.id == number), None)

    def drop(self, number: int) -> None:
        """Forget one."""
        self._connection.execute(delete(DEAD).where(DEAD.c.id == number))

    def unhear(self, letter: Buried) -> None:
        """Let the event have its effect when the messenger brings it again."""
        same = (HEARD.c.channel == letter.channel) & (HEARD.c.bot == letter.bot)
        self._connection.execute(delete(HEARD).where(same & (HEARD.c.event == letter.event)))
