"""Statements of every message: written with SQLAlchemy, compiled once, then handed straight to the driver.

Executing a statement the ordinary way costs several times what SQLite needs for it. Here its text and the
order of its parameters are kept; columns convert their values exactly as they would otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, Select, bindparam, insert
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.schema import Table
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert, UpdateBase
from sqlalchemy.types import TypeEngine

from storage.types import Instant

Statement: TypeAlias = Select[Any] | UpdateBase
Values: TypeAlias = Mapping[str, Any]


class NotPreparable(TypeError):
    """A statement that has to be looked at anew at each execution: it has a list, or a computed default."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The text for one driver, and how values are brought to it and rows from it.

    Only what has to be converted is touched: most values are as the driver wants them.
    """

    text: str
    named: tuple[str, ...]  # the parameters' names where the driver wants them by name
    taken: Callable[[Values], tuple[Any, ...]]  # the given values in the order of the text
    fixed: tuple[tuple[int, Any], ...]  # where a value goes that never changes, as the driver wants it
    converted: tuple[tuple[int, Callable[[Any], Any]], ...]
    results: tuple[tuple[int, Callable[[Any], Any]], ...]

    def filled(self, values: Values) -> Any:
        """The parameters as the driver wants them. Raises KeyError when a value is not given."""
        found: Any = self.taken(values)
        if self.fixed or self.converted:
            found = list(found)
            for place, value in self.fixed:
                found.insert(place, value)
            for place, convert in self.converted:
                found[place] = convert(found[place])
        return dict(zip(self.named, found, strict=True)) if self.named else found

    def row(self, plain: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row as its columns mean it."""
        if not self.results:
            return plain
        meant = list(plain)
        for place, convert in self.results:
            meant[place] = convert(meant[place])
        return tuple(meant)


class Prepared:
    """One statement; where the databases differ, what makes it for one of them, given the dialect's name."""

    def __init__(self, statement: Statement | Callable[[str], Statement]) -> None:
        self._statement = statement
        self._ready: dict[str, _Compiled] = {}

    def run(self, connection: Connection, values: Values) -> None:
        """Execute it. Raises what SQLAlchemy would raise."""
        self.cursor(connection, values)

    def changed(self, connection: Connection, values: Values) -> int:
        """Execute it; how many rows it made, changed or deleted."""
        return self.cursor(connection, values).rowcount

    def many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Execute it for each row."""
        compiled = self._for(connection)
        raw, parameters = _driver(connection), [compiled.filled(values) for values in rows]
        try:
            raw.cursor().executemany(compiled.text, parameters)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _named(connection, compiled.text, error) from error

    def first(self, connection: Connection, values: Values) -> tuple[Any, ...] | None:
        """The first row, or None."""
        row = self.cursor(connection, values).fetchone()
        return None if row is None else self._for(connection).row(row)

    def scalar(self, connection: Connection, values: Values) -> Any:
        """The first value of the one row there must be. Raises NoResultFound."""
        row = self.first(connection, values)
        if row is None:
            raise NoResultFound
        return row[0]

    def all(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """Every row."""
        rows = self.cursor(connection, values).fetchall()
        compiled = self._for(connection)
        return [compiled.row(row) for row in rows]

    def cursor(self, connection: Connection, values: Values) -> DBAPICursor:
        """Execute it; the driver's cursor."""
        compiled = self._for(connection)
        return executed(connection, compiled.text, compiled.filled(values))

    def _for(self, connection: Connection) -> _Compiled:
        dialect = connection.dialect
        ready = self._ready.get(dialect.name)
        if ready is None:
            given = self._statement
            chosen = given if isinstance(given, Select | UpdateBase) else given(dialect.name)
            ready = self._ready[dialect.name] = _compiled(chosen, dialect)
        return ready


