"""Files that go with a reply: those we hold, those a messenger holds, and papers drawn when they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_FILES = 10
KINDS = ("photo", "document", "voice", "video", "audio")


class UnsendableFile(ValueError):
    """An enclosure needs one of `KINDS`, and a sha-256 or a messenger's reference to be found by."""


class TooManyFiles(ValueError):
    """A reply carries ten files at the most: more is a list to page through."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that exists: ours by `sha256` (hexadecimal), a messenger's by `reference`, best by both.

    `channel` is the messenger that the reference belongs to; empty, the reader's own. With both names the
    reference is tried first (nothing is uploaded), then our copy. `caption` is the key of a text.
    """

    kind: str
    sha256: str = ""
    reference: str = ""
    channel: str = ""
    name: str = ""
    media_type: str = ""
    caption: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    encrypted: bool = False  # our copy is cipher text

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not (self.sha256 or self.reference):
            raise UnsendableFile(self.kind)

    def plain(self) -> dict[str, Any]:
        """As plain values; empty parts are left out."""
        found = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}
        return {**found, "params": dict(self.params)} if self.params else found


@dataclass(frozen=True, slots=True)
class Paper:
    """A picture or document that delivery draws when it sends, in the reader's language.

    `kind` names the painter (`bot/papers.py`), `params` are plain values for it. The same kind, params and
    language may be drawn once and sent to many, so whatever changes the paper belongs in `params`: the
    figures themselves, or, where the painter reads tables, the moment for which they were asked.
    `caption` is the key of a text, `blanks` what it is filled with.
    """

    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    caption: str = ""
    blanks: Mapping[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As plain values; empty parts are left out."""
        found: dict[str, Any] = {"paper": self.kind, "params": dict(self.params)}
        if self.caption:
            found |= {"caption": self.caption, "blanks": dict(self.blanks)}
        return found


File = Enclosure | Paper


def file_of(plain: Mapping[str, Any]) -> File:
    """The file that `plain` was made of; what a later version added is left out."""
    if "paper" in plain:
        return Paper(
            plain["paper"], plain.get("params", {}), plain.get("caption", ""), plain.get("blanks", {})
        )
    return Enclosure(**{name: plain[name] for name in Enclosure.__dataclass_fields__ if name in plain})
