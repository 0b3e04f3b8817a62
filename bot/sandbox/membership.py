"""What the bot is in a chat, and what Telegram says when somebody changes that."""

from bot.sandbox.check import TABLE
from bot.sandbox.world import Json, Room, World

RIGHTS = sorted(
    name
    for name, field in TABLE.types["ChatMemberAdministrator"]["fields"].items()
    if field["required"] and field["types"] == ["Boolean"]
)
"""What an administrator may or may not do."""


def member(user: Json, status: str) -> Json:
    """A ChatMember."""
    more: Json = {"until_date": 0} if status == "kicked" else {}
    if status == "administrator":
        more = dict.fromkeys(RIGHTS, False)
    return {"user": user, "status": status} | more


def tells_membership(world: World, room: Room, by: Json, status: str) -> None:
    """my_chat_member: somebody changed what the bot is in the chat."""
    changed = {
        "chat": room.chat,
        "from": by,
        "date": int(world.now().timestamp()),
        "old_chat_member": member(world.bot, room.bot_status),
        "new_chat_member": member(world.bot, status),
    }
    room.bot_status = status
    world.updates.add("my_chat_member", changed)


def announces(world: World, room: Room, by: Json, service: Json) -> None:
    """A service message: the bot sees it whatever its privacy mode."""
    world.updates.add("message", world.put(room, by, service))


def upgrades(world: World, old: Room) -> Room:
    """A group becomes a supergroup: two service messages, a new id, and the old one is history."""
    founder = next(iter(old.members.values())).user
    new = world.new_room("supergroup", old.chat["title"], list(old.members.values()))
    new.bot_status = old.bot_status
    announces(world, old, founder, {"migrate_to_chat_id": new.id})
    old.successor = new.id
    announces(world, new, founder, {"migrate_from_chat_id": old.id})
    return new
