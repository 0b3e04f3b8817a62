"""One more role: a support group enters for the workers of a unit and decides nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

WITHIN = "role IN ('worker', 'supporter', 'lead', 'officer', 'admin')"


def upgrade() -> None:
    for table in ("role_grant", "invitation"):
        name = op.f(f"ck_{table}_role")
        # SQLite knows no way but a new table in the place of the old one.
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(name, type_="check")
            batch.create_check_constraint(name, sa.text(WITHIN))
