"""Counting and ordering what waits reads indexes only, for one unit and for all below another."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_initiative_queue", "initiative")
    op.create_index("ix_initiative_queue", "initiative", ["unit_id", "state", "waiting_since", "appealed_at"])
    waiting = ["state", "waiting_since", "id", "unit_id", "officer_confirmed_at"]
    op.create_index("ix_initiative_waiting", "initiative", waiting)
