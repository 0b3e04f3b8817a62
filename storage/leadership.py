"""One process at a time receives and sends for a database: a lock that ends with the process that held it."""

from __future__ import annotations

from contextlib import suppress

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from storage.database import Database

# Any number will do, as long as nothing else in the same PostgreSQL database uses it.
ADVISORY_LOCK = 715_220_902


def _direct(database: Database) -> Engine:
    """A connection of its own, outside any transaction: the lock belongs to the session."""
    return create_engine(
        database.url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args=database.connection_settings(),
    )


class Leadership:
    """A lock beside the SQLite file or inside PostgreSQL; it falls when the process dies."""

    def __init__(self, database: Database) -> None:
        # Not of one thread: it is taken, looked at and left from different ones.
        place = f"{database.file}.leader.lock"
        self._file = FileLock(place, thread_local=False) if database.file is not None else None
        self._engine = None if self._file else _direct(database)
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Try to become the leader, without waiting; whether we are."""
        if self._file is not None:
            try:
                self._file.acquire(timeout=0)
            except Timeout:
                return False
            return True
        assert self._engine is not None  # noqa: S101 - it is one or the other
        connection = self._connection or self._engine.connect()
        taken = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}).scalar()
        self._connection = connection
        return bool(taken)

    def holds(self) -> bool:
        """Whether we still lead: a lost connection to PostgreSQL has lost the lock as well."""
        if self._file is not None:
            return self._file.is_locked
        try:
            assert self._connection is not None  # noqa: S101 - asked only by a leader
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def leave(self) -> None:
        """Let another lead."""
        if self._file is not None:
            self._file.release()
        elif self._connection is not None:
            with suppress(SQLAlchemyError):
                # Said, not only hung up: the server notices a closed connection when it comes to it.
                self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
            with suppress(SQLAlchemyError):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None
