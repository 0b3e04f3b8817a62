"""Reads Telegram's MarkdownV2 and its older Markdown: text, entities, and the errors in Telegram's words."""

import re
from typing import Any

from bot.sandbox.html_markup import fault
from bot.sandbox.units import units

Mark = dict[str, Any]

RESERVED = set("_*[]()~`>#+-=|{}.!")
"""Must stand behind a backslash wherever they are not markup (Bot API: MarkdownV2 style)."""

NAMES = {
    "*": "bold",
    "_": "italic",
    "__": "underline",
    "~": "strikethrough",
    "||": "spoiler",
    "`": "code",
    "```": "pre",
    "[": "text_link",
}
WORDS = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "code": "Code",
    "pre": "PreCode",
    "text_link": "TextUrl",
}
LANGUAGE = re.compile(r"([^\s`]+)?\n")


class _Reader:
    """One pass over one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.plain: list[str] = []
        self.size = 0
        self.marks: list[Mark] = []
        self.open: list[tuple[str, int, int]] = []

    def byte(self, place: int) -> int:
        return len(self.text[:place].encode())

    def put(self, letter: str) -> None:
        self.plain.append(letter)
        self.size += units(letter)
        self.place += 1

    def close(self, **extra: str) -> None:
        sign, start, _ = self.open.pop()
        if self.size > start:
            self.marks.append({"type": NAMES[sign], "offset": start, "length": self.size - start, **extra})

    def target(self) -> str:
        """The address in round brackets behind a link's words; empty when there is none."""
        if self.text[self.place : self.place + 1] != "(":
            return ""
        begun = self.place
        self.place += 1
        address = []
        while self.place < len(self.text) and self.text[self.place] != ")":
            if self.text[self.place] == "\\" and self.place + 1 < len(self.text):
                self.place += 1
            address.append(self.text[self.place])
            self.place += 1
        if self.place >= len(self.text):
            raise fault(f"Can't find end of a URL at byte offset {self.byte(begun)}")
        self.place += 1
        return "".join(address)

    def result(self) -> tuple[str, list[Mark]]:
        return "".join(self.plain), sorted(self.marks, key=lambda mark: (mark["offset"], -mark["length"]))


def parse_markdown_v2(text: str) -> tuple[str, list[Mark]]:
    """The plain text and its entities. Raises at a reserved character that is neither markup nor escaped."""
    reader = _Reader(text)
    while reader.place < len(text):
        letter = text[reader.place]
        inside = reader.open[-1][0] if reader.open else ""
        if (
            letter == "\\"
            and text[reader.place + 1 : reader.place + 2].isascii()
            and reader.place + 1 < len(text)
        ):
            reader.place += 1
            reader.put(text[reader.place])
        elif inside in {"`", "```"}:
            _inside_code(reader, inside)
        elif letter in RESERVED:
            _reserved(reader)
        else:
            reader.put(letter)
    if reader.open:
        sign, _, begun = reader.open[-1]
        word = WORDS[NAMES[sign]]
        raise fault(f"Can't find end of {word} entity at byte offset {reader.byte(begun)}")
    return reader.result()


def _inside_code(reader: _Reader, sign: str) -> None:
    if reader.text.startswith(sign, reader.place):
        reader.place += len(sign)
        reader.close()
    else:
        reader.put(reader.text[reader.place])


def _reserved(reader: _Reader) -> None:
    """A reserved character outside code: markup, or an error."""
    text, place = reader.text, reader.place
    letter = text[place]
    if letter == "]" and any(sign == "[" for sign, _, _ in reader.open):
        _end_link(reader)
        return
    if letter == ">" and (place == 0 or text[place - 1] == "\n"):
        reader.place += 1  # a quotation: its lines stay text here
        return
    sign = next(
        (sign for sign in ("```", "||", "__", "*", "_", "~", "`", "[") if text.startswith(sign, place)), ""
    )
    if not sign:
        raise fault(f"Character '{letter}' is reserved and must be escaped with the preceding '\\'")
    reader.place += len(sign)
    if reader.open and reader.open[-1][0] == sign:
        reader.close()
        return
    reader.open.append((sign, reader.size, place))
    if sign == "```" and (language := LANGUAGE.match(text, reader.place)):
        reader.place = language.end()


def _end_link(reader: _Reader) -> None:
    sign, _, begun = reader.open[-1]
    if sign != "[":
        word = WORDS[NAMES[sign]]
        raise fault(f"Can't find end of {word} entity at byte offset {reader.byte(begun)}")
    reader.place += 1
    address = reader.target()
    if address:
        reader.close(url=address)
    else:
        reader.open.pop()


def parse_markdown(text: str) -> tuple[str, list[Mark]]:
    """The older Markdown: no nesting, `_ * ` [` only. Raises when an entity has no end."""
    reader = _Reader(text)
    while reader.place < len(text):
        letter = text[reader.place]
        if letter == "\\" and text[reader.place + 1 : reader.place + 2] in set("_*`["):
            reader.place += 1
            reader.put(text[reader.place])
        elif letter in "_*`[":
            _old_entity(reader)
        else:
            reader.put(letter)
    return reader.result()


def _old_entity(reader: _Reader) -> None:
    text, begun = reader.text, reader.place
    sign = "```" if text.startswith("```", begun) else text[begun]
    ending = "]" if sign == "[" else sign
    end = text.find(ending, begun + len(sign))
    if end < 0:
        raise fault(f"Can't find end of the entity starting at byte offset {reader.byte(begun)}")
    reader.open.append((sign, reader.size, begun))
    reader.place = begun + len(sign)
    while reader.place < end:
        reader.put(text[reader.place])
    reader.place = end + len(ending)
    if sign != "[":
        reader.close()
    elif address := reader.target():
        reader.close(url=address)
    else:
        reader.open.pop()
