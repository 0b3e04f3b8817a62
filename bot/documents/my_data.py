"""Everything that is kept about one person as one archive: to read, for machines, and their own files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from bot.documents.drawn import Drawn
from bot.files import place_of
from bot.speech import Speech
from storage.database import Database
from storage.vault import VaultClosed

# Messengers take no more than 50 MB from a bot.
MOST_BYTES = 45_000_000
NAMES = {"vi": "du-lieu", "en": "my-data"}
Tables = list[tuple[str, list[dict[str, Any]]]]


class MyData:
    """Draws the archive; the tables are read when it is drawn, so that nothing is missing or out of date."""

    def __init__(self, speech: Speech, database: Database, folder: Path) -> None:
        self._speech = speech
        self._database = database
        self._folder = folder

    def __call__(self, params: Mapping[str, Any], language: str) -> Drawn:
        """The archive of worker `params["worker"]`, asked for at `params["at"]`."""
        worker, at = int(params["worker"]), str(params["at"])
        with self._database.reading() as tx:
            tables = _merged(tx.own_data.rows(worker))
        name = NAMES.get(language, NAMES["vi"])
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            plain = {"about": worker, "at": at, "tables": tables}
            archive.writestr(f"{name}.json", orjson.dumps(plain, option=orjson.OPT_INDENT_2))
            missing = self._add_files(archive, tables.get("attachment", []))
            lines = [*self._lines(language, tables, at), *self._left_out(language, missing)]
            archive.writestr(f"{name}.txt", "\ufeff" + "\r\n".join(lines) + "\r\n")
        return Drawn(packed.getvalue(), f"{name}.zip", "application/zip", personal=True)

    def _add_files(self, archive: zipfile.ZipFile, rows: list[dict[str, Any]]) -> list[str]:
        """Put the person's files in while there is room; the names of those that are not there."""
        left, missing = MOST_BYTES, []
        for row in rows:
            called = str(row["name"] or row["kind"]).replace("/", "_").replace("\\", "_")
            name = f"files/{row['id']}-{called}"
            content = self._content(row, left)
            if content is None:
                missing.append(name)
                continue
            left -= len(content)
            archive.writestr(name, content)
        return missing

    def _content(self, row: Mapping[str, Any], left: int) -> bytes | None:
        if not row["sha256"]:
            return None
        place = place_of(self._folder, row["sha256"])
        try:
            kept = place.read_bytes() if place.stat().st_size <= left else None
            return self._database.vault.open_bytes(kept) if kept and row["encrypted"] else kept
        except (OSError, VaultClosed):
            return None

    def _lines(self, language: str, tables: Mapping[str, list[dict[str, Any]]], at: str) -> Iterator[str]:
        yield self._speech.say(language, "mydata.head", {"at": {"$": "moment", "at": at}})
        for table, rows in tables.items():
            name = {"$": "text", "key": f"mydata.{table}"}
            yield ""
            yield self._speech.say(language, "mydata.table", {"name": name, "count": len(rows)})
            for row in rows:
                said = ((column, value) for column, value in row.items() if value not in (None, ""))
                yield "  - " + "; ".join(f"{column}: {_readable(value)}" for column, value in said)

    def _left_out(self, language: str, missing: list[str]) -> Iterator[str]:
        for name in missing:
            yield self._speech.say(language, "mydata.left_out", {"name": name})


def _merged(tables: Iterator[tuple[str, list[dict[str, Any]]]]) -> dict[str, list[dict[str, Any]]]:
    """A table that concerns the person in two ways is one list."""
    merged: dict[str, list[dict[str, Any]]] = {}
    for table, rows in tables:
        known = merged.setdefault(table, [])
        known += [row for row in rows if row not in known]
    return merged


def _readable(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    return str(value)