class Inserting:
    """INSERT into a table, prepared for each set of columns that is given; the others take their defaults."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._by_columns: dict[tuple[str, ...], Numbering] = {}

    def of(self, values: Values) -> Prepared:
        """The statement whose parameters are these columns."""
        return self._for(values).plain

    def number(self, connection: Connection, values: Values) -> int:
        """Insert a row of a table with an `id`; its number."""
        number = self._for(values).number(connection, values)
        assert number is not None  # noqa: S101 - without a conflict clause there is a row, or it raises
        return number

    def _for(self, values: Values) -> Numbering:
        names = tuple(values)
        if names not in self._by_columns:
            statement = insert(self._table).values({name: bindparam(name) for name in names})
            self._by_columns[names] = Numbering(lambda _: statement, self._table)
        return self._by_columns[names]


class Numbering:
    """An INSERT that can tell the number of its row: SQLite's driver knows it, PostgreSQL is asked for it.

    SQLite would answer RETURNING from a table that it makes for it each time.
    """

    def __init__(self, made: Callable[[str], Insert], table: Table) -> None:
        """`made`: the statement for a dialect."""
        self.plain = Prepared(made)
        self._asked = Prepared(lambda dialect: made(dialect).returning(*table.primary_key))

    def number(self, connection: Connection, values: Values) -> int | None:
        """Insert; the new row's number, None where a conflict left everything as it was."""
        if connection.dialect.name == "sqlite":
            cursor = self.plain.cursor(connection, values)
            return cursor.lastrowid if cursor.rowcount else None
        row = self._asked.first(connection, values)
        return None if row is None else int(row[0])


def executed(connection: Connection, text: str, parameters: Any = ()) -> DBAPICursor:
    """A text given to the driver as it is, in the open transaction. Raises what SQLAlchemy would raise."""
    cursor: DBAPICursor = _driver(connection).cursor()
    try:
        cursor.execute(text, parameters)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _named(connection, text, error) from error
    return cursor


def _driver(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


def _named(connection: Connection, text: str, error: Exception) -> Exception:
    """The driver's error as SQLAlchemy names it, without the values: they may be a person's words."""
    dialect = connection.dialect
    gone = dialect.is_disconnect(error, _driver(connection), None)  # type: ignore[arg-type]
    if gone:
        connection.invalidate(error)
    base = dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        text, None, error, base, hide_parameters=True, connection_invalidated=gone, dialect=dialect
    )


def _compiled(statement: Statement, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - a statement is never DDL
    if compiled.post_compile_params or compiled.literal_execute_params:
        raise NotPreparable(str(statement))
    defaults = _defaults(compiled)
    order = compiled.positiontup if compiled.positional else list(compiled.binds)
    given, fixed, converted = [], [], []
    for place, name in enumerate(order or ()):
        bind = compiled.binds[name]
        convert = _implementation(bind.type, dialect).bind_processor(dialect)
        if convert is not None and isinstance(bind.type, Instant):
            convert = lru_cache(maxsize=64)(convert)  # a batch has one "now", which stands in all its rows
        if bind.required:
            given.append(name)
            converted += [] if convert is None else [(place, convert)]
        else:
            value = defaults.get(name, bind.effective_value)
            fixed.append((place, value if convert is None else convert(value)))
    processors = (
        _implementation(column.type, dialect).result_processor(dialect, None)
        for column in _columns(statement)
    )
    results = tuple((place, convert) for place, convert in enumerate(processors) if convert is not None)
    named = () if compiled.positional else tuple(order or ())
    return _Compiled(compiled.string, named, _taking(given), tuple(fixed), tuple(converted), results)


def _taking(names: Sequence[str]) -> Callable[[Values], tuple[Any, ...]]:
    """What takes the values of these names, in their order."""
    if not names:
        return lambda _: ()
    if len(names) == 1:
        name = names[0]
        return lambda values: (values[name],)
    return itemgetter(*names)


def _columns(statement: Statement) -> Iterable[Any]:
    return statement.inner_columns if isinstance(statement, Select) else statement.exported_columns


def _defaults(compiled: SQLCompiler) -> dict[str, Any]:
    """What columns take that the statement does not name."""
    found: dict[str, Any] = {}
    for column in (*compiled.insert_prefetch, *compiled.update_prefetch):
        default = column.default if compiled.isinsert else column.onupdate
        if default is None or not default.is_scalar:
            raise NotPreparable(str(column))
        found[column.key] = default.arg  # type: ignore[attr-defined]
    return found


def _implementation(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
