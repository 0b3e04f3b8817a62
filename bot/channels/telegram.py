"""Telegram, as two pure functions: read an update into an event, write a reply as Bot API calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update, User

from bot.channels import Parcel, Rejected
from bot.channels.splitting import pieces
from bot.speech import Spoken
from handlers.messages import (
    Attached,
    Edited,
    Event,
    File,
    Left,
    Migrated,
    Pressed,
    Returned,
    Started,
    Typed,
    Unsupported,
    What,
)

NAME = "telegram"
LONGEST_TEXT = 4_096  # UTF-16 units after parsing: Bot API, sendMessage.text
LONGEST_CAPTION = 1_024  # UTF-16 units after parsing: Bot API, sendPhoto.caption
MOST_PHOTO, MOST_UPLOADED = 10_000_000, 50_000_000  # bytes: Bot API, sending files
_UNSUPPORTED = ("sticker", "location", "venue", "contact", "poll", "dice", "story", "game", "checklist")
_SAID_AS = {"venue": "location", "game": "other", "checklist": "other"}
# The kinds of file; an animation also comes as a document, so it is looked for first.
_FILES = ("animation", "document", "video", "voice", "audio", "video_note")


def read(update: Update, bot: str) -> Event | None:
    """What a person did; None for an update that says nothing to us. `bot` is the bot's own number."""
    if update.callback_query is not None:
        return _pressed(update, update.callback_query, bot)
    if update.my_chat_member is not None:
        return _membership(update, update.my_chat_member, bot)
    if (message := update.edited_message) is not None:
        if message.text is None and message.caption is None:
            return None  # a place that moves, a keyboard that changes: nothing was said
        words = message.text or message.caption or ""
        edited = _event(update, message, Edited(str(message.message_id), words), bot)
        # What it says now was said when it was changed, not when it was first sent.
        return replace(edited, sent_at=message.edit_date or message.date)
    if (message := update.message) is not None and (moved := _moved(update, message, bot)) is not None:
        return moved
    if (message := update.message) is not None and (what := _said(message)) is not None:
        return _event(update, message, what, bot)
    return None


def _event(update: Update, message: Message, what: What, bot: str) -> Event:
    return Event(
        what=what,
        channel=NAME,
        bot=bot,
        number=str(update.update_id),
        address=str(message.chat.id),
        message=str(message.message_id),
        private=message.chat.type == "private",
        sent_at=message.date,
        **_sender(message.from_user),
    )


def _moved(update: Update, message: Message, bot: str) -> Event | None:
    """A group has become a supergroup: both chats say so, the old one where to, the new one where from."""
    if message.migrate_to_chat_id is not None:
        return _event(update, message, Migrated(str(message.migrate_to_chat_id)), bot)
    if message.migrate_from_chat_id is not None:
        event = _event(update, message, Migrated(str(message.chat.id)), bot)
        return replace(event, address=str(message.migrate_from_chat_id))
    return None


def _sender(user: User | None) -> dict[str, Any]:
    if user is None:
        return {}
    return {"sender": str(user.id), "name": user.full_name, "language": user.language_code or ""}


def _pressed(update: Update, query: CallbackQuery, bot: str) -> Event | None:
    if query.message is None or query.data is None:
        return None
    return Event(
        what=Pressed(query.data),
        channel=NAME,
        bot=bot,
        number=str(update.update_id),
        address=str(query.message.chat.id),
        message=str(query.message.message_id),
        private=query.message.chat.type == "private",
        query=query.id,
        **_sender(query.from_user),
    )


def _membership(update: Update, change: ChatMemberUpdated, bot: str) -> Event:
    gone = change.new_chat_member.status in ("kicked", "left")
    return Event(
        what=Left() if gone else Returned(),
        channel=NAME,
        bot=bot,
        number=str(update.update_id),
        address=str(change.chat.id),
        private=change.chat.type == "private",
        sent_at=change.date,
        **_sender(change.from_user),
    )


def said_in_text(text: str) -> Started | Typed:
    """What a text says: opening the talk, perhaps with a code, or words."""
    command, _, payload = text.partition(" ")
    if command.partition("@")[0].lower() == "/start":
        return Started(payload.strip())
    return Typed(text)


def _said(message: Message) -> What | None:
    if message.text is not None:
        return said_in_text(message.text)
    if (file := _file(message)) is not None:
        return Attached(file, message.media_group_id or "", message.caption or "")
    for kind in _UNSUPPORTED:
        if getattr(message, kind, None):
            return Unsupported(_SAID_AS.get(kind, kind))
    return None if _is_service(message) else Unsupported("other")


def _file(message: Message) -> File | None:
    if message.photo:
        largest = message.photo[-1]
        return File("photo", largest.file_id, largest.file_unique_id, "", "image/jpeg", largest.file_size)
    for kind in _FILES:
        thing = getattr(message, kind, None)
        if thing is not None:
            name = getattr(thing, "file_name", None) or ""
            media_type = getattr(thing, "mime_type", None) or ""
            said_as = {"animation": "video", "video_note": "video"}.get(kind, kind)
            return File(said_as, thing.file_id, thing.file_unique_id, name, media_type, thing.file_size)
    return None


def _is_service(message: Message) -> bool:
    """Joined, pinned, renamed…: a message about the chat, which needs no answer."""
    return not any(
        getattr(message, kind, None)
        for kind in ("paid_media", "invoice", "giveaway", "passport_data", "web_app_data")
    )


def write(address: str, spoken: Spoken) -> list[tuple[str, dict[str, Any]]]:
    """The Bot API calls that say it: texts without parse mode, so that nothing typed becomes markup.

    The keyboard hangs on the last part. A reply that fits one message may change an earlier one in place.
    """
    parts = pieces(spoken.text, LONGEST_TEXT)
    calls: list[tuple[str, dict[str, Any]]] = []
    for number, part in enumerate(parts):
        params: dict[str, Any] = {"chat_id": int(address), "text": part}
        if number + 1 == len(parts) and spoken.rows:
            params["reply_markup"] = keyboard(spoken)
        if spoken.protected:
            params["protect_content"] = True
        calls.append(("sendMessage", params))
    if spoken.replaces and len(calls) == 1 and spoken.replaces.isdecimal():
        params = {key: value for key, value in calls[0][1].items() if key != "protect_content"}
        return [("editMessageText", {**params, "message_id": int(spoken.replaces)})]
    return calls


def write_file(address: str, parcel: Parcel) -> tuple[str, dict[str, Any]]:
    """The call that sends a file, without the file itself. Raises Rejected for one that is too big."""
    if len(parcel.content) > (MOST_PHOTO if parcel.kind == "photo" else MOST_UPLOADED):
        raise Rejected("file is too big")
    params: dict[str, Any] = {"chat_id": int(address)}
    if parcel.caption:
        params["caption"] = pieces(parcel.caption, LONGEST_CAPTION)[0]
    if parcel.protected:
        params["protect_content"] = True
    return f"send{parcel.kind.capitalize()}", params


def file_in(message: dict[str, Any]) -> str:
    """What Telegram calls the file in a message that was sent: good for sending it again."""
    if "photo" in message:
        return str(message["photo"][-1]["file_id"])
    kinds = ("document", "video", "voice", "audio", "animation")
    return next((str(message[kind]["file_id"]) for kind in kinds if kind in message), "")


def keyboard(spoken: Spoken) -> dict[str, Any]:
    """The choices as an inline keyboard."""
    rows = [[{"text": label, "callback_data": action} for label, action in row] for row in spoken.rows]
    return {"inline_keyboard": rows}
