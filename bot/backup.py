"""One archive of everything but the keys: the tables as they stand at one moment, and the files they name."""

from __future__ import annotations

import hashlib
import io
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import orjson

from bot.files import place_of
from storage.database import Database
from storage.upgrade import known_versions

MANIFEST, TABLES = "manifest.json", "sangkien.db"
FORMAT = 1
PRIVATE = 0o600
_BLOCK = 1 << 20


class NotPossible(Exception):
    """The backup or restore cannot be done: one sentence for the operator, with the way out."""


def make(database: Database, folder: Path, target: Path, at: str) -> Iterator[tuple[int, int]]:
    """Write the archive, whole or not at all; how many files are in it of how many, as it grows.

    Raises NotPossible for PostgreSQL, which has its own tool, and for a target that exists.
    """
    if not database.is_sqlite:
        raise NotPossible(
            "Cơ sở dữ liệu là PostgreSQL: sao lưu bằng pg_dump (xem docs/operations.md), và chép thư mục tệp."
        )
    if target.exists():
        raise NotPossible(f"Đã có {target}; chọn tên khác, bản cũ không bị ghi đè.")
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as aside:
            copy = Path(aside) / TABLES
            database.copy_to(copy)
            held = _files_named_in(copy)
            unfinished.touch(PRIVATE)
            with tarfile.open(unfinished, "w") as archive:
                archive.add(copy, TABLES)
                found: list[str] = []
                for count, digest in enumerate(held, start=1):
                    if place_of(folder, digest).exists():
                        archive.add(place_of(folder, digest), f"files/{digest}")
                        found.append(digest)
                    yield count, len(held)
                facts = {"format": FORMAT, "at": at, "version": known_versions()[-1], "files": found}
                facts |= {"missing": sorted(set(held) - set(found)), "tables_sha256": _sha256(copy)}
                _add(archive, MANIFEST, orjson.dumps(facts, option=orjson.OPT_INDENT_2))
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def restore(database: Database, folder: Path, source: Path) -> tuple[int, int]:
    """Put an archive where nothing is yet; how many files came with it and how many it lacked.

    Raises NotPossible for a database that holds anything, for an archive that is not whole or not ours.
    """
    if database.file is None:
        raise NotPossible("Chỉ khôi phục được vào SQLite; với PostgreSQL dùng pg_restore.")
    if database.file.exists() and database.file.stat().st_size > 0:
        raise NotPossible(f"{database.file} đã có dữ liệu; dời tệp này đi rồi khôi phục lại.")
    with tempfile.TemporaryDirectory(dir=database.file.parent, prefix=".restore-") as aside:
        try:
            with tarfile.open(source) as archive:
                facts = orjson.loads(_read(archive, MANIFEST))
                if facts["version"] not in known_versions():
                    raise NotPossible(
                        f"Bản sao lưu do chương trình mới hơn ghi ({facts['version']}); nâng cấp trước."
                    )
                copy = Path(aside) / TABLES
                _unpack(archive, TABLES, copy, facts["tables_sha256"])
                for digest in facts["files"]:
                    place = place_of(folder, digest)
                    if not place.exists():
                        place.parent.mkdir(parents=True, exist_ok=True)
                        _unpack(archive, f"files/{digest}", place, digest)
        except (tarfile.TarError, KeyError, ValueError, EOFError) as broken:
            reason = type(broken).__name__
            raise NotPossible(
                f"{source} không phải bản sao lưu nguyên vẹn ({reason}); lấy bản khác."
            ) from None
        copy.chmod(PRIVATE)
        for beside in ("-wal", "-shm"):
            Path(f"{database.file}{beside}").unlink(missing_ok=True)
        copy.replace(database.file)
    return len(facts["files"]), len(facts["missing"])


def _files_named_in(copy: Path) -> list[str]:
    """The files that the copied tables speak of: those and no others belong to this moment."""
    connection = sqlite3.connect(copy)
    try:
        rows = connection.execute(
            "SELECT DISTINCT sha256 FROM attachment WHERE sha256 IS NOT NULL ORDER BY sha256"
        )
        return [digest for (digest,) in rows]
    finally:
        connection.close()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    about = tarfile.TarInfo(name)
    about.size, about.mode = len(content), PRIVATE
    archive.addfile(about, io.BytesIO(content))


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    content = archive.extractfile(name)
    if content is None:
        raise KeyError(name)
    return content


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    with _member(archive, name) as content:
        return content.read()


def _unpack(archive: tarfile.TarFile, name: str, place: Path, sha256: str) -> None:
    """One member to a place of our choosing, whatever path it claims. Raises ValueError when spoilt."""
    unfinished, digest = place.with_name(f".{place.name}.unfinished"), hashlib.sha256()
    try:
        with _member(archive, name) as content, unfinished.open("wb") as out:
            while block := content.read(_BLOCK):
                digest.update(block)
                out.write(block)
        if digest.hexdigest() != sha256:
            raise ValueError(name)
        unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
