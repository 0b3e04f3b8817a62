"""Reads the two ordinary updates, a private text and a tap, without python-telegram-bot's types.

Those cost as much as the reading and writing of the event. Whatever is not exactly as expected is left to
`telegram.read`, which knows every kind of update and every fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channels.telegram import NAME, said_in_text
from handlers.messages import Event, Pressed

_TEXT = {"message_id", "from", "chat", "date", "text"}
_MARKED, _MARK = _TEXT | {"entities"}, {"type", "offset", "length"}
_TAP = {"id", "from", "message", "chat_instance", "data"}
_LATEST = 2**33  # seconds since 1970; a date beyond is a fault


def read_ordinary(raw: Mapping[str, Any], bot: str) -> Event | None:
    """The event of an ordinary update; None for every other, which says nothing about it."""
    if len(raw) != 2 or type(number := raw.get("update_id")) is not int:
        return None
    if type(message := raw.get("message")) is dict:
        return _text(number, message, bot)
    if type(query := raw.get("callback_query")) is dict:
        return _tap(number, query, bot)
    return None


def _text(number: int, message: dict[str, Any], bot: str) -> Event | None:
    if message.keys() != _TEXT and not _marked(message):
        return None
    if type(text := message["text"]) is not str:
        return None
    where, sender, date = _where(message), _sender(message["from"]), message["date"]
    if where is None or sender is None or type(date) is not int or not 0 < date < _LATEST:
        return None
    sent_at = datetime.fromtimestamp(date, UTC)
    return Event(
        what=said_in_text(text), channel=NAME, bot=bot, number=str(number), sent_at=sent_at, **where, **sender
    )


def _marked(message: dict[str, Any]) -> bool:
    """Whether it is a text in which Telegram has marked something: a command, an address, bold letters."""
    marks = message.get("entities")
    return (
        type(marks) is list
        and message.keys() == _MARKED
        and all(type(mark) is dict and mark.keys() >= _MARK for mark in marks)
    )


def _tap(number: int, query: dict[str, Any], bot: str) -> Event | None:
    if query.keys() != _TAP or type(message := query["message"]) is not dict:
        return None
    where, sender = _where(message), _sender(query["from"])
    name, data = query["id"], query["data"]
    if where is None or sender is None or type(name) is not str or type(data) is not str:
        return None
    return Event(what=Pressed(data), channel=NAME, bot=bot, number=str(number), query=name, **where, **sender)


def _where(message: dict[str, Any]) -> dict[str, Any] | None:
    """The private chat and the message in it; None for a group."""
    chat, number = message.get("chat"), message.get("message_id")
    if type(chat) is not dict or type(number) is not int or chat.get("type") != "private":
        return None
    address = chat.get("id")
    return (
        {"address": str(address), "message": str(number), "private": True} if type(address) is int else None
    )


def _sender(user: Any) -> dict[str, Any] | None:
    if type(user) is not dict or type(number := user.get("id")) is not int:
        return None
    first, last, language = (user.get(key, "") for key in ("first_name", "last_name", "language_code"))
    if not (type(first) is type(last) is type(language) is str) or not first:
        return None
    return {"sender": str(number), "name": f"{first} {last}" if last else first, "language": language}
