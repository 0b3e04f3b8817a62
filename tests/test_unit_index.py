"""The words of the list of units are held in memory: never longer than the list is the same."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from alembic import command
from sqlalchemy import event

from bot.unit_files import lines_of
from handlers.nearest_units import meant, nearest
from handlers.unit_search import find_units
from handlers.units import units_import
from storage.database import Database
from storage.upgrade import _scripts, upgrade_database

NOW = datetime(2023, 8, 15, 2, 0, tzinfo=UTC)
TODAY = date(2023, 8, 15)
HEADER = "code,name,level,parent_code,members,valid_to"


class Undone(Exception):
    """Raised to undo a transaction."""


def load(database: Database, *rows: str, undone: bool = False) -> None:
    with database.transaction() as tx:
        units_import(tx, list(lines_of("\n".join([HEADER, *rows]))), NOW)
        if undone:
            assert find_units(tx, "Kestrona", today=TODAY)
            raise Undone


def found(database: Database, typed: str, today: date = TODAY) -> list[str]:
    with database.reading() as tx:
        return [unit.code for unit in find_units(tx, typed, today=today)]


def offered(database: Database, typed: str, today: date = TODAY) -> list[str]:
    with database.reading() as tx:
        return [unit.code for unit in nearest(tx, typed, today)]


@pytest.fixture
def listed(database: Database) -> Database:
    load(database, "T,LĐLĐ tỉnh,province,,0,", "A,CĐCS Công ty May Sao Việt,grassroots,T,5,")
    return database


def test_a_list_written_by_another_process_is_seen_by_the_next_search(listed: Database) -> None:
    other = Database(listed.url.render_as_string(hide_password=False))
    try:
        assert not found(other, "Kestrona")
        load(listed, "B,CĐCS Công ty Kestrona,grassroots,T,5,")
        assert found(other, "kestrona") == ["B"]
        load(listed, "B,CĐCS Công ty Lumenta,grassroots,T,5,")
        assert found(other, "lumenta") == ["B"]
    finally:
        other.close()


def test_a_list_that_was_undone_is_forgotten_though_it_was_searched(listed: Database) -> None:
    with pytest.raises(Undone):
        load(listed, "B,CĐCS Công ty Kestrona,grassroots,T,5,", undone=True)
    assert not found(listed, "Kestrona")
    load(listed, "B,CĐCS Công ty Lumenta,grassroots,T,5,")
    assert found(listed, "lumenta") == ["B"]
    assert not found(listed, "Kestrona")


def test_a_list_from_before_versions_gets_one_and_is_held(older: Database) -> None:
    config = _scripts()
    with older.schema_connection() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0020")
        for row in (
            "INSERT INTO unit (id, code, name, level, created_at)"
            " VALUES (1, 'A', 'CĐCS Kestrona', '', '2023-08-15 02:00:00')",
            "INSERT INTO unit_name (unit_id, name, search_key, kind)"
            " VALUES (1, 'CĐCS Kestrona', 'cd kestrona', 'current')",
            "INSERT INTO unit_word (unit_id, word) VALUES (1, 'cd'), (1, 'kestrona')",
        ):
            connection.exec_driver_sql(row)
        connection.commit()
    upgrade_database(older)
    assert found(older, "kestrona") == ["A"]
    with older.reading() as tx:
        assert tx.unit_index is tx.unit_index


def test_a_unit_is_offered_until_the_day_it_closes(listed: Database) -> None:
    load(listed, "B,CĐCS Công ty Kestrona,grassroots,T,5,2023-09-01")
    for today, there in ((date(2023, 8, 31), True), (date(2023, 9, 1), False), (TODAY, True)):
        assert (found(listed, "kestrona", today) == ["B"]) is there
        assert ("B" in offered(listed, "kestrna", today)) is there


def test_a_search_in_a_list_that_is_known_reads_its_version_and_nothing_else(listed: Database) -> None:
    assert found(listed, "sao viet") == ["A"]
    said: list[str] = []
    with listed.reading() as tx:
        event.listen(
            tx.connection, "before_cursor_execute", lambda *arguments: said.append(str(arguments[2]))
        )
        assert [unit.code for unit in find_units(tx, "may sao vuet", today=TODAY)] == ["A"]
        assert nearest(tx, "zzqx", TODAY)
    assert not said


def test_the_rarest_word_chooses_among_hundreds_that_carry_the_others(
    database: Database,
) -> None:
    rows = [f"K{n},CĐCS Trạm Y tế {n} phường {n % 2},grassroots,T,5," for n in range(400)]
    load(database, "T,LĐLĐ tỉnh,province,,0,", *rows)
    assert found(database, "tram y te 333")[0] == "K333"
    assert offered(database, "tram y tee 333")[0] == "K333"


def test_a_whole_name_means_its_unit_though_others_have_the_same_words(listed: Database) -> None:
    load(listed, "B,CĐCS Trạm Y tế Sơn Minh,grassroots,T,5,", "C,CĐCS Trạm Y tế Minh Sơn,grassroots,T,5,")
    with listed.reading() as tx:
        for code, typed in (("B", "cdcs tram y te son minh"), ("C", "em làm ở CĐCS Trạm y tế Minh Sơn")):
            unit = tx.units.by_code(code)
            assert unit is not None
            assert meant(tx, typed, TODAY) == (unit.id, [])
    load(listed, "D,Công đoàn cơ sở Công ty trạm y tế Sơn Minh,grassroots,A,5,")
    with listed.reading() as tx:
        which, several = meant(tx, "cdcs tram y te son minh", TODAY)
    assert which is None
    assert [unit.code for unit in several[:2]] == ["B", "D"]
