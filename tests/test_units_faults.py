"""What is wrong with a list of units is said all at once, by line, in sentences with a way out."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.unit_files import SENTENCES, describe, lines_of, read_unit_file
from handlers.unit_rows import Fault, UnitListFaults, read_rows
from handlers.units import Imported, units_import
from storage.database import Database
from storage.units import Counted

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


def faults(database: Database, *lines: str) -> list[Fault]:
    with pytest.raises(UnitListFaults) as caught:
        load(database, *lines)
    with database.reading() as tx:
        assert tx.units.count() == 0
    return caught.value.faults


def reasons(found: list[Fault]) -> list[tuple[int, str]]:
    return [(fault.line, fault.reason) for fault in found]


class TestFaults:
    def test_all_of_them_are_listed_with_their_lines(self, database: Database) -> None:
        found = faults(
            database,
            HEADER,
            "T,LĐLĐ tỉnh,province,,0,",
            ",CĐCS không mã,grassroots,T,1,",
            "A,  ,grassroots,T,1,",
            "B,CĐCS B,grassroots,T,12.5,",
            "C,CĐCS C,grassroots,X,1,",
            "b,CĐCS B nữa,grassroots,T,1,",
            "D,CĐCS D,grassroots,E,1,",
            '"E","CĐCS',
            'E",grassroots,F,1,',
            "F,CĐCS F,grassroots,D,1,",
            "R,Gốc nữa,province,,1,",
            f"G,{'dài ' * 100},grassroots,T,1,",
            "H,CĐCS H,grassroots,T,1",
            "I,CĐCS I,grassroots,H,1,",
        )
        assert reasons(found) == [
            (3, "missing_code"), (4, "missing_name"), (5, "bad_members"), (6, "missing_parent"),
            (7, "doubled_code"), (8, "circle"), (12, "two_roots"), (13, "too_long"), (14, "wrong_cells"),
        ]  # fmt: skip
        by_reason = {fault.reason: fault.params for fault in found}
        assert by_reason["doubled_code"] == {"code": "b", "first_line": 5}
        assert by_reason["circle"] == {"codes": ["D", "E", "F"]}
        assert by_reason["two_roots"]["first_line"] == 2
        assert by_reason["wrong_cells"] == {"found": 5, "expected": 6}
        for fault in found:
            assert describe(fault).startswith(f"dòng {fault.line}")

    def test_members_may_be_grouped_as_people_do(self, database: Database) -> None:
        for typed, members in (("1.250", 1250), ("1 250", 1250), ("1\xa0250", 1250), (" 7 ", 7), ("0", 0)):
            load(database, HEADER, f"T,LĐLĐ,p,,{typed},")
            with database.reading() as tx:
                root = tx.units.root()
                assert root is not None
                assert tx.units.newest_members(root.id) == Counted(members, None)

    def test_members_that_are_no_number_are_refused(self, database: Database) -> None:
        for typed in (
            '"12,5"',
            "-3",
            "abc",
            "1.25",
            "1.2500",
            "1e3",
            "²",
            "٣",
            "9" * 30,
            "10 %",
            "1250.0",
            "1 25",
        ):
            assert reasons(faults(database, HEADER, f"T,LĐLĐ,p,,{typed},")) == [(2, "bad_members")], typed

    def test_every_fault_has_its_reason(self, database: Database) -> None:
        for reason, lines in (
            ("empty_file", [""]),
            ("empty_file", [HEADER]),
            ("empty_file", [HEADER, ",,,,,", ""]),
            ("missing_column", ["code,name,level,members,old_names", "T,a,p,1,"]),
            ("doubled_column", [HEADER + ",name", "T,a,p,,1,,b"]),
            ("unknown_column", [HEADER + ",phone", "T,a,p,,1,,090"]),
            ("unknown_column", [HEADER + ",target_", "T,a,p,,1,,5"]),
            ("reserved_code", [HEADER, "ROOT,a,p,T,1,", "T,b,p,,1,"]),
            ("damaged_letters", [HEADER, "T,a\ufffdc,p,,1,"]),
            ("bad_status", [HEADER + ",status", "T,a,p,,1,,gone"]),
            ("bad_date", [HEADER + ",valid_from", "T,a,p,,1,,31/6/2022"]),
            ("dates_reversed", [HEADER + ",valid_from,valid_to", "T,a,p,,1,,1/7/2025,30/6/2025"]),
            ("broken_quotes", [HEADER, "T,a,p,,1,", 'A,"b" c,g,T,1,']),
        ):
            assert [fault.reason for fault in faults(database, *lines)] == [reason], lines
        assert reasons(faults(database, HEADER, "A,a,p,A,1,")) == [(0, "no_root"), (2, "circle")]
        assert reasons(faults(database, HEADER, "A,a,p,B,1,")) == [(0, "no_root"), (2, "missing_parent")]

    def test_a_quote_that_never_closes_costs_only_its_own_line(self, database: Database) -> None:
        found = faults(database, *TREE, 'C,"CĐCS Tam An,grassroots,T,1,', "D,CĐCS D,grassroots,C,x,")
        assert reasons(found) == [(5, "broken_quotes"), (6, "bad_members")]

    def test_a_long_circle_is_named_once_and_shortly(self, database: Database) -> None:
        rows = [f"U{at},Đơn vị {at},x,U{(at + 1) % 2_000},1," for at in range(2_000)]
        found = faults(database, HEADER, "T,LĐLĐ,p,,0,", *rows, "Z,Dưới vòng,x,U7,1,")
        assert reasons(found) == [(3, "circle")]
        assert len(found[0].params["codes"]) == 2_000
        assert len(describe(found[0])) < 300


class TestFiles:
    def read(self, tmp_path: Path, data: bytes) -> list[Fault] | list[list[str]]:
        file = tmp_path / "units.csv"
        file.write_bytes(data)
        try:
            return [list(line.cells) for line in read_unit_file(file)]
        except UnitListFaults as error:
            return error.faults

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_any_separator_and_new_line_is_read(
        self, tmp_path: Path, separator: str, mark: bytes, newline: str
    ) -> None:
        rows = [
            [" Code", "NAME", "Parent code "],
            ["T", "LĐLĐ, tỉnh; và\thuyện", ""],
            ["A", "Hai\ndòng", "T"],
        ]
        text = newline.join(separator.join(f'"{cell}"' for cell in row) for row in rows) + newline
        read = self.read(tmp_path, mark + text.encode())
        assert [cells for cells in read if cells] == rows

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
    def test_unicode_text_of_a_spreadsheet_is_read(self, tmp_path: Path, encoding: str) -> None:
        mark = "" if encoding == "utf-16" else "\ufeff"
        read = self.read(tmp_path, (mark + "code\tname\nT\tLiên đoàn Lao động").encode(encoding))
        assert read == [["code", "name"], ["T", "Liên đoàn Lao động"]]

    def test_columns_come_in_any_order_and_case(self, database: Database) -> None:
        load(database, "sep=;", " Name ;CODE;Old_Names; members;level;PARENT CODE;;", "LĐLĐ;T;;5;p;;;")
        with database.reading() as tx:
            assert tx.units.by_code("T") is not None

    def test_optional_columns_are_allowed(self, database: Database) -> None:
        extra = (
            ",target_gd1_initiatives,target_gd_2_people,groups,replaces,status,valid_from,valid_to,members_on"
        )
        row = "T,LĐLĐ,p,,5,,20,15,Cụm 1; Cụm 2,,active,1/7/2025,,30/6/2025"
        assert counts(load(database, HEADER + extra, row)) == (1, 0, 0)
        with database.reading() as tx:
            root = tx.units.root()
            assert root is not None
            assert (root.valid_from, root.valid_to) == (date(2025, 7, 1), None)

    def test_lines_are_those_of_the_file(self) -> None:
        lines = list(lines_of('code,name\n\n"A","một\nhai"\n\nB,b\n'))
        assert [line.number for line in lines if line.cells] == [1, 3, 6]

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            ((HEADER + "\nT,Liên đoàn,p,,1,").encode("utf-16")[:-1], "utf16"),
            ((HEADER + "\nT,Liên \x93đoàn\x94,p,,1,").encode().replace("đ".encode(), b"\xf0"), "not_utf8"),
            ((HEADER + "\nT,Liên đoàn,p,,1,").encode("utf-16-le"), "utf16"),
            ((HEADER + "\nT,Liên đoàn,p,,1,").encode("utf-32"), "utf32"),
            ((HEADER + "\nT,L\xeen \xf0o\xe0n,p,,1,").encode("latin-1"), "not_utf8"),
            ((HEADER + "\nT,Liên đoan,p,,1,").encode("cp1258"), "not_utf8"),
            ((HEADER + "\nT,").encode() + "Công đoàn".encode().decode("cp1252").encode(), "read_twice"),
            (b"PK\x03\x04rest", "bad_sheet"),
            (b"\xd0\xcf\x11\xe0rest", "spreadsheet"),
            (b"SQLite format 3\x00 and more text that is long enough", "binary"),
        ],
    )
    def test_other_encodings_are_refused_in_one_sentence(
        self, tmp_path: Path, data: bytes, reason: str
    ) -> None:
        found = self.read(tmp_path, data)
        assert [fault.reason for fault in found if isinstance(fault, Fault)] == [reason]

    def test_a_file_that_is_not_there_is_said(self, tmp_path: Path) -> None:
        for path in (tmp_path / "none.csv", tmp_path):
            with pytest.raises(UnitListFaults) as caught:
                read_unit_file(path)
            assert "không mở được" in describe(caught.value.faults[0])

    def test_every_sentence_can_be_filled(self) -> None:
        params = dict.fromkeys(set(re.findall(r"{(\w+)}", " ".join(SENTENCES.values()))) - {"columns"}, "x")
        for reason in SENTENCES:
            assert "{" not in describe(Fault(3, reason, params))


CELLS = st.sampled_from(
    ["", "T", "A", "a", "1.250", "-3", '"', '"x', "root", "\x00", "�", "x" * 400, "1/7/2025", ";;"]
)


@given(
    st.lists(st.lists(CELLS | st.text(max_size=5), max_size=8), max_size=6), st.sampled_from([",", ";", "\t"])
)
def test_no_text_is_too_strange_to_be_judged(rows: list[list[str]], separator: str) -> None:
    text = "\n".join(separator.join(cells) for cells in [HEADER.split(","), *rows])
    for fault in read_rows(list(lines_of(text))).faults:
        assert "{" not in describe(fault).replace("{", "", text.count("{"))
