"""Figures are kept as they change; those of what is there are counted when the bot next starts."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HERE = ZoneInfo("Asia/Ho_Chi_Minh")  # no programme of another zone has been run before this version
COUNTS = ("submitted", "returned", "recognised", "valid", "rejected", "withdrawn", "people", "people_waiting")
DONG = ("benefit_year", "benefit_month", "benefit_once")


def _keys(*more: sa.Column[object]) -> list[sa.Column[object]]:
    return [sa.Column("unit_id", ID, nullable=False), sa.Column("phase", sa.Text(), nullable=False), *more]


def _made(name: str, keys: list[sa.Column[object]], counts: tuple[str, ...], dong: tuple[str, ...] = ()) -> None:
    op.create_table(
        name,
        *keys,
        *(sa.Column(count, ID, server_default="0", nullable=False) for count in counts),
        *(sa.Column(one, sa.BigInteger(), server_default="0", nullable=False) for one in dong),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=f"fk_{name}_unit_id_unit"),
        sa.PrimaryKeyConstraint(*(key.name for key in keys), name=f"pk_{name}"),
        sqlite_with_rowid=False,
    )


def upgrade() -> None:
    _made("tally", _keys(), (*COUNTS, "figures"), DONG)
    _made("tally_person", _keys(sa.Column("worker_id", ID, nullable=False)), ("valid", "waiting"))
    op.create_index("ix_tally_person_worker_id", "tally_person", ["worker_id"])
    _made("tally_day", _keys(sa.Column("day", sa.Date(), nullable=False)), ("submitted", "valid"))
    op.add_column("initiative", sa.Column("submitted_on", sa.Date(), nullable=True))
    op.add_column("initiative", sa.Column("valid_on", sa.Date(), nullable=True))
    initiative = sa.table(
        "initiative",
        sa.column("id", ID),
        sa.column("submitted_at", storage.types.Instant()),
        sa.column("submitted_on", sa.Date()),
    )
    connection = op.get_bind()
    for number, at in connection.execute(sa.select(initiative.c.id, initiative.c.submitted_at)).all():
        changed = sa.update(initiative).where(initiative.c.id == number)
        connection.execute(changed.values(submitted_on=_day(at)))


def _day(at: datetime) -> object:
    return at.astimezone(HERE).date()
