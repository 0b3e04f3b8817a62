"""A worker types what they call their unit, in any spelling, and finds it."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.unit_files import lines_of, read_unit_file
from handlers.folding import fold
from handlers.unit_labels import labels
from handlers.unit_search import FoundUnit, find_units
from handlers.unit_words import SPELLINGS, normal_words
from handlers.units import units_import
from storage.database import Database

LIST = Path(__file__).parent / "data" / "units.csv"
NOW = datetime(2023, 8, 15, 2, 0, tzinfo=UTC)
TODAY = date(2023, 8, 15)
HEADER = "code,name,level,parent_code,members,old_names"

Find = Callable[..., list[FoundUnit]]


def load(database: Database, *rows: str, header: str = HEADER) -> None:
    with database.transaction() as tx:
        units_import(tx, list(lines_of("\n".join([header, *rows]))), NOW)


@pytest.fixture
def province(database: Database) -> Find:
    """The whole invented province, and a way to search in it."""
    with database.transaction() as tx:
        units_import(tx, read_unit_file(LIST), NOW)
    return searcher(database)


def searcher(database: Database) -> Find:
    def find(typed: str, limit: int = 8, today: date = TODAY) -> list[FoundUnit]:
        with database.reading() as tx:
            return find_units(tx, typed, limit, today=today)

    return find


def codes(found: list[FoundUnit]) -> list[str]:
    return [unit.code for unit in found]


class TestSpellings:
    def test_any_spelling_finds_the_unit_before_its_neighbours(self, database: Database) -> None:
        load(
            database,
            "T,LĐLĐ tỉnh,province,,0,",
            "A,CĐCS Công ty TNHH May 3 (KCN Đông Xuyên),grassroots,T,5,",
            "B,CĐCS Công ty TNHH May 2 (KCN Đông Xuyên),grassroots,T,5,",
            "C,CĐCS Công ty TNHH May 2 (KCN Tây Xuyên),grassroots,T,5,",
            "D,CĐCS Công ty CP Dệt Đông Xuyên,grassroots,T,5,",
        )
        for typed in (
            "cty may 2 kcn dong xuyen",
            "CĐCS Công ty TNHH May 2 (KCN Đông Xuyên)",
            "công ty trách nhiệm hữu hạn may 2 khu công nghiệp đông xuyên",
            "C.TY MAY2 ĐÔNG XUYÊN",
            "may 2 dongxuyen",
            "may 2 đông xuyênn",
            "cong ty may 2 dong xuy",
        ):
            assert codes(searcher(database)(typed))[0] == "B", typed

    @pytest.mark.parametrize(
        ("typed", "registered"),
        [
            ("bv da khoa", "Bệnh viện Đa khoa"),
            ("p.5 q.3 tp bến sao", "Phường 05, Quận 3, thành phố Bến Sao"),
            ("P5", "phường 5"),
            ("tx phú lâm", "Thị xã Phú Lâm"),
            ("h. châu giang", "huyện Châu Giang"),
            ("ubnd x. hòa", "Ủy ban nhân dân xã Hoà"),
            ("ldld tp", "Liên đoàn Lao động thành phố"),
            ("thcs le loi", "Trung học cơ sở Lê Lợi"),
            ("TRƯỜNG THPT", "Trường trung học phổ thông"),
            ("truong mn hoa mi", "Trường Mầm non Họa Mi"),
            ("P.GD&ĐT", "Phòng Giáo dục và Đào tạo"),
            ("ctcp", "C.ty cổ phần"),
            ("cdcs", "CĐ"),
            ("cd co so", "công đoàn"),
            ("TNHH 1 thành viên", "tnhh mtv"),
            ("xí nghiệp (trước 2005)", "XN"),
        ],
    )
    def test_both_sides_meet_in_the_same_words(self, typed: str, registered: str) -> None:
        assert normal_words(typed) == normal_words(registered)

    def test_plain_words_stay_as_they_are(self) -> None:
        for plain in SPELLINGS:
            assert normal_words(plain) == plain.split()


def test_a_code_in_any_case_gives_its_unit_first(province: Find) -> None:
    for typed in ("T09-017", "t09-017", " T09 017 ", "t09017", "mã T09-017 công ty hóa chất"):
        assert codes(province(typed))[0] == "T09-017"
    assert codes(province("t"))[0] == "T"


def test_units_of_one_name_are_told_apart_by_their_parents(province: Find) -> None:
    found = province("mau giao hoa lan")
    same = [unit for unit in found if unit.name == "CĐCS Mẫu giáo Hoa Lan"]
    assert len(same) == 4
    assert found[:4] == same
    assert len({unit.parent_name for unit in same}) == 4
    assert province("mau giao hoa lan chau giang")[0].parent_name == "Liên đoàn Lao động huyện Châu Giang"


def test_an_old_name_still_finds_the_unit(province: Find) -> None:
    for typed, code in (
        ("nhà trẻ hoa lan", "T01-026"),
        ("xí nghiệp ryokumei", "T01-047"),
        ("cong doan khu cong nghiep", "T09"),
        ("tan lam", "T03"),
    ):
        assert code in codes(province(typed))[:3], typed


def test_what_fingers_do_to_words_is_forgiven(province: Find) -> None:
    for typed, code in (
        ("kestr ona", "T09-016"),
        ("congtytnhhkestrona", "T09-016"),
        ("cty tnhh grunfjel vina", "T09-073"),
        ("bao bi gmp", "T01-042"),
        ("ky an ninh nguyen thcs ben sao", "T01-018"),
        ("tand long ha", "T02-009"),
        ("cogn doan co so ubnd xa chau phu an", "T03-005"),
        ("mg hoa lam ben sao", "T01-026"),
    ):
        assert code in codes(province(typed))[:3], typed


def test_a_number_in_a_name_is_never_taken_for_another(province: Find) -> None:
    assert codes(province("ubnd phuong 2"))[0] == "T01-002"
    assert codes(province("ubnd phuong 3"))[0] == "T01-003"
    assert codes(province("ubnd phuong 5"))[0] == "T01-004"


NUMBERED = (
    "T,LĐLĐ tỉnh,province,,0,",
    "M1,CĐCS Công ty TNHH May 1 (KCN Đông Xuyên),grassroots,T,5,",
    "M2,CĐCS Công ty TNHH May 2 (KCN Đông Xuyên),grassroots,T,5,",
    "M10,CĐCS Công ty TNHH May 10 (KCN Đông Xuyên),grassroots,T,5,",
    "H1,CĐCS Công ty CP Xi măng Hà Tiên 1,grassroots,T,5,",
    "H2,CĐCS Công ty CP Xi măng Hà Tiên 2,grassroots,T,5,",
    "K2,CĐCS Chi cục Thuế khu vực II,grassroots,T,5,",
    "K3,CĐCS Chi cục Thuế khu vực III,grassroots,T,5,",
)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("may 10 dong xuyen", "M10"), ("dong xuyen may 1", "M1"), ("MAY10", "M10"), ("may hai", "M2"),
        ("may muoi dong xuyen", "M10"), ("ha tien 2", "H2"), ("ximang hatien 1", "H1"), ("hà tiên hai", "H2"),
        ("chi cục thuế kv 3", "K3"), ("thuế khu vực II", "K2"), ("em làm ở cty may 2 đông xuyên", "M2"),
        ("anh ơi cho em hỏi xi măng hà tiên 1", "H1"),
    ],
)  # fmt: skip
def test_the_number_that_was_said_comes_first(database: Database, typed: str, code: str) -> None:
    load(database, *NUMBERED)
    assert codes(searcher(database)(typed))[0] == code


def test_a_number_that_no_unit_has_finds_none_with_another(database: Database) -> None:
    load(database, *NUMBERED)
    for typed in ("may 12 dong xuyen", "may 3", "ha tien 3", "chi cuc thue khu vuc 12"):
        assert not {"M1", "M2", "M10", "H1", "H2", "K2"} & set(codes(searcher(database)(typed))), typed


def test_a_closed_unit_is_not_offered(database: Database) -> None:
    header = HEADER + ",valid_to"
    load(
        database,
        "T,LĐLĐ tỉnh,province,,0,,",
        "A,CĐCS Công ty Mai Trạch,grassroots,T,5,,1/7/2025",
        header=header,
    )
    find = searcher(database)
    assert codes(find("mai trach", today=date(2025, 6, 30))) == ["A"]
    assert codes(find("A", today=date(2025, 6, 30)))[0] == "A"
    assert find("mai trach", today=date(2025, 7, 1)) == []
    assert "A" not in codes(find("A", today=date(2025, 7, 1)))


GARBAGE = [
    "", " ", "😀🎉", "%", "_", "%%%___", "'; DROP TABLE unit; --", "\x00", "\ud800", "\u200b\u200d", "*",
    "\\", "zzzz", "zzzzzzzzzzzz", "x" * 20_000, "công ty " * 3_000, "%may%" * 5_000, "1 " * 9_000,
    "ﷺ" * 9_000, "株式会社", "ѕаtаn",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z", "0", "-1", "NULL",
    "T' OR '1'='1",
]  # fmt: skip


def test_garbage_is_answered_quickly_and_changes_nothing(province: Find) -> None:
    for typed in GARBAGE:
        started = time.perf_counter()
        found = province(typed)
        assert time.perf_counter() - started < 1, typed[:20]
        assert len(found) <= 8
        assert all(0 <= unit.score <= 1 for unit in found)
    for typed in ("", "😀🎉", "%", "_", "%%%___", "\x00", "\ud800", "株式会社", "zzzzzzzzzzzz"):
        assert province(typed) == [], typed


def test_no_more_are_found_than_were_asked_for(province: Find) -> None:
    assert len(province("công ty", limit=3)) == 3


# What a worker types is made from the register by the ways people shorten and spoil it.

SHORT = {
    "công ty": "cty", "cổ phần": "cp", "trường": "tr", "mầm non": "mn", "tiểu học": "th", "huyện": "h.",
    "một thành viên": "mtv", "phường": "p.", "thành phố": "tp", "khu công nghiệp": "kcn",
}  # fmt: skip


def spoil(word: str, chance: random.Random) -> str:
    """One slip of a finger: a letter left out, doubled, or two of them exchanged."""
    at = chance.randrange(len(word) - 1)
    slips = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    return chance.choice(slips)


def as_typed(name: str, chance: random.Random, *, typo: bool) -> str:
    text = name.lower()
    for prefix in ("công đoàn cơ sở ", "cđcs ", "cdcs "):
        if chance.random() < 0.7:
            text = text.removeprefix(prefix)
    for long, short in SHORT.items():
        if chance.random() < 0.5:
            text = text.replace(long, short)
    if chance.random() < 0.7:
        text = fold(text)
    words = text.replace('"', "").replace("(", "").replace(")", "").split()
    if len(words) > 4 and chance.random() < 0.5:
        del words[chance.randrange(1, len(words) - 1)]
    spoilable = [at for at, word in enumerate(words) if len(word) >= 4 and word.isalpha()]
    if typo and spoilable:
        at = chance.choice(spoilable)
        words[at] = spoil(words[at], chance)
    return " ".join(words)


def identifies(words: set[str], mine: str, names: dict[str, list[set[str]]]) -> bool:
    """Whether no other unit carries all of these words too."""
    return bool(words) and not any(
        words <= other for code, several in names.items() if code != mine for other in several
    )


def test_nearly_everyone_finds_their_unit_among_the_first_five(province: Find) -> None:
    with LIST.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = {
        row["code"]: [set(normal_words(name)) for name in (row["name"], *row["old_names"].split(";"))]
        for row in rows
    }
    chance = random.Random(20230815)
    asked, missed = 0, []
    for row in chance.sample(rows, 300):
        typed = as_typed(row["name"], chance, typo=False)
        if not identifies(set(normal_words(typed)), row["code"], names):
            continue
        if chance.random() < 0.6:
            typed = as_typed(typed, chance, typo=True)
        asked += 1
        if row["code"] not in codes(province(typed, limit=5)):
            missed.append((typed, row["name"]))
    assert asked > 200
    assert len(missed) <= 0.03 * asked, missed


def test_a_label_keeps_what_tells_units_of_a_long_name_apart() -> None:
    long = (
        "Công đoàn cơ sở Công ty Trách nhiệm hữu hạn Một thành viên Sản xuất và Thương mại Bao bì Ngọc Lĩnh"
    )
    found = [
        FoundUnit(1, "A", f"{long} - Nhà máy 1", "Công đoàn phường Bến Sao", 1),
        FoundUnit(2, "B", f"{long} - Nhà máy 2", "Công đoàn phường Bến Sao", 1),
        FoundUnit(3, "C", long, "Công đoàn các Khu công nghiệp tỉnh", 1),
        FoundUnit(4, "D", long, "Liên đoàn Lao động thành phố Long Hà", 1),
        FoundUnit(5, "E", "CĐCS May", "LĐLĐ huyện Châu Giang", 1),
        FoundUnit(6, "F", "CĐCS May 2", "", 1),
    ]
    shown = labels(found)
    assert [name[-9:] for name, _ in shown[:2]] == ["Nhà máy 1", "Nhà máy 2"]
    assert [above for _, above in shown[2:4]] == ["CĐ các KCN tỉnh", "LĐLĐ TP Long Hà"]
    assert shown[4:] == [("CĐCS May", "LĐLĐ huyện Châu Giang"), ("CĐCS May 2", "")]
    assert len(set(shown)) == 6
    assert all(len(f"{name} — {above}".strip(" —")) <= 60 for name, above in shown)


def test_the_street_and_the_town_do_not_hide_the_unit(province: Find) -> None:
    typed = "công ty TNHH Kestrona Vina, KCN Đông Xuyên, phường Rạch Dừa, thành phố Vũng Tàu"
    assert codes(province(typed))[0] == "T09-016"
    assert codes(province("tôi làm ở công ty TNHH Kestrona"))[0] == "T09-016"
    assert province("xin chào") == []
