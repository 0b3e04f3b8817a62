"""After something unasked the question that was open is shown again, once, as the last thing on the screen.

Who stands at a question when a reminder leaves gets a second promise with it, in the same transaction and
under a key of its own. Its turn comes after the reminder was sent; only then the question is promised, as it
is by then. Whoever has answered meanwhile has the next question before them already.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers import initiative
from handlers.house import House
from handlers.messages import Button, Reply
from storage.outbox import Promise, Settled
from storage.transaction import Transaction

KEY = "again"
WORTH = timedelta(days=1)  # a question that could not be shown for so long is not pending any more
PATIENCE = timedelta(seconds=1)
# What a talk may be about without a question being open: a screen with choices.
SCREENS = frozenset({"remind", "progress"})


def at_a_question(draft_id: int | None, talk: dict[str, Any]) -> bool:
    """Whether something was asked in a chat and is not answered yet."""
    about = talk.get("about")
    return draft_id is not None if about is None else about not in SCREENS


def afterwards(tx: Transaction, promise: Promise, now: datetime) -> None:
    """Promise that what is asked now is asked again once this message has left."""
    plain = Reply("reminder.again", {}, (), ((Button("menu|continue|-", "button.continue"),),))
    tx.reminder_log.promise(
        [
            {
                "channel": promise.channel,
                "address": promise.address,
                "chat_id": promise.chat_id,
                "language": promise.language,
                "body": plain.body(),
                "once": f"{KEY}:{promise.id}",
                "created_at": now,
                "due_at": now,
                "expires_at": now + WORTH,
            }
        ]
    )


def ask(tx: Transaction, house: House, promise: Promise, now: datetime) -> None:
    """Its turn has come: promise the question as it is now, unless nobody needs it any more."""
    number = (promise.once or "").partition(":")[2]
    told = tx.unasked.sent(int(number)) if number.isdecimal() else None
    if told is not None and told[0] in ("waiting", "claimed"):
        later = Settled(promise.id, "waiting", due_at=max(told[2], now + PATIENCE), uncounted=True)
        tx.outbox.settle([later], now)
        return
    tx.outbox.settle([Settled(promise.id, "superseded")], now)
    if told is None or told[0] not in ("sent", "unknown"):
        return
    if tx.unasked.answered(promise.channel, promise.address, promise.id, told[1]):
        return
    person = tx.people.behind(promise.channel, promise.address)
    if person is not None and at_a_question(person.draft.id if person.draft else None, person.talk):
        initiative.show_again(tx, person, house, now)
