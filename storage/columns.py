"""The bricks of the tables: names of constraints, row numbers, references, instants, texts, enumerations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Index, MetaData, Text, text
from sqlmodel import Field, SQLModel

from storage.types import Id, Instant

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)
SQLModel.metadata = metadata
# What checks and writes values outside a database is built when one asks for it; of a table nobody does.
SQLModel.model_config["defer_build"] = True


def one_of(column: str, allowed: tuple[str, ...]) -> CheckConstraint:
    """An enumeration as text with a check: readable in any database tool, and no type to migrate."""
    quoted = ", ".join(f"'{value}'" for value in allowed)
    return CheckConstraint(f"{column} IN ({quoted})", name=column)


def key() -> Any:
    """A 64-bit row number."""
    return Field(default=None, primary_key=True, sa_type=Id)


def to(target: str, *, index: bool = True, nullable: bool = False) -> Any:
    """A reference to another table; an index, because everything is looked up by it."""
    return Field(default=None, foreign_key=target, sa_type=Id, index=index, nullable=nullable)


def instant(*, nullable: bool = False, index: bool = False) -> Any:
    """An aware UTC instant."""
    return Field(default=None, sa_type=Instant, nullable=nullable, index=index)


def long_text(default: str | None = "") -> Any:
    """Text of any length."""
    return Field(default=default, sa_type=Text, nullable=default is None)


def index_where(rows: str, name: str, *columns: str, unique: bool = False) -> Index:
    """An index of some rows only; `rows` is the condition, as SQL that both databases read alike."""
    # To check an option of PostgreSQL SQLAlchemy loads all it knows of it, 3 MB: see `as_made`.
    return Index(name, *columns, unique=unique, sqlite_where=text(rows))


def as_made(tables: MetaData) -> MetaData:
    """The tables with all that a database of either kind knows of them: what migrations compare one with."""
    for index in [index for table in tables.tables.values() for index in table.indexes]:
        if (rows := index.dialect_kwargs.get("sqlite_where")) is not None:
            index.dialect_kwargs["postgresql_where"] = rows
    return tables
