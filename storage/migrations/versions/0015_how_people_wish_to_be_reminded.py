"""How people wish to be reminded, and the quiet hours of units that work in shifts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    from storage.types import Instant, Json

    op.create_table(
        "reminder_choice",
        sa.Column("worker_id", ID, autoincrement=False, nullable=False),
        sa.Column("left_out", Json(), nullable=True),
        sa.Column("hour", sa.Text(), nullable=True),
        sa.Column("snoozed_until", Instant(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", name="pk_reminder_choice"),
    )
    op.create_table(
        "unit_quiet",
        sa.Column("unit_id", ID, autoincrement=False, nullable=False),
        sa.Column("begins", sa.Text(), nullable=False),
        sa.Column("ends", sa.Text(), nullable=False),
        sa.Column("set_by", ID, nullable=True),
        sa.Column("set_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("unit_id", name="pk_unit_quiet"),
    )
