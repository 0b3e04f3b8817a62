"""Groups on messengers and the unit each is bound to: the only places where a unit's figures are public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from storage.models import metadata

GROUP = metadata.tables["group_chat"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A group that is bound to a unit now."""

    id: int
    channel: str
    address: str
    unit_id: int


_BOUND = select(GROUP.c.id, GROUP.c.channel, GROUP.c.address, GROUP.c.unit_id).where(GROUP.c.until.is_(None))


class Groups:
    """Groups inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def at(self, channel: str, address: str) -> Bound | None:
        """The group of that address, if it is bound."""
        row = self._connection.execute(_BOUND.where(*_there(channel, address))).first()
        return None if row is None else Bound(*row)

    def one(self, number: int) -> Bound | None:
        """The group of that number, if it is still bound."""
        row = self._connection.execute(_BOUND.where(GROUP.c.id == number)).first()
        return None if row is None else Bound(*row)

    def of_unit(self, unit_id: int) -> list[Bound]:
        """The groups bound to this very unit, the oldest first."""
        rows = self._connection.execute(_BOUND.where(GROUP.c.unit_id == unit_id).order_by(GROUP.c.id))
        return [Bound(*row) for row in rows]

    def bind(self, channel: str, address: str, unit_id: int, bound_by: int, now: datetime) -> bool:
        """Bind a group to a unit, in place of the one before; False when it is bound to it already."""
        present = self.at(channel, address)
        if present is not None and present.unit_id == unit_id:
            return False
        self.unbind(channel, address, now)
        values = {"channel": channel, "address": address, "unit_id": unit_id, "bound_by": bound_by}
        self._connection.execute(insert(GROUP).values(**values, since=now))
        return True

    def unbind(self, channel: str, address: str, now: datetime) -> int | None:
        """End the binding of a group; the unit it was bound to, or None."""
        return ended(self._connection, channel, address, now)


def ended(connection: Connection, channel: str, address: str, now: datetime) -> int | None:
    """A group is bound no longer, because somebody asked or nothing can be sent there; its unit, or None."""
    ending = update(GROUP).where(*_there(channel, address), GROUP.c.until.is_(None)).values(until=now)
    return connection.execute(ending.returning(GROUP.c.unit_id)).scalar()


def moved(connection: Connection, channel: str, old: str, new: str) -> None:
    """A group has another address now; told twice, or by two ways, it has moved once."""
    there = and_(*_there(channel, new), GROUP.c.until.is_(None))
    if connection.execute(select(GROUP.c.id).where(there)).first() is None:
        connection.execute(update(GROUP).where(*_there(channel, old)).values(address=new))


def _there(channel: str, address: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return GROUP.c.channel == channel, GROUP.c.address == address
