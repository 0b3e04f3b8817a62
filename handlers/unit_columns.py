"""Names the columns of an imported list of units, whatever the list calls them, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from handlers.folding import fold, plain_spaces

REQUIRED = ("code", "name", "parent_code")
OPTIONAL = (
    "level",
    "members",
    "old_names",
    "groups",
    "replaces",
    "status",
    "valid_from",
    "valid_to",
    "members_on",
)
COLUMNS = REQUIRED + OPTIONAL
# What other lists call the columns, folded and with single spaces.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "code": ("ma", "ma don vi", "ma dv", "ma so", "unit code", "ma cong doan"),
    "name": ("ten", "ten don vi", "ten dv", "don vi", "unit name", "unit", "ten cong doan"),
    "parent_code": (
        "ma cap tren", "ma don vi cap tren", "cap tren", "ma dv cap tren", "truc thuoc", "thuoc",
        "parent", "ma cha", "ma don vi cha", "don vi cap tren", "ma cong doan cap tren",
    ),
    "level": ("cap", "cap don vi", "loai", "cap cong doan"),
    "members": (
        "doan vien", "so doan vien", "tong so doan vien", "tong doan vien", "member count", "so dv",
    ),
    "old_names": ("ten cu", "ten goi cu", "ten khac", "cac ten cu", "old name", "aliases", "ten goi khac"),
    "groups": ("cum", "khoi", "cum thi dua", "khoi thi dua", "cum khoi thi dua", "cum khoi", "nhom", "group"),
    "replaces": ("thay cho", "thay the", "thay the cho", "ma cu", "cac ma cu", "ma bi thay the"),
    "status": ("trang thai", "tinh trang"),
    "valid_from": ("tu ngay", "hieu luc tu", "co hieu luc tu", "ngay thanh lap"),
    "valid_to": ("den truoc ngay", "het hieu luc", "ngay het hieu luc", "ngay giai the"),
    "members_on": (
        "ngay dem", "tinh den ngay", "so lieu den ngay", "ngay chot so lieu", "ngay dem doan vien",
        "counted on", "ngay chot",
    ),
}  # fmt: skip
_BY_SPELLING = {spelling: name for name, several in SPELLINGS.items() for spelling in several} | {
    name.replace("_", " "): name for name in COLUMNS
}
_TARGET = re.compile(r"target_([A-Za-z0-9_-]+?)(?:_(initiatives|people))?")
_MEASURES = "so sang kien|sang kien|so nguoi|nguoi"
_TARGET_WORDS = re.compile(rf"(?:chi tieu|target)(?: ({_MEASURES}))? (.+?)(?: ({_MEASURES}))?")
# Titles may stand above the line of the columns; a list that has more of them is something else.
MOST_TITLES = 20
_LEAST_KNOWN = 2


def column_of(cell: str, phases: Mapping[str, str] | None = None) -> str:
    """The column a header cell names, or the cell in small letters when it names none.

    `phases` gives the code of a phase for what it may be called, folded; None accepts any code.
    A target's column is `target_<phase>_initiatives` or `target_<phase>_people`.
    """
    plain = plain_spaces(cell)
    words = " ".join(re.sub(r"[^\w]+|_", " ", fold(plain)).split())
    if words in _BY_SPELLING:
        return _BY_SPELLING[words]
    lower = plain.lower().replace(" ", "_")
    if found := _TARGET.fullmatch(lower):
        name = (phases or {}).get(fold(found[1]), found[1])
        return f"target_{name}_{found[2] or 'initiatives'}"
    if found := _TARGET_WORDS.fullmatch(words):
        measure = "people" if "nguoi" in (found[1] or found[3] or "") else "initiatives"
        name = _phase(found[2], phases)
        return f"target_{name}_{measure}" if name else lower
    return lower


def _phase(words: str, phases: Mapping[str, str] | None) -> str:
    """The code of the phase that is called so; without a list of phases only what may be a code."""
    if phases is not None:
        return phases.get(words, "")
    return words if re.fullmatch(r"[a-z0-9]+", words) else ""


def target_of(column: str) -> tuple[str, str] | None:
    """The phase and the measure of a target's column; None for another column."""
    found = _TARGET.fullmatch(column)
    return None if found is None or not found[2] else (found[1], found[2])


def known_columns(cells: Sequence[str], phases: Mapping[str, str] | None = None) -> int:
    """How many of the cells name a column."""
    return len({name for cell in cells if (name := column_of(cell, phases)) in COLUMNS or target_of(name)})


def header_at(rows: Sequence[Sequence[str]], phases: Mapping[str, str] | None = None) -> int:
    """Which of the first rows names the columns: the first that names a few, else the first of all."""
    for at, cells in enumerate(rows[:MOST_TITLES]):
        if known_columns(cells, phases) > _LEAST_KNOWN:
            return at
    return 0


def header_faults(
    columns: Sequence[str], phases: Mapping[str, str] | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is wrong with the names of the columns: a reason and what fills it."""
    named = without_empty_end(columns)
    for column in REQUIRED:
        if column not in named:
            yield "missing_column", {"column": column}
    for at, column in enumerate(named):
        target = target_of(column)
        if column in named[:at] and column:
            yield "doubled_column", {"column": column}
        elif target is not None and phases is not None and target[0] not in phases.values():
            there = ", ".join(sorted({*phases.values()}))
            yield "unknown_phase", {"column": column, "phase": target[0], "phases": there}
        elif target is None and column not in COLUMNS:
            yield "unknown_column", {"column": column, "position": at + 1}


def without_empty_end(cells: Sequence[str]) -> list[str]:
    """Without the empty columns that a spreadsheet leaves at the right."""
    kept = list(cells)
    while kept and not plain_spaces(kept[-1]):
        kept.pop()
    return kept
