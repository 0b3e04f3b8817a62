"""The tables of what was submitted: initiatives, what they said before, their authors and files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import index_where, instant, key, long_text, one_of, to
from storage.types import Dong, Id, Json

STATES = ("submitted", "returned", "recognised", "valid", "rejected", "withdrawn")
FILE_STATES = ("waiting", "stored", "failed")


class Initiative(SQLModel, table=True):
    """What was submitted. Money in đồng; `benefit_vnd` is null when nothing can be said in money.

    `fingerprint`: sha-256 of what it says, taken at `fingerprint_at`. The columns of a sealed one hold no
    content (before, after, conditions); its place holds all, as cipher text.
    """

    __table_args__ = (
        one_of("state", STATES),
        # Both hold all that counting and ordering look at, so that no row is read before it is shown.
        Index("ix_initiative_queue", "unit_id", "state", "waiting_since", "appealed_at"),
        Index("ix_initiative_waiting", "state", "waiting_since", "id", "unit_id", "officer_confirmed_at"),
        Index("ix_initiative_author_state", "state", "author_id"),
        # Few ever are: what waits after an appeal, for whoever refused it and must not decide again.
        index_where("appealed_at IS NOT NULL", "ix_initiative_appealed", "state", "id"),
        CheckConstraint("benefit_in_money = (benefit_vnd IS NOT NULL)", name="benefit"),
    )  # fmt: skip
    id: int | None = key()
    code: str = Field(sa_type=Text, unique=True)
    draft_id: int | None = Field(default=None, sa_type=Id, unique=True)
    unit_id: int | None = to("unit.id")
    author_id: int | None = to("worker.id")
    phase: str = long_text()
    state: str = long_text("submitted")
    sealed: bool = False
    title: str = long_text()
    kind: str = long_text()
    before: str | None = long_text(None)
    after: str | None = long_text(None)
    effect: str = long_text()
    conditions: str | None = long_text(None)
    benefit_vnd: int | None = Field(default=None, sa_type=Dong)
    benefit_period: str | None = long_text(None)
    benefit_in_money: bool = False
    applied_on: date
    applied_precision: str = long_text("day")
    place: Any = Field(default=None, sa_type=Json, nullable=False)
    fingerprint: str | None = long_text(None)
    fingerprint_at: datetime | None = instant(nullable=True)
    created_at: datetime = instant()
    submitted_at: datetime = instant(index=True)
    # Days of the programme's zone, for the curve.
    submitted_on: date | None = None
    valid_on: date | None = None
    # Since when it waits for a decision: handed in, corrected or appealed last. The order of the queue.
    waiting_since: datetime | None = instant(nullable=True)
    decided_at: datetime | None = instant(nullable=True)
    # Facts beside the state; a programme says which it asks for before `valid`.
    confirmed_at: datetime | None = instant(nullable=True)
    recognition_number: str | None = long_text(None)
    recognised_on: date | None = None
    portal_code: str | None = long_text(None)
    officer_confirmed_at: datetime | None = instant(nullable=True)
    appealed_at: datetime | None = instant(nullable=True)
    # Tapped while the bot was away over the close: accepted, and shown to officers as such.
    interrupted: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})


class InitiativeVersion(SQLModel, table=True):
    """What an initiative said before its author corrected it; never edited."""

    __tablename__ = "initiative_version"
    id: int | None = key()
    initiative_id: int | None = to("initiative.id")
    place: Any = Field(default=None, sa_type=Json, nullable=False)
    fingerprint: str | None = long_text(None)
    fingerprint_at: datetime | None = instant(nullable=True)
    replaced_at: datetime = instant()


class Author(SQLModel, table=True):
    """One author of an initiative and the share, in hundredths of a per cent; the sender is position 0."""

    __table_args__ = (UniqueConstraint("initiative_id", "position"),)
    id: int | None = key()
    initiative_id: int | None = to("initiative.id")
    position: int = 0
    worker_id: int | None = to("worker.id", nullable=True)
    name: str = long_text()
    share: int = 10_000


class Attachment(SQLModel, table=True):
    """A file somebody sent; `reference` is the messenger's name for it, `sha256` ours once we hold it.

    `sha256` is of the bytes in our folder: of cipher text when `encrypted`, so that it tells nothing. Of a
    file that is to be secret (`sealed`), name, reference and the content's own sha-256 are in `secret`.
    """

    __table_args__ = (one_of("state", FILE_STATES), UniqueConstraint("draft_id", "unique_reference"))
    id: int | None = key()
    draft_id: int | None = Field(default=None, sa_type=Id, index=True, nullable=True)
    initiative_id: int | None = to("initiative.id", nullable=True)
    worker_id: int | None = to("worker.id")
    channel: str = long_text()
    reference: str = long_text()
    unique_reference: str = long_text()
    kind: str = long_text("photo")
    name: str = long_text()
    media_type: str = long_text()
    size: int | None = Field(default=None, sa_type=Dong)
    message: str = long_text()
    state: str = long_text("waiting")
    sha256: str | None = Field(default=None, sa_type=Text, index=True, nullable=True)
    sealed: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    encrypted: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    secret: Any = Field(default=None, sa_type=Json, nullable=True)
    tries: int = 0
    due_at: datetime = instant(index=True)
    created_at: datetime = instant()
