"""The tables around the union tree: who stands above whom, what became of what, groups and targets."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import index_where, instant, key, long_text, metadata, one_of, to
from storage.types import Dong, Id


class UnitAbove(SQLModel, table=True):
    """The closure of the tree as it is now: `above_id` is the unit itself (0) or `depth` steps above it.

    A unit that was merged also stands below the unit that took its place, so what was made there is
    still somebody's to review and to count.
    """

    __tablename__ = "unit_above"
    __table_args__ = (Index("ix_unit_above_below", "above_id", "unit_id"),)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", sa_type=Id, primary_key=True)
    above_id: int | None = Field(default=None, foreign_key="unit.id", sa_type=Id, primary_key=True)
    depth: int


class UnitSuccessor(SQLModel, table=True):
    """Since a day, `new_id` stands in the place of `old_id`: one after a merger, several after a split."""

    __tablename__ = "unit_successor"
    __table_args__ = (UniqueConstraint("old_id", "new_id"),)
    id: int | None = key()
    old_id: int | None = to("unit.id")
    new_id: int | None = to("unit.id")
    since: date
    recorded_at: datetime = instant()


class UnitGroup(SQLModel, table=True):
    """A set of units across the tree (cụm, khối thi đua); the code is its name folded to plain words."""

    __tablename__ = "unit_group"
    id: int | None = key()
    code: str = Field(sa_type=Text, unique=True)
    name: str = long_text()
    created_at: datetime = instant()


class UnitGroupMember(SQLModel, table=True):
    """A unit belonged to a group from `since` until before `until`."""

    __tablename__ = "unit_group_member"
    __table_args__ = (
        index_where("until IS NULL", "uq_unit_group_member_open", "group_id", "unit_id", unique=True),
    )
    id: int | None = key()
    group_id: int | None = to("unit_group.id")
    unit_id: int | None = to("unit.id")
    since: datetime = instant()
    until: datetime | None = instant(nullable=True)


class UnitTarget(SQLModel, table=True):
    """What a unit is to reach in a phase: a count or hundredths of a per cent of members; the last counts."""

    __tablename__ = "unit_target"
    __table_args__ = (
        one_of("measure", ("initiatives", "people")),
        CheckConstraint("(count IS NULL) <> (percent_hundredths IS NULL)", name="one_kind"),
        Index("ix_unit_target_phase", "unit_id", "phase", "measure"),
    )
    id: int | None = key()
    unit_id: int | None = to("unit.id", index=False)
    phase: str = long_text()
    measure: str = long_text("initiatives")
    count: int | None = Field(default=None, sa_type=Dong)
    percent_hundredths: int | None = Field(default=None, sa_type=Dong)
    recorded_at: datetime = instant()


# Rows of two numbers and a depth, read by their keys only: on SQLite the key is the row.
metadata.tables["unit_above"].dialect_kwargs["sqlite_with_rowid"] = False
