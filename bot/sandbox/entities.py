"""Judges entities that the caller gives itself: their kinds, what they need, where they begin and end."""

from typing import Any

from bot.sandbox.refusals import broken

Entity = dict[str, Any]

NEEDS = {
    "bold": "",
    "italic": "",
    "underline": "",
    "strikethrough": "",
    "spoiler": "",
    "blockquote": "",
    "expandable_blockquote": "",
    "code": "",
    "pre": "",
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "date_time": "unix_time",
}
FOUND_ANYWAY = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
)
"""Telegram finds these itself and ignores them when they are given."""


def sound(marks: list[Entity], text: str) -> list[Entity]:
    """The entities that mean something. Raises when one lies outside the text or cuts a letter in two."""
    written = text.encode("utf-16-le", "surrogatepass")
    return [_judged(mark, written) for mark in marks if mark["type"] not in FOUND_ANYWAY]


def _judged(mark: Entity, written: bytes) -> Entity:
    kind, start, end = mark["type"], mark["offset"], mark["offset"] + mark["length"]
    if kind not in NEEDS:
        raise broken("can't parse MessageEntity: unsupported type specified")
    if NEEDS[kind] and NEEDS[kind] not in mark:
        raise broken(f"can't parse MessageEntity: Can't find field \"{NEEDS[kind]}\"")
    if start < 0 or mark["length"] <= 0:
        raise broken("receive an entity with incorrect offset or length")
    size = len(written) // 2
    if end > size:
        raise broken(
            f"entity beginning at UTF-16 offset {start} "
            f"ends after the end of the text at UTF-16 offset {size}"
        )
    if _inside_letter(written, start):
        raise broken(f"entity begins in a middle of a UTF-16 symbol at UTF-16 offset {start}")
    if _inside_letter(written, end):
        raise broken(
            f"entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol at offset {end}"
        )
    return mark


def _inside_letter(written: bytes, place: int) -> bool:
    """Whether the unit at that place is the second half of a letter."""
    return place * 2 < len(written) and 0xDC <= written[place * 2 + 1] <= 0xDF
