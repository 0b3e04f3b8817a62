"""Every move of an initiative is written down; what is there already has its first one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = storage.types.Json()
INSTANTS = ("waiting_since", "decided_at", "confirmed_at", "officer_confirmed_at", "appealed_at")


def upgrade() -> None:
    op.create_table(
        "move",
        sa.Column("id", ID, nullable=False),
        sa.Column("initiative_id", ID, nullable=False),
        sa.Column("at", storage.types.Instant(), nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("missing", JSON, nullable=True),
        sa.Column("undoes_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["initiative_id"], ["initiative.id"], name="fk_move_initiative_id_initiative"),
        sa.PrimaryKeyConstraint("id", name="pk_move"),
    )
    for column in ("initiative_id", "at", "actor_id"):
        op.create_index(f"ix_move_{column}", "move", [column])
    op.create_table(
        "review_note",
        sa.Column("id", ID, nullable=False),
        sa.Column("initiative_id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("at", storage.types.Instant(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["initiative_id"], ["initiative.id"], name="fk_review_note_initiative_id_initiative"
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_review_note_worker_id_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_review_note"),
    )
    for column in ("initiative_id", "worker_id"):
        op.create_index(f"ix_review_note_{column}", "review_note", [column])
    for name in INSTANTS:
        op.add_column("initiative", sa.Column(name, storage.types.Instant(), nullable=True))
    op.add_column("initiative", sa.Column("recognition_number", sa.Text(), nullable=True))
    op.add_column("initiative", sa.Column("recognised_on", sa.Date(), nullable=True))
    op.add_column("initiative", sa.Column("portal_code", sa.Text(), nullable=True))
    op.create_index("ix_initiative_queue", "initiative", ["unit_id", "state", "waiting_since"])
    op.execute("UPDATE initiative SET waiting_since = submitted_at")
    # No initiative had been decided on before: each was handed in, and some were withdrawn.
    move = 'INSERT INTO move (initiative_id, at, actor_id, "before", "after") SELECT id, submitted_at, author_id'
    op.execute(f"{move}, 'draft', 'submitted' FROM initiative ORDER BY id")
    op.execute(f"{move}, 'submitted', state FROM initiative WHERE state <> 'submitted' ORDER BY id")
