"""A list of units may be an XLSX workbook; what cannot be read for certain is refused with its row."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from bot.unit_files import describe, read_unit_file
from bot.unit_sheets import MOST_ROWS
from handlers.unit_rows import Fault, UnitListFaults, read_rows

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"

Cell = str | int | float | tuple[str, str | None] | None


def cell(letter: str, number: int, value: Cell) -> str:
    """A cell; a pair is a formula and its saved result, if there is one."""
    place = f'r="{letter}{number}"'
    if value is None:
        return ""
    if isinstance(value, tuple):
        formula, saved = value
        result = "" if saved is None else f"<v>{escape(saved)}</v>"
        kind = ' t="e"' if saved and saved.startswith("#") else ' t="str"'
        return f"<c {place}{kind}><f>{escape(formula)}</f>{result}</c>"
    if isinstance(value, str):
        return f'<c {place} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"<c {place}><v>{value}</v></c>"


def workbook(path: Path, rows: list[list[Cell]], *, merged: str = "", sheet: str | None = None) -> Path:
    """The smallest workbook that is one."""
    lines = [
        f'<row r="{at}">{"".join(cell("ABCDEFGH"[i], at, value) for i, value in enumerate(row))}</row>'
        for at, row in enumerate(rows, 1)
    ]
    joined = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    body = sheet or f"<sheetData>{''.join(lines)}</sheetData>{joined}"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KINDS}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KINDS}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{NAMESPACE}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="Danh sách" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship '
        f'Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{NAMESPACE}">{body}</worksheet>',
    }
    with ZipFile(path, "w", ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return path


def refused(path: Path) -> list[Fault]:
    with pytest.raises(UnitListFaults) as caught:
        sheet = read_rows(read_unit_file(path))
        if sheet.faults:
            raise UnitListFaults(sheet.faults)
    assert all("{" not in describe(fault) for fault in caught.value.faults)
    return caught.value.faults


HEADER: list[Cell] = ["Mã đơn vị", "Tên đơn vị", "Mã cấp trên", "Số đoàn viên", "Ngày đếm"]


def test_titles_blank_rows_and_numbers_as_text_are_read(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        ["DANH SÁCH ĐƠN VỊ"],
        [],
        HEADER,
        ["T", "LĐLĐ tỉnh", None, 0, "1/7/2025"],
        [],
        ["A", " CĐCS  A ", "T", "1.234", None],
        ["B", "CĐCS B", "T", "1,234", None],
        [101, "CĐCS C", "T", "120 ", None],
        ["D", "CĐCS D", "T", ("SUM(D6:D7)", "2468"), None],
    ]
    sheet = read_rows(read_unit_file(workbook(tmp_path / "list.xlsx", rows, merged="A1:E1")))
    assert sheet.faults == []
    assert [(row.line, row.code, row.members) for row in sheet.rows] == [
        (4, "T", 0), (6, "A", 1_234), (7, "B", 1_234), (8, "101", 120), (9, "D", 2_468),
    ]  # fmt: skip
    assert sheet.rows[1].name == "CĐCS A"


def test_merged_cells_formulas_and_bad_numbers_are_refused_with_their_rows(tmp_path: Path) -> None:
    good: list[Cell] = ["T", "LĐLĐ tỉnh", None, 0]
    merged = workbook(
        tmp_path / "merged.xlsx", [HEADER, good, ["A", "A", "T", 1], ["B", "B", None, 1]], merged="C3:C4"
    )
    assert [(fault.line, fault.reason) for fault in refused(merged)] == [(3, "merged_cells")]
    unsaved = workbook(tmp_path / "unsaved.xlsx", [HEADER, good, ["A", "A", "T", ("SUM(D1:D2)", None)]])
    assert [(fault.line, fault.reason, fault.params["column"]) for fault in refused(unsaved)] == [
        (3, "formula_unsaved", "D")
    ]
    wrong = workbook(tmp_path / "wrong.xlsx", [HEADER, good, [], ["A", "A", "T", ("1/0", "#DIV/0!")]])
    assert [(fault.line, fault.reason) for fault in refused(wrong)] == [(4, "formula_error")]
    half = workbook(tmp_path / "half.xlsx", [HEADER, good, ["A", "A", "T", 12.5], ["B", "B", "T", -1]])
    assert [(fault.line, fault.reason) for fault in refused(half)] == [(3, "bad_members"), (4, "bad_members")]


def test_too_many_rows_and_a_stray_cell_far_out_are_refused_in_little_memory(tmp_path: Path) -> None:
    row = '<row r="{0}"><c r="A{0}"><v>{0}</v></c><c r="B{0}"><v>1</v></c></row>'
    many = "<sheetData>" + "".join(row.format(at) for at in range(1, 250_001)) + "</sheetData>"
    stray = '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>{}</sheetData>'
    far = stray.format('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')
    paths = [workbook(tmp_path / f"{at}.xlsx", [], sheet=sheet) for at, sheet in enumerate((many, far))]
    del many
    (tmp_path / "many.csv").write_text("code,name,parent_code\n" + "T,a,\n" * 1_000_000)
    for path in (*paths, tmp_path / "many.csv"):
        started = time.process_time()
        assert [fault.reason for fault in refused(path)] == ["too_many_rows"], path
        assert time.process_time() - started < 2
        tracemalloc.start()
        refused(path)
        assert tracemalloc.get_traced_memory()[1] < 32 * 1024 * 1024
        tracemalloc.stop()
    assert MOST_ROWS < 250_000


def test_a_workbook_that_is_none_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", [HEADER, ["T", "LĐLĐ", None, 0]]).read_bytes()
    for at, data in enumerate((whole[: len(whole) // 2], whole[:200] + whole[260:], b"PK\x03\x04")):
        broken = tmp_path / f"{at}.xlsx"
        broken.write_bytes(data)
        assert [fault.reason for fault in refused(broken)] == ["bad_sheet"]
