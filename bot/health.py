"""Whether the bot is well: the last successful poll, the oldest unsettled message, dead letters, the disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.channels import Elsewhere
from bot.ledger import Ledger
from bot.stopping import Interrupted
from storage.faults import fault_of
from storage.transaction import Transaction

POLL_AGE = timedelta(seconds=90)  # three long polls without an answer
REQUEST_NEAR = timedelta(hours=12)  # a request about data is to be finished by then: see handlers/tidying.py
UNSETTLED_AGE = timedelta(minutes=5)
LEAST_FREE = 500_000_000  # bytes
LAST_POLL = "last_poll"  # the setting by which another process learns it, see bot/alarms.py
# Faults of the database that an operator ends in ways of their own; the others are told as one.
_DATABASE = ("locked", "read_only", "full", "away")


HEARS_SECONDS = 60  # longer than one long poll


class Pulse:
    """When the messenger last answered us, in seconds of a clock that nobody can put back."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._now = monotonic
        self.last = monotonic()
        self.elsewhere = False

    def polled(self) -> None:
        """The messenger has just answered."""
        self.last, self.elsewhere = self._now(), False

    def failed(self, failure: Exception) -> None:
        """A poll has failed; whether another process receives with our token is known at once."""
        self.elsewhere = isinstance(failure, Elsewhere)

    def silence(self) -> float:
        """Seconds since the messenger last answered."""
        return self._now() - self.last


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not well: a short name, and a figure."""

    name: str
    figure: int


class Health:
    """Looks at what matters; says nothing while all is well."""

    def __init__(
        self, ledger: Ledger, pulse: Pulse, folder: Path, now: Callable[[], datetime], *, polling: bool
    ) -> None:
        self._ledger = ledger
        self._pulse = pulse
        self._folder = folder
        self._now = now
        self._polling = polling

    def last_poll(self) -> datetime | None:
        """When the messenger last answered a poll; None where it calls us instead."""
        return self._now() - timedelta(seconds=self._pulse.silence()) if self._polling else None

    def hears(self) -> bool:
        """Whether what people do reaches us: the messenger answered a moment ago, or it calls us itself."""
        return not self._polling or self._pulse.silence() < HEARS_SECONDS

    async def findings(self) -> list[Finding]:
        """Everything that is not well now."""
        found = []
        silence = self._pulse.silence()
        if self._polling and self._pulse.elsewhere:
            found.append(Finding("poll_elsewhere", int(silence)))
        elif self._polling and silence > POLL_AGE.total_seconds():
            found.append(Finding("no_poll_seconds", int(silence)))
        return [*found, *await self._in_the_database(), *on_the_disk(self._folder)]

    async def _in_the_database(self) -> list[Finding]:
        try:
            soon = self._now() + REQUEST_NEAR
            oldest, dead, requests = await self._ledger.within(lambda tx: _waiting(tx, soon))
        except (SQLAlchemyError, Interrupted) as failed:
            fault = fault_of(failed)
            return [Finding(f"database_{fault if fault in _DATABASE else 'broken'}", 0)]
        found = waiting_too_long(oldest, dead, self._now())
        return [*found, Finding("privacy_requests_due", requests)] if requests else found

    async def answer(self) -> tuple[int, str]:
        """What `/healthz` says: 200 and `ok`, or 503 and a line for each finding."""
        try:
            found = await self.findings()
        except Exception as error:
            return 503, f"{type(error).__name__}\n"
        if not found:
            return 200, "ok\n"
        return 503, "".join(f"{one.name} {one.figure}\n" for one in found)


def waiting_too_long(oldest: datetime | None, dead: int, now: datetime) -> list[Finding]:
    """What the outbox and the dead letters say."""
    found = []
    if oldest is not None and now - oldest > UNSETTLED_AGE:
        found.append(Finding("unsettled_seconds", int((now - oldest).total_seconds())))
    if dead:
        found.append(Finding("dead_letters", dead))
    return found


def on_the_disk(folder: Path) -> list[Finding]:
    """Whether files can be kept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError:
        return [Finding("files_folder", 0)]
    return [Finding("disk_free_megabytes", free // 1_000_000)] if free < LEAST_FREE else []


def _waiting(tx: Transaction, soon: datetime) -> tuple[datetime | None, int, int]:
    return tx.outbox.oldest_open(), tx.dead_letters.count(), tx.privacy_requests.due(soon)
