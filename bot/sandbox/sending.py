"""The methods by which the bot sends texts, copies and «typing»."""

from typing import Any

from bot.sandbox import keyboards
from bot.sandbox.markup import parsed_caption, parsed_text
from bot.sandbox.methods import Request, method
from bot.sandbox.refusals import bad_request, broken
from bot.sandbox.world import Room, World

Json = dict[str, Any]

ACTIONS = {"typing", "choose_sticker", "find_location", "upload_photo", "upload_document"} | {
    f"{verb}_{noun}" for verb in ("record", "upload") for noun in ("video", "voice", "video_note")
}

OWN_KEYS = frozenset(
    ("message_id", "from", "chat", "date", "edit_date", "reply_to_message", "reply_markup", "media_group_id")
)
"""Parts of a message that a copy of it does not take along."""


def deliver(request: Request, room: Room, content: Json, *, markup: Json | None = None) -> Json:
    """Put a message of the bot into a chat with what every send method shares."""
    world, sent = request.world, request.sent
    reply_to = replied(world, room, sent.get("reply_parameters"))
    content |= keyboards.shown(markup)
    if sent.get("protect_content"):
        content["has_protected_content"] = True
    if "message_thread_id" in sent:
        _check_thread(room)
    message = world.put(room, world.bot, content, reply_to)
    if markup is not None:
        _show_keyboard(room, message, markup)
    return message


def replied(world: World, room: Room, reply: Json | None) -> int | None:
    """The id of the message that is answered, None for none. Raises when it is not there."""
    if not reply:
        return None
    there = world.room_for_bot(reply["chat_id"]) if "chat_id" in reply else room
    if reply["message_id"] in there.messages:
        return int(reply["message_id"]) if there is room else None
    if reply.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _check_thread(room: Room) -> None:
    """Only forums have threads, and the sandbox has no forum."""
    if not room.chat.get("is_forum"):
        raise bad_request("message thread not found")


def _show_keyboard(room: Room, message: Json, markup: Json) -> None:
    """A keyboard that takes the place of the phone's own belongs to the chat, not to the message."""
    if "keyboard" in markup or "force_reply" in markup:
        room.keyboard = markup
        room.fixed.add(message["message_id"])
    elif "remove_keyboard" in markup:
        room.keyboard = None
        room.fixed.add(message["message_id"])


@method("sendMessage")
def send_message(request: Request) -> Json:
    """A text of 1 to 4096 UTF-16 units after parsing."""
    sent = request.sent
    text, entities = parsed_text(sent)
    markup = keyboards.checked(sent.get("reply_markup"))
    room = request.world.room_for_bot(sent["chat_id"])
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    if "link_preview_options" in sent:
        content["link_preview_options"] = sent["link_preview_options"]
    return deliver(request, room, content, markup=markup)


@method("sendChatAction")
def send_chat_action(request: Request) -> bool:
    """Five seconds of «typing»."""
    if request.sent["action"] not in ACTIONS:
        raise broken("wrong parameter action in request")
    room = request.world.room_for_bot(request.sent["chat_id"])
    request.world.show_action(room, request.sent["action"])
    return True


def source(request: Request, deed: str) -> Json:
    """The message that is to be forwarded or copied. Raises when there is none or it is protected."""
    room = request.world.room_for_bot(request.sent["from_chat_id"])
    message = room.messages.get(request.sent["message_id"])
    if message is None:
        raise bad_request(f"message to {deed} not found")
    if message.get("has_protected_content"):
        raise bad_request(f"message can't be {'copied' if deed == 'copy' else 'forwarded'}")
    return message


@method("forwardMessage")
def forward_message(request: Request) -> Json:
    """The same content again, with its origin."""
    origin = source(request, "forward")
    room = request.world.room_for_bot(request.sent["chat_id"])
    content = {key: value for key, value in origin.items() if key not in OWN_KEYS}
    content["forward_origin"] = {"type": "user", "date": origin["date"], "sender_user": origin["from"]}
    return deliver(request, room, content)


@method("copyMessage")
def copy_message(request: Request) -> Json:
    """The same content again, as the bot's own; a caption may be another."""
    sent = request.sent
    origin = source(request, "copy")
    content = {key: value for key, value in origin.items() if key not in OWN_KEYS}
    if "caption" in sent and "text" not in content:
        caption, entities = parsed_caption(sent)
        content |= {"caption": caption, "caption_entities": entities}
    markup = keyboards.checked(sent.get("reply_markup"))
    message = deliver(request, request.world.room_for_bot(sent["chat_id"]), content, markup=markup)
    return {"message_id": message["message_id"]}
