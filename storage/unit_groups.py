"""Groups of units across the tree (cụm, khối thi đua): which there are, and who belongs to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from storage.models import metadata
from storage.prepared import Prepared

GROUP = metadata.tables["unit_group"]
MEMBER = metadata.tables["unit_group_member"]


class Group(NamedTuple):
    """A group; `code` is its name folded to plain words."""

    id: int
    code: str
    name: str


_GROUPS = select(GROUP.c.id, GROUP.c.code, GROUP.c.name).order_by(GROUP.c.code)
_INSIDE = select(MEMBER.c.group_id).where(MEMBER.c.unit_id == bindparam("unit"), MEMBER.c.until.is_(None))
_OF = Prepared(_GROUPS.where(GROUP.c.id.in_(_INSIDE)))
# Every present membership: the unit, the group's code and name.
GROUPED = (
    select(MEMBER.c.unit_id, GROUP.c.code, GROUP.c.name)
    .join(GROUP, GROUP.c.id == MEMBER.c.group_id)
    .where(MEMBER.c.until.is_(None))
    .order_by(MEMBER.c.unit_id, GROUP.c.code)
)
_LEAVE = (
    update(MEMBER)
    .where(MEMBER.c.unit_id == bindparam("unit"), MEMBER.c.group_id == bindparam("group"))
    .where(MEMBER.c.until.is_(None))
    .values(until=bindparam("now"))
)


class UnitGroups:
    """Groups inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[Group]:
        """Every group, by code."""
        return [Group(*row) for row in self._connection.execute(_GROUPS)]

    def by_code(self, code: str) -> Group | None:
        """The group of this code."""
        row = self._connection.execute(_GROUPS.where(GROUP.c.code == code)).first()
        return None if row is None else Group(*row)

    def of(self, unit_id: int) -> list[Group]:
        """The groups a unit belongs to now."""
        return [Group(*row) for row in _OF.all(self._connection, {"unit": unit_id})]

    def members(self, group_id: int) -> list[int]:
        """The units of a group now."""
        inside = select(MEMBER.c.unit_id).where(MEMBER.c.group_id == group_id, MEMBER.c.until.is_(None))
        return list(self._connection.execute(inside.order_by(MEMBER.c.unit_id)).scalars())


def write_groups(
    connection: Connection, wanted: Sequence[tuple[int, Mapping[str, str]]], now: datetime
) -> None:
    """From now on each of these units belongs to exactly these groups (name by code); new ones are made."""
    if not wanted:
        return
    there = {row.code: row.id for row in connection.execute(_GROUPS)}
    names = {code: name for _, groups in reversed(wanted) for code, name in groups.items()}
    new = [{"code": code, "name": names[code], "created_at": now} for code in names.keys() - there.keys()]
    if new:
        connection.execute(insert(GROUP), sorted(new, key=lambda row: str(row["code"])))
        there = {row.code: row.id for row in connection.execute(_GROUPS)}
    inside: dict[int, set[str]] = {}
    for unit, code, _ in connection.execute(GROUPED):
        inside.setdefault(unit, set()).add(code)
    left = [
        {"unit": unit, "group": there[code], "now": now}
        for unit, groups in wanted
        for code in inside.get(unit, set()) - groups.keys()
    ]
    joined = [
        {"unit_id": unit, "group_id": there[code], "since": now}
        for unit, groups in wanted
        for code in sorted(groups.keys() - inside.get(unit, set()))
    ]
    if left:
        connection.execute(_LEAVE, left)
    if joined:
        connection.execute(insert(MEMBER), joined)
