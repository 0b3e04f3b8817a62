"""The folder of files: each whole, under the name of its content, and what it is by how it begins."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

# What a file is, by how it begins: a name and a messenger's word prove nothing.
BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
)


def keep(folder: Path, content: bytes) -> str:
    """Write the content under its sha-256, whole or not at all; the digest in hexadecimal. Raises OSError."""
    digest = hashlib.sha256(content).hexdigest()
    place = place_of(folder, digest)
    if place.exists() and place.stat().st_size == len(content):
        return digest
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=place.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(place)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    return digest


def place_of(folder: Path, sha256: str) -> Path:
    """Where the content of that digest is kept, whether it is there or not."""
    return folder / sha256[:2] / sha256


def wipe(folder: Path, sha256: str) -> None:
    """Take a file out of the folder; one that is gone already is as good."""
    place_of(folder, sha256).unlink(missing_ok=True)


def sniffed(content: bytes) -> str:
    """The media type by the first bytes; a stream of bytes when they say nothing."""
    for beginning, media_type in BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    if content[4:8] == b"ftyp":
        return "video/mp4"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "application/octet-stream"
