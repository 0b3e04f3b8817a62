"""The list of units has a version, which every process compares with what it holds in memory."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SETTING = sa.table("setting", sa.column("name", sa.Text()), sa.column("value", sa.Text()))


def upgrade() -> None:
    op.execute(SETTING.insert().values(name="units_version", value=secrets.token_hex(16)))
