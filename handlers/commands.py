"""The commands: their Vietnamese and English names, and what each is called in code."""

from __future__ import annotations

import re

from handlers.folding import fold

COMMANDS = {
    "new": ("sangkien", "new"),
    "drafts": ("nhap", "drafts"),
    "mine": ("cuatoi", "mine"),
    "review": ("duyet", "review"),
    "proxy": ("nophoi", "proxy"),
    "invite": ("moi", "invite"),
    "unit": ("donvi", "unit"),
    "progress": ("tiendo", "progress"),
    "ranking": ("xephang", "ranking"),
    "export": ("xuat", "export"),
    "reminders": ("nhac", "reminders"),
    "preview": ("xemtruoc", "preview"),
    "why": ("visao", "why"),
    "bind": ("gannhom", "bind"),
    "unbind": ("bonhom", "unbind"),
    "privacy": ("dulieu", "privacy"),
    "language": ("ngonngu", "language"),
    "menu": ("menu", "menu"),
    "help": ("trogiup", "help"),
    "cancel": ("huy", "cancel"),
    "start": ("start", "start"),
}
# What a messenger's menu shows, in the order of a worker's needs.
SHOWN = ("new", "drafts", "mine", "unit", "progress", "menu", "help", "privacy", "language", "cancel")
_BY_NAME = {name: meaning for meaning, names in COMMANDS.items() for name in names}
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]+)?(?:\s+(.*))?", re.DOTALL)


def command_of(text: str) -> tuple[str, str] | None:
    """The command a text is, and its argument; `unknown` for one we do not have; None for no command."""
    stripped = fold_stroke(text)
    match = _COMMAND.fullmatch(stripped)
    if match is None:
        return None
    return _BY_NAME.get(match.group(1).lower(), "unknown"), (match.group(2) or "").strip()


def fold_stroke(text: str) -> str:
    """The text with the command word bare of tone marks: phones like to write `/sángkiến` or `/Nháp`."""
    stripped = text.strip()
    if not stripped.startswith("/") or len(stripped) > 4_096:
        return text
    word, *rest = stripped.split(None, 1)
    return " ".join([fold(word), *rest])
