"""Who stands above whom is read from an index that is as right as the walk through the tree."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from pathlib import Path

from alembic.command import upgrade as migrate
from sqlalchemy import insert, text

from bot.unit_files import lines_of, read_unit_file
from handlers.units import units_import
from storage.database import Database
from storage.models import UnitSuccessor
from storage.transaction import Transaction
from storage.unit_tree import ABOVE, rebuild_tree
from storage.units import UNIT
from storage.upgrade import _scripts, upgrade_database

LIST = Path(__file__).parent / "data" / "units.csv"
NOW = datetime(2023, 8, 15, 2, 0, tzinfo=UTC)
HEADER = "code,name,level,parent_code,members,old_names"


def load(database: Database, *rows: str) -> None:
    with database.transaction() as tx:
        units_import(tx, list(lines_of("\n".join([HEADER, *rows]))), NOW)


def number(tx: Transaction, code: str) -> int:
    unit = tx.units.by_code(code)
    assert unit is not None
    return unit.id


def test_every_unit_of_a_province_has_the_line_above_it(database: Database) -> None:
    with database.transaction() as tx:
        units_import(tx, read_unit_file(LIST), NOW)
    with database.reading() as tx:
        root, upper, unit = (number(tx, code) for code in ("T", "T09", "T09-017"))
        assert tx.tree.above(unit) == [upper, root]
        assert tx.tree.line(unit) == [unit, upper, root]
        assert len(tx.tree.ids_below(root)) == 435
        below = tx.connection.execute(UNIT.select().where(UNIT.c.id.in_(tx.tree.below(upper)))).all()
        assert len(below) == len(tx.tree.children(upper)) + 1
        assert tx.tree.is_within(unit, root)
        assert tx.tree.is_within(unit, unit)
        assert not tx.tree.is_within(root, unit)
        assert not tx.tree.is_within(unit, number(tx, "T01"))
        assert tx.tree.parent(unit) == tx.units.by_id(upper)
        assert tx.tree.parent(root) is None
        assert tx.tree.root() == tx.units.by_id(root)
        codes = [child.code for child in tx.tree.children(upper)]
        assert [child.code for child in tx.tree.children(upper, 2, 3)] == codes[2:5]
        assert tx.tree.above(10**12) == tx.tree.ids_below(10**12) == []
        assert not tx.tree.is_within(10**12, 10**12)


def test_a_unit_that_moves_takes_everything_below_it_along(database: Database) -> None:
    rows = ["T,LĐLĐ tỉnh,p,,0,", "A,Ngành A,u,T,0,", "B,Ngành B,u,T,0,", "C,Cơ sở C,g,A,0,", "D,Tổ D,g,C,0,"]
    load(database, *rows)
    load(database, "C,Cơ sở C,g,B,0,")
    with database.reading() as tx:
        names = {code: number(tx, code) for code in "TABCD"}
        assert tx.tree.above(names["D"]) == [names[code] for code in "CBT"]
        assert tx.tree.ids_below(names["A"]) == [names["A"]]
        assert set(tx.tree.ids_below(names["B"])) == {names[code] for code in "BCD"}


def test_the_closure_agrees_with_the_walk_in_any_tree(database: Database) -> None:
    chance = random.Random(7)
    rows = ["U0,Gốc,x,,0,"] + [f"U{at},Đơn vị {at},x,U{chance.randrange(at)},0," for at in range(1, 120)]
    load(database, *rows)
    moved = [f"U{at},Đơn vị {at},x,U{chance.randrange(at)},0," for at in range(60, 120)]
    load(database, *moved)
    with database.reading() as tx:
        for at in range(120):
            unit = number(tx, f"U{at}")
            assert tx.tree.above(unit) == [above.id for above in tx.units.above(unit)]


def test_a_merged_unit_stands_below_its_successor_and_a_split_one_below_neither(database: Database) -> None:
    rows = ["T,LĐLĐ tỉnh,p,,0,", *(f"{code},Ngành {code},u,T,0," for code in "ABCD"), "E,Cơ sở E,g,A,0,"]
    load(database, *rows)
    with database.transaction() as tx:
        names = {code: number(tx, code) for code in "TABCDE"}
        for old, new in (("A", "B"), ("B", "C"), ("C", "A"), ("D", "B"), ("D", "C")):
            follows = {"old_id": names[old], "new_id": names[new], "since": date(2025, 7, 1)}
            tx.connection.execute(insert(UnitSuccessor).values(**follows, recorded_at=NOW))
        gone = UNIT.update().where(UNIT.c.id.in_([names[code] for code in "ABD"]))
        tx.connection.execute(gone.values(valid_to=date(2025, 7, 1)))
        rebuild_tree(tx.connection)
    with database.reading() as tx:
        assert set(tx.tree.above(names["E"])) == {names[code] for code in "ABCT"}
        assert tx.tree.above(names["E"])[0] == names["A"]
        assert set(tx.tree.above(names["D"])) == {names["T"]}
        assert tx.tree.ids_below(names["D"]) == [names["D"]]
        assert tx.tree.successors(names["D"]) == [names["B"], names["C"]]
        assert tx.tree.present(names["D"]) == names["D"]
        open_now = [child.code for child in tx.tree.children(names["T"], today=date(2025, 7, 1))]
        assert open_now == ["C"]


def test_units_of_an_older_database_get_their_lines(older: Database) -> None:
    unit = (
        "INSERT INTO unit (id, code, name, level, parent_id, created_at) "
        "VALUES (:id, :code, :code, 'x', :up, :at)"
    )
    tree = ((1, "T", None), (2, "A", 1), (3, "C", 2))
    with older.schema_connection() as connection:
        config = _scripts()
        config.attributes["connection"] = connection
        migrate(config, "0003")
        rows = [{"id": row, "code": code, "up": up, "at": "2023-08-15 05:00:00"} for row, code, up in tree]
        connection.execute(text(unit), rows)
        connection.commit()
    upgrade_database(older)
    with older.reading() as tx:
        assert tx.tree.line(3) == [3, 2, 1]
        assert len(tx.connection.execute(ABOVE.select()).all()) == 6
