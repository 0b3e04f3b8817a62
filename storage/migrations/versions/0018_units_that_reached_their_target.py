"""How many units below another have reached their target is kept, not counted at every look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    counts = ("aimed", "reached", "people_aimed", "people_reached")
    op.create_table(
        "units_reached",
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        *(sa.Column(name, ID, server_default="0", nullable=False) for name in counts),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_units_reached_unit_id_unit"),
        sa.PrimaryKeyConstraint("unit_id", "phase", name="pk_units_reached"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO units_reached (unit_id, phase, aimed, reached, people_aimed, people_reached)"
        " SELECT a.parent_id, a.phase, COUNT(a.initiatives),"
        " CAST(SUM(CASE WHEN COALESCE(t.valid, 0) >= a.initiatives THEN 1 ELSE 0 END) AS BIGINT),"
        " COUNT(a.people),"
        " CAST(SUM(CASE WHEN COALESCE(t.people, 0) >= a.people THEN 1 ELSE 0 END) AS BIGINT)"
        " FROM aim a LEFT JOIN tally t ON t.unit_id = a.unit_id AND t.phase = a.phase"
        " WHERE a.parent_id IS NOT NULL GROUP BY a.parent_id, a.phase"
    )
