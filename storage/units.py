"""The union tree: units, their names of every time, their members and the words they are found by."""

from __future__ import annotations

from sqlalchemy import Connection


class Units:
    """Units inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
