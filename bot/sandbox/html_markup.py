"""Reads Telegram's HTML: text, entities, and the errors in Telegram's words."""

import html
import re
from typing import Any

from bot.sandbox.refusals import Refused, broken
from bot.sandbox.units import units

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
NAME = re.compile(r"<(?P<slash>/?)(?P<name>[^\s/>]*)")
REST = re.compile(r"""(?P<rest>(?:[^>"']|"[^"]*"|'[^']*')*)>""")
ATTRIBUTE = re.compile(r"""([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
REFERENCE = re.compile(r"&(?:#(?P<number>\d{1,7})|#x(?P<hex>[0-9a-fA-F]{1,6})|(?P<name>lt|gt|amp|quot));?")


def fault(reason: str) -> Refused:
    """The error for markup that cannot be parsed."""
    return broken(f"can't parse entities: {reason}")


def parse_html(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The plain text and its entities. Raises with the byte offset of the tag that is wrong."""
    plain: list[str] = []
    size = place = 0
    marks: list[dict[str, Any]] = []
    open_tags: list[tuple[str, int, dict[str, str]]] = []
    while place < len(text):
        opening = text.find("<", place)
        piece = unescaped(text[place : opening if opening >= 0 else len(text)])
        plain.append(piece)
        size += units(piece)
        if opening < 0:
            break
        offset = len(text[:opening].encode())
        name, slash, rest, place = _tag(text, opening, offset)
        if slash:
            _close(name, offset, size, open_tags, marks)
        else:
            open_tags.append((name, size, _attributes(name, rest, offset)))
    if open_tags:
        name = open_tags[-1][0]
        raise fault(f'Can\'t find end tag corresponding to start tag "{name}"')
    return "".join(plain), sorted(marks, key=lambda mark: (mark["offset"], -mark["length"]))


def unescaped(text: str) -> str:
    """Only `&lt; &gt; &amp; &quot;` and numbers are references; anything else stays as it is."""
    return REFERENCE.sub(lambda match: html.unescape(match.group()), text) if "&" in text else text


def _tag(text: str, opening: int, offset: int) -> tuple[str, bool, str, int]:
    """Name, whether it ends something, what follows the name, and where the tag ends. Raises for no tag."""
    head = NAME.match(text, opening)
    slash = bool(head and head["slash"])
    what = "end" if slash else "start"
    if head is None or head.end() == len(text):
        raise fault(f"Unclosed {what} tag at byte offset {offset}")
    name = head["name"].lower()
    if not slash and name not in TAGS:
        raise fault(f'Unsupported start tag "{name}" at byte offset {offset}')
    rest = REST.match(text, head.end())
    if rest is None:
        raise fault(f"Unclosed {what} tag at byte offset {offset}")
    return name, slash, rest["rest"], rest.end()


def _attributes(name: str, rest: str, offset: int) -> dict[str, str]:
    """The attributes of a start tag. Raises when one that the tag needs is not there."""
    attributes = {
        found[1].lower(): unescaped(found[2] or found[3] or found[4] or "")
        for found in ATTRIBUTE.finditer(rest)
    }
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise fault(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    return attributes


def _close(
    name: str,
    offset: int,
    size: int,
    open_tags: list[tuple[str, int, dict[str, str]]],
    marks: list[dict[str, Any]],
) -> None:
    """Ends the innermost tag; an entity that covers nothing is left out."""
    if not open_tags:
        raise fault(f"Unexpected end tag at byte offset {offset}")
    opened, start, attributes = open_tags.pop()
    if name and name != opened:
        raise fault(f'Unmatched end tag at byte offset {offset}, expected "</{opened}>", found "</{name}>"')
    if size == start:
        return
    mark = {"type": TAGS[opened], "offset": start, "length": size - start}
    if opened == "a":
        if not attributes.get("href"):
            return
        mark["url"] = attributes["href"]
    elif opened == "blockquote" and "expandable" in attributes:
        mark["type"] = "expandable_blockquote"
    elif opened == "tg-emoji":
        mark["custom_emoji_id"] = attributes.get("emoji-id", "")
    elif opened == "code" and open_tags and open_tags[-1][0] == "pre" and "class" in attributes:
        open_tags[-1][2]["language"] = attributes["class"].removeprefix("language-")
        return
    elif opened == "pre" and "language" in attributes:
        mark["language"] = attributes["language"]
    marks.append(mark)
