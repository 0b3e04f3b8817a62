"""The only reader of the time: everywhere else the time is an argument.

In the demonstration the time can be moved: a file that the sandbox writes says by how many seconds.
"""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

DEMO_FILE = "SANDBOX_CLOCK_FILE"  # set by the demonstration for its own bot, and by nobody else


def now() -> datetime:
    """The present instant, aware and in UTC; in the demonstration as far ahead as the sandbox is."""
    return real() + moved_by() if movable() else real()


def real() -> datetime:
    """The present instant by the system's clock, for whoever sleeps until it."""
    return datetime.now(UTC)  # noqa: TID251 -- this module is the one place that may ask


def movable() -> bool:
    """Whether this is a demonstration's bot, whose time may jump."""
    return DEMO_FILE in os.environ


def moved_by() -> timedelta:
    """How far the demonstration's time is ahead; nothing when it was never moved."""
    try:
        return timedelta(seconds=float(Path(os.environ[DEMO_FILE]).read_text(encoding="ascii")))
    except (OSError, ValueError):
        return timedelta()


def monotonic() -> float:
    """Seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()
