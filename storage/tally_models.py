"""The tables of figures that are kept as they change, of what units are to reach, and of their size."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from storage.types import Dong, Id


def _count() -> int:
    return Field(default=0, sa_type=Id, sa_column_kwargs={"server_default": "0"})  # type: ignore[no-any-return]


def _dong() -> int:
    return Field(default=0, sa_type=Dong, sa_column_kwargs={"server_default": "0"})  # type: ignore[no-any-return]


class Tally(SQLModel, table=True):
    """A unit and all below it in one phase (`*`: in all): initiatives by state, distinct people, benefit.

    Benefit in đồng of the valid ones, apart by period and never converted; `figures` of them say an amount.
    """

    __table_args__ = {"sqlite_with_rowid": False}
    unit_id: int | None = Field(default=None, sa_type=Id, foreign_key="unit.id", primary_key=True)
    phase: str = Field(sa_type=Text, primary_key=True)
    submitted: int = _count()
    returned: int = _count()
    recognised: int = _count()
    valid: int = _count()
    rejected: int = _count()
    withdrawn: int = _count()
    people: int = _count()
    people_waiting: int = _count()
    figures: int = _count()
    benefit_year: int = _dong()
    benefit_month: int = _dong()
    benefit_once: int = _dong()


class TallyPerson(SQLModel, table=True):
    """How many valid and waiting initiatives a person has in a unit and all below it: people are distinct."""

    __tablename__ = "tally_person"
    __table_args__ = {"sqlite_with_rowid": False}
    unit_id: int | None = Field(default=None, sa_type=Id, foreign_key="unit.id", primary_key=True)
    phase: str = Field(sa_type=Text, primary_key=True)
    worker_id: int | None = Field(default=None, sa_type=Id, primary_key=True, index=True)
    valid: int = _count()
    waiting: int = _count()


class TallyDay(SQLModel, table=True):
    """What was handed in and what became valid on one day of the programme's zone: the curve and the pace."""

    __tablename__ = "tally_day"
    __table_args__ = {"sqlite_with_rowid": False}
    unit_id: int | None = Field(default=None, sa_type=Id, foreign_key="unit.id", primary_key=True)
    phase: str = Field(sa_type=Text, primary_key=True)
    day: date | None = Field(default=None, primary_key=True)
    submitted: int = _count()
    valid: int = _count()


class UnitsReached(SQLModel, table=True):
    """How many units directly below have a target in a phase (`*`: in all), and have reached it."""

    __tablename__ = "units_reached"
    __table_args__ = {"sqlite_with_rowid": False}
    unit_id: int | None = Field(default=None, sa_type=Id, foreign_key="unit.id", primary_key=True)
    phase: str = Field(sa_type=Text, primary_key=True)
    aimed: int = _count()
    reached: int = _count()
    people_aimed: int = _count()
    people_reached: int = _count()


class UnitSize(SQLModel, table=True):
    """The members of a unit: as counted there, or the sum of the units below; the dates of those counts."""

    __tablename__ = "unit_size"
    unit_id: int | None = Field(default=None, sa_type=Id, foreign_key="unit.id", primary_key=True)
    members: int = Field(sa_type=Dong)
    counted_from: date | None = None
    counted_to: date | None = None


class Aim(SQLModel, table=True):
    """How many initiatives and people a unit is to reach in a phase (`*`: in all); null is no target."""

    __table_args__ = (
        # All that counting those who have reached their target reads: thousands of units, one walk.
        Index("ix_aim_parent", "parent_id", "phase", "unit_id", "initiatives", "people"),
        {"sqlite_with_rowid": False},
    )
    unit_id: int | None = Field(default=None, sa_type=Id, foreign_key="unit.id", primary_key=True)
    phase: str = Field(sa_type=Text, primary_key=True)
    parent_id: int | None = Field(default=None, sa_type=Id, nullable=True)
    initiatives: int | None = Field(default=None, sa_type=Dong, nullable=True)
    people: int | None = Field(default=None, sa_type=Dong, nullable=True)
