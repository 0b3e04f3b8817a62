"""What people do with their phones: each deed changes the world and tells the bot what Telegram would."""

import re
from dataclasses import dataclass

from bot.sandbox.files import as_part
from bot.sandbox.markup import LONGEST_CAPTION, LONGEST_TEXT, typed
from bot.sandbox.membership import tells_membership
from bot.sandbox.units import pieces, units
from bot.sandbox.world import Account, Json, Room, Waiting, World

KINDS = frozenset({"photo", "document", "voice", "video", "audio", "video_note", "animation"})
"""What a person may send as a file."""

ALBUM_KINDS = frozenset({"photo", "document", "video", "audio"})
MOST_IN_ALBUM = 10
"""An app makes a second album of the eleventh file."""

COMMAND = re.compile(r"/[A-Za-z0-9_]{1,64}(?:@(?P<bot>\w+))?(?![\w@])")
MENTION = re.compile(r"(?<!\w)@(\w+)")

INSTANCE = "1000000000000000001"
"""A chat_instance; bots do not look at it."""


class Impossible(ValueError):
    """A phone cannot do that."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A file that a person picked; `size` in bytes when a larger one is only pretended."""

    name: str
    content: bytes
    mime: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody with a phone in hand, looking at one chat."""

    world: World
    account: Account
    room: Room


def at(world: World, account: Account, chat_id: int | None = None) -> Place:
    """The person in that chat; in their private one, opened on first use, when none is named."""
    account.acted = world.deed
    if chat_id is None or chat_id == account.id:
        return Place(world, account, world.private_room(account))
    room = world.rooms.get(chat_id)
    if room is None or account.id not in room.members:
        raise Impossible(f"person {account.id} is not in chat {chat_id}")
    return Place(world, account, room)


def says(place: Place, text: str, reply_to: int | None = None) -> list[Json]:
    """Type a text and send it; a long one leaves as several messages, as apps do."""
    parts = pieces(text)
    if not parts:
        raise Impossible("an app sends no empty message")
    messages = []
    for part in parts:
        plain, entities = typed(part)
        content: Json = {"text": plain} | ({"entities": entities} if entities else {})
        messages.append(arrives(place, content, reply_to))
    return messages


def arrives(place: Place, content: Json, reply_to: int | None = None) -> Json:
    """A person's message stands in the chat, and the bot is told if it may see it."""
    if place.room.private and place.account.blocked:
        raise Impossible("an app cannot write to a bot it has blocked")
    message = place.world.put(place.room, place.account.user, content, reply_to)
    if bot_sees(place.world, place.room, message):
        place.world.updates.add("message", message)
    return message


def bot_sees(world: World, room: Room, message: Json) -> bool:
    """In a group with privacy mode on: commands, answers to the bot, mentions and service messages."""
    if room.private or not world.privacy_mode or room.bot_status == "administrator":
        return True
    if room.bot_status != "member":
        return False
    if message.get("reply_to_message", {}).get("from", {}).get("id") == world.bot["id"]:
        return True
    text = str(message.get("text", message.get("caption", "")))
    own = str(world.bot["username"]).lower()
    command = COMMAND.match(text)
    if command is not None and (command["bot"] or own).lower() == own:
        return True
    return any(name.lower() == own for name in MENTION.findall(text))


def edits(place: Place, message_id: int, text: str) -> Json:
    """Change one's own text or caption."""
    world, room = place.world, place.room
    message = room.messages.get(message_id)
    if message is None or message["from"]["id"] != place.account.id:
        raise Impossible(f"message {message_id} is not one that person {place.account.id} may edit")
    plain, entities = typed(text)
    if units(plain) > LONGEST_TEXT or (not plain and "text" in message):
        raise Impossible("an app keeps no such text")
    word, marks = "caption", "caption_entities"
    if "text" in message:
        word, marks = "text", "entities"
    new: Json = {key: value for key, value in message.items() if key != marks}
    new |= {word: plain, "edit_date": int(world.now().timestamp())}
    if entities:
        new[marks] = entities
    room.messages[message_id] = new
    world.changed(room)
    if bot_sees(world, room, new):
        world.updates.add("edited_message", new)
    return new


