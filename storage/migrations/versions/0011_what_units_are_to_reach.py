"""What units are to reach and how large they are stands beside the figures; worked out at the next start."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "unit_size",
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
        sa.Column("counted_from", sa.Date(), nullable=True),
        sa.Column("counted_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_unit_size_unit_id_unit"),
        sa.PrimaryKeyConstraint("unit_id", name="pk_unit_size"),
    )
    op.create_table(
        "aim",
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("initiatives", sa.BigInteger(), nullable=True),
        sa.Column("people", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_aim_unit_id_unit"),
        sa.PrimaryKeyConstraint("unit_id", "phase", name="pk_aim"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_aim_parent", "aim", ["parent_id", "phase", "unit_id", "initiatives", "people"])
