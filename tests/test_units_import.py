"""A list of units is imported whole or refused whole, and the refusal says everything that is wrong."""

from __future__ import annotations

import random
import statistics
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.unit_files import lines_of, read_unit_file
from bot.unit_report import report
from handlers.folding import fold
from handlers.unit_list import MOST_LEVELS
from handlers.unit_rows import UnitListFaults
from handlers.unit_search import find_units
from handlers.units import Imported, units_import
from storage.database import Database
from storage.unit_index import NAME
from storage.units import MEMBERS, Counted

LIST = Path(__file__).parent / "data" / "units.csv"
NOW = datetime(2023, 8, 15, 2, 0, tzinfo=UTC)
HEADER = "code,name,level,parent_code,members,old_names"
TREE = (
    HEADER,
    "T,LĐLĐ tỉnh,province,,0,",
    "A,CĐCS Mai Trạch,grassroots,T,10,",
    "B,CĐCS An Vĩ,grassroots,T,20,",
)


def load(database: Database, *lines: str, dry_run: bool = False) -> Imported:
    with database.transaction() as tx:
        return units_import(tx, list(lines_of("\n".join(lines))), NOW, dry_run=dry_run)


def counts(done: Imported) -> tuple[int, int, int]:
    return done.added, done.changed, done.unchanged


class TestTheTree:
    def test_the_whole_province_is_imported_and_a_second_time_changes_nothing(
        self, database: Database
    ) -> None:
        lines = read_unit_file(LIST)
        with database.transaction() as tx:
            assert counts(units_import(tx, lines, NOW)) == (435, 0, 0)
        with database.transaction() as tx:
            assert counts(units_import(tx, lines, NOW)) == (0, 0, 435)
        with database.reading() as tx:
            assert tx.units.count() == 435
            assert sum(tx.connection.execute(select(MEMBERS.c.members)).scalars()) == 138_110
            root = tx.units.root()
            assert root is not None
            assert tx.units.by_code("ROOT") == root == tx.units.by_code("T") == tx.units.by_code("t")
            assert len(tx.units.children(root.id)) == 14
            unit = tx.units.by_code("t09-017")
            assert unit is not None
            assert unit == tx.units.by_id(unit.id)
            assert [above.code for above in tx.units.above(unit.id)] == ["T09", "T"]
            assert tx.units.newest_members(unit.id) == Counted(64, None)

    def test_what_nobody_has_is_not_found(self, database: Database) -> None:
        with database.reading() as tx:
            assert tx.units.root() is None
            assert tx.units.by_code("ROOT") is None
            assert tx.units.above(1) == tx.units.children(1) == []
            assert tx.units.newest_members(1) is None
            for number in (0, -1, 2**63, 2**70):
                assert tx.units.by_id(number) is None
            for code in ("", " ", "x" * 20_000, "\x00", "\ud800", "%", "ROOT'"):
                assert tx.units.by_code(code) is None

    def test_children_may_come_before_their_parents(self, database: Database) -> None:
        assert counts(load(database, HEADER, *reversed(TREE[1:]))) == (3, 0, 0)

    def test_a_tree_may_be_hundreds_of_levels_deep_and_no_deeper(self, database: Database) -> None:
        deep = MOST_LEVELS
        rows = [f"U{at},Đơn vị {at},x,{f'U{at - 1}' if at else ''},1," for at in range(deep + 1)]
        with pytest.raises(UnitListFaults) as caught:
            load(database, HEADER, *reversed(rows))
        assert [(fault.line, fault.reason) for fault in caught.value.faults] == [(2, "too_deep")]
        assert counts(load(database, HEADER, *reversed(rows[:deep]))) == (deep, 0, 0)
        with database.reading() as tx:
            bottom = tx.units.by_code(f"U{deep - 1}")
            assert bottom is not None
            above = tx.units.above(bottom.id)
            assert [above[0].code, above[-1].code, len(above)] == [f"U{deep - 2}", "U0", deep - 1]
            assert tx.tree.above(bottom.id) == [unit.id for unit in above]

    def test_a_part_of_the_tree_may_follow_and_hang_below_what_is_there(self, database: Database) -> None:
        load(database, *TREE)
        done = load(database, HEADER, "C,CĐCS Sóng Ngọc,grassroots,a,7,", "D,CĐCS Tam An,grassroots,ROOT,7,")
        assert counts(done) == (2, 0, 0)
        with database.reading() as tx:
            found = [tx.units.by_code(code) for code in "CD"]
            assert [[above.code for above in tx.units.above(unit.id)] for unit in found if unit] == [
                ["A", "T"],
                ["T"],
            ]


