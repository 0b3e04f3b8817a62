"""The tables: everything we remember, each class one table, each field one sentence where it is not plain."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import index_where, instant, key, long_text, metadata, one_of, to
from storage.entered_models import HOW, Claim, EnteredFor
from storage.initiative_models import (
    FILE_STATES,
    STATES,
    Attachment,
    Author,
    Initiative,
    InitiativeVersion,
)
from storage.joining_models import CodeAttempt, GroupChat, InvitationUse, Petition
from storage.likeness_models import LikenessKey
from storage.message_models import Audit, DeadLetter, Heard, Outbox, Sequence, Setting
from storage.privacy_models import Consent, PrivacyRequest
from storage.reminder_choice_models import ReminderChoice, UnitQuiet
from storage.reminder_models import PhaseReport, ReminderMoment, ReminderNote
from storage.review_models import Move, ReviewNote
from storage.secrecy_models import LEVELS, Discarded, Disclosure
from storage.slow_models import SlowTold
from storage.tally_models import Aim, Tally, TallyDay, TallyPerson, UnitSize
from storage.types import Dong, Id, Json
from storage.unit_models import UnitAbove, UnitGroup, UnitGroupMember, UnitSuccessor, UnitTarget

__all__ = [
    "FILE_STATES",
    "HOW",
    "LEVELS",
    "STATES",
    "Aim",
    "Attachment",
    "Audit",
    "Author",
    "Claim",
    "CodeAttempt",
    "Consent",
    "DeadLetter",
    "Discarded",
    "Disclosure",
    "EnteredFor",
    "GroupChat",
    "Heard",
    "Initiative",
    "InitiativeVersion",
    "InvitationUse",
    "LikenessKey",
    "Move",
    "Outbox",
    "Petition",
    "PhaseReport",
    "PrivacyRequest",
    "ReminderChoice",
    "ReminderMoment",
    "ReminderNote",
    "ReviewNote",
    "Sequence",
    "Setting",
    "SlowTold",
    "Tally",
    "TallyDay",
    "TallyPerson",
    "UnitAbove",
    "UnitGroup",
    "UnitGroupMember",
    "UnitQuiet",
    "UnitSize",
    "UnitSuccessor",
    "UnitTarget",
    "metadata",
]

ROLES = ("worker", "supporter", "lead", "officer", "admin")


class Unit(SQLModel, table=True):
    """A node of the union tree, at any depth, that existed from `valid_from` until before `valid_to`."""

    id: int | None = key()
    code: str = Field(sa_type=Text, unique=True)
    name: str = long_text()
    level: str = long_text()
    parent_id: int | None = to("unit.id", nullable=True)
    valid_from: date | None = None
    valid_to: date | None = None
    created_at: datetime = instant()


class UnitName(SQLModel, table=True):
    """One spelling under which a unit is found: its name now, an old one, a short one."""

    __tablename__ = "unit_name"
    __table_args__ = (one_of("kind", ("current", "old")), UniqueConstraint("unit_id", "name"))
    id: int | None = key()
    unit_id: int | None = to("unit.id")
    name: str = long_text()
    search_key: str = Field(sa_type=Text, index=True)
    kind: str = long_text("current")


class UnitWord(SQLModel, table=True):
    """A folded word of a unit's names: the index by which people find their unit among thousands."""

    __tablename__ = "unit_word"
    word: str = Field(sa_type=Text, primary_key=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", sa_type=Id, primary_key=True)


class UnitMembers(SQLModel, table=True):
    """How many members a unit had when somebody counted; the date is null when the list did not say."""

    __tablename__ = "unit_members"
    __table_args__ = (CheckConstraint("members >= 0", name="members"),)
    id: int | None = key()
    unit_id: int | None = to("unit.id")
    members: int = Field(sa_type=Dong)
    counted_on: date | None = None
    recorded_at: datetime = instant()


class Worker(SQLModel, table=True):
    """A person who agreed to be remembered. Never found or merged by name.

    `consent` is the version of the text they agree to now, empty after a withdrawal. Of somebody who was
    erased only the number stays, with `erased_at`: what they had counted still counts for one person.
    """

    __table_args__ = (one_of("language", ("vi", "en")),)
    id: int | None = key()
    name: str = long_text()
    language: str = long_text("vi")
    unit_id: int | None = to("unit.id", nullable=True)
    created_at: datetime = instant()
    consent: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    consent_asked_at: datetime | None = instant(nullable=True)
    erased_at: datetime | None = instant(nullable=True)
    # Known by name only, because somebody entered for them; until they come themselves.
    placeholder: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})


