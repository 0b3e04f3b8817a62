"""The tables of entering for others: who typed for whom, whether the author agreed, codes that say so."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.columns import instant, long_text, one_of, to
from storage.types import Id

HOW = ("tap", "code", "paper", "correction")


class EnteredFor(SQLModel, table=True):
    """An initiative was typed by somebody else for its author, who has confirmed it, or not yet.

    how   the author tapped, came by a one-time code, signed on paper, or handed in a correction of it
    """

    __tablename__ = "entered_for"
    __table_args__ = (one_of("how", HOW),)
    initiative_id: int | None = Field(default=None, foreign_key="initiative.id", sa_type=Id, primary_key=True)
    entered_by: int | None = to("worker.id")
    entered_at: datetime = instant()
    confirmed_at: datetime | None = instant(nullable=True)
    how: str | None = long_text(None)
    disowned_at: datetime | None = instant(nullable=True)


class Claim(SQLModel, table=True):
    """Whoever uses this invitation is the person known only by name until then."""

    invitation_id: int | None = Field(default=None, foreign_key="invitation.id", sa_type=Id, primary_key=True)
    worker_id: int | None = to("worker.id")
