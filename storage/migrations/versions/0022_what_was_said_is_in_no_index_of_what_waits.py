"""What was said leaves the indexes of what waits: they stay as small as what waits, however much was said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")
UNSETTLED = sa.text("state = 'waiting' OR state = 'claimed'")


def upgrade() -> None:
    op.create_index(
        "ix_outbox_unsettled",
        "outbox",
        ["channel", "address", "id"],
        sqlite_where=UNSETTLED,
        postgresql_where=UNSETTLED,
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["priority", "id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.drop_index("ix_outbox_open", table_name="outbox")
    op.drop_index("ix_outbox_turn", table_name="outbox")