class Membership(SQLModel, table=True):
    """A worker belonged to a unit from `since` until before `until`; one at a time."""

    __table_args__ = (index_where("until IS NULL", "uq_membership_open", "worker_id", unique=True),)
    id: int | None = key()
    worker_id: int | None = to("worker.id")
    unit_id: int | None = to("unit.id")
    since: datetime = instant()
    until: datetime | None = instant(nullable=True)


class Grant(SQLModel, table=True):
    """A role given to a worker for a unit (an officer's: and all below it)."""

    __tablename__ = "role_grant"
    __table_args__ = (one_of("role", ROLES),)
    id: int | None = key()
    worker_id: int | None = to("worker.id")
    unit_id: int | None = to("unit.id")
    role: str = long_text("worker")
    since: datetime = instant()
    until: datetime | None = instant(nullable=True)


class Invitation(SQLModel, table=True):
    """A code that joins people to a unit with a role; only its hash is kept.

    `made_by` is the worker who made it in a chat; `drawn` the button it was made with, so that a tap that
    comes twice makes one.
    """

    __table_args__ = (
        one_of("role", ROLES),
        CheckConstraint("uses_left >= 0", name="uses_left"),
        Index("uq_invitation_drawn", "drawn", unique=True),
    )
    id: int | None = key()
    code_hash: str = Field(sa_type=Text, unique=True)
    role: str = long_text("worker")
    unit_id: int | None = to("unit.id")
    uses_left: int = 1
    expires_at: datetime = instant()
    created_at: datetime = instant()
    made_by: int | None = Field(default=None, sa_type=Id, nullable=True)
    drawn: str | None = long_text(None)


class Chat(SQLModel, table=True):
    """One worker's talk on one messenger: where to write, and where the talk stands."""

    __table_args__ = (UniqueConstraint("channel", "address"),)
    id: int | None = key()
    channel: str = long_text()
    address: str = long_text()
    worker_id: int | None = to("worker.id")
    reachable: bool = True
    draft_id: int | None = Field(default=None, sa_type=Id)
    talk: Any = Field(default=None, sa_type=Json, nullable=True)
    created_at: datetime = instant()


class Draft(SQLModel, table=True):
    """An initiative its author has not submitted: the answers so far and the question that is open.

    Of one that is typed for somebody else, `for_worker_id` is the author, or `for_name` of one not known yet,
    and `unit_id` the unit it is handed in for.
    """

    id: int | None = key()
    worker_id: int | None = to("worker.id")
    unit_id: int | None = to("unit.id", nullable=True)
    form: str = long_text("initiative")
    place: Any = Field(default=None, sa_type=Json, nullable=False)
    offered: Any = Field(default=None, sa_type=Json, nullable=True)
    corrects_id: int | None = Field(default=None, sa_type=Id, nullable=True)
    for_worker_id: int | None = Field(default=None, sa_type=Id, index=True, nullable=True)
    for_name: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    created_at: datetime = instant()
    updated_at: datetime = instant()


# SQLite gives the number of a deleted row to the next one unless told otherwise; a number that was on a
# button, in a receipt or in the audit must never come to mean something else.
for _table in ("unit", "worker", "chat", "draft", "initiative", "attachment"):
    metadata.tables[_table].dialect_kwargs["sqlite_autoincrement"] = True
