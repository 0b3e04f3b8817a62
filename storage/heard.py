"""Events that have had their effect, and facts about this installation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.sql.dml import Insert, UpdateBase

from storage.models import metadata
from storage.prepared import Numbering, Prepared
from storage.upserts import insert_into

HEARD, SETTING = metadata.tables["heard"], metadata.tables["setting"]


def _once(dialect: str) -> Insert:
    values: dict[str, Any] = {name: bindparam(name) for name in ("channel", "bot", "event", "at")}
    return insert_into(dialect, HEARD).values(values).on_conflict_do_nothing()


def _settle(dialect: str) -> UpdateBase:
    """Two processes may be the first to keep the same fact: the later one wins."""
    kept = insert_into(dialect, SETTING).values(name=bindparam("name"), value=bindparam("value"))
    return kept.on_conflict_do_update(index_elements=["name"], set_={"value": kept.excluded.value})


_SETTLE = Prepared(_settle)
_FIRST_TIME = Numbering(_once, HEARD)


class HeardEvents:
    """Which events were heard, inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def first_time(self, channel: str, bot: str, event: str, now: datetime) -> bool:
        """Whether this event is new; from now on it is not."""
        values = {"channel": channel, "bot": bot, "event": event, "at": now}
        return _FIRST_TIME.number(self._connection, values) is not None

    def setting(self, name: str) -> str | None:
        """A fact about this installation."""
        return self._connection.execute(select(SETTING.c.value).where(SETTING.c.name == name)).scalar()

    def settle_setting(self, name: str, value: str) -> None:
        """Keep a fact about this installation."""
        _SETTLE.run(self._connection, {"name": name, "value": value})
