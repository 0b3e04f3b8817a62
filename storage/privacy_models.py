"""The tables of consent and of what people ask about their own data, with the dates of the law."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from storage.columns import instant, key, long_text, one_of, to

REQUESTS = ("export", "withdraw", "erase")


class Consent(SQLModel, table=True):
    """Proof that a worker agreed to a purpose, to which version of the text, when and where."""

    id: int | None = key()
    worker_id: int | None = to("worker.id")
    purpose: str = long_text("processing")
    version: str = long_text()
    given_at: datetime = instant()
    proof: str = long_text()
    text_hash: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    withdrawn_at: datetime | None = instant(nullable=True)


class PrivacyRequest(SQLModel, table=True):
    """What somebody asked about their data: answered before `answer_by`, finished before `finish_by`."""

    __tablename__ = "privacy_request"
    __table_args__ = (one_of("kind", REQUESTS),)
    id: int | None = key()
    worker_id: int | None = to("worker.id")
    kind: str = long_text("export")
    asked_at: datetime = instant()
    answer_by: datetime = instant()
    finish_by: datetime = instant()
    done_at: datetime | None = instant(nullable=True)
