"""Choices as a list to be typed, for a messenger without buttons."""

from __future__ import annotations

from bot.speech import Captioned, Speech, Spoken
from handlers.choosing import LETTERS
from handlers.enclosures import Paper


def listed(speech: Speech, language: str, spoken: Spoken) -> str:
    """The reply with its choices as a numbered list; lettered where a number would be an answer.

    Files that cannot be shown are named.
    """
    labels = [label for row in spoken.rows for label, _ in row]
    files = [speech.say(language, "list.file", {"name": _named(speech, file)}) for file in spoken.files]
    if not labels:
        return "\n".join([spoken.text, *files])
    key = "list.lettered" if spoken.by_word else "list.numbered"
    lines = []
    for number, label in enumerate(labels):
        mark = LETTERS[number] if spoken.by_word else str(number + 1)
        lines.append(speech.say(language, key, {"mark": mark, "label": label}))
    hint = "list.choose_letter" if spoken.by_word else "list.choose"
    return "\n".join([spoken.text, *files, "", *lines, speech.say(language, hint, {})])


def _named(speech: Speech, given: Captioned) -> str:
    """What a file is called: by its caption, its name, or what it is."""
    if given.caption or isinstance(given.file, Paper):
        return given.caption or speech.say(given.language, "files.document", {})
    return given.file.name or speech.say(given.language, f"files.{given.file.kind}", {})
