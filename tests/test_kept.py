"""What tests copy instead of making it anew is what they would have made."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from bot.unit_import import import_file
from storage.database import Database
from storage.models import metadata
from storage.unit_index import VERSION
from storage.upgrade import upgrade_database
from tests.kept import empty, held
from tests.phone import PROGRAMME, TUESDAY, Clock, Phone
from tests.test_transcripts import UNITS, import_units

UNIT = metadata.tables["unit"]


def rows(database: Database) -> dict[str, list[Any]]:
    """Everything there is, by table, but the random number that a list of units has for whoever reads it."""
    with database.reading() as tx:
        return {
            name: sorted(
                line for row in tx.connection.execute(select(table)) if VERSION not in (line := repr(row))
            )
            for name, table in metadata.tables.items()
        }


def next_unit(database: Database) -> int:
    with database.transaction() as tx:
        values = {"code": "NEXT", "name": "Next", "level": "cs", "created_at": TUESDAY}
        return tx.connection.execute(insert(UNIT).values(**values).returning(UNIT.c.id)).scalar_one()


def test_copied_units_are_those_that_an_import_writes(database: Database, older: Database) -> None:
    upgrade_database(older)
    list(import_file(older, UNITS, TUESDAY, dry_run=False, programme=PROGRAMME))
    import_units(database, Clock())
    if not database.is_sqlite:  # the first one may have been made; the second is a copy
        empty(database)
        assert held(database) == []
        import_units(database, Clock())
    assert rows(database) == rows(older)
    assert next_unit(database) == next_unit(older)


def test_where_something_is_already_units_are_imported_beside_it(database: Database) -> None:
    phone = Phone(database, Clock()).joins()
    import_units(database, Clock())
    with database.reading() as tx:
        assert tx.people.behind(phone.channel, phone.address) is not None
        assert tx.units.root() is not None
