"""What a painter gives back: a paper as bytes, and how it is to be handed over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drawn:
    """A paper as bytes: `kind` is photo or document, `name` what a phone shows and saves it as."""

    content: bytes
    name: str
    media_type: str
    kind: str = "document"
    personal: bool = False  # about one person: not kept in memory for the next who asks
