"""That a decision takes long is told once at each stage."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "slow_told",
        sa.Column("initiative_id", ID, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("waiting_since", storage.types.Instant(), nullable=False),
        sa.Column("told_at", storage.types.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiative.id"], name="fk_slow_told_initiative_id_initiative"
        ),
        sa.PrimaryKeyConstraint("initiative_id", "stage", "waiting_since", name="pk_slow_told"),
    )
