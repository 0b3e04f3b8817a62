"""Tables as an XLSX workbook that grows row by row: typed dates and amounts, and no text that acts.

What somebody typed is only ever text: never a formula, a link or markup. Rows are written out as they come
(`constant_memory`), so a table of a million rows needs no more memory than one of ten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from bot.export_columns import Column, named, shared
from bot.speech import Speech

# Excel's own limits: letters of a cell in UTF-16 units, rows of a sheet, digits of a number, its first day.
LONGEST, MOST_ROWS, EXACT, FIRST_DAY = 32_767, 1_048_576, 10**15, date(1900, 3, 1)
_BEGIN = date(1899, 12, 30)  # Excel counts days from here, since it takes 1900 for a leap year
_REMEMBERED = 10_000
_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "head": {"bold": True, "text_wrap": True, "bg_color": "#DDEBF7", "bottom": 1},
    "plain": {},
    # Also when somebody edits the cell, a text that looks like a formula stays a text.
    "quoted": {"quote_prefix": True},
    "number": {"num_format": "#,##0"},
    "money": {"num_format": "#,##0"},
    "tenth": {"num_format": '#,##0.0" %"'},
    "day": {"num_format": "dd/mm/yyyy"},
    "month": {"num_format": "mm/yyyy"},
    "quarter1": {"num_format": '"Q1/"yyyy'},
    "quarter2": {"num_format": '"Q2/"yyyy'},
    "quarter3": {"num_format": '"Q3/"yyyy'},
    "quarter4": {"num_format": '"Q4/"yyyy'},
    "instant": {"num_format": "dd/mm/yyyy hh:mm:ss"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "label": {"bold": True, "valign": "top"},
}
# Control characters, halves of letters and what XML 1.0 has no place for.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ACTIVE = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
Line = Mapping[str, Any]
Cell = Callable[[Worksheet, int, int, Any, Line], object]


class Workbook:
    """A workbook in a reader's language; instants are shown in `zone`."""

    def __init__(self, out: Path | BinaryIO, speech: Speech, language: str, zone: tzinfo) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        where = str(out) if isinstance(out, Path) else out
        self._book = xlsxwriter.Workbook(where, {**options, "strings_to_numbers": False})
        self._formats: dict[str, Format] = {
            name: self._book.add_format(dict(looks)) for name, looks in _FORMATS.items()
        }
        self._speech, self._language, self._zone = speech, language, zone
        self._instants: dict[str, float] = {}
        self._cut = self.word("export.cut")
        self._yes = {True: self.word("export.yes"), False: self.word("export.no")}
        self._cells: Mapping[str, Cell] = {
            "text": self._text_cell,
            "yes": lambda sheet, row, at, value, _: sheet.write_string(row, at, self._yes[value]),
            "number": self._number_cell("number"),
            "money": self._number_cell("money"),
            "tenth": self._number_cell("tenth"),
            "day": self._day_cell,
            "applied": self._applied_cell,
            "instant": self._instant_cell,
            "names": lambda sheet, row, at, value, _: self._text(sheet, row, at, shared(value)),
            "files": lambda sheet, row, at, value, _: self._text(sheet, row, at, named(value)),
        }

    def word(self, key: str) -> str:
        """A text in the reader's language."""
        return self._speech.say(self._language, key, {})

    def table(
        self, name: str, columns: Sequence[Column], lines: Iterable[Line], *, most: int = MOST_ROWS
    ) -> int:
        """A sheet called by the text `name` with a line in each row; how many. Goes on on another if full."""
        title, count, sheets, row = self.word(name), 0, 1, 0
        cells = [(at, column.key, self._cell(column)) for at, column in enumerate(columns)]
        sheet = self._begun(title, columns)
        for line in lines:
            if row + 1 >= most:
                sheet.autofilter(0, 0, row, len(columns) - 1)
                sheets, row = sheets + 1, 0
                sheet = self._begun(f"{title} ({sheets})", columns)
            row, count = row + 1, count + 1
            for at, key, write in cells:
                value = line.get(key)
                if value or value == 0:
                    write(sheet, row, at, value, line)
        sheet.autofilter(0, 0, row, len(columns) - 1)
        return count

    def explain(self, name: str, lines: Iterable[tuple[str, str]]) -> None:
        """A sheet of labels and what is said beside them."""
        sheet = self._book.add_worksheet(self.word(name))
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 100)
        for row, (label, words) in enumerate(lines):
            sheet.write_string(row, 0, printable(label), self._formats["label"])
            self._text(sheet, row, 1, words, "wrapped")

    def close(self) -> None:
        """Write the file. Raises OSError."""
        try:
            self._book.close()
        except xlsxwriter.exceptions.FileCreateError as failed:
            raise OSError(*failed.args[0].args) from None

    def __enter__(self) -> Workbook:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        """Write the file, or after a failure leave nothing behind of what was gathered for it."""
        if failed is None:
            self.close()
            return
        for sheet in self._book.worksheets():
            if sheet.row_data_fh is not None:
                sheet.row_data_fh.close()
                Path(sheet.row_data_filename).unlink(missing_ok=True)
        self._book.fileclosed = True

    def _begun(self, title: str, columns: Sequence[Column]) -> Worksheet:
        sheet: Worksheet = self._book.add_worksheet(title)
        sheet.freeze_panes(1, 1)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(0, at, self.word(f"export.{column.key}"), self._formats["head"])
        return sheet

    def _cell(self, column: Column) -> Cell:
        if column.kind != "word":
            return self._cells[column.kind]
        called: dict[str, str] = {}

        def word(sheet: Worksheet, row: int, at: int, value: Any, _: Line) -> object:
            if value not in called:
                called[value] = self.word(column.words + value)
            return sheet.write_string(row, at, called[value])

        return word

    def _text_cell(self, sheet: Worksheet, row: int, at: int, value: Any, _: Line) -> object:
        return self._text(sheet, row, at, value)

    def _text(self, sheet: Worksheet, row: int, at: int, words: str, looks: str = "") -> object:
        words = fitting(printable(words), self._cut)
        if not looks and words.startswith(_LOOKS_ACTIVE):
            looks = "quoted"
        if words.startswith("<r>") and words.endswith("</r>"):
            # The library would take this for markup of its own.
            plain = self._formats["plain"]
            form = self._formats[looks or "plain"]
            return sheet.write_rich_string(row, at, words[:1], plain, words[1:], form)
        return sheet.write_string(row, at, words, self._formats[looks] if looks else None)

    def _number_cell(self, looks: str) -> Cell:
        form = self._formats[looks]

        def number(sheet: Worksheet, row: int, at: int, value: Any, _: Line) -> object:
            if abs(value) >= EXACT:  # as a number its last digits would be lost
                return sheet.write_string(row, at, str(value))
            return sheet.write_number(row, at, value, form)

        return number

    def _day_cell(self, sheet: Worksheet, row: int, at: int, value: str, _: Line) -> object:
        return self._day(sheet, row, at, date.fromisoformat(value), "day")

    def _applied_cell(self, sheet: Worksheet, row: int, at: int, value: str, line: Line) -> object:
        """The first day of what was said, shown no finer than it was said."""
        precision = line["applied_precision"]
        if precision == "day":
            return self._day(sheet, row, at, date.fromisoformat(value), "day")
        if precision == "month":
            return self._day(sheet, row, at, date.fromisoformat(f"{value}-01"), "month")
        year, _, quarter = value.partition("-Q")
        first = date(int(year), int(quarter) * 3 - 2, 1)
        return self._day(sheet, row, at, first, f"quarter{quarter}")

    def _day(self, sheet: Worksheet, row: int, at: int, day: date, looks: str) -> object:
        if day < FIRST_DAY:
            return sheet.write_string(row, at, day.isoformat())
        return sheet.write_number(row, at, (day - _BEGIN).days, self._formats[looks])

    def _instant_cell(self, sheet: Worksheet, row: int, at: int, value: str, _: Line) -> object:
        number = self._instants.get(value)
        if number is None:
            here = datetime.fromisoformat(value).astimezone(self._zone).replace(microsecond=0)
            seconds = here.hour * 3_600 + here.minute * 60 + here.second
            number = self._instants[value] = (here.date() - _BEGIN).days + seconds / 86_400
            if len(self._instants) > _REMEMBERED:
                self._instants.clear()
        return sheet.write_number(row, at, number, self._formats["instant"])


def printable(words: str) -> str:
    """The words with plain ends of lines and without what cannot be written."""
    if words.isprintable():
        return words
    return _UNPRINTABLE.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))


def fitting(words: str, mark: str, most: int = LONGEST) -> str:
    """The words, or as many as fit into `most` UTF-16 units and then `mark`."""
    if len(words) * 2 <= most or len(words.encode("utf-16-le")) // 2 <= most:
        return words
    kept = words.encode("utf-16-le")[: (most - len(mark.encode("utf-16-le")) // 2) * 2]
    return kept.decode("utf-16-le", "ignore") + mark
