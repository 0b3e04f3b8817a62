"""The tables of how people wish to be reminded, and of the quiet hours a unit's lead has set."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text, false
from sqlmodel import Field, SQLModel

from storage.columns import instant
from storage.types import Id, Instant, Json


class ReminderChoice(SQLModel, table=True):
    """What a worker chose: `left_out` are distances (7d, 3h, digest) not wanted; `hour` is local, HH:MM."""

    __tablename__ = "reminder_choice"
    worker_id: int | None = Field(default=None, sa_type=Id, primary_key=True)
    left_out: Any = Field(default=None, sa_type=Json, nullable=True)
    hour: str | None = Field(default=None, sa_type=Text, nullable=True)
    snoozed_until: datetime | None = Field(default=None, sa_type=Instant, nullable=True)
    changed_at: datetime = instant()


class UnitQuiet(SQLModel, table=True):
    """The quiet hours of a unit and all below it that have none of their own: local times, HH:MM.

    `every_day`: it works in shifts, so days off are days like others there.
    """

    __tablename__ = "unit_quiet"
    unit_id: int | None = Field(default=None, sa_type=Id, primary_key=True)
    begins: str = Field(sa_type=Text)
    ends: str = Field(sa_type=Text)
    every_day: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    set_by: int | None = Field(default=None, sa_type=Id, nullable=True)
    set_at: datetime = instant()