class TestALaterList:
    def test_a_new_name_keeps_the_old_one_as_an_alias(self, database: Database) -> None:
        load(database, *TREE)
        renamed = load(database, HEADER, "A,CĐCS Mai Trạch Mới,grassroots,T,10,")
        assert counts(renamed) == (0, 1, 0)
        with database.reading() as tx:
            unit = tx.units.by_code("A")
            assert unit is not None
            assert unit.name == "CĐCS Mai Trạch Mới"
            rows = tx.connection.execute(select(NAME.c.name, NAME.c.kind).where(NAME.c.unit_id == unit.id))
            assert {(row.name, row.kind) for row in rows} == {
                ("CĐCS Mai Trạch Mới", "current"),
                ("CĐCS Mai Trạch", "old"),
            }
        assert counts(load(database, *TREE)) == (0, 1, 2)
        assert counts(load(database, *TREE)) == (0, 0, 3)

    def test_another_count_of_members_is_kept_beside_the_one_before(self, database: Database) -> None:
        header = HEADER + ",members_on"
        load(database, *TREE)
        assert counts(load(database, header, "A,CĐCS Mai Trạch,grassroots,T,10,,")) == (0, 0, 1)
        assert counts(load(database, header, "A,CĐCS Mai Trạch,grassroots,T,12,,1/7/2023")) == (0, 1, 0)
        assert counts(load(database, header, "A,CĐCS Mai Trạch,grassroots,T,12,,2023-07-01")) == (0, 0, 1)
        assert counts(load(database, HEADER, "A,CĐCS Mai Trạch,grassroots,T,,")) == (0, 0, 1)
        with database.reading() as tx:
            unit = tx.units.by_code("A")
            assert unit is not None
            rows = tx.connection.execute(select(MEMBERS.c.members).where(MEMBERS.c.unit_id == unit.id))
            assert sorted(rows.scalars()) == [10, 12]
            assert tx.units.newest_members(unit.id) == Counted(12, date(2023, 7, 1))

    def test_a_unit_moves_and_units_that_are_not_mentioned_stay(self, database: Database) -> None:
        load(database, *TREE)
        assert counts(load(database, HEADER, "B,CĐCS An Vĩ,grassroots,A,20,")) == (0, 1, 0)
        with database.reading() as tx:
            assert tx.units.count() == 3
            unit = tx.units.by_code("B")
            assert unit is not None
            assert [above.code for above in tx.units.above(unit.id)] == ["A", "T"]

    def test_a_new_root_may_be_put_above_the_old_one(self, database: Database) -> None:
        load(database, *TREE)
        assert counts(load(database, HEADER, "N,Cả nước,nation,,0,", "T,LĐLĐ tỉnh,province,N,0,")) == (
            1,
            1,
            0,
        )
        with database.reading() as tx:
            root = tx.units.root()
            assert root is not None
            assert root.code == "N"

    def test_it_is_judged_together_with_what_is_there(self, database: Database) -> None:
        load(database, *TREE, "C,CĐCS Tam An,grassroots,B,5,")
        lists = {
            "circle": "B,CĐCS An Vĩ,grassroots,C,20,",
            "another_root": "N,Cả nước,nation,,0,",
            "missing_parent": "D,CĐCS Hòn Ngư,grassroots,X,1,",
        }
        for reason, row in lists.items():
            with pytest.raises(UnitListFaults) as caught:
                load(database, HEADER, row)
            assert [fault.reason for fault in caught.value.faults] == [reason]
        assert counts(load(database, *TREE)) == (0, 0, 3)

    def test_units_that_have_gone_need_no_parent_and_are_not_added(self, database: Database) -> None:
        header = HEADER + ",replaces,status"
        done = load(
            database, header, "T,LĐLĐ,p,,0,,,active", "A,CĐCS A,g,T,1,,X; Y,active", "X,CĐCS X,g,,1,,X,left"
        )
        assert (*counts(done), done.gone) == (2, 0, 0, 1)

    def test_a_dry_run_says_what_would_change_and_changes_nothing(self, database: Database) -> None:
        load(database, *TREE)
        rows = ("A,CĐCS Mai Trạch Mới,grassroots,T,1.250,", "C,CĐCS Tam An,grassroots,B,7,CĐ Tam An")
        done = load(database, HEADER, *rows, dry_run=True)
        assert counts(done) == (1, 1, 0)
        assert list(report(done, dry_run=True)) == [
            "Đơn vị mới (1):",
            "  C CĐCS Tam An; thuộc B; 7 đoàn viên",
            "Đổi tên (1):",
            "  A CĐCS Mai Trạch → CĐCS Mai Trạch Mới",
            "Số đoàn viên (1):",
            "  A CĐCS Mai Trạch Mới: 10 → 1250",
            "sẽ thêm 1, sẽ sửa 1, giữ nguyên 0; chưa ghi gì",
        ]
        assert counts(load(database, *TREE)) == (0, 0, 3)


