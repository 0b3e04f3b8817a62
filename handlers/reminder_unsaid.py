"""What was promised and will not be said after all is written down, with the reason, for `/visao`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.reminder_facts import Key, noted_as
from storage.transaction import Transaction


def unsaid(tx: Transaction, keys: Sequence[str], reason: str, now: datetime) -> None:
    """Note each reminder among these keys of messages; `reason` is `too_late` or `unreachable`."""
    found: dict[Key, list[tuple[int | None, str, str]]] = {}
    for named in map(noted_as, keys):
        if named is not None:
            found.setdefault(named[0], []).append((named[1], "superseded", reason))
    for key, outcomes in found.items():
        tx.reminder_log.note(key, outcomes, now)