def presses(place: Place, message_id: int, data: str, *, forged: bool = False) -> str:
    """Press a button under a message; gives the id of the query. `forged`: a button that is not there."""
    world, room = place.world, place.room
    message = room.messages.get(message_id)
    if not forged and (message is None or data not in buttons(message).values()):
        raise Impossible(f"message {message_id} has no button with data {data!r}")
    gone: Json = {"message_id": message_id, "chat": room.chat, "date": 0}
    query: Json = {
        "id": world.next_query(),
        "from": place.account.user,
        "message": message or gone,
        "chat_instance": INSTANCE,
        "data": data,
    }
    world.queries[query["id"]] = {"answered": False, "at": world.now(), "waiting": Waiting()}
    world.updates.add("callback_query", query)
    return str(query["id"])


def buttons(message: Json) -> dict[str, str]:
    """Labels of the buttons that call back, with their data."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return {
        button["text"]: button["callback_data"] for row in rows for button in row if "callback_data" in button
    }


def data_of(message: Json, button: str) -> str | None:
    """The data of the button with that label, or with that very data; None when there is none."""
    found = buttons(message)
    return found.get(button, button if button in found.values() else None)


def sends(place: Place, kind: str, files: list[Picked], caption: str = "") -> list[Json]:
    """Send files; two or more are albums of up to ten, each its own message with one media_group_id."""
    if not files or kind not in KINDS or units(caption) > LONGEST_CAPTION:
        raise Impossible(f"an app does not send that as {kind!r}")
    world = place.world
    album: Json = {}
    messages = []
    for number, picked in enumerate(files):
        if len(files) > 1 and kind in ALBUM_KINDS and number % MOST_IN_ALBUM == 0:
            album = {"media_group_id": world.next_album()}
        kept = world.files.keep(kind, picked.name, picked.content, mime=picked.mime, size=picked.size)
        content = as_part(kind, kept) | album
        if caption and number == 0:
            plain, entities = typed(caption)
            content |= {"caption": plain} | ({"caption_entities": entities} if entities else {})
        messages.append(arrives(place, content))
    return messages


def others(account: Account) -> dict[str, Json]:
    """Kinds of messages that are neither text nor file, each with an ordinary content."""
    return {
        "sticker": {
            "file_id": "CAACsticker",
            "file_unique_id": "AgADsticker",
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": "👍",
        },
        "location": {"latitude": 20.8449, "longitude": 106.6881},
        "contact": {
            "phone_number": "+84900000001",
            "first_name": account.user["first_name"],
            "user_id": account.id,
        },
        "poll": {
            "id": "5000000000000000001",
            "question": "?",
            "options": [
                {"persistent_id": "0", "text": "1", "voter_count": 0},
                {"persistent_id": "1", "text": "2", "voter_count": 0},
            ],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        },
        "dice": {"emoji": "🎲", "value": 4},
        "venue": {
            "location": {"latitude": 20.8449, "longitude": 106.6881},
            "title": "Nhà văn hoá",
            "address": "1",
        },
        "story": {
            "chat": {"id": account.id, "type": "private", "first_name": account.user["first_name"]},
            "id": 1,
        },
    }


def sends_other(place: Place, kind: str) -> Json:
    """Send a sticker, location, contact, poll, dice, venue or story."""
    contents = others(place.account)
    if kind not in contents:
        raise Impossible(f"no such kind of message: {kind}")
    content = {kind: contents[kind]}
    if kind == "venue":
        content["location"] = contents[kind]["location"]
    return arrives(place, content)


def blocks(world: World, account: Account, blocked: bool = True) -> None:
    """Block the bot, or unblock it; it learns of a change once."""
    if account.blocked == blocked:
        return
    room = at(world, account).room
    account.blocked = blocked
    tells_membership(world, room, account.user, "kicked" if blocked else "member")
