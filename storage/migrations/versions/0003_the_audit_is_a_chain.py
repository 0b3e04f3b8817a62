"""The audit is a chain: each entry sealed by the one before it, and the database refuses to change any."""

from __future__ import annotations

import hashlib

import orjson
import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REFUSAL = "the audit is only ever added to"
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AUDIT = sa.table(
    "audit",
    sa.column("id", ID),
    sa.column("at", storage.types.Instant()),
    sa.column("actor_id", ID),
    *(sa.column(name, sa.Text()) for name in ("what", "subject", "before", "after", "why", "hash")),
)
SETTING = sa.table("setting", sa.column("name", sa.Text()), sa.column("value", sa.Text()))


def upgrade() -> None:
    op.add_column("audit", sa.Column("hash", sa.Text(), server_default="", nullable=False))
    count, head = _chain(op.get_bind())
    op.execute(SETTING.insert().values(name="audit_head", value=f"{count} {head}"))
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER audit_no_{deed} BEFORE {deed.upper()} ON audit "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    for deed in ("update", "delete", "truncate"):
        op.execute(
            f"CREATE TRIGGER audit_no_{deed} BEFORE {deed.upper()} ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()"
        )


def _chain(connection: sa.Connection) -> tuple[int, str]:
    """Seal the entries that are there, in their order."""
    previous, changes = "0" * 64, []
    for row in connection.execute(sa.select(AUDIT).order_by(AUDIT.c.id)).all():
        line = [row.at.isoformat(timespec="microseconds")]
        line += [row.actor_id, row.what, row.subject, row.before, row.after, row.why]
        previous = hashlib.sha256(previous.encode() + orjson.dumps(line)).hexdigest()
        changes.append({"number": row.id, "sealed": previous})
    if changes:
        seal = AUDIT.update().where(AUDIT.c.id == sa.bindparam("number")).values(hash=sa.bindparam("sealed"))
        connection.execute(seal, changes)
    return len(changes), previous
