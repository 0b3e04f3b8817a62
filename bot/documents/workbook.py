"""Tables as an XLSX workbook that grows row by row: typed dates and amounts, and no text that acts.

What somebody typed is only ever text: never a formula, a link or markup. Rows are written out as they come
(`constant_memory`), so a table of a million rows needs no more memory than one of ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from bot.documents.cells import Cells, Line, row_of
from bot.export_columns import Column
from bot.speech import Speech

MOST_ROWS = 1_048_576  # of a sheet, Excel's own limit
_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "head": {"bold": True, "text_wrap": True, "bg_color": "#DDEBF7", "bottom": 1},
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


class Workbook:
    """A workbook in a reader's language; instants are shown in `zone`."""

    def __init__(self, out: Path | BinaryIO, speech: Speech, language: str, zone: tzinfo) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        where = str(out) if isinstance(out, Path) else out
        self._book = xlsxwriter.Workbook(where, {**options, "strings_to_numbers": False})
        self._speech, self._language = speech, language
        # The library numbers a format when it is first used; here its cells are written by ourselves.
        looks = {name: self._book.add_format(dict(look))._get_xf_index() for name, look in _FORMATS.items()}
        self._cells = Cells(looks, self.word, zone)

    def word(self, key: str) -> str:
        """A text in the reader's language."""
        return self._speech.say(self._language, key, {})

    def table(
        self, name: str, columns: Sequence[Column], lines: Iterable[Line], *, most: int = MOST_ROWS
    ) -> int:
        """A sheet called by the text `name` with a line in each row; how many. Goes on on another if full."""
        title, count, sheets, row = self.word(name), 0, 1, 0
        cells = [
            (begin, column.key, self._cells.of(column))
            for begin, column in zip(_begins(len(columns)), columns, strict=True)
        ]
        sheet = self._begun(title, columns)
        for line in lines:
            if row + 1 >= most:
                self._ended(sheet, row, len(columns))
                sheets, row = sheets + 1, 0
                sheet = self._begun(f"{title} ({sheets})", columns)
            row, count = row + 1, count + 1
            found = [
                (begin, cell(value, line))
                for begin, key, cell in cells
                if (value := line.get(key)) or value == 0
            ]
            sheet.row_data_fh.write(row_of(row, found))
        self._ended(sheet, row, len(columns))
        return count

    def explain(self, name: str, lines: Iterable[tuple[str, str]]) -> None:
        """A sheet of labels and what is said beside them."""
        sheet = self._book.add_worksheet(self.word(name))
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 100)
        row, begins = 0, _begins(2)
        for row, (label, words) in enumerate(lines):
            cells = self._cells.text(label, "label"), self._cells.text(words, "wrapped")
            sheet.row_data_fh.write(row_of(row, zip(begins, cells, strict=True)))
        self._sized(sheet, row, 2)

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
        head = []
        for at, (begin, column) in enumerate(zip(_begins(len(columns)), columns, strict=True)):
            sheet.set_column(at, at, column.width)
            head.append((begin, self._cells.text(self.word(f"export.{column.key}"), "head")))
        sheet.row_data_fh.write(row_of(0, head))
        return sheet

    def _ended(self, sheet: Worksheet, row: int, columns: int) -> None:
        self._sized(sheet, row, columns)
        sheet.autofilter(0, 0, row, columns - 1)

    @staticmethod
    def _sized(sheet: Worksheet, row: int, columns: int) -> None:
        """The library did not see the rows go by: it is told how many there are."""
        sheet.dim_rowmin, sheet.dim_rowmax = 0, row
        sheet.dim_colmin, sheet.dim_colmax = 0, columns - 1


def _begins(count: int) -> list[str]:
    """How the cells of the first so many columns begin; the number of the row follows."""
    return [f'<c r="{xl_col_to_name(at)}' for at in range(count)]
