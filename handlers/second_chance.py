"""A second chance for an event that failed: it may be heard again, and its author is asked for it."""

from __future__ import annotations

from datetime import datetime

from handlers.messages import Reply
from handlers.promising import promise
from storage.dead_letters import Buried
from storage.transaction import Transaction


def retry(tx: Transaction, letter: Buried, now: datetime) -> bool:
    """Ask the author to send it again; what was said was not kept. Whether there was somebody to ask."""
    tx.dead_letters.unhear(letter)
    tx.dead_letters.drop(letter.id)
    person = tx.people.of_chat(letter.chat_id) if letter.chat_id is not None else None
    if person is None:
        return False
    promise(tx, person, [Reply("failure.again")], now)
    return True
