"""Delivery without a messenger: what is due is claimed, looked at again and written down as sent, in turn."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.speech import Spoken
from handlers.messages import Reply
from handlers.reminder_check import checked
from storage.outbox import Promise, Settled
from tests.phone import SPEECH, Phone


def claimed(phone: Phone, now: datetime) -> list[Promise]:
    """The next message for each person, as it would be sent now; the rest of a turn of delivery."""
    with phone.database.transaction() as tx:
        tx.outbox.expire(now)
        found = tx.outbox.claim(64, now, now + timedelta(minutes=1))
        return [
            fresh
            for one in found
            if (fresh := one if one.priority == 0 else checked(tx, phone.house, one, now)) is not None
        ]


def sent(phone: Phone, promises: list[Promise], now: datetime) -> None:
    with phone.database.transaction() as tx:
        tx.outbox.settle([Settled(one.id, "sent") for one in promises], now)


def delivered(phone: Phone, now: datetime | None = None) -> list[Spoken]:
    """Everything that leaves by an instant for this person, in its order; others get theirs too."""
    now, found, idle = now or phone.clock(), [], 0
    while idle < 2:  # a turn may settle something and leave nothing to send
        turn = claimed(phone, now)
        idle = 0 if turn else idle + 1
        found += [one for one in turn if one.address == phone.address]
        sent(phone, turn, now)
    said = [SPEECH.render(Reply.of(one.body), one.language) for one in found]
    phone.screen += said
    return said
