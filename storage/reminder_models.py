"""The tables of reminders: which moments have been seen to, who was told what and why, frozen figures."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from storage.columns import instant, key, long_text, one_of
from storage.types import Dong, Id

MOMENT_STATES = ("open", "done", "skipped")
OUTCOMES = ("promised", "silent", "superseded", "skipped")


class ReminderMoment(SQLModel, table=True):
    """One moment of a phase (`before` and 7d): whether everybody was seen to, and how far it came.

    `cursor` is the last worker seen to, in the order of their numbers; `reason` why it was skipped.
    """

    __tablename__ = "reminder_moment"
    __table_args__ = (one_of("state", MOMENT_STATES),)
    kind: str = Field(sa_type=Text, primary_key=True)
    phase: str = Field(sa_type=Text, primary_key=True)
    offset: str = Field(sa_type=Text, primary_key=True)
    state: str = long_text("open")
    cursor: int = Field(default=0, sa_type=Id)
    reason: str = long_text()
    changed_at: datetime = instant()


class ReminderNote(SQLModel, table=True):
    """What became of one reminder for one worker (null: for everybody), and why: never what it said."""

    __tablename__ = "reminder_note"
    __table_args__ = (one_of("outcome", OUTCOMES), Index("ix_reminder_note_worker", "worker_id", "at"))
    id: int | None = key()
    kind: str = long_text()
    phase: str = long_text()
    offset: str = long_text()
    worker_id: int | None = Field(default=None, sa_type=Id, nullable=True)
    at: datetime = instant()
    outcome: str = long_text()
    reason: str = long_text()


class PhaseReport(SQLModel, table=True):
    """The tally of a unit as it stood at an instant: when its phase closed, or its reviews were done."""

    __tablename__ = "phase_report"
    __table_args__ = (one_of("kind", ("closes", "reviewed")),)
    phase: str = Field(sa_type=Text, primary_key=True)
    kind: str = Field(sa_type=Text, primary_key=True)
    unit_id: int | None = Field(default=None, sa_type=Id, primary_key=True)
    at: datetime = instant()
    submitted: int = Field(default=0, sa_type=Id)
    returned: int = Field(default=0, sa_type=Id)
    recognised: int = Field(default=0, sa_type=Id)
    valid: int = Field(default=0, sa_type=Id)
    rejected: int = Field(default=0, sa_type=Id)
    withdrawn: int = Field(default=0, sa_type=Id)
    people: int = Field(default=0, sa_type=Id)
    people_waiting: int = Field(default=0, sa_type=Id)
    figures: int = Field(default=0, sa_type=Id)
    benefit_year: int = Field(default=0, sa_type=Dong)
    benefit_month: int = Field(default=0, sa_type=Dong)
    benefit_once: int = Field(default=0, sa_type=Dong)