def ten_thousand(chance: random.Random) -> list[str]:
    """Communes, schools whose names repeat, and firms with names of their own."""
    starts, middles = (
        ("b", "d", "đ", "g", "h", "l", "ng", "ph", "s", "tr", "v"),
        ("a", "à", "e", "ơ", "iê", "ươ"),
    )
    sounds = [start + middle + end for start in starts for middle in middles for end in ("n", "m", "ng")]
    names = [" ".join(chance.sample(sounds, 3)).title() for _ in range(4_000)]
    rows = ["R,LĐLĐ thành phố,city,,0,"]
    rows += [f"X{at},Công đoàn phường {names[at]},commune,R,0," for at in range(300)]
    kinds = [
        "CĐCS Trường Mầm non",
        "CĐ Trường TH",
        "CĐCS Công ty TNHH May",
        "CĐCS Cty CP Thủy sản",
        "CĐ Cty TNHH MTV",
    ]
    for at in range(len(rows), 10_000):
        kind = chance.choice(kinds)
        name = chance.choice(names[:100] if "Trường" in kind else names)
        rows.append(f"U{at},{kind} {name},grassroots,X{at % 300},{at},{kind} {name} (cũ)")
    return rows


@pytest.mark.long
def test_ten_thousand_units_are_imported_in_five_seconds_and_found_in_twenty_milliseconds(
    database: Database,
) -> None:
    rows = ten_thousand(random.Random(1))
    started = time.perf_counter()
    assert counts(load(database, HEADER, *rows)) == (10_000, 0, 0)
    assert time.perf_counter() - started < 5
    took, missed = [], []
    with database.reading() as tx:
        for row in rows[400::100]:
            code, name = row.split(",")[:2]
            typed = fold(name).removeprefix("cdcs ").replace("cong ty", "cty")
            started = time.perf_counter()
            found = find_units(tx, typed, today=date(2023, 8, 15))
            took.append(time.perf_counter() - started)
            if code not in [unit.code for unit in found] and "Trường" not in name:
                missed.append(typed)
    assert statistics.median(took) < 0.020
    assert missed == []
