"""Somebody may enter for another: drafts say for whom, entries who typed them and whether it was confirmed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "entered_for",
        sa.Column("initiative_id", ID, nullable=False),
        sa.Column("entered_by", ID, nullable=False),
        sa.Column("entered_at", storage.types.Instant(), nullable=False),
        sa.Column("confirmed_at", storage.types.Instant(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("disowned_at", storage.types.Instant(), nullable=True),
        sa.CheckConstraint("how IN ('tap', 'code', 'paper', 'correction')", name="ck_entered_for_how"),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiative.id"], name="fk_entered_for_initiative_id_initiative"
        ),
        sa.ForeignKeyConstraint(["entered_by"], ["worker.id"], name="fk_entered_for_entered_by_worker"),
        sa.PrimaryKeyConstraint("initiative_id", name="pk_entered_for"),
    )
    op.create_index("ix_entered_for_entered_by", "entered_for", ["entered_by"])
    op.create_table(
        "claim",
        sa.Column("invitation_id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name="fk_claim_invitation_id_invitation"
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_claim_worker_id_worker"),
        sa.PrimaryKeyConstraint("invitation_id", name="pk_claim"),
    )
    op.create_index("ix_claim_worker_id", "claim", ["worker_id"])
    op.add_column("worker", sa.Column("placeholder", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("draft", sa.Column("for_worker_id", ID, nullable=True))
    op.add_column("draft", sa.Column("for_name", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_draft_for_worker_id", "draft", ["for_worker_id"])
