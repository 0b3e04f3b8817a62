"""The only reader of the time: everywhere else the time is an argument."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware and in UTC."""
    return datetime.now(UTC)  # noqa: TID251 -- this module is the one place that may ask


def monotonic() -> float:
    """Seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()
