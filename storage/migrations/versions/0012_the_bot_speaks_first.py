"""The bot speaks first: moments seen to, who was told what, figures frozen at a close, entries over a close."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTED = (
    "submitted", "returned", "recognised", "valid", "rejected", "withdrawn", "people", "people_waiting",
    "figures",
)  # fmt: skip
DONG = ("benefit_year", "benefit_month", "benefit_once")


def upgrade() -> None:
    from storage.types import Instant

    op.create_table(
        "reminder_moment",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("offset", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cursor", ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done', 'skipped')", name="state"),
        sa.PrimaryKeyConstraint("kind", "phase", "offset", name="pk_reminder_moment"),
    )
    op.create_table(
        "reminder_note",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("offset", sa.Text(), nullable=False),
        sa.Column("worker_id", ID, nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome IN ('promised', 'silent', 'superseded', 'skipped')", name="outcome"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder_note"),
    )
    op.create_index("ix_reminder_note_worker", "reminder_note", ["worker_id", "at"])
    op.create_table(
        "phase_report",
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in COUNTED),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in DONG),
        sa.CheckConstraint("kind IN ('closes', 'reviewed')", name="kind"),
        sa.PrimaryKeyConstraint("phase", "kind", "unit_id", name="pk_phase_report"),
    )
    op.add_column(
        "initiative", sa.Column("interrupted", sa.Boolean(), nullable=False, server_default="0")
    )
    op.create_index("ix_initiative_author_state", "initiative", ["state", "author_id"])
