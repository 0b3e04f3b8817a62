"""Appeals that wait are found by an index: whoever refused one does not have it in their queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

APPEALED = sa.text("appealed_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_initiative_appealed",
        "initiative",
        ["state", "id"],
        sqlite_where=APPEALED,
        postgresql_where=APPEALED,
    )
