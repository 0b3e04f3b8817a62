"""What is wrong with a database, by one short name, whichever database said so and in whatever words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError

# SQLite: the name of the primary result code (https://www.sqlite.org/rescode.html).
_SQLITE = {
    "BUSY": "locked",
    "LOCKED": "locked",
    "PROTOCOL": "locked",
    "READONLY": "read_only",
    "PERM": "cannot_open",
    "AUTH": "cannot_open",
    "CANTOPEN": "cannot_open",
    "FULL": "full",
    "IOERR": "broken_disk",
    "CORRUPT": "damaged",
    "NOTADB": "not_a_database",
    "NOMEM": "no_memory",
    "NOLFS": "full",
}
# PostgreSQL: SQLSTATE, the whole one before its class (its manual, appendix A).
_POSTGRESQL = {
    "25006": "read_only",
    "28000": "refused",
    "28P01": "refused",
    "3D000": "no_such_database",
    "42P01": "missing_table",
    "42703": "missing_table",
    "42501": "no_rights",
    "53100": "full",
    "53200": "no_memory",
    "53300": "too_many_connections",
    "55P03": "locked",
    "57014": "locked",
    "40": "locked",
    "08": "away",
    "53": "no_memory",
    "57": "away",
    "58": "broken_disk",
    "XX": "damaged",
}
# A connection that is not made has no SQLSTATE: libpq hands over only the server's words.
_WORDS = (
    (r"authentication failed|no password supplied|no pg_hba.conf entry", "refused"),
    (r'role ".*" (does not exist|is not)|permission denied for database', "refused"),
    (r'database ".*" does not exist', "no_such_database"),
    (r"too many clients|remaining connection slots|too many connections", "too_many_connections"),
)
_PASSING = ("locked", "away", "full", "too_many_connections", "no_memory")
OTHER = "other"


class WrongEncoding(Exception):
    """The database does not keep text in UTF-8, so Vietnamese would be refused or garbled; its encoding."""


def fault_of(error: BaseException) -> str:
    """The name of what is wrong with the database; `other` for what the database is not to blame for."""
    if isinstance(error, WrongEncoding):
        return "wrong_encoding"
    return next((name for cause in _causes(error) if (name := _name(cause)) != OTHER), OTHER)


def _name(cause: BaseException) -> str:
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    # By its name: whoever works with SQLite alone need not load the driver.
    if type(cause).__module__.partition(".")[0] == "psycopg" and hasattr(cause, "sqlstate"):
        return _of_postgresql(cause)
    return OTHER


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The driver's own errors behind this one, the last first.

    A full disk undoes SQLite's whole transaction: what is seen then is that the savepoint is gone.
    """
    at: BaseException | None = error
    for _ in range(8):
        if at is None:
            return
        if isinstance(at, DBAPIError) and isinstance(at.orig, BaseException):
            yield at.orig
        yield at
        at = at.__cause__ or at.__context__


def is_the_databases(error: BaseException) -> bool:
    """Whether the database itself failed: then nothing of what was under way may be confirmed."""
    return fault_of(error) != OTHER


def passes(error: BaseException) -> bool:
    """Whether waiting can help, so that a program that has just been started waits instead of giving up."""
    return fault_of(error) in _PASSING


def _of_sqlite(error: sqlite3.Error) -> str:
    name: str = getattr(error, "sqlite_errorname", "").removeprefix("SQLITE_")
    if "no such table" in str(error) or "no such column" in str(error):
        return "missing_table"
    if str(error).startswith("Cannot operate on a closed"):
        return "away"
    return _SQLITE.get(name.partition("_")[0], OTHER)


def _of_postgresql(error: BaseException) -> str:
    state: str | None = getattr(error, "sqlstate", None)
    if state is not None:
        return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2], OTHER)
    if type(error).__name__ not in ("OperationalError", "InterfaceError", "ConnectionTimeout"):
        return OTHER
    said = str(error)
    return next((name for words, name in _WORDS if re.search(words, said)), "away")
