"""Units that work in shifts are reminded on days off too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "unit_quiet", sa.Column("every_day", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
