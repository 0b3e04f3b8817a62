"""Invitation codes as people see them: easy to read aloud, hard to guess; and the link that carries one."""

from __future__ import annotations

import secrets
from urllib.parse import quote

from bot.config import Config

# Without letters and digits that are mistaken for each other when read aloud or from paper.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 10


def new_code() -> str:
    """A random code of ten letters and digits: about 49 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def link_to(config: Config, code: str) -> str:
    """The link that opens the private talk with this code. Without a known bot name, the words to send."""
    name = config.telegram.username
    return f"https://t.me/{quote(name)}?start={code}" if name else f"/start {code}"
