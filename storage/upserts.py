"""INSERT that may meet a row which is there already: each database has a kind of its own for it."""

from __future__ import annotations

from typing import cast

from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.schema import Table


def insert_into(dialect: str, table: Table) -> Insert:
    """An INSERT for the database of that name, with its `on_conflict_…`.

    What SQLAlchemy knows of PostgreSQL and its five drivers is loaded only for that database: it is 3 MB.
    """
    if dialect == "sqlite":
        return Insert(table)
    from sqlalchemy.dialects import postgresql

    return cast("Insert", postgresql.insert(table))  # its methods are the same
