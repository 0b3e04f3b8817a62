"""Decisions of a council from a workbook or a text file: shown first, carried out once, row by row."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import select, text
from typer.testing import CliRunner

from bot import cli_review
from bot import clock as wall_clock
from bot.cli import app
from bot.decision_files import windows_1258
from handlers.decision_import import carry_out, weigh
from handlers.decision_rows import DecisionRow
from handlers.moves import Decision
from storage.database import Database
from storage.models import metadata
from storage.recount import Recount
from tests.live import LONG_PROGRAMME
from tests.phone import Clock
from tests.reviewers import REFUSALS, People, people

AUDIT = metadata.tables["audit"]
HEADER = ("STT", "Mã sáng kiến", "Kết luận", "Số QĐ", "Ngày ký", "Lý do", "Còn thiếu", "Mã trên Cổng")
Rows = Sequence[Sequence[Any]]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(wall_clock, "now", clock)
    return clock


@pytest.fixture
def team(database: Database, clock: Clock) -> People:
    """Four initiatives wait: two of the author, one of a lead, one of the lead elsewhere."""
    team = people(database, clock)
    for phone in (team.author, team.author, team.lead, team.other_lead):
        team.sends(phone)
    for phone in (team.author, team.lead, team.other_lead):
        phone.reads()
    return team


Runs = Callable[..., Any]
# How a file is read has nothing to do with the kind of database.
one_kind = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def runs(team: People, tmp_path: Path) -> Runs:
    """`sangkien review import` on the team's database, nobody at a terminal; other keys as `asks = [...]`."""

    def run(file: Path, *options: str, asks: str = '["unit"]', typed: str = "") -> Any:
        config, url = tmp_path / "config.toml", team.database.url.render_as_string(hide_password=False)
        programme = LONG_PROGRAMME.replace("[programme]", f"[programme]\nvalid_asks = {asks}", 1)
        config.write_text(f'[database]\nurl = "{url}"\n{programme}')
        given = ["review", "import", str(file), "--config", str(config), *options]
        return CliRunner().invoke(app, given, input=typed, catch_exceptions=False)

    return run


