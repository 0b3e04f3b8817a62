"""Run the migrations over the connection that `storage.upgrade` holds."""

from __future__ import annotations

from alembic import context

from storage.columns import as_made
from storage.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=as_made(metadata),
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
