"""Exports: the same content in JSON lines, CSV and a workbook; nothing acts, nothing is lost unsaid."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from python_calamine import load_workbook
from sqlalchemy import insert

from bot import export
from bot.documents.cells import LONGEST, fitting
from bot.documents.initiative_book import Scope, write_book
from bot.documents.workbook import Workbook
from bot.export_columns import INITIATIVES, PROGRESS, named, shared
from bot.export_csv import write_csv
from bot.export_progress import progress
from handlers.progress_figures import progress_of
from storage.database import Database
from storage.models import metadata
from storage.transaction import Transaction
from storage.upgrade import upgrade_database
from tests.nursery import done
from tests.phone import PROGRAMME, SPEECH, ZONE, Clock
from tests.reviewers import people
from tests.test_proxy import enters
from tests.test_transcripts import import_units

ROWS = [
    orjson.loads(line)
    for line in (Path(__file__).parent / "data" / "initiatives.jsonl").read_text("utf-8").splitlines()
]
NOW = datetime(2023, 8, 15, 2, 3, 4, 567, tzinfo=UTC)
AWKWARD = (
    '=HYPERLINK("http://x","y")',
    "+84 900 000 000",
    "-1",
    "@SUM(A1)",
    "\tbắt đầu bằng tab",
    "https://example.vn/a",
    "mailto:a@example.vn",
    "internal:Sheet1!A1",
    "<r><t>không phải thẻ</t></r>",
    "</t></is></c>&amp;<![CDATA[x]]>",
    "_x0041_ và _x000D_",
    "  hai đầu trắng  ",
    "dòng một\r\ndòng hai\rdòng ba\n\ndòng năm",
    "Hoà, hòa, Hoà; ⁿ 👩🏽‍🔧 \u200f\u202e",
    '"ngoặc", phẩy; chấm phẩy\ttab',
    "0012",
    "1E5",
    "TRUE",
    "2023-08-15",
    "#N/A",
)


def keep(tx: Transaction, rows: list[dict[str, Any]], first: int = 1, **columns: object) -> None:
    """Initiatives as if they had been submitted, with their authors."""
    unit = tx.units.by_code("T09-017")
    assert unit is not None
    worker = {"name": "Nguyễn Thị Lan", "language": "vi", "created_at": NOW}
    author = tx.connection.execute(
        insert(metadata.tables["worker"]).values(**worker).returning(metadata.tables["worker"].c.id)
    ).scalar_one()
    precisions = ("day", "month", "quarter")
    for number, row in enumerate(rows, start=first):
        sealed = row["confidential"]
        values = {
            "code": f"SK-{number:05}", "unit_id": unit.id, "author_id": author, "phase": "gd2",
            "state": ("submitted", "valid", "rejected")[number % 3], "sealed": sealed, "title": row["title"],
            "kind": row["kind"], "before": None if sealed else row["before"],
            "after": None if sealed else row["after"], "effect": row["effect"],
            "benefit_vnd": row["benefit_vnd"], "benefit_period": row["benefit_period"],
            "benefit_in_money": row["benefit_vnd"] is not None, "applied_on": date(2022, number % 12 + 1, 1),
            "applied_precision": precisions[number % 3], "place": {}, "created_at": NOW, "submitted_at": NOW,
            "fingerprint": f"{number:064x}", "fingerprint_at": NOW,
            "valid_on": date(2023, 8, 14) if number % 3 == 1 else None, "portal_code": "=1+1",
            **columns,
        }  # fmt: skip
        made = insert(metadata.tables["initiative"]).values(**values)
        key = tx.connection.execute(made.returning(metadata.tables["initiative"].c.id)).scalar_one()
        shares = [("Nguyễn Thị Lan", 10_000 - 100 * sum(share for _, share in row["coauthors"]))]
        shares += [(name, share * 100) for name, share in row["coauthors"]]
        for position, (name, share) in enumerate(shares):
            line = {"initiative_id": key, "position": position, "name": name, "share": share}
            tx.connection.execute(insert(metadata.tables["author"]).values(**line, worker_id=None))


@pytest.fixture
def full(database: Database) -> Database:
    """The real initiatives in one unit of the real tree."""
    import_units(database, Clock())
    with database.transaction() as tx:
        keep(tx, ROWS)
    return database


def scope(**others: Any) -> Scope:
    said: tuple[str, dict[str, Any]] = ("export.units_all", {})
    return Scope(PROGRAMME, NOW, None, said, ("export.by_operator", {}), **others)


def book_of(database: Database, language: str = "vi", wanted: Scope | None = None) -> Any:
    out = io.BytesIO()
    with database.reading() as tx:
        write_book(out, tx, wanted or scope(), SPEECH, language)
    out.seek(0)
    return load_workbook(out)


def read_back(lines: list[dict[str, Any]], **options: Any) -> tuple[Any, bytes]:
    out = io.BytesIO()
    book = Workbook(out, SPEECH, "vi", ZONE)
    book.table("export.sheet_initiatives", INITIATIVES, lines, **options)
    book.close()
    return load_workbook(io.BytesIO(out.getvalue())), out.getvalue()


def expected(kind: str, key: str, line: dict[str, Any], words: str) -> Any:
    """What a cell says of a value of a line of JSON."""
    value = line.get(key)
    if value is None or value in ("", []):
        return ""
    match kind:
        case "word":
            return SPEECH.say("vi", words + value, {})
        case "yes":
            return "có" if value else "không"
        case "names":
            return shared(value)
        case "files":
            return named(value)
        case "day":
            return date.fromisoformat(value)
        case "instant":
            return datetime.fromisoformat(value).astimezone(ZONE).replace(tzinfo=None, microsecond=0)
        case "applied":
            month = int(value[6:]) * 3 - 2 if "Q" in value else int(value[5:7])
            return date(int(value[:4]), month, 1)
    return value


def test_every_cell_of_the_workbook_says_what_the_json_says(full: Database) -> None:
    with full.reading() as tx:
        lines = list(export.initiatives(tx))
    assert len(lines) == len(ROWS)
    table = book_of(full).get_sheet_by_name("Sáng kiến").to_python(skip_empty_area=False)
    assert table[0] == [SPEECH.say("vi", f"export.{column.key}", {}) for column in INITIATIVES]
    for line, row in zip(lines, table[1:], strict=True):
        said = [expected(column.kind, column.key, line, column.words) for column in INITIATIVES]
        assert row == said, line["code"]


def test_the_csv_says_what_the_json_says(full: Database) -> None:
    with full.reading() as tx:
        lines = list(export.initiatives(tx))
    out = io.StringIO(newline="")
    write_csv(INITIATIVES, lines, out, bom=True)
    assert out.getvalue().startswith("\ufeffcode,unit,unit_name,phase,state,title")
    rows = list(csv.DictReader(io.StringIO(out.getvalue()[1:], newline="")))
    for line, row in zip(lines, rows, strict=True):
        for key in ("code", "title", "before", "after", "effect", "applied_on", "submitted_at", "disclosure"):
            said = line[key] or ""
            assert row[key] == (f"'{said}" if said.startswith(("=", "+", "-", "@")) else said)
        assert row["benefit_vnd"] == ("" if line["benefit_vnd"] is None else str(line["benefit_vnd"]))
        assert (row["sealed"], row["portal_code"]) == ("true" if line["sealed"] else "false", "'=1+1")


def test_what_is_sealed_is_in_no_format(full: Database) -> None:
    sealed = [row for row in ROWS if row["confidential"]]
    assert sealed
    with full.transaction() as tx:
        tx.connection.execute(metadata.tables["initiative"].update().values(place={"secret": "RUOT-BI-MAT"}))
    with full.reading() as tx:
        lines = list(export.initiatives(tx))
    out = io.StringIO()
    write_csv(INITIATIVES, lines, out, bom=False)
    rows = book_of(full).get_sheet_by_name("Sáng kiến").to_python()
    for text in (str(lines), out.getvalue(), str(rows)):
        assert "RUOT-BI-MAT" not in text
        assert [row["id"] for row in sealed if row["before"] and row["before"] in text] == []


@pytest.mark.parametrize("words", AWKWARD)
def test_awkward_words_stay_words(words: str) -> None:
    book, raw = read_back([{"code": "SK-1", "title": words, "authors": [["x", 100]]}])
    sheet = book.get_sheet_by_name("Sáng kiến")
    at = [column.key for column in INITIATIVES].index("title")
    assert sheet.to_python()[1][at] == words.replace("\r\n", "\n").replace("\r", "\n")
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = archive.namelist()
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml and "<hyperlink" not in xml
    assert [name for name in names if "externalLink" in name or "_rels/sheet" in name] == []


def test_what_cannot_be_written_is_dropped_and_the_rest_stays() -> None:
    book, _ = read_back([{"code": "a\x00b\x1b\x08c\ufffe\ud83dd"}])
    assert book.get_sheet_by_name("Sáng kiến").to_python()[1][0] == "abcd"


@pytest.mark.parametrize("letter", ["a", "ệ", "👷"])
def test_a_text_beyond_a_cell_is_cut_between_letters_and_says_so(letter: str) -> None:
    whole = letter * (LONGEST * 2 // len(letter.encode("utf-16-le")))
    mark = SPEECH.say("vi", "export.cut", {})
    assert fitting(whole, mark) == whole
    cut = fitting(whole + letter, mark)
    assert cut.endswith(mark) and set(cut.removesuffix(mark)) == {letter}
    assert LONGEST - 1 <= len(cut.encode("utf-16-le")) // 2 <= LONGEST
    book, _ = read_back([{"code": "SK-1", "before": whole + letter}])
    at = [column.key for column in INITIATIVES].index("before")
    assert book.get_sheet_by_name("Sáng kiến").to_python()[1][at] == cut


def test_amounts_beyond_what_a_cell_holds_exactly_are_written_as_words() -> None:
    book, _ = read_back([{"code": "1", "benefit_vnd": 10**18 + 1}, {"code": "2", "benefit_vnd": 10**15 - 1}])
    at = [column.key for column in INITIATIVES].index("benefit_vnd")
    rows = book.get_sheet_by_name("Sáng kiến").to_python()
    assert [rows[1][at], rows[2][at]] == ["1000000000000000001", 10**15 - 1]


def test_a_full_sheet_goes_on_on_another() -> None:
    book, _ = read_back([{"code": f"SK-{number}"} for number in range(7)], most=4)
    assert book.sheet_names == ["Sáng kiến", "Sáng kiến (2)", "Sáng kiến (3)"]
    codes = [row[0] for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()[1:]]
    assert codes == [f"SK-{number}" for number in range(7)]


def test_a_workbook_that_fails_midway_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def lines() -> Iterator[dict[str, Any]]:
        yield {"code": "SK-1"}
        raise LookupError

    with pytest.raises(LookupError), Workbook(tmp_path / "x.xlsx", SPEECH, "vi", ZONE) as book:
        book.table("export.sheet_initiatives", INITIATIVES, lines())
    assert list(tmp_path.iterdir()) == []


def test_the_head_stays_in_sight_and_filters() -> None:
    _, raw = read_back([{"code": "SK-1"}, {"code": "SK-2"}])
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert '<autoFilter ref="A1:AF3"/>' in xml and 'state="frozen"' in xml


def test_rows_cells_and_the_size_of_a_sheet_are_those_of_the_table() -> None:
    lines = [{"code": f"SK-{number}", "title": words} for number, words in enumerate(AWKWARD)]
    _, raw = read_back(lines)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own file
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314 - our own file
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    rows = sheet.findall(f"{space}sheetData/{space}row")
    assert [row.get("r") for row in rows] == [str(number) for number in range(1, len(AWKWARD) + 2)]
    assert [cell.get("r") for cell in rows[1]] == ["A2", "F2"]
    assert sheet.find(f"{space}dimension").get("ref") == f"A1:AF{len(rows)}"  # type: ignore[union-attr]
    formats = styles.findall(f"{space}cellXfs/{space}xf")
    used = {int(cell.get("s", 0)) for row in rows for cell in row}
    assert max(used) < len(formats)
    assert [form.get("quotePrefix") for form in formats].count("1") == 1


@pytest.mark.parametrize(
    ("language", "sheets", "heads"),
    [
        ("vi", ["Sáng kiến", "Tiến độ", "Giải thích"], {"Mã", "Tên sáng kiến", "Làm lợi (đồng)"}),
        ("en", ["Initiatives", "Progress", "Explanations"], {"Code", "Title", "Benefit (đồng)"}),
    ],
)
def test_both_languages_have_their_sheets_and_heads(
    full: Database, language: str, sheets: list[str], heads: set[str]
) -> None:
    book = book_of(full, language)
    assert book.sheet_names == sheets
    assert heads <= set(book.get_sheet_by_index(0).to_python()[0])


def test_the_explanations_say_when_what_by_whom_and_how_much_is_let_out(full: Database) -> None:
    said = book_of(full).get_sheet_by_name("Giải thích").to_python()
    words = "\n".join(" ".join(map(str, row)) for row in said)
    assert "01 triệu sáng kiến" in words and "15/08/2023" in words and "Tất cả đơn vị" in words
    sealed = sum(row["confidential"] for row in ROWS)
    assert f"{sealed} × tên sáng kiến, kết quả" in words
    assert f"{len(ROWS) - sealed} × toàn bộ nội dung" in words


def test_the_workbook_and_the_chat_give_the_same_figures(full: Database) -> None:
    with full.transaction() as tx:
        from storage.recount import Recount

        Recount(tx.connection).differences(keep=True)
    with full.reading() as tx:
        rows = {(row["unit"], row["phase"]): row for row in progress(tx, PROGRAMME, None)}
        root = tx.units.root()
        assert root is not None
        told = progress_of(tx, PROGRAMME, root.id, None, NOW)
    line = rows[root.code, "*"]
    assert line["valid"] == told.initiatives.done == sum(n % 3 == 1 for n in range(1, len(ROWS) + 1))
    assert (line["waiting"], line["people"]) == (told.initiatives.waiting, told.people.done)
    assert line["share_members"] == told.members_share
    table = book_of(full).get_sheet_by_name("Tiến độ").to_python()
    shown = next(row for row in table if row[0] == root.code and row[2] == "*")
    assert shown[3] == line["valid"] and len(shown) == len(PROGRESS)
    assert len(table) == 1 + len(rows)


def test_a_unit_takes_all_below_it_along(full: Database) -> None:
    with full.reading() as tx:
        counts = []
        for code in ("T09", "T09-017", "T01"):
            unit = tx.units.by_code(code)
            assert unit is not None
            counts.append(len(list(export.initiatives(tx, tx.tree.below(unit.id)))))
    assert counts == [len(ROWS), len(ROWS), 0]


class TestTheCommand:
    """`sangkien export initiatives` as an operator runs it."""

    @pytest.fixture(scope="class")
    @staticmethod
    def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
        folder = tmp_path_factory.mktemp("export")
        database = Database(f"sqlite:///{folder / 'here.db'}")
        upgrade_database(database)
        import_units(database, Clock())
        with database.transaction() as tx:
            keep(tx, ROWS[:5])
        database.close()
        file = folder / "config.toml"
        example = (Path(__file__).parent.parent / "config.example.toml").read_text("utf-8")
        programme = example[example.index("[programme]") :]
        file.write_text(f'[database]\nurl = "sqlite:///{folder / "here.db"}"\n{programme}', "utf-8")
        yield file

    def run(self, config: Path, *arguments: str) -> tuple[int, bytes, str]:
        return done(["export", "initiatives", *arguments, "--config", str(config)], os.environ)

    def test_a_workbook_is_written_and_never_in_place_of_another(self, config: Path) -> None:
        out = config.parent / "ra.xlsx"
        code, said, error = self.run(config, "--format", "xlsx", "-o", str(out))
        assert (code, said, error) == (0, b"", "")
        assert load_workbook(str(out)).sheet_names == ["Sáng kiến", "Tiến độ", "Giải thích"]
        before = out.read_bytes()
        code, _, error = self.run(config, "--format", "xlsx", "-o", str(out))
        assert (code, out.read_bytes() == before, len(error.splitlines())) == (2, True, 1)
        assert [file.name for file in config.parent.iterdir() if "export" in file.name] == []

    def test_a_workbook_goes_through_a_pipe(self, config: Path) -> None:
        asked = ("--format", "xlsx", "--drafts", "--language", "en", "--config", str(config))
        command = [sys.executable, "-m", "bot", "export", "initiatives", *asked]
        shell = subprocess.run(command, capture_output=True, check=True)
        sheets = load_workbook(io.BytesIO(shell.stdout)).sheet_names
        assert sheets == ["Initiatives", "Drafts", "Progress", "Explanations"]

    def test_a_csv_begins_with_its_mark_when_asked_to(self, config: Path) -> None:
        code, said, _ = self.run(config, "--format", "csv", "--bom", "--unit", "T09")
        assert (code, said[:3], said.count(b"SK-0000")) == (0, b"\xef\xbb\xbf", 5)
        assert self.run(config, "--format", "csv")[1].startswith(b"code,")

    @pytest.mark.parametrize(
        "wrong",
        [
            ("--format", "xml"),
            ("--unit", "KHONG-CO"),
            ("--phase", "gd9"),
            ("--bom",),
            ("--language", "fr"),
            ("-o", "khong/co/thu-muc.jsonl"),
        ],
    )
    def test_what_is_asked_wrongly_ends_with_two_and_a_sentence(
        self, config: Path, wrong: tuple[str, ...]
    ) -> None:
        code, said, error = self.run(config, *wrong)
        assert (code, said, len(error.splitlines())) == (2, b"", 1)


def test_who_typed_it_for_the_author_stands_beside_it_unless_names_are_kept_back(database: Database) -> None:
    team = people(database, Clock())
    enters(team.lead, "Lan", "Nguyễn Thị Lan")
    team.sends()
    with database.reading() as tx:
        lines = list(export.initiatives(tx))
    assert [(line["author"], line["by_proxy"], line["entered_by"]) for line in lines] == [
        ("Nguyễn Thị Lan", True, "Trần Văn Hùng"),
        ("Nguyễn Thị Lan", False, None),
    ]
    keys = [column.key for column in INITIATIVES]
    rows = book_of(database).get_sheet_by_name("Sáng kiến").to_python()[1:]
    shown = [(row[keys.index("by_proxy")], row[keys.index("entered_by")]) for row in rows]
    assert shown == [("có", "Trần Văn Hùng"), ("không", "")]
    unit = team.unit()
    with database.transaction() as tx:
        tx.disclosures.decide(unit, None, "counted", None, NOW)
    with database.reading() as tx:
        line = next(export.initiatives(tx))
    assert (line["by_proxy"], line["entered_by"]) == (True, None)


def test_a_draft_for_somebody_else_is_theirs_and_says_who_types_it(database: Database) -> None:
    team = people(database, Clock())
    team.lead.types("/nophoi")
    team.lead.types("Lan")
    team.lead.taps("Nguyễn Thị Lan")
    team.lead.types("Cuộn vải để dưới đất, mỗi ca hai người khiêng")
    with database.reading() as tx:
        (line,) = list(export.drafts(tx))
    assert (line["author"], line["authors"]) == ("Nguyễn Thị Lan", [["Nguyễn Thị Lan", 100]])
    assert (line["by_proxy"], line["entered_by"]) == (True, "Trần Văn Hùng")
