"""The tables of joining: who used a code, wrong codes lately, what one asks and another grants, groups."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from storage.columns import index_where, instant, key, long_text, one_of, to
from storage.types import Id

PETITIONS = ("relink", "hand_over")
PETITION_STATES = ("waiting", "granted", "refused", "cancelled")


class InvitationUse(SQLModel, table=True):
    """A worker joined by an invitation; the same person may press its link again, at no further cost."""

    __tablename__ = "invitation_use"
    invitation_id: int | None = Field(default=None, foreign_key="invitation.id", sa_type=Id, primary_key=True)
    worker_id: int | None = Field(
        default=None, foreign_key="worker.id", sa_type=Id, primary_key=True, index=True
    )
    at: datetime = instant()


class CodeAttempt(SQLModel, table=True):
    """A code that opened nothing was tried; `who` is a mark made with our key, never an address."""

    __tablename__ = "code_attempt"
    __table_args__ = (Index("ix_code_attempt_who_at", "who", "at"),)
    id: int | None = key()
    who: str = Field(sa_type=Text)
    at: datetime = instant(index=True)


class Petition(SQLModel, table=True):
    """What one worker asks and another decides, once, before it expires.

    relink     `asker_id`, new here, says to be the person called `name` in the unit; a lead decides
    hand_over  `asker_id` offers the role of lead of the unit to `subject_id`, who decides
    """

    __table_args__ = (one_of("kind", PETITIONS), one_of("state", PETITION_STATES))
    id: int | None = key()
    kind: str = long_text()
    unit_id: int | None = to("unit.id")
    asker_id: int | None = to("worker.id")
    subject_id: int | None = to("worker.id", nullable=True)
    name: str = long_text()
    state: str = long_text("waiting")
    created_at: datetime = instant()
    expires_at: datetime = instant()
    decided_by: int | None = Field(default=None, sa_type=Id, nullable=True)
    decided_at: datetime | None = instant(nullable=True)


class GroupChat(SQLModel, table=True):
    """A group on a messenger was bound to a unit from `since` until before `until`; to one at a time."""

    __tablename__ = "group_chat"
    __table_args__ = (index_where("until IS NULL", "uq_group_chat_open", "channel", "address", unique=True),)
    id: int | None = key()
    channel: str = long_text()
    address: str = long_text()
    unit_id: int | None = to("unit.id")
    bound_by: int | None = Field(default=None, sa_type=Id, nullable=True)
    since: datetime = instant()
    until: datetime | None = instant(nullable=True)
