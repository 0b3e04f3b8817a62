"""Whose turn it is among the messages that wait: what is answered live first, and a person's oldest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    ScalarSelect,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from storage.models import metadata

OUTBOX = metadata.tables["outbox"]
OPEN = ("waiting", "claimed")


def waiting(messages: FromClause = OUTBOX) -> ColumnElement[bool]:
    """Those not yet being sent. Written out, as in the index: a parameter could be any state."""
    return messages.c.state == literal_column("'waiting'")


def unsettled(messages: FromClause = OUTBOX) -> ColumnElement[bool]:
    """Those waiting or being sent, in the words of the index."""
    return or_(waiting(messages), messages.c.state == literal_column("'claimed'"))


def pending(channel: ColumnElement[str], address: ColumnElement[str]) -> ScalarSelect[Any]:
    """What is unsettled for an address: NULL for nothing, 1 when a newer one may take the place of some."""
    replaceable = and_(waiting(), OUTBOX.c.slot.is_not(None))
    there = (OUTBOX.c.channel == channel, OUTBOX.c.address == address, unsettled())
    return select(func.max(case((replaceable, 1), else_=0))).where(*there).scalar_subquery()


_earlier = OUTBOX.alias("earlier")
# What nobody asked for and is held until later (a chosen hour, a snooze) does not hold what comes after it.
_in_turn = or_(_earlier.c.priority == 0, _earlier.c.due_at <= bindparam("now"), _earlier.c.tries > 0)
_goes_before = or_(
    _earlier.c.state == "claimed",
    _earlier.c.priority < OUTBOX.c.priority,
    and_(_earlier.c.priority == OUTBOX.c.priority, _earlier.c.id < OUTBOX.c.id, _in_turn),
)
_oldest = ~exists().where(
    and_(
        _earlier.c.channel == OUTBOX.c.channel,
        _earlier.c.address == OUTBOX.c.address,
        unsettled(_earlier),
        _earlier.c.id != OUTBOX.c.id,
        _goes_before,
    )
)
_claimable = (
    select(OUTBOX.c.id)
    .where(
        waiting(),
        OUTBOX.c.due_at <= bindparam("now"),
        OUTBOX.c.priority <= bindparam("upto"),
        _oldest,
    )
    .order_by(OUTBOX.c.priority, OUTBOX.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
CLAIM = (
    update(OUTBOX)
    .where(OUTBOX.c.id.in_(_claimable.scalar_subquery()))
    .values(state="claimed", lease_until=bindparam("lease"), tries=OUTBOX.c.tries + 1)
    .returning(
        OUTBOX.c.id,
        OUTBOX.c.channel,
        OUTBOX.c.address,
        OUTBOX.c.chat_id,
        OUTBOX.c.language,
        OUTBOX.c.body,
        OUTBOX.c.tries,
        OUTBOX.c.parts_sent,
        OUTBOX.c.priority,
        OUTBOX.c.created_at,
        OUTBOX.c.once,
    )
)
