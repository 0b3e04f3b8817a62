"""The tables of review: every move of an initiative with who, when and why, and reviewers' own notes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from storage.columns import instant, key, long_text, to
from storage.types import Id, Json


class Move(SQLModel, table=True):
    """An initiative went from one state to another; never edited.

    `why` is what the author was told, in the reviewer's words; `missing` the questions to complete;
    `undoes_id` the move that this one takes back.
    """

    id: int | None = key()
    initiative_id: int | None = to("initiative.id")
    at: datetime = instant(index=True)
    actor_id: int | None = Field(default=None, sa_type=Id, index=True, nullable=True)
    before: str = long_text()
    after: str = long_text()
    why: str | None = long_text(None)
    missing: Any = Field(default=None, sa_type=Json, nullable=True)
    undoes_id: int | None = Field(default=None, sa_type=Id, nullable=True)


class ReviewNote(SQLModel, table=True):
    """What reviewers write for each other; the author does not see it."""

    __tablename__ = "review_note"
    id: int | None = key()
    initiative_id: int | None = to("initiative.id")
    worker_id: int | None = to("worker.id")
    at: datetime = instant()
    words: str = long_text()
