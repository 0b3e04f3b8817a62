"""Choices as a list to be typed, for a messenger without buttons."""

from __future__ import annotations

from bot.speech import Speech, Spoken
from handlers.choosing import LETTERS


def listed(speech: Speech, language: str, spoken: Spoken) -> str:
    """The reply with its choices as a numbered list; lettered where a number would be an answer."""
    labels = [label for row in spoken.rows for label, _ in row]
    if not labels:
        return spoken.text
    key = "list.lettered" if spoken.by_word else "list.numbered"
    lines = []
    for number, label in enumerate(labels):
        mark = LETTERS[number] if spoken.by_word else str(number + 1)
        lines.append(speech.say(language, key, {"mark": mark, "label": label}))
    hint = "list.choose_letter" if spoken.by_word else "list.choose"
    return "\n".join([spoken.text, "", *lines, speech.say(language, hint, {})])
