"""Reads a file of a council's decisions: a workbook, or text in UTF-8, UTF-16 or the old Windows-1258."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from pathlib import Path

from bot.texts import Texts
from bot.unit_files import read_unit_file
from handlers.decision_columns import known_columns
from handlers.decision_rows import Decisions, read_decisions
from handlers.forms import INITIATIVE
from handlers.house import House
from handlers.unit_rows import Fault

_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_VOWELS = "aăâeêioôơuưy"
_LETTERS = {unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES} | {"đ"}
_MARKS = set("“”‘’–—…«»×·º°€•\u00a0\t\r\n")
_WRITTEN = (
    _LETTERS | {letter.upper() for letter in _LETTERS} | _MARKS | {chr(code) for code in range(32, 127)}
)


def windows_1258(data: bytes) -> str | None:
    """Text in the code page of old Vietnamese Windows; None when it is not surely that.

    Nothing but Vietnamese letters and common marks may come out: other code pages give themselves away.
    """
    try:
        text = unicodedata.normalize("NFC", data.decode("cp1258"))
    except UnicodeDecodeError:
        return None
    return text if set(text) <= _WRITTEN else None


def read_decision_file(path: Path, texts: Texts, house: House, now: datetime) -> Decisions:
    """What the file decides. Raises UnitListFaults when it cannot be read as a whole."""
    spoiled: list[Fault] = []
    lines = read_unit_file(path, known=known_columns, older=windows_1258, spoiled=spoiled)
    names = {
        step.key: tuple(texts.get(language, f"initiative.{step.key}.name") for language in texts.languages)
        for step in INITIATIVE.steps
    }
    return read_decisions(lines, names, house, now, spoiled)
