"""Ordinary updates read from plain values mean what the library's types say; all others are left to it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from telegram import Update

from bot.channels.telegram import read
from bot.channels.telegram_plain import read_ordinary

USER = {"id": 7_000_000_001, "is_bot": False, "first_name": "Lan", "last_name": "Trần", "language_code": "vi"}
CHAT = {"id": 7_000_000_001, "type": "private", "first_name": "Lan", "last_name": "Trần"}
TEXT: dict[str, Any] = {
    "update_id": 41,
    "message": {
        "message_id": 5,
        "from": USER,
        "chat": CHAT,
        "date": 1_767_225_600,
        "text": "Giá lăn cuộn vải",
    },
}
TAP: dict[str, Any] = {
    "update_id": 42,
    "callback_query": {
        "id": "991",
        "from": USER,
        "chat_instance": "-3",
        "data": "review|submit|1.9",
        "message": {
            "message_id": 6,
            "from": {"id": 1000, "is_bot": True, "first_name": "Bot"},
            "chat": CHAT,
            "date": 1_767_225_600,
            "text": "Đúng chưa?",
            "reply_markup": {"inline_keyboard": [[{"text": "📤 Nộp", "callback_data": "review|submit|1.9"}]]},
        },
    },
}


def changed(raw: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with the value at a dotted path set, or taken away when it is `...`."""
    copied = copy.deepcopy(raw)
    *folders, name = path.split(".")
    found = copied
    for folder in folders:
        found = found[folder]
    if value is ...:
        del found[name]
    else:
        found[name] = value
    return copied


@pytest.mark.parametrize(
    "raw",
    [
        TEXT,
        TAP,
        changed(TEXT, "message.text", "/start abc "),
        changed(TEXT, "message.text", "/START@some_bot"),
        changed(TEXT, "message.text", ""),
        changed(TEXT, "message.entities", [{"type": "bold", "offset": 0, "length": 2}]),
        changed(TEXT, "message.from.last_name", ...),
        changed(TEXT, "message.from.language_code", ...),
        changed(TAP, "callback_query.message.date", 0),
        changed(TAP, "callback_query.message", {"message_id": 6, "chat": CHAT, "date": 0}),
    ],
)
def test_an_ordinary_update_means_what_the_library_reads_in_it(raw: dict[str, Any]) -> None:
    ordinary = read_ordinary(raw, "1000")
    assert ordinary is not None
    assert ordinary == read(Update.de_json(raw, None), "1000")


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"update_id": 1},
        {"update_id": 1, "edited_message": TEXT["message"]},
        changed(TEXT, "update_id", "41"),
        changed(TEXT, "update_id", True),
        changed(TEXT, "poll", {}),
        changed(TEXT, "message", []),
        changed(TEXT, "message.text", 7),
        changed(TEXT, "message.text", ...),
        changed(TEXT, "message.date", "now"),
        changed(TEXT, "message.date", 10**12),
        changed(TEXT, "message.chat", None),
        changed(TEXT, "message.chat.id", "7"),
        changed(TEXT, "message.chat.type", "supergroup"),
        changed(TEXT, "message.from", ...),
        changed(TEXT, "message.from.first_name", None),
        changed(TEXT, "message.from.last_name", 5),
        changed(TEXT, "message.entities", {}),
        changed(TEXT, "message.entities", [7]),
        changed(TEXT, "message.entities", [{"type": "bold", "offset": 0}]),
        changed(TEXT, "message.reply_to_message", {}),
        changed(TAP, "callback_query.message", ...),
        changed(TAP, "callback_query.message", None),
        changed(TAP, "callback_query.message.chat.type", "group"),
        changed(TAP, "callback_query.data", ...),
        changed(TAP, "callback_query.data", None),
        changed(TAP, "callback_query.id", 991),
        changed(TAP, "callback_query.game_short_name", "x"),
    ],
)
def test_everything_else_is_left_to_the_library(raw: dict[str, Any]) -> None:
    assert read_ordinary(raw, "1000") is None
