"""What a handler is given: one open transaction and a word for each thing that is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Connection

from storage.units import Units


class Transaction:
    """An open transaction; it ends where `Database.transaction` ends, never here."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens inside is undone when it raises; what happened before stays."""
        with self.connection.begin_nested():
            yield

    @cached_property
    def units(self) -> Units:
        return Units(self.connection)
