"""The methods by which the bot asks about chats and their members, and leaves them."""

from typing import Any

from bot.sandbox.membership import member, tells_membership
from bot.sandbox.methods import Request, method
from bot.sandbox.refusals import bad_request
from bot.sandbox.world import Room

Json = dict[str, Any]

EVERY_GIFT = {
    "unlimited_gifts": True,
    "limited_gifts": True,
    "unique_gifts": True,
    "premium_subscription": True,
    "gifts_from_channels": True,
}


def asked_room(request: Request) -> Room:
    """The chat the bot asks about. Raises 400 «chat not found» where it has never been."""
    chat_id = request.sent["chat_id"]
    if isinstance(chat_id, int) and chat_id not in request.world.rooms:
        raise bad_request("chat not found")
    return request.world.seen_room(chat_id)


@method("getChat")
def get_chat(request: Request) -> Json:
    """All that is known of a chat."""
    room = asked_room(request)
    full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": EVERY_GIFT}
    if not room.private:
        full["permissions"] = {"can_send_messages": True}
    return room.chat | full


@method("getChatMember")
def get_chatmember(request: Request) -> Json:
    """What somebody is in a chat."""
    room, user_id = asked_room(request), request.sent["user_id"]
    if user_id == request.world.bot["id"]:
        return member(request.world.bot, room.bot_status)
    account = request.world.accounts.get(user_id)
    if account is None:
        raise bad_request("invalid user_id specified")
    return member(account.user, "member" if user_id in room.members else "left")


@method("getChatMemberCount")
def get_chat_member_count(request: Request) -> int:
    """People and the bot."""
    room = asked_room(request)
    return len(room.members) + (room.bot_status in {"member", "administrator"})


@method("getChatAdministrators")
def get_chat_administrators(request: Request) -> list[Json]:
    """In a group its founder, and the bot if it was promoted."""
    room = asked_room(request)
    if room.private:
        raise bad_request("there are no administrators in the private chat")
    founder = next(iter(room.members.values())).user
    owner = {"user": founder, "status": "creator", "is_anonymous": False}
    bot = [member(request.world.bot, "administrator")] if room.bot_status == "administrator" else []
    return [owner, *bot]


@method("leaveChat")
def leave_chat(request: Request) -> bool:
    """The bot goes; nothing comes from there any more."""
    room = request.world.room_for_bot(request.sent["chat_id"])
    if room.private:
        raise bad_request("chat member status can't be changed in private chats")
    tells_membership(request.world, room, request.world.bot, "left")
    return True
