"""Look-alikes are found by keys; the initiatives that are already there get theirs when the bot next starts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "likeness_key",
        sa.Column("key", ID, nullable=False),
        sa.Column("initiative_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiative.id"], name=op.f("fk_likeness_key_initiative_id_initiative")
        ),
        sa.PrimaryKeyConstraint("key", "initiative_id", name=op.f("pk_likeness_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_likeness_key_initiative_id"), "likeness_key", ["initiative_id"])
