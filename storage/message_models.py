"""The tables of what comes in and goes out, and of what was done: heard, outbox, dead letters, audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import index_where, instant, key, long_text, one_of, to
from storage.types import Id, Json

# The same words stand in the questions (storage/outbox_turn.py): SQLite compares them letter by letter.
_WAITING, _UNSETTLED = "state = 'waiting'", "state = 'waiting' OR state = 'claimed'"
OUTBOX_STATES = ("waiting", "claimed", "sent", "unknown", "failed", "expired", "superseded")


class Heard(SQLModel, table=True):
    """An event that has had its effect: the unique key that makes a repeated delivery harmless."""

    __table_args__ = (UniqueConstraint("channel", "bot", "event"),)
    id: int | None = key()
    channel: str = long_text()
    bot: str = long_text()
    event: str = long_text()
    at: datetime = instant(index=True)


class Outbox(SQLModel, table=True):
    """A message promised and perhaps not yet settled: a key and parameters, not a sentence.

    `priority`: 0 for what somebody waits for, 1 for what nobody asked. `slot`: a newer promise for the same
    slot takes the place of an unsent one. `once`: at most one row ever.
    """

    __table_args__ = (
        one_of("state", OUTBOX_STATES),
        index_where(_UNSETTLED, "ix_outbox_unsettled", "channel", "address", "id"),
        index_where(_WAITING, "ix_outbox_waiting", "priority", "id"),
    )
    id: int | None = key()
    channel: str = long_text()
    address: str = long_text()
    chat_id: int | None = to("chat.id", nullable=True)
    language: str = long_text("vi")
    body: Any = Field(default=None, sa_type=Json, nullable=False)
    slot: str | None = long_text(None)
    once: str | None = Field(default=None, sa_type=Text, unique=True, nullable=True)
    state: str = long_text("waiting")
    priority: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    created_at: datetime = instant()
    due_at: datetime = instant()
    expires_at: datetime | None = instant(nullable=True)
    lease_until: datetime | None = instant(nullable=True)
    tries: int = 0
    sent_at: datetime | None = instant(nullable=True)
    parts_sent: int = 0
    message: str | None = long_text(None)
    error: str | None = long_text(None)


class DeadLetter(SQLModel, table=True):
    """An event that could not be handled: its number and the trace, never the person's words."""

    __tablename__ = "dead_letter"
    id: int | None = key()
    channel: str = long_text()
    bot: str = long_text()
    event: str = long_text()
    reason: str = long_text()
    trace: str = long_text()
    chat_id: int | None = Field(default=None, sa_type=Id, nullable=True)
    at: datetime = instant()


class Audit(SQLModel, table=True):
    """Who did what to what, from which state to which, when and why; only ever added to.

    `hash` seals the entry together with the one before it; the database refuses to change or delete any.
    """

    id: int | None = key()
    at: datetime = instant()
    actor_id: int | None = Field(default=None, sa_type=Id, nullable=True)
    what: str = long_text()
    subject: str = long_text()
    before: str | None = long_text(None)
    after: str | None = long_text(None)
    why: str | None = long_text(None)
    hash: str = Field(sa_type=Text, sa_column_kwargs={"server_default": ""})


class Sequence(SQLModel, table=True):
    """The last number given out in a series, so that codes are short and never repeated."""

    series: str = Field(sa_type=Text, primary_key=True)
    last: int = Field(default=0, sa_type=Id)


class Setting(SQLModel, table=True):
    """A fact about this installation itself: the polling offset, the version of the unit list."""

    name: str = Field(sa_type=Text, primary_key=True)
    value: str = long_text()
