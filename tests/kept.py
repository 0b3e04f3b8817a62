"""What many tests begin with, made once and kept: the next empty database gets a copy of its rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import text

from storage.database import Database
from storage.models import metadata

# Which tables hold something; one statement, because it is asked before every test. The settings are
# always taken and brought along: a database that was just made has the head of its empty audit there.
HELD = text(
    " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})"  # noqa: S608 - tables of ours
        for name in metadata.tables
        if name != "setting"
    )
)
USED = text(
    "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
)
# No foreign keys are looked at, and the audit lets go of its rows, only for who says so in these words.
UNGUARDED = "SET LOCAL session_replication_role = replica; DELETE FROM setting"

Made = TypeVar("Made")

_of_sqlite: dict[Hashable, tuple[sqlite3.Connection, Any]] = {}
_of_postgresql: dict[tuple[str, Hashable], tuple[str, Any]] = {}


def filled(database: Database, key: Hashable, make: Callable[[], Made]) -> Made:
    """Let `make` fill a database, or, when it is empty and one was filled so before, copy that.

    `key` names everything the rows depend on: what is made, at which instant, from which file. Returns what
    `make` returned, then or now.
    """
    if held(database):
        return make()
    return (_copied if database.is_sqlite else _inserted)(database, key, make)


def held(database: Database) -> list[str]:
    """The tables with a row in them, beside the settings."""
    with database.reading() as tx:
        return list(tx.connection.execute(HELD).scalars())


def _copied(database: Database, key: Hashable, make: Callable[[], Made]) -> Made:
    known = key in _of_sqlite
    if not known:
        _of_sqlite[key] = (sqlite3.connect(":memory:", check_same_thread=False), make())
    kept, made = _of_sqlite[key]
    with database.schema_connection() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        if known:
            kept.backup(driver)
        else:
            driver.backup(kept)
    return made


def _inserted(database: Database, key: Hashable, make: Callable[[], Made]) -> Made:
    here = (str(database.url), key)
    if here in _of_postgresql:
        statements, made = _of_postgresql[here]
        with database.transaction() as tx:
            tx.connection.exec_driver_sql(statements)
    else:
        made = make()
        _of_postgresql[here] = (_kept(database, f"kept{len(_of_postgresql)}"), made)
    return made


def _kept(database: Database, schema: str) -> str:
    """Keep the rows of every table in a schema beside; the statements that bring them back."""
    tables = ["setting", *held(database)]
    with database.transaction() as tx:
        tx.connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        for name in tables:
            tx.connection.exec_driver_sql(f"CREATE TABLE {schema}.{name} AS TABLE public.{name}")
        used = tx.connection.execute(USED).all()
    back = [f"INSERT INTO public.{name} TABLE {schema}.{name}" for name in tables]
    numbers = [f"SELECT setval('public.{name}', {last})" for name, last in used]
    return "; ".join([UNGUARDED, *back, *numbers])


def empty(opened: Database) -> None:
    """Take every row out of a PostgreSQL database, and begin its numbers anew.

    Only tables that hold something are touched: to truncate them all makes new files for each of them.
    """
    with opened.transaction() as tx:
        taken = [f"DELETE FROM {name}" for name in tx.connection.execute(HELD).scalars()]  # noqa: S608
        anew = [f"SELECT setval('{name}', 1, false)" for name in tx.connection.execute(USED).scalars()]
        tx.connection.exec_driver_sql("; ".join([UNGUARDED, *taken, *anew]))
