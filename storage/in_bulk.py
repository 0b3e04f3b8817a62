"""Hundreds of rows or numbers in one statement, as each database takes them quickest.

For PostgreSQL's driver every parameter costs more than its row: so many rows go as one text, and many numbers
as one array. SQLite takes a list of parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, Dialect, any_, literal
from sqlalchemy.schema import Table

from storage.prepared import executed


def among(connection: Connection, column: ColumnElement[Any], numbers: Sequence[int]) -> ColumnElement[bool]:
    """Whether a column is one of these row numbers."""
    if connection.dialect.name == "postgresql":
        return column == any_(literal(list(numbers), ARRAY(BigInteger)))
    return column.in_(numbers)


class RowsAsText:
    """INSERT of rows that all have these columns, for PostgreSQL; the other columns take their defaults.

    `tail` is what stands behind the rows, as ON CONFLICT or RETURNING.
    """

    def __init__(self, table: Table, names: Sequence[str], tail: str = "") -> None:
        self._table, self._names, self._tail = table, names, tail
        self._text = ""
        self._converters: list[tuple[str, Any]] = []
        self._defaults: dict[str, Any] = {}

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """What comes back, where `tail` says that something does. Raises KeyError for a column not given."""
        if not self._text:
            self._prepare(connection.dialect)
        given = [
            {name: row[name] if convert is None else convert(row[name]) for name, convert in self._converters}
            for row in rows
        ]
        values = {**self._defaults, "rows": orjson.dumps(given).decode()}
        cursor = executed(connection, self._text, values)
        return list(cursor.fetchall()) if cursor.description else []

    def _prepare(self, dialect: Dialect) -> None:
        columns, quote = self._table.c, dialect.identifier_preparer.quote
        kinds = dialect.type_compiler_instance.process
        for name in self._names:
            self._converters.append((name, columns[name].type.dialect_impl(dialect).bind_processor(dialect)))
        self._defaults = {
            column.name: column.default.arg  # type: ignore[attr-defined]
            for column in columns
            if column.name not in self._names and column.default is not None and column.default.is_scalar
        }
        shape = ", ".join(f"{quote(name)} {kinds(columns[name].type)}" for name in self._names)
        into = ", ".join(quote(name) for name in (*self._names, *self._defaults))
        values = ", ".join(
            (*(f"r.{quote(name)}" for name in self._names), *(f"%({name})s" for name in self._defaults))
        )
        self._text = (
            f"INSERT INTO {self._table.name} ({into}) SELECT {values}"  # noqa: S608 - names of ours
            f" FROM json_to_recordset(%(rows)s::json) AS r ({shape}) {self._tail}"
        )
