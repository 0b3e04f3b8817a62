"""The tables of secrecy: how much of an initiative an establishment lets out, and files to be wiped."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from storage.columns import instant, key, long_text, one_of, to
from storage.types import Id

LEVELS = ("counted", "summary", "full", "published")  # each lets out all that the one before it does


class Disclosure(SQLModel, table=True):
    """How much may be let out of an initiative, or (without one) of all of a unit; the newest row holds.

    `level` is null when a level was taken back: then what is more general holds again. Never edited.
    """

    __table_args__ = (one_of("level", LEVELS),)
    id: int | None = key()
    unit_id: int | None = to("unit.id")
    initiative_id: int | None = to("initiative.id", nullable=True)
    level: str | None = long_text(None)
    set_by: int | None = Field(default=None, sa_type=Id, nullable=True)
    set_at: datetime = instant()


class Discarded(SQLModel, table=True):
    """A file of our folder that a row has let go of: it is wiped once no other row names it."""

    sha256: str = Field(sa_type=Text, primary_key=True)