def workbook(path: Path, rows: Rows, header: Sequence[str] = HEADER, *, above: int = 0) -> Path:
    """A real workbook, with days as days and text that begins with `=` as text."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        sheet, as_day = book.add_worksheet("Biên bản"), book.add_format({"num_format": "dd/mm/yyyy"})
        for at in range(above):
            sheet.write(at, 0, "HỘI ĐỒNG SÁNG KIẾN")
        for at, row in enumerate([header, *rows], above):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(at, column, value, as_day)  # type: ignore[arg-type]
                else:
                    sheet.write(at, column, value)
    return path


DECIDED: Rows = [
    (1, "SK-00001", "Công nhận", "12/QĐ-CĐ", date(2023, 8, 1), "", "", "P-77"),
    (2, "sk 2", "TRẢ LẠI", "", "", "=Chưa rõ số tiền", "Làm lợi; ảnh, tệp", ""),
    (3, "SK-00003", "không công nhận", "", "", "Trùng với sáng kiến năm 2021", "", ""),
    (4, "SK-00099", "công nhận", "13/QĐ", date(2023, 8, 1), "", "", ""),
    (5, "SK-00004", "để xem", "", "", "", "", ""),
]


def states(team: People) -> list[str]:
    return [team.state(number) for number in (1, 2, 3, 4)]


def test_what_would_change_is_shown_row_by_row_and_nothing_is_written(
    team: People, runs: Runs, tmp_path: Path
) -> None:
    file = workbook(tmp_path / "hội đồng.xlsx", DECIDED, above=2)
    for options in (("--dry-run",), ()):
        result = runs(file, *options)
        assert result.exit_code == 1
        assert "dòng 4: SK-00001 Đã nộp, chờ xét → Hợp lệ; số 12/QĐ-CĐ ngày 1/8/2023" in result.stdout
        assert "bổ sung: Làm lợi, Ảnh, tệp; lý do: =Chưa rõ số tiền" in result.stdout
        assert "dòng 7, cột mã sáng kiến: không có sáng kiến mã SK-00099" in result.stderr
        assert "dòng 8, cột quyết định: không hiểu quyết định «để xem»" in result.stderr
        assert "sẽ đổi 3, đã như vậy 0, không đổi được 2; chưa ghi gì" in result.output
        assert "không dùng các cột «STT»" in result.stderr
        assert states(team) == ["submitted"] * 4 and team.author.reads() == []


def test_agreed_to_it_is_done_told_and_counted_and_a_second_time_says_so(
    team: People, runs: Runs, tmp_path: Path
) -> None:
    file = workbook(tmp_path / "a.xlsx", DECIDED)
    first = runs(file, "--yes")
    assert "đã đổi 3, đã như vậy 0, không đổi được 2" in first.stdout and first.exit_code == 1
    assert states(team) == ["valid", "returned", "rejected", "submitted"]
    told = "\n".join(spoken.text for spoken in team.author.reads())
    assert "SK-00001" in told and "12/QĐ-CĐ" in told and "=Chưa rõ số tiền" in told
    assert "Trùng với sáng kiến năm 2021" in team.lead.reads()[0].text
    second = runs(file, "--yes")
    assert "đã đổi 0, đã như vậy 3, không đổi được 2" in second.stdout
    assert "dòng 2: SK-00001 đã như vậy (Hợp lệ)" in second.stdout
    assert team.author.reads() == [] == team.lead.reads()
    with team.database.transaction() as tx:
        assert Recount(tx.connection).differences() == []
        deeds = tx.connection.execute(select(AUDIT.c.what, AUDIT.c.actor_id)).all()
        item = tx.reviews.look(1)
        assert item is not None and (item.recognised_on, item.portal_code) == (date(2023, 8, 1), "P-77")
    decided = [tuple(row) for row in deeds if row.what in ("accept", "return", "reject")]
    assert ("decisions_imported", None) in [tuple(row) for row in deeds]
    assert decided == [("accept", None), ("return", None), ("reject", None)]


def test_the_returned_one_opens_at_what_is_missing(team: People, runs: Runs, tmp_path: Path) -> None:
    runs(workbook(tmp_path / "a.xlsx", DECIDED), "--yes")
    team.author.reads()
    opened = team.author.presses("author|fix.2|-")
    assert "=Chưa rõ số tiền" in opened[0].text and "làm lợi" in opened[-1].text.lower()


def test_a_refusal_that_its_author_has_answered_is_not_given_twice(
    team: People, runs: Runs, tmp_path: Path
) -> None:
    file = workbook(tmp_path / "a.xlsx", DECIDED)
    runs(file, "--yes")
    team.lead.presses("author|appeal.3|-")
    team.lead.types("Đây là máy khác, không phải máy năm 2021")
    assert team.state(3) == "submitted"
    again = runs(file, "--yes")
    assert "SK-00003 đã nhận quyết định y hệt" in again.stderr and team.state(3) == "submitted"


def test_who_is_named_decides_with_their_own_rights(team: People, runs: Runs, tmp_path: Path) -> None:
    rows = [(n, f"SK-0000{n}", "Hợp lệ", "", "", "", "", "") for n in (1, 3, 4)]
    result = runs(workbook(tmp_path / "a.xlsx", rows), "--yes", "--as", "trần văn hùng")
    assert states(team) == ["valid", "submitted", "submitted", "submitted"]
    assert "dòng 3: người quyết định là tác giả của SK-00003" in result.stderr
    assert "dòng 4: người quyết định không được xét SK-00004" in result.stderr
    assert runs(tmp_path / "a.xlsx", "--as", "Ai Đó").exit_code == 2


def test_what_the_programme_asks_for_is_said_to_be_lacking(team: People, runs: Runs, tmp_path: Path) -> None:
    header = ("code", "decision", "recognition number", "recognition date", "portal code")
    rows = [
        ("SK-00001", "valid", "12/QĐ", "1.8.2023", ""),
        ("SK-00002", "recognised", "", "", ""),
        ("SK-00003", "recognized", "13/QĐ", "hôm qua", "P-1"),
        ("SK-00004", "recognised", "14/QĐ", "", ""),
    ]
    asks = '["unit", "recognition", "portal"]'
    result = runs(workbook(tmp_path / "a.xlsx", rows, header), "--yes", asks=asks)
    assert states(team) == ["recognised", "submitted", "valid", "submitted"]
    assert "chưa hợp lệ vì còn chờ: mã trên Cổng" in result.stdout
    assert "dòng 3: SK-00002 còn thiếu số quyết định, ngày quyết định" in result.stderr
    assert "dòng 5, cột ngày: có số quyết định mà thiếu ngày" in result.stderr
    rows = [("SK-00001", "valid", "12/QĐ", "1/8/2023", "P-9"), ("SK-00003", "valid", "99/QĐ", "1/8/2023", "")]
    again = runs(workbook(tmp_path / "b.xlsx", rows, header), "--yes", asks=asks)
    assert states(team) == ["valid", "submitted", "valid", "submitted"]
    assert "SK-00003 đã ghi «13/QĐ», tệp ghi «99/QĐ»" in again.stderr


def test_a_number_that_comes_when_it_is_valid_already_is_added(
    team: People, runs: Runs, tmp_path: Path
) -> None:
    runs(workbook(tmp_path / "a.xlsx", [(1, "1", "duyệt", "", "", "", "", "")]), "--yes")
    file = workbook(tmp_path / "b.xlsx", [(1, "1", "công nhận", "7/QĐ", date(2023, 8, 2), "", "", "")])
    result = runs(file, "--yes")
    assert "SK-00001 Hợp lệ, ghi thêm; số 7/QĐ ngày 2/8/2023" in result.stdout
    assert "đã như vậy 1" in runs(file, "--yes").stdout
    with team.database.transaction() as tx:
        item = tx.reviews.look(1)
        assert item is not None and (item.state, item.recognition_number) == ("valid", "7/QĐ")
        assert Recount(tx.connection).differences() == []


TEXT = "Mã;Quyết định;Lý do\nSK-00001;Công nhận;\nSK-00003;Không duyệt;Đã có ở xưởng khác; trùng ý\n"
QUOTED = TEXT.replace("Đã có ở xưởng khác; trùng ý", '"Đã có ở xưởng khác; trùng ý"')


def old_windows(text: str) -> bytes:
    """As old Vietnamese Windows keeps it: letters with their hats, tones behind them."""
    hats, tones = "\u0302\u0306\u031b", "\u0300\u0301\u0303\u0309\u0323"
    written = []
    for letter in unicodedata.normalize("NFC", text):
        apart = unicodedata.normalize("NFD", letter)
        hat = unicodedata.normalize("NFC", apart[0] + "".join(one for one in apart[1:] if one in hats))
        written.append(hat + "".join(one for one in apart[1:] if one in tones))
    return "".join(written).encode("cp1258")


@one_kind
@pytest.mark.parametrize("encoded", ["utf-8-sig", "utf-16", "cp1258"])
def test_text_files_of_every_spreadsheet_are_read(
    encoded: str, team: People, runs: Runs, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(old_windows(QUOTED) if encoded == "cp1258" else QUOTED.encode(encoded))
    assert runs(file, "--yes").exit_code == 0
    assert states(team) == ["valid", "submitted", "rejected", "submitted"]
    assert "Đã có ở xưởng khác; trùng ý" in team.lead.reads()[0].text


@one_kind
def test_a_row_with_a_loose_separator_or_an_open_quote_stops_no_other(
    team: People, runs: Runs, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(TEXT + 'SK-00004;từ chối;"Không rõ\nSK-00002;hợp lệ;\n')
    result = runs(file, "--yes")
    assert states(team) == ["valid", "valid", "submitted", "submitted"]
    assert "dòng 3: có 4 ô, đáng ra 3" in result.stderr and "dòng 4: dấu ngoặc kép" in result.stderr


@one_kind
def test_two_rows_of_one_initiative_are_one_or_none(team: People, runs: Runs, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("code,decision\nSK-1,valid\nsk-00001,hợp lệ\nSK-2,valid\nSK-2,recognised\nSK-4,\n")
    result = runs(file, "--yes")
    assert states(team) == ["valid", "submitted", "submitted", "submitted"]
    assert "dòng 4: SK-00002 còn ở dòng 5 với quyết định khác" in result.stderr
    assert "dòng 6: SK-00004 chưa có quyết định, bỏ qua" in result.stdout


@one_kind
@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("name,parent\na,b\n", "không thấy dòng tên cột"),
        ("code,reason\nSK-1,x\n", "thiếu cột «quyết định»"),
        ("code,mã,decision\n1,1,valid\n", "cột «mã sáng kiến» có hai lần"),
        ("", "tệp không có dòng nào"),
    ],
    ids=["other", "no decision", "twice", "empty"],
)
def test_a_list_that_is_none_is_refused_whole(said: str, sentence: str, runs: Runs, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(said)
    result = runs(file, "--yes")
    assert result.exit_code == 1 and sentence in result.stderr and "Chưa đọc được danh sách" in result.stderr


@one_kind
def test_cells_merged_over_rows_and_formulas_without_a_value_spoil_only_their_rows(
    team: People, runs: Runs, tmp_path: Path
) -> None:
    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("Mã", "Quyết định", "Số QĐ", "Ngày", "Ghi chú"))
        for row in range(1, 5):
            sheet.write_row(row, 0, (f"SK-0000{row}", "hợp lệ"))
            sheet.write_formula(row, 4, "=ROW()", value="")
        sheet.merge_range(1, 2, 2, 2, "12/QĐ")
        sheet.write(6, 0, "Tổng cộng: 4")
        sheet.merge_range(8, 2, 9, 3, "CHỦ TỊCH HỘI ĐỒNG")
    result = runs(file, "--yes")
    assert states(team) == ["submitted", "submitted", "valid", "valid"]
    assert "bỏ qua dòng không có mã và quyết định: 7, 9\n" in result.stderr
    assert "dòng 2, cột C: ô gộp" in result.stderr and "dòng 3, cột C: ô gộp" in result.stderr


@one_kind
@pytest.mark.parametrize(("typed", "state"), [("có\n", "valid"), ("YES\n", "valid"), ("\n", "submitted"),
                                              ("không\n", "submitted")])  # fmt: skip
def test_at_a_terminal_somebody_types_that_they_agree(
    typed: str, state: str, team: People, runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_review, "_somebody_types", lambda: True)
    result = runs(workbook(tmp_path / "a.xlsx", [(1, "1", "hợp lệ", "", "", "", "", "")]), typed=typed)
    assert team.state() == state and (result.exit_code == 0) is (state == "valid")
    assert "sẽ đổi 1" in result.stdout


def test_what_somebody_decided_after_the_showing_is_left_alone(team: People) -> None:
    row = DecisionRow(2, "SK-00001", "valid", Decision("accept"))
    with team.database.transaction() as tx:
        shown = weigh(tx, row, None, team.lead.house, team.clock())
    assert (shown.outcome, shown.after, team.state()) == ("change", "valid", "submitted")
    team.lead.types("/duyet 1")
    for label in ("⛔ Không duyệt", REFUSALS[0], "⛔ Không duyệt"):
        team.lead.taps(label)
    with team.database.transaction() as tx:
        done = carry_out(tx, shown, None, team.lead.house, team.clock())
    assert (done.outcome, done.reason, team.state()) == ("fault", "changed_since", "rejected")


@one_kind
def test_a_sealed_one_without_the_key_is_a_fault_of_its_row(
    team: People, runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with team.database.transaction() as tx:
        tx.connection.execute(text("UPDATE initiative SET sealed = :yes WHERE id = 1"), {"yes": True})
    monkeypatch.setenv("SANGKIEN_SECRETS__KEYS", str(tmp_path / "none"))
    file = workbook(tmp_path / "a.xlsx", [(n, str(n), "hợp lệ", "", "", "", "", "") for n in (1, 2)])
    result = runs(file, "--yes")
    assert "SK-00001 có dấu bí mật" in result.stderr and states(team)[:2] == ["submitted", "valid"]


@one_kind
def test_a_program_reads_a_line_for_each_row(runs: Runs, tmp_path: Path) -> None:
    result = runs(workbook(tmp_path / "a.xlsx", DECIDED), "--yes", "--json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["line"], row["outcome"]) for row in rows][:3] == [
        (2, "change"),
        (3, "change"),
        (4, "change"),
    ]
    assert rows[3]["reason"] == "no_such" and rows[4]["reason"] == "bad_decision"


def test_only_what_is_surely_vietnamese_is_read_in_the_old_code_page() -> None:
    assert windows_1258(old_windows("Quyết định: Đã đủ, ẩn ỹ")) == "Quyết định: Đã đủ, ẩn ỹ"
    assert windows_1258("Saùng kieán ñöôïc".encode("latin-1")) is None
    assert windows_1258(b"S\xb8ng ki\xd5n") is None
