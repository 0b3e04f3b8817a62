"""The closing instant, enforced where something is handed in: by the messenger's time, whoever was slow.

A typed text carries the messenger's time: sent a second before the close it counts, however late it is
heard. A tap carries none: what was tapped while the bot was away over a close is accepted and marked, for
officers to see. When the bot is away is known from the instant it writes down while it is at work.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.programme import Phase, Programme
from storage.transaction import Transaction

AWAKE, AWAY = "awake", "away"  # settings: the last instant at work; the last time away, from and until
MISSED = timedelta(minutes=3)  # a gap longer than this in what is written every few seconds is an absence
# What was tapped meanwhile comes at once when the bot is back; what comes later was tapped later.
BACKLOG = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Entry:
    """The phase something is handed in to; `interrupted`: while the bot was away over its close."""

    phase: Phase | None
    interrupted: bool = False


def entered(tx: Transaction, programme: Programme, sent_at: datetime | None, now: datetime) -> Entry:
    """Which phase is open for what was just handed in; `sent_at` is the messenger's time, if it tells one."""
    if sent_at is not None:
        return Entry(programme.phase_at(min(sent_at, now)))
    closed = programme.last_closed(now)
    if closed is not None and _away_over(tx, closed.closes, now):
        return Entry(closed, interrupted=True)
    return Entry(programme.phase_at(now))


def at_work(tx: Transaction, now: datetime) -> None:
    """Write down that the bot hears people at this instant; an absence that has just ended is kept."""
    before = _instant(tx.heard.setting(AWAKE))
    if before is not None and now - before > MISSED:
        gone = json.dumps([before.isoformat(), now.isoformat()])
        tx.heard.settle_setting(AWAY, gone)
    tx.heard.settle_setting(AWAKE, now.isoformat())


def _away_over(tx: Transaction, closes: datetime, now: datetime) -> bool:
    """Whether what is heard now was done while nobody listened, from before the close until after it."""
    awake = _instant(tx.heard.setting(AWAKE))
    if awake is not None and awake < closes and now - awake > MISSED:
        return True  # back this very moment
    kept = tx.heard.setting(AWAY)
    if kept is None:
        return False
    begun, ended = (datetime.fromisoformat(part) for part in json.loads(kept))
    return begun < closes <= ended <= now < ended + BACKLOG


def _instant(kept: str | None) -> datetime | None:
    return None if kept is None else datetime.fromisoformat(kept)
