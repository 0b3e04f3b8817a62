"""Consent by purpose with the hash of what was shown; requests about one's own data; a person erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NOW_AGREED = """
UPDATE worker SET consent = COALESCE((
    SELECT consent.version FROM consent
    WHERE consent.worker_id = worker.id AND consent.purpose = 'processing' AND consent.withdrawn_at IS NULL
    ORDER BY consent.id DESC LIMIT 1
), '')
"""


def upgrade() -> None:
    instant = storage.types.Instant(timezone=True)
    op.add_column("consent", sa.Column("text_hash", sa.Text(), server_default="", nullable=False))
    op.add_column("worker", sa.Column("consent", sa.Text(), server_default="", nullable=False))
    op.add_column("worker", sa.Column("consent_asked_at", instant, nullable=True))
    op.add_column("worker", sa.Column("erased_at", instant, nullable=True))
    op.execute(NOW_AGREED)
    op.create_table(
        "privacy_request",
        sa.Column("id", ID, nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("answer_by", instant, nullable=False),
        sa.Column("finish_by", instant, nullable=False),
        sa.Column("done_at", instant, nullable=True),
        sa.CheckConstraint("kind IN ('export', 'withdraw', 'erase')", name=op.f("ck_privacy_request_kind")),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.id"], name=op.f("fk_privacy_request_worker_id_worker")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request")),
    )
    op.create_index(op.f("ix_privacy_request_worker_id"), "privacy_request", ["worker_id"], unique=False)
