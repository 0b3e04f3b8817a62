"""A later list merges, splits, moves, closes and opens units, and nothing that was done there is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.unit_files import lines_of, read_unit_file
from bot.unit_report import report
from handlers.unit_rows import Line, UnitListFaults
from handlers.unit_search import find_units
from handlers.units import Imported, units_import
from storage.database import Database
from storage.models import Draft, metadata
from storage.transaction import Transaction
from storage.unit_targets import UnitAim
from tests.phone import Clock, Phone

DATA = Path(__file__).parent / "data"
BEFORE = datetime(2025, 3, 1, 2, 0, tzinfo=UTC)
NOW = datetime(2025, 7, 2, 2, 0, tzinfo=UTC)
TODAY = date(2025, 7, 2)
HEADER = "code,name,parent_code,members,old_names,replaces,status"
TREE = (
    "T,LĐLĐ tỉnh,,0,,,",
    "K,CĐ các KCN,T,0,,,",
    "A,CĐCS May Một,K,10,,,",
    "B,CĐCS May Hai,K,20,,,",
    "D,CĐCS Dệt Ba,K,30,,,",
)
MEMBERSHIP = metadata.tables["membership"]


def load(
    database: Database, *rows: str, header: str = HEADER, dry_run: bool = False, now: datetime = NOW
) -> Imported:
    lines = list(lines_of("\n".join([header, *rows])))
    return take(database, lines, dry_run=dry_run, now=now)


def take(
    database: Database, lines: Sequence[Line], *, dry_run: bool = False, now: datetime = NOW
) -> Imported:
    with database.transaction() as tx:
        return units_import(tx, lines, now, dry_run=dry_run)


def counts(done: Imported) -> tuple[int, int, int]:
    return done.added, done.changed, done.unchanged


def number(tx: Transaction, code: str) -> int:
    unit = tx.units.by_code(code)
    assert unit is not None
    return unit.id


def reasons(database: Database, *rows: str, header: str = HEADER) -> list[tuple[int, str]]:
    with pytest.raises(UnitListFaults) as caught:
        load(database, *rows, header=header)
    return [(fault.line, fault.reason) for fault in caught.value.faults]


def worker_of(database: Database, address: str, code: str, role: str | None = None) -> int:
    """Somebody who joined a unit, with a draft and perhaps a role; their number."""
    with database.transaction() as tx:
        person = tx.people.welcome("telegram", address, "Hương", "vi", BEFORE)
        unit = number(tx, code)
        tx.people.join(person, unit, BEFORE)
        draft = {"worker_id": person.worker_id, "unit_id": unit, "form": "initiative", "place": {}}
        tx.connection.execute(insert(Draft).values(**draft, created_at=BEFORE, updated_at=BEFORE))
        if role:
            tx.roles.grant(person.worker_id, role, unit, BEFORE)
        return person.worker_id


class TestAMerger:
    def test_people_papers_and_roles_follow_to_the_unit_that_took_the_place(self, database: Database) -> None:
        load(database, *TREE, now=BEFORE)
        worker, lead = worker_of(database, "1", "A"), worker_of(database, "2", "B", "lead")
        with database.transaction() as tx:
            a, b = number(tx, "A"), number(tx, "B")
            tx.invitations.make("hash", "worker", a, 5, datetime(2026, 1, 1, tzinfo=UTC), BEFORE)
        done = load(database, "C,CĐCS May Một Hai,K,30,,A; B,active")
        assert (*counts(done), done.ended, done.resettled, done.set_free) == (1, 2, 0, 2, 2, 0)
        with database.reading() as tx:
            c = number(tx, "C")
            spans = select(MEMBERSHIP.c.unit_id, MEMBERSHIP.c.since, MEMBERSHIP.c.until)
            rows = tx.connection.execute(spans.where(MEMBERSHIP.c.worker_id == worker)).all()
            assert [tuple(row) for row in rows] == [(a, BEFORE, NOW), (c, NOW, None)]
            person = tx.people.behind("telegram", "1")
            assert person is not None
            assert person.unit_id == c
            drafts = metadata.tables["draft"]
            assert set(tx.connection.execute(select(drafts.c.unit_id)).scalars()) == {c}
            invited = tx.invitations.open("hash", NOW, TODAY)
            assert invited is not None
            assert invited.unit_id == c
            assert [(held.role, held.unit_id) for held in tx.roles.of(lead)] == [("lead", c)]
            for old in (a, b):
                assert tx.tree.is_within(old, c)
                assert tx.tree.is_within(old, number(tx, "K"))
                assert tx.tree.present(old) == c
                gone = tx.units.by_id(old)
                assert gone is not None
                assert gone.valid_to == TODAY
            assert [unit.code for unit in find_units(tx, "may mot", today=TODAY)] == ["C"]

    def test_a_second_time_changes_nothing_and_says_so(self, database: Database) -> None:
        load(database, *TREE, now=BEFORE)
        worker_of(database, "1", "A")
        merged = ("C,CĐCS May Một Hai,K,30,,A; B,active", "D,CĐCS Dệt Ba,,,,,left")
        assert counts(load(database, *merged)) == (1, 3, 0)
        with database.reading() as tx:
            entries = len(tx.connection.execute(metadata.tables["audit"].select()).all())
        again = load(database, *merged)
        assert (*counts(again), again.ended, again.resettled) == (0, 0, 1, 0, 0)
        assert list(report(again, dry_run=False)) == ["không có gì thay đổi: giữ nguyên 1"]
        with database.reading() as tx:
            assert len(tx.connection.execute(metadata.tables["audit"].select()).all()) == entries

    def test_units_below_go_along_to_the_one_successor(self, database: Database) -> None:
        load(database, *TREE, now=BEFORE)
        load(database, "N,CĐ các KCN và KKT,T,0,,K,active")
        with database.reading() as tx:
            assert [unit.code for unit in tx.units.above(number(tx, "A"))] == ["N", "T"]
        assert counts(load(database, "N,CĐ các KCN và KKT,T,0,,K,active")) == (0, 0, 1)

    def test_a_new_root_may_take_the_place_of_the_old_one(self, database: Database) -> None:
        load(database, *TREE, now=BEFORE)
        officer = worker_of(database, "9", "T", "officer")
        load(database, "C,LĐLĐ thành phố,,0,,T,active")
        with database.reading() as tx:
            root = tx.tree.root()
            assert root is not None
            assert root.code == "C"
            assert tx.tree.is_within(number(tx, "A"), root.id)
            assert [held.unit_id for held in tx.roles.of(officer)] == [root.id]


class TestAnEnd:
    def test_people_of_a_closed_unit_belong_to_none_until_they_say(self, database: Database) -> None:
        load(database, *TREE, now=BEFORE)
        worker = worker_of(database, "1", "A")
        done = load(database, "A,CĐCS May Một,,,,,left")
        assert (done.ended, done.resettled, done.set_free) == (1, 0, 1)
        with database.reading() as tx:
            person = tx.people.behind("telegram", "1")
            assert person is not None
            assert person.unit_id is None
            spans = select(MEMBERSHIP.c.until).where(MEMBERSHIP.c.worker_id == worker)
            assert tx.connection.execute(spans).scalars().all() == [NOW]

    def test_they_are_asked_once_when_they_next_say_something(self, database: Database) -> None:
        load(database, *TREE, now=BEFORE)
        phone = Phone(database, Clock(NOW))
        phone.types("/start")
        phone.taps("Đồng ý")
        phone.types("CĐCS May Một")
        phone.taps("CĐCS May Một — CĐ các KCN")
        load(database, "A1,Nhà máy 1,K,5,,A,active", "A2,Nhà máy 2,K,5,,A,active")
        phone.types("/menu")
        assert "Đơn vị cũ của anh/chị đã kết thúc" in phone.last.text
        phone.taps("Để sau")
        phone.types("/menu")
        assert "Đơn vị cũ" not in phone.last.text
        phone.types("/donvi")
        with database.reading() as tx:
            person = tx.people.behind(phone.channel, phone.address)
            assert person is not None
            assert person.unit_id is None

    def test_nobody_guesses_where_people_of_a_split_unit_belong(self, database: Database) -> None:
        load(database, *TREE, now=BEFORE)
        worker_of(database, "1", "A")
        done = load(database, "A1,Nhà máy 1,K,5,,A,active", "A2,Nhà máy 2,K,5,,A,active", dry_run=True)
        assert "  A CĐCS May Một → A1, A2 từ 2/7/2025" in list(report(done, dry_run=True))
        done = load(database, "A1,Nhà máy 1,K,5,,A,active", "A2,Nhà máy 2,K,5,,A,active")
        assert (done.resettled, done.set_free) == (0, 1)
        with database.reading() as tx:
            assert tx.tree.above(number(tx, "A")) == [number(tx, "K"), number(tx, "T")]

    def test_a_unit_opens_again_only_when_the_list_says_so(self, database: Database) -> None:
        load(database, *TREE, now=BEFORE)
        load(database, "A,CĐCS May Một,,,,,closed")
        assert counts(load(database, "A,CĐCS May Một,K,10,,,")) == (0, 0, 1)
        assert counts(load(database, "A,CĐCS May Một,K,10,,,hoạt động")) == (0, 1, 0)
        with database.reading() as tx:
            unit = tx.units.by_code("A")
            assert unit is not None
            assert unit.valid_to is None

    def test_a_unit_with_others_below_it_ends_only_when_they_have_a_place(self, database: Database) -> None:
        load(database, *TREE, now=BEFORE)
        assert reasons(database, "K,CĐ các KCN,,,,,dissolved") == [(2, "left_below")]
        assert reasons(database, "K,x,,,,,dissolved", "A,CĐCS May Một,K,,,,") == [
            (2, "left_below"),
            (3, "closed_parent"),
        ]
        moved = [f"{code},Đơn vị {code},T,,,," for code in "ABD"]
        assert counts(load(database, "K,CĐ các KCN,,,,,giải thể", *moved)) == (0, 4, 0)


def test_the_province_of_2025_is_laid_over_the_one_of_2023(database: Database) -> None:
    take(database, read_unit_file(DATA / "units.csv"), now=BEFORE)
    with database.reading() as tx:
        closed = [number(tx, code) for code in ("T01", "T09-047", "T01-035")]
        under_t09 = set(tx.tree.ids_below(number(tx, "T09")))
    later = read_unit_file(DATA / "units_2025.csv")
    dry = list(report(take(database, later, dry_run=True), dry_run=True))
    assert "Sáp nhập (6):" in dry
    assert "Có đơn vị khác thay (208):" in dry
    joined = next(line for line in dry if line.startswith("  T01-043 "))
    assert " + T01-049 " in joined
    assert " → C-0084 CĐ" in joined
    assert "Chia tách (3):" in dry
    assert dry[-1] == "sẽ thêm 250, sẽ sửa 435, giữ nguyên 0; chưa ghi gì"
    done = take(database, later)
    assert (*counts(done), done.ended, done.unknown) == (250, 435, 0, 435, ())
    assert counts(take(database, later)) == (0, 0, 250)
    with database.reading() as tx:
        root = tx.tree.root()
        assert root is not None
        assert root.code == "C"
        assert len(tx.tree.ids_below(root.id)) == 685
        assert all(tx.tree.is_within(unit, root.id) for unit in closed)
        assert under_t09 == set(tx.tree.ids_below(number(tx, "T09")))
        assert len(tx.tree.children(root.id, today=TODAY)) == 30 + 78
        assert find_units(tx, "kestrona", today=TODAY)[0].code == "C-0012"


class TestGroupsAndTargets:
    HEADER = "Mã đơn vị,Tên đơn vị,Mã cấp trên,Cụm thi đua,target_gd1,Chỉ tiêu người gd1"

    def test_they_come_with_the_list_and_stay_until_it_says_otherwise(self, database: Database) -> None:
        rows = ("T,LĐLĐ tỉnh,,,,", "A,CĐCS A,T,Cụm 1; Khối dệt may,1.200,15%", "B,CĐCS B,T,CỤM 1,,")
        assert counts(load(database, *rows, header=self.HEADER)) == (3, 0, 0)
        assert counts(load(database, *rows, header=self.HEADER)) == (0, 0, 3)
        with database.reading() as tx:
            a, b = number(tx, "A"), number(tx, "B")
            assert [group.name for group in tx.unit_groups.of(a)] == ["Cụm 1", "Khối dệt may"]
            cluster = tx.unit_groups.by_code("cum 1")
            assert cluster is not None
            assert tx.unit_groups.members(cluster.id) == [a, b]
            assert tx.targets.of(a, "gd1") == {
                "initiatives": UnitAim(a, "gd1", "initiatives", 1_200, None),
                "people": UnitAim(a, "gd1", "people", None, 1_500),
            }
        done = load(database, "A,CĐCS A,T,Cụm 2,1300,", header=self.HEADER, dry_run=True)
        assert list(report(done, dry_run=True))[:4] == [
            "Chỉ tiêu (1):",
            "  A CĐCS A: gd1 (sáng kiến) 1200 → 1300",
            "Cụm, khối thi đua (1):",
            "  A CĐCS A: Cụm 1, Khối dệt may → Cụm 2",
        ]
        load(database, "A,CĐCS A,T,Cụm 2,1300,", "B,CĐCS B,T,-,,", header=self.HEADER)
        with database.reading() as tx:
            assert [group.name for group in tx.unit_groups.of(a)] == ["Cụm 2"]
            assert tx.unit_groups.of(b) == []
            assert tx.targets.of_phase("gd1")[a, "initiatives"].number == 1_300
            assert tx.targets.of_phase("gd1")[a, "people"].percent_hundredths == 1_500

    @pytest.mark.parametrize("typed", ["nhiều", "-5", "0%", "12.5", "1001%", "1,2,3"])
    def test_a_target_that_cannot_be_read_is_refused(self, database: Database, typed: str) -> None:
        header = "code;name;parent_code;target_gd1_initiatives"
        assert reasons(database, f"T;LĐLĐ;;{typed}", header=header) == [(2, "bad_target")]

    def test_a_phase_the_programme_does_not_have_is_refused(self, database: Database) -> None:
        phases = {"gd1": "GD1", "giai doan 1": "GD1"}
        for header, reason in (("target_gd1", None), ("Chỉ tiêu giai đoạn 1", None), ("target_gd9", "x")):
            lines = list(lines_of(f"code,name,parent_code,{header}\nT,LĐLĐ,,5"))
            with database.transaction() as tx:
                if reason is None:
                    units_import(tx, lines, NOW, phases=phases)
                    assert tx.targets.of(number(tx, "T"), "GD1")["initiatives"].number == 5
                else:
                    with pytest.raises(UnitListFaults) as caught:
                        units_import(tx, lines, NOW, phases=phases)
                    assert caught.value.faults[0].reason == "unknown_phase"
