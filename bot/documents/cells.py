"""What stands in the cells of a workbook: a value as the XML of its cell, typed, and nothing that acts.

A table of 100,000 rows has two million cells, and the library takes each through a dozen calls. Here a column
knows once what its cells look like, and a cell is one piece of text; the library makes the rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from bot.export_columns import Column, named, shared

# Excel's own limits: letters of a cell in UTF-16 units, digits of a number, its first day.
LONGEST, EXACT, FIRST_DAY = 32_767, 10**15, date(1900, 3, 1)
_BEGIN = date(1899, 12, 30)  # Excel counts days from here, since it takes 1900 for a leap year
_REMEMBERED = 10_000
# Control characters, halves of letters and what XML 1.0 has no place for.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Excel reads _x0041_ in a text as the letter of that number.
_NUMBERED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_LOOKS_ACTIVE = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_SPACE = (" ", "\n", "\t")
Line = Mapping[str, Any]
# What follows the name of a cell (`<c r="B7"`): its looks, its kind, its value, its end.
Cell = Callable[[Any, Line], str]


class Cells:
    """How values become cells: `looks` numbers the formats, `say` gives a text in the reader's language."""

    def __init__(self, looks: Mapping[str, int], say: Callable[[str], str], zone: tzinfo) -> None:
        self._looks, self._say, self._zone = looks, say, zone
        self._cut = say("export.cut")
        self._instants: dict[str, str] = {}
        yes, no = self.text(say("export.yes")), self.text(say("export.no"))
        self._kinds: Mapping[str, Cell] = {
            "text": lambda value, _: self.text(value),
            "yes": lambda value, _: yes if value else no,
            "number": self._number("number"),
            "money": self._number("money"),
            "tenth": self._number("tenth"),
            "day": lambda value, _: self._day(date.fromisoformat(value), "day"),
            "applied": self._applied,
            "instant": lambda value, _: self._instant(value),
            "names": lambda value, _: self.text(shared(value)),
            "files": lambda value, _: self.text(named(value)),
        }

    def of(self, column: Column) -> Cell:
        """What writes the cells of a column."""
        if column.kind != "word":
            return self._kinds[column.kind]
        called: dict[str, str] = {}

        def word(value: Any, _: Line) -> str:
            if value not in called:
                called[value] = self.text(self._say(column.words + value))
            return called[value]

        return word

    def text(self, words: str, looks: str = "") -> str:
        """Words as they are: cut where a cell is full, and nothing in them acts."""
        words = fitting(printable(words), self._cut)
        if not looks and words.startswith(_LOOKS_ACTIVE):
            # Also when somebody edits the cell, a text that looks like a formula stays a text.
            looks = "quoted"
        form = f' s="{self._looks[looks]}"' if looks else ""
        kept = ' xml:space="preserve"' if words.startswith(_SPACE) or words.endswith(_SPACE) else ""
        return f'{form} t="inlineStr"><is><t{kept}>{escaped(words)}</t></is></c>'

    def _number(self, looks: str) -> Cell:
        form = f' s="{self._looks[looks]}"'

        def number(value: Any, _: Line) -> str:
            if abs(value) >= EXACT:  # as a number its last digits would be lost
                return self.text(str(value))
            return f"{form}><v>{value}</v></c>"

        return number

    def _applied(self, value: str, line: Line) -> str:
        """The first day of what was said, shown no finer than it was said."""
        precision = line["applied_precision"]
        if precision == "day":
            return self._day(date.fromisoformat(value), "day")
        if precision == "month":
            return self._day(date.fromisoformat(f"{value}-01"), "month")
        year, _, quarter = value.partition("-Q")
        return self._day(date(int(year), int(quarter) * 3 - 2, 1), f"quarter{quarter}")

    def _day(self, day: date, looks: str) -> str:
        if day < FIRST_DAY:
            return self.text(day.isoformat())
        return f' s="{self._looks[looks]}"><v>{(day - _BEGIN).days}</v></c>'

    def _instant(self, value: str) -> str:
        cell = self._instants.get(value)
        if cell is None:
            here = datetime.fromisoformat(value).astimezone(self._zone).replace(microsecond=0)
            seconds = here.hour * 3_600 + here.minute * 60 + here.second
            days = (here.date() - _BEGIN).days + seconds / 86_400
            cell = f' s="{self._looks["instant"]}"><v>{days:.16G}</v></c>'
            if len(self._instants) >= _REMEMBERED:
                self._instants.clear()
            self._instants[value] = cell
        return cell


def escaped(words: str) -> str:
    """The words as text inside an element, read back as exactly these."""
    if "&" in words:
        words = words.replace("&", "&amp;")
    if "<" in words or ">" in words:
        words = words.replace("<", "&lt;").replace(">", "&gt;")
    return _NUMBERED.sub("_x005F_", words) if "_x" in words else words


def row_of(row: int, cells: Iterable[tuple[str, str]]) -> str:
    """A row, counted from 0: how the cell of a column begins, and what `Cells` made of a value."""
    end = f'{row + 1}"'
    return f'<row r="{end}>{"".join([begin + end + cell for begin, cell in cells])}</row>'


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
