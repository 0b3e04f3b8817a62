"""Reads a list of units from a file, and says in Vietnamese what is wrong with a list.

What is read here is only lines and cells; what they mean is judged in `handlers`. The sentences are for the
operator at the command line: texts of the chat live in `texts/`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from bot.unit_sheets import MOST_ROWS, read_sheet
from handlers.unit_cells import Aim
from handlers.unit_columns import COLUMNS, MOST_TITLES, known_columns
from handlers.unit_plan import Value
from handlers.unit_rows import Fault, Line, UnitListFaults

Known = Callable[[Sequence[str]], int]
SEPARATORS = (",", ";", "\t")
LARGEST_BYTES = 64 * 1024 * 1024
_MOST_SHOWN = 12
_ZIP = b"PK\x03\x04"
_LINES_LOOKED_AT = 200
_LONGEST_SHOWN = 60
# The first bytes of a file that is not text in UTF-8 at all, and what to call it.
_SIGNATURES = (
    (b"\xff\xfe\x00\x00", "utf32"), (b"\x00\x00\xfe\xff", "utf32"),
    (b"\xd0\xcf\x11\xe0", "spreadsheet"),
)  # fmt: skip
# UTF-8 read as Windows-1252 and saved again: these pairs occur in no language's words.
_READ_TWICE = ("á»", "áº", "Ä‘", "Æ°", "Ã´", "Ã¡")

_AS_UTF8 = "mở bằng Excel hay LibreOffice, chọn Lưu thành (Save As) → «CSV UTF-8», rồi nhập lại"
SENTENCES: dict[str, str] = {
    "no_file": "không mở được tệp {name} ({why}); kiểm tra đường dẫn và quyền đọc",
    "too_big": "tệp lớn hơn {megabytes} MB, không phải danh sách đơn vị; chọn đúng tệp CSV",
    "utf16": "tệp lưu ở dạng UTF-16 («Unicode Text»), không phải UTF-8; " + _AS_UTF8,
    "utf32": "tệp lưu ở dạng UTF-32, không phải UTF-8; " + _AS_UTF8,
    "spreadsheet": "đây là bảng tính Excel đời cũ (.xls) hoặc có mật khẩu; lưu thành .xlsx không mật khẩu",
    "bad_sheet": "không đọc được bảng tính này ({why}); mở bằng Excel hay LibreOffice và lưu lại thành .xlsx",
    "too_many_rows": "quá nhiều dòng hoặc cột, tối đa {most} dòng; xoá dòng, cột thừa rồi nhập lại",
    "merged_cells": "ô gộp từ cột {column} đến {to_column}, tới dòng {last}; bỏ gộp ô và điền đủ từng dòng",
    "formula_error": "công thức báo lỗi {typed}; sửa công thức hoặc gõ giá trị vào ô",
    "formula_unsaved": "công thức chưa có kết quả; mở bằng Excel, lưu lại, hoặc gõ giá trị vào ô",
    "binary": "đây không phải tệp chữ CSV; chọn đúng tệp",
    "not_utf8": "chữ không ở dạng UTF-8 (có lẽ Windows-1258, Latin-1, TCVN3 hoặc VNI); " + _AS_UTF8,
    "read_twice": "chữ Việt đã hỏng vì UTF-8 bị đọc nhầm bảng mã («{sample}»); xuất lại từ danh sách gốc",
    "empty_file": "danh sách không có đơn vị nào; cần một dòng tên cột rồi mỗi đơn vị một dòng",
    "missing_column": "thiếu cột {column}; thêm cột này vào dòng đầu, ô có thể để trống",
    "doubled_column": "cột {column} có hai lần; giữ lại một cột",
    "unknown_column": "cột thứ {position} «{column}» không dùng được; xoá hoặc đổi tên cột: {columns}",
    "broken_quotes": 'dấu ngoặc kép (") không đóng đúng chỗ; đóng lại, và viết "" cho dấu " nằm trong ô',
    "wrong_cells": "có {found} ô, đáng ra {expected}; đặt ô có dấu phân cách trong ngoặc kép, bù ô còn thiếu",
    "missing_code": "thiếu mã đơn vị; điền cột code (phải có chữ hoặc số)",
    "missing_name": "thiếu tên đơn vị; điền cột name",
    "too_long": "cột {column} dài {length} ký tự, tối đa {longest}; rút ngắn lại",
    "damaged_letters": "có chữ đã hỏng (�); gõ lại chữ ấy",
    "bad_members": "số đoàn viên «{typed}» không phải số nguyên không âm; viết như 1250, 1.250 hoặc 1 250",
    "bad_date": "«{typed}» không phải ngày; viết như 1/7/2025 hoặc 2025-07-01",
    "bad_status": "«{typed}» không dùng được; viết active (hoạt động), left (đã rời), dissolved (giải thể), "
    "merged (sáp nhập) hoặc closed (đóng)",
    "dates_reversed": "valid_to {valid_to} không sau valid_from {valid_from}; sửa lại một trong hai ngày",
    "doubled_code": "mã {code} đã có ở dòng {first_line}; mỗi đơn vị một mã, sửa một trong hai dòng",
    "reserved_code": "mã {code} dành để gọi đơn vị gốc; đặt cho đơn vị này mã khác",
    "missing_parent": "{code} thuộc {parent_code}, mà mã này không có; thêm đơn vị ấy hoặc sửa parent_code",
    "circle": "các đơn vị là cấp trên của nhau thành vòng: {codes}; sửa parent_code của một đơn vị",
    "too_deep": "{code} ở cấp thứ {levels} tính từ gốc, tối đa {most}; xem lại cột parent_code",
    "no_root": "không có đơn vị gốc; để trống parent_code của đúng một đơn vị cao nhất",
    "two_roots": "{code} để trống parent_code, mà {first_code} (dòng {first_line}) đã là gốc; điền cột này",
    "another_root": "{code} để trống parent_code, mà gốc đang dùng là {there} ({there_name}); "
    "điền parent_code cho {code}, hoặc cho {there} một dòng có parent_code là {code}",
    "closed_parent": "{code} thuộc {parent_code}, mà đơn vị ấy đã kết thúc; sửa parent_code",
    "left_below": "{code} kết thúc mà còn {count} đơn vị bên dưới không có trong danh sách; "
    "thêm các đơn vị ấy với cấp trên mới, hoặc một đơn vị thay cho {code} (cột replaces)",
    "bad_target": "chỉ tiêu «{typed}» không đọc được; viết số như 2.000 hoặc phần trăm như 15%",
    "unknown_phase": "cấu hình không có giai đoạn «{phase}»; dùng một trong: {phases}",
}  # fmt: skip
# Where to look for what is wrong, when the fault itself does not say.
_COLUMNS_AT_FAULT = {
    "missing_parent": "parent_code", "circle": "parent_code", "two_roots": "parent_code",
    "another_root": "parent_code", "closed_parent": "parent_code", "too_deep": "parent_code",
    "doubled_code": "code", "reserved_code": "code", "left_below": "status",
}  # fmt: skip


def read_unit_file(
    path: Path,
    *,
    known: Known = known_columns,
    older: Callable[[bytes], str | None] | None = None,
    spoiled: list[Fault] | None = None,
) -> list[Line]:
    """The lines of an XLSX file, or of a CSV file in UTF-8 or in UTF-16 with its mark; `,` `;` or tab.

    `known` counts the columns that a line names; `older` reads text that is not UTF-8, or gives None;
    cells that a workbook cannot give go to `spoiled` instead of ending it all.
    Raises UnitListFaults with one fault when the file cannot be read as text at all.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise _refused("too_big", megabytes=LARGEST_BYTES // 1024 // 1024)
        with path.open("rb") as file:
            if file.read(len(_ZIP)) == _ZIP:
                return read_sheet(path, spoiled)
        data = path.read_bytes()
    except OSError as error:
        raise _refused("no_file", name=path.name, why=error.strerror or type(error).__name__) from error
    if max(data.count(b"\n"), data.count(b"\r")) > MOST_ROWS:
        raise _refused("too_many_rows", most=MOST_ROWS)
    return list(lines_of(_decoded(data, older), known))


def _refused(reason: str, line: int = 0, **params: Any) -> UnitListFaults:
    return UnitListFaults([Fault(line, reason, params)])


def _decoded(data: bytes, older: Callable[[bytes], str | None] | None) -> str:
    for signature, reason in _SIGNATURES:
        if data.startswith(signature):
            raise _refused(reason)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        # «Unicode Text» of a spreadsheet: its mark leaves no doubt.
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError:
            raise _refused("utf16") from None
    zeros = data.count(0, 0, 4096)
    if zeros:
        # Every other byte of Latin letters in UTF-16 is zero.
        raise _refused("utf16" if zeros * 8 > min(len(data), 4096) else "binary")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if older is not None and (text_ := older(data)) is not None:
            return text_
        before = data[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        raise _refused("not_utf8", before.count(b"\n") + 1) from None
    for sample in _READ_TWICE:
        at = text.find(sample)
        if at >= 0:
            around = " ".join(text[max(0, at - 10) : at + 10].split())
            raise _refused("read_twice", text.count("\n", 0, at) + 1, sample=around)
    return text


def lines_of(text: str, known: Known = known_columns) -> Iterator[Line]:
    """Records with the line on which each begins; a cell in quotes may hold separators and new lines.

    After a record whose quotes do not close, reading goes on with the next line of the file.
    """
    physical = [line + "\n" for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    at = 0
    separator = _separator(physical, known)
    if physical[0][:4].lower() == "sep=" and physical[0][4] in SEPARATORS:
        # A line by which a spreadsheet is told the separator.
        separator, at = physical[0][4], 1
    csv.field_size_limit(LARGEST_BYTES)  # a cell that is too long is a fault of its row, not of the file
    while at < len(physical):
        reader = csv.reader(islice(physical, at, None), delimiter=separator, strict=True)
        begun = at
        try:
            for cells in reader:
                yield Line(begun + 1, cells)
                begun = at + reader.line_num
            return
        except csv.Error:
            cells = next(csv.reader([physical[begun]], delimiter=separator), [])
            yield Line(begun + 1, cells, broken=True)
            at = begun + 1


def _separator(physical: list[str], known: Known) -> str:
    """The separator that makes the most known columns of one of the first lines."""
    filled = [line for line in physical[:_LINES_LOOKED_AT] if line.strip(" ,;\t\n")][:MOST_TITLES]

    def named(separator: str) -> tuple[int, int]:
        several = [[cell.strip(' "\n') for cell in line.split(separator)] for line in filled]
        return max(((known(cells), len(cells)) for cells in several), default=(0, 0))

    return max(SEPARATORS, key=named)


def describe(fault: Fault) -> str:
    """One sentence for the operator: where, what is wrong, and the way out."""
    filled = {name: shown(value) for name, value in fault.params.items()}
    filled.setdefault("columns", ", ".join((*COLUMNS, "target_<giai đoạn>_initiatives|people")))
    sentence = SENTENCES[fault.reason].format_map(filled)
    column = fault.params.get("column") or _COLUMNS_AT_FAULT.get(fault.reason)
    where = f"dòng {fault.line}" + (f", cột {column}" if column else "")
    return f"{where}: {sentence}" if fault.line else sentence


def shown(value: Value | Mapping[str, Any] | list[str]) -> str:
    """A value on one line and not too long, whatever the file had in it."""
    if isinstance(value, date):
        return f"{value.day}/{value.month}/{value.year}"
    if isinstance(value, Aim):
        return str(value.number) if value.percent_hundredths is None else _percent(value.percent_hundredths)
    if isinstance(value, tuple):
        return ", ".join(map(shown, value)) or "(không có)"
    if isinstance(value, list):
        line = " → ".join(map(shown, value[:_MOST_SHOWN]))
        return f"{line} … ({len(value)} mã)" if len(value) > _MOST_SHOWN else line
    if value is None:
        return "(không có)"
    text = "".join(letter if letter.isprintable() else " " for letter in str(value))
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _percent(hundredths: int) -> str:
    """`1500` is `15 %`, `1250` is `12,5 %`."""
    whole, rest = divmod(hundredths, 100)
    return f"{whole},{rest:02d}".rstrip("0").rstrip(",") + " %" if rest else f"{whole} %"
