"""Bring a database's tables up to this program's version, once, however many processes start together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING

from filelock import FileLock
from sqlalchemy import Connection, inspect, text

from storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

LOCK_SECONDS = 60
# Any number will do, as long as nothing else in the same PostgreSQL database uses it.
ADVISORY_LOCK = 715_220_901


class NewerDatabase(Exception):
    """The database was written by a newer version of this program; upgrade the program, not the database."""


def _scripts() -> Config:
    from alembic.config import Config  # late: a start that finds its tables up to date does without

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    return config


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """Hold the upgrade lock: a file beside SQLite, an advisory lock inside PostgreSQL."""
    if database.file is not None:
        lock = FileLock(f"{database.file}.upgrade.lock", timeout=LOCK_SECONDS)
        with lock, database.schema_connection() as connection:
            yield connection
        return
    with database.schema_connection() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.commit()
        try:
            yield connection
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
            connection.commit()


def version_of(connection: Connection) -> str | None:
    """The version of the tables, or None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def known_versions() -> list[str]:
    """Every version there ever was, oldest first: the numbers with which the migrations' files begin."""
    folder = files("storage.migrations").joinpath("versions")
    names = (entry.name for entry in folder.iterdir())
    return sorted(name.partition("_")[0] for name in names if name[:4].isdecimal() and name.endswith(".py"))


def newest_version() -> str:
    """The version this program needs."""
    return known_versions()[-1]


def _foreign_keys(connection: Connection, *, on: bool) -> None:
    # Inside a transaction SQLite ignores this pragma, so it goes past SQLAlchemy, which would open one.
    connection.rollback()
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a connection that is open has one
    driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def upgrade_database(database: Database) -> None:
    """Apply every migration that is missing. Raises NewerDatabase when the tables are ahead of us."""
    with _alone(database) as connection:
        current = version_of(connection)
        if current is not None and current not in known_versions():
            raise NewerDatabase(current)
        connection.rollback()
        if current == newest_version():
            return
        from alembic.command import upgrade

        config = _scripts()
        if database.is_sqlite:
            # A table rebuilt while foreign keys are on would delete its children.
            _foreign_keys(connection, on=False)
        config.attributes["connection"] = connection
        upgrade(config, "head")
        connection.commit()
        if database.is_sqlite:
            _foreign_keys(connection, on=True)
