"""The methods by which the bot changes or removes what it sent, and answers a pressed button."""

from datetime import timedelta
from typing import Any

from bot.sandbox import keyboards
from bot.sandbox.markup import parsed_caption, parsed_text
from bot.sandbox.methods import Request, method
from bot.sandbox.refusals import Refused, bad_request, broken
from bot.sandbox.world import Room

Json = dict[str, Any]

MEDIA = ("photo", "video", "animation", "audio", "document", "voice", "video_note")

DELETABLE = timedelta(hours=48)
"""How long a message may be deleted for everyone (Bot API: deleteMessage)."""

ANSWERABLE = timedelta(minutes=15)
"""How long a pressed button waits for its answer."""

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def edited(request: Request) -> tuple[Room, Json]:
    """The bot's own message that is to change. Raises when there is none or it cannot change."""
    sent = request.sent
    if "chat_id" not in sent:
        raise broken("chat_id is empty")
    if "message_id" not in sent:
        raise broken("message identifier is not specified")
    room = request.world.room_for_bot(sent["chat_id"])
    message = room.messages.get(sent["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if message["from"]["id"] != request.world.bot["id"] or message["message_id"] in room.fixed:
        raise bad_request("message can't be edited")
    return room, message


def change(request: Request, room: Room, old: Json, new: Json) -> Json:
    """Put the new message in the place of the old. Raises when they are the same."""
    if old == new:
        raise bad_request(NOT_MODIFIED)
    new["edit_date"] = int(request.world.now().timestamp())
    room.messages[old["message_id"]] = new
    request.world.changed(room, old["message_id"])
    return new


def without(message: Json, *keys: str) -> Json:
    """The message but for those parts and the mark of an earlier edit."""
    return {key: value for key, value in message.items() if key not in keys}


@method("editMessageText")
def edit_message_text(request: Request) -> Json:
    """Another text; a keyboard that is not named again goes away."""
    sent = request.sent
    text, entities = parsed_text(sent)
    markup = keyboards.checked(sent.get("reply_markup"))
    room, old = edited(request)
    if "text" not in old:
        raise bad_request("there is no text in the message to edit")
    new = without(old, "entities", "reply_markup", "link_preview_options")
    new["text"] = text
    if entities:
        new["entities"] = entities
    if "link_preview_options" in sent:
        new["link_preview_options"] = sent["link_preview_options"]
    return change(request, room, old, new | keyboards.shown(markup))


@method("editMessageCaption")
def edit_message_caption(request: Request) -> Json:
    """Another caption, or none."""
    caption, entities = parsed_caption(request.sent)
    markup = keyboards.checked(request.sent.get("reply_markup"))
    room, old = edited(request)
    if not any(kind in old for kind in MEDIA):
        raise bad_request("there is no caption in the message to edit")
    new = without(old, "caption", "caption_entities", "reply_markup")
    if caption:
        new["caption"] = caption
    if entities:
        new["caption_entities"] = entities
    return change(request, room, old, new | keyboards.shown(markup))


@method("editMessageReplyMarkup")
def edit_message_reply_markup(request: Request) -> Json:
    """Another keyboard under the same words, or none."""
    markup = keyboards.checked(request.sent.get("reply_markup"))
    room, old = edited(request)
    return change(request, room, old, without(old, "reply_markup") | keyboards.shown(markup))


@method("deleteMessage")
def delete_message(request: Request) -> bool:
    """Remove one message. Raises when it is not there, too old, or not the bot's to remove."""
    room = request.world.room_for_bot(request.sent["chat_id"])
    reason = _undeletable(request, room, request.sent["message_id"])
    if reason:
        raise bad_request(reason)
    del room.messages[request.sent["message_id"]]
    request.world.changed(room)
    return True


@method("deleteMessages")
def delete_messages(request: Request) -> bool:
    """Remove up to a hundred; those that are not there are skipped (Bot API: deleteMessages)."""
    numbers = request.sent["message_ids"]
    if not 1 <= len(numbers) <= 100:
        raise broken("message_ids must have 1-100 items")
    room = request.world.room_for_bot(request.sent["chat_id"])
    for number in numbers:
        if not _undeletable(request, room, number):
            del room.messages[number]
    request.world.changed(room)
    return True


def _undeletable(request: Request, room: Room, number: int) -> str:
    """Why the message cannot be deleted; empty when it can."""
    message = room.messages.get(number)
    if message is None:
        return "message to delete not found"
    own = message["from"]["id"] == request.world.bot["id"]
    if not room.private and not own and room.bot_status != "administrator":
        return "message can't be deleted"
    if request.world.now().timestamp() - message["date"] > DELETABLE.total_seconds():
        return "message can't be deleted for everyone"
    return ""


@method("answerCallbackQuery")
def answer_callback_query(request: Request) -> bool:
    """End the waiting of a pressed button, once and in time."""
    sent, world = request.sent, request.world
    query = world.queries.get(sent["callback_query_id"])
    if query is None or query["answered"] or world.now() - query["at"] > ANSWERABLE:
        raise Refused(f"Bad Request: {TOO_OLD}")
    query["answered"] = True
    query["show_alert"] = sent.get("show_alert", False)
    for key in ("text", "url"):
        if key in sent:
            query[key] = sent[key]
    query["waiting"].wake()
    return True
