"""Files that people and the bot have sent: their ids, their bytes, their sizes, where they are served."""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from bot.sandbox.refusals import bad_request, broken

Json = dict[str, Any]

MOST_DOWNLOADED = 20 * 1024 * 1024
"""Bytes a bot may download (Bot API: getFile)."""
MOST_UPLOADED = 50 * 1024 * 1024
"""Bytes a bot may upload as a document (Bot API: sending files)."""
MOST_PHOTO = 10 * 1024 * 1024
"""Bytes a bot may upload as a photo."""

FALLBACK_SIZE = (800, 600)
"""Width and height taken for a picture whose head we cannot read."""

FOLDERS = {
    "photo": "photos",
    "document": "documents",
    "voice": "voice",
    "video": "videos",
    "audio": "music",
    "video_note": "video_notes",
    "animation": "animations",
    "sticker": "stickers",
}
ENDINGS = {"photo": ".jpg", "voice": ".oga", "video": ".mp4", "video_note": ".mp4", "animation": ".mp4"}
MIMES = {"voice": "audio/ogg", "video": "video/mp4", "audio": "audio/mpeg", "animation": "video/mp4"}
PREFIXES = {"photo": "AgAC", "document": "BQAC", "voice": "AwAC", "video": "BAAC", "audio": "CQAC"}


@dataclass(frozen=True, slots=True)
class Stored:
    """A file on the server; `size` in bytes may be declared larger than the content for a fake big file."""

    file_id: str
    unique_id: str
    kind: str
    path: str
    content: bytes
    size: int
    about: Json


class Files:
    """All files by id and by path."""

    def __init__(self) -> None:
        self.by_id: dict[str, Stored] = {}
        self.by_path: dict[str, Stored] = {}
        self.pictures: dict[str, list[Json]] = {}

    def keep(self, kind: str, name: str, content: bytes, *, mime: str = "", size: int | None = None) -> Any:
        """Store a file; gives what stands in the message under `kind` (for a photo: its sizes)."""
        declared = len(content) if size is None else size
        if kind == "photo":
            return self._photo(content, declared)
        about: Json = {}
        if kind in {"document", "audio", "video", "animation"}:
            about["file_name"] = name
        if kind != "video_note":
            about["mime_type"] = mime or MIMES.get(kind, "application/octet-stream")
        if kind in {"voice", "audio", "video", "video_note", "animation"}:
            about["duration"] = 1
        if kind in {"video", "animation"}:
            about["width"], about["height"] = 640, 480
        if kind == "video_note":
            about["length"] = 240
        ending = PurePosixPath(name).suffix or ENDINGS.get(kind, "")
        return self._add(kind, content, declared, ending, about)

    def found(self, file_id: str) -> Stored:
        """The file of that id. Raises 400 when there is none."""
        stored = self.by_id.get(file_id)
        if stored is None:
            raise broken("wrong file identifier/HTTP URL specified")
        return stored

    def again(self, kind: str, file_id: str) -> Any:
        """What stands in a message when a stored file is sent once more; a photo brings its other sizes."""
        stored = self.found(file_id)
        if stored.kind != kind:
            raise broken(f"can't use file of type {stored.kind.capitalize()} as {kind.capitalize()}")
        return self.pictures[file_id] if kind == "photo" else stored.about

    def described(self, file_id: str) -> Json:
        """The answer of getFile. Raises when the file is larger than a bot may download."""
        stored = self.by_id.get(file_id)
        if stored is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if stored.size > MOST_DOWNLOADED:
            raise bad_request("file is too big")
        return {
            "file_id": stored.file_id,
            "file_unique_id": stored.unique_id,
            "file_size": stored.size,
            "file_path": stored.path,
        }

    def _add(self, kind: str, content: bytes, size: int, ending: str, about: Json) -> Json:
        number = len(self.by_id)
        unique = hashlib.blake2b(content + f"{kind}{size}{about}".encode(), digest_size=8).hexdigest()
        file_id = f"{PREFIXES.get(kind, 'DQAC')}{unique}-{number}"
        path = f"{FOLDERS[kind]}/file_{number}{ending}"
        about = {**about, "file_id": file_id, "file_unique_id": f"AQAD{unique}", "file_size": size}
        stored = Stored(file_id, f"AQAD{unique}", kind, path, content, size, about)
        self.by_id[file_id] = self.by_path[path] = stored
        return about

    def _photo(self, content: bytes, size: int) -> Any:
        """Three sizes of one picture, small to large; only the largest has the declared size."""
        width, height = picture_size(content) or FALLBACK_SIZE
        sizes = []
        for longest in (90, 320, max(width, height)):
            scale = min(1.0, longest / max(width, height))
            box = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
            largest = longest == max(width, height)
            sizes.append(
                self._add("photo", content, size if largest else max(1, round(size * scale**2)), ".jpg", box)
            )
        for one in sizes:
            self.pictures[one["file_id"]] = sizes
        return sizes


def as_part(kind: str, kept: Any) -> Json:
    """What a file adds to a message; an animation stands there as a document too (Bot API: Message)."""
    if kind != "animation":
        return {kind: kept}
    known = ("file_id", "file_unique_id", "file_name", "mime_type", "file_size")
    return {kind: kept, "document": {key: kept[key] for key in known}}


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height from the head of a PNG or JPEG; None when it is neither or broken."""
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack(">II", content[16:24])
        elif content.startswith(b"\xff\xd8"):
            width, height = _jpeg_size(content)
        else:
            return None
    except (struct.error, IndexError, ValueError):
        return None
    return (width, height) if width > 0 and height > 0 else None


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """From the first frame header (SOF0 to SOF15 without the three that are no frames)."""
    place = 2
    while content[place] == 0xFF:
        marker = content[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    raise ValueError(place)
