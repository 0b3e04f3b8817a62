"""Texts as Telegram reads them: trimmed, with entities, measured in UTF-16 units after parsing."""

import re
from typing import Any

from bot.sandbox.entities import Entity, sound
from bot.sandbox.html_markup import parse_html
from bot.sandbox.markdown_markup import parse_markdown, parse_markdown_v2
from bot.sandbox.refusals import broken
from bot.sandbox.units import units

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
"""UTF-16 units after entities parsing (Bot API: sendMessage, sendPhoto)."""

MOST_ENTITIES = 100
"""Telegram silently keeps the first hundred."""

SPACE = " \t\n\r\v\f"
INVISIBLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32)], " ") | {13: None}
"""Control characters become spaces; a carriage return vanishes, unless entities count on its place."""
NEEDS_CLEANING = re.compile(r"[\x00-\x08\x0b-\x1f]")

PARSERS = {"html": parse_html, "markdownv2": parse_markdown_v2, "markdown": parse_markdown}

_URL = r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)\]}'])"
_AT = (
    r"(?P<email>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)",
    r"(?<![\w@/])(?P<mention>@[A-Za-z]\w{3,31})",
)
_COMMAND = r"(?<![\w/<])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{3,31})?)(?![\w/@])"
_HASHTAG = r"(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
FOUND = re.compile("|".join((_URL, *_AT, _COMMAND, _HASHTAG)))
# Most texts have no @, and to look for addresses at every word is most of the work.
FOUND_WITHOUT_AT = re.compile("|".join((_URL, _COMMAND, _HASHTAG)))
HINTS = re.compile(r"[@/#]")


def parsed(
    sent: dict[str, Any], key: str = "text", entities: str = "entities", mode: str = "parse_mode"
) -> tuple[str, list[Entity]]:
    """The text under `key` with its entities, as they will stand in the message.

    Raises a violation with Telegram's words when the markup cannot be parsed.
    """
    text = sent.get(key, "")
    marks: list[Entity] = sent.get(entities, [])
    if NEEDS_CLEANING.search(text):
        text = text.translate(INVISIBLE if not marks else INVISIBLE | {13: " "})
    if (name := sent.get(mode, "")) and name.lower() != "none":
        parser = PARSERS.get(name.lower())
        if parser is None:
            raise broken("unsupported parse_mode")
        text, marks = parser(text)
    elif marks:
        marks = sound(marks, text)
    text, marks = _trimmed(text, marks)
    if HINTS.search(text):
        marks = _with_found(text, marks)
    return text, marks[:MOST_ENTITIES]


def parsed_text(sent: dict[str, Any]) -> tuple[str, list[Entity]]:
    """A message's text. Raises when it is empty or longer than 4096 units."""
    text, marks = parsed(sent)
    if not text:
        raise broken("message text is empty")
    if units(text) > LONGEST_TEXT:
        raise broken("message is too long")
    return text, marks


def parsed_caption(sent: dict[str, Any]) -> tuple[str, list[Entity]]:
    """A caption. Raises when it is longer than 1024 units."""
    text, marks = parsed(sent, "caption", "caption_entities")
    if units(text) > LONGEST_CAPTION:
        raise broken("message caption is too long")
    return text, marks


def typed(text: str) -> tuple[str, list[Entity]]:
    """What an app makes of what a person typed: trimmed, with commands and links found."""
    return parsed({"text": text})


def _trimmed(text: str, marks: list[Entity]) -> tuple[str, list[Entity]]:
    """Without white space at both ends; entities follow, cut to the text that is left."""
    kept = text.lstrip(SPACE)
    gone = units(text) - units(kept)
    kept = kept.rstrip(SPACE)
    if not marks:
        return kept, []
    size = units(kept)
    moved = []
    for mark in marks:
        start = max(mark["offset"] - gone, 0)
        end = min(mark["offset"] + mark["length"] - gone, size)
        if end > start:
            moved.append({**mark, "offset": start, "length": end - start})
    return kept, sorted(moved, key=lambda mark: (mark["offset"], -mark["length"]))


def _with_found(text: str, marks: list[Entity]) -> list[Entity]:
    """With commands, mentions, links and the like that Telegram finds by itself outside other links."""
    found = []
    for match in (FOUND if "@" in text else FOUND_WITHOUT_AT).finditer(text):
        start, length = units(text[: match.start()]), units(match.group())
        taken = any(
            mark["offset"] < start + length and start < mark["offset"] + mark["length"]
            for mark in marks
            if mark["type"] in {"code", "pre", "text_link", "text_mention", "custom_emoji"}
        )
        if not taken:
            found.append({"type": str(match.lastgroup), "offset": start, "length": length})
    return sorted([*marks, *found], key=lambda mark: (mark["offset"], -mark["length"])) if found else marks
