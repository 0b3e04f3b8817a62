"""The table of decisions that take long: which of them were told of, and at which stage."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from storage.columns import instant
from storage.types import Id, Instant


class SlowTold(SQLModel, table=True):
    """That an initiative has waited since an instant was told, once at each stage."""

    __tablename__ = "slow_told"
    initiative_id: int | None = Field(default=None, foreign_key="initiative.id", sa_type=Id, primary_key=True)
    stage: str = Field(sa_type=Text, primary_key=True)
    waiting_since: datetime = Field(sa_type=Instant, primary_key=True)
    told_at: datetime = instant()
