"""Who and what exists: people, chats and their messages, as the Bot API tells of them.

Messages are kept as the JSON that Telegram would give. What Telegram knows and does not tell (who may read
a chat, which keyboard is up, who is typing) stands beside them. Everything here is synchronous; whoever
waits for a change leaves a future with the chat or the person and is woken by it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.files import Files
from bot.sandbox.refusals import Refused, bad_request, forbidden
from bot.sandbox.updates import Updates
from bot.sandbox.webhook import Webhook

Json = dict[str, Any]

FIRST_PERSON = 5_000_000_001
"""People's ids lie beyond 32 bits, as those of new accounts do."""

TYPING_SECONDS = 5
"""How long «typing» shows unless a message comes first (Bot API: sendChatAction)."""


@dataclass(slots=True, eq=False)
class Waiting:
    """Those who wait until something changes."""

    futures: list[asyncio.Future[None]] = field(default_factory=list)

    def wake(self) -> None:
        """Let all of them look again."""
        if self.futures:
            woken, self.futures = self.futures, []
            for future in woken:
                if not future.done():
                    future.set_result(None)

    async def wait(self, seconds: float | None) -> bool:
        """Until woken, or until so many seconds have passed; tells which."""
        future = asyncio.get_running_loop().create_future()
        self.futures.append(future)
        try:
            await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return False
        finally:
            if future in self.futures:
                self.futures.remove(future)
        return True


@dataclass(slots=True, eq=False)
class Account:
    """A person's account, and what it has done to the bot."""

    user: Json
    blocked: bool = False
    deleted: bool = False
    acted: int = 0
    """The number of the last deed of the bot before this person's last own action, or already read."""
    rooms: list["Room"] = field(default_factory=list)
    waiting: Waiting = field(default_factory=Waiting)

    @property
    def id(self) -> int:
        """The person's id, which is also that of their private chat."""
        return int(self.user["id"])


@dataclass(slots=True, eq=False)
class Room:
    """A chat: what stands in it, in order, and who is in it."""

    chat: Json
    members: dict[int, Account] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    version: int = 0
    deeds: list[tuple[int, int]] = field(default_factory=list)
    """What the bot sent or edited here: number of the deed and message id."""
    fixed: set[int] = field(default_factory=set)
    """Messages under which a reply keyboard came: Telegram lets nobody edit those."""
    keyboard: Json | None = None
    typing: tuple[str, datetime] | None = None
    bot_status: str = "member"
    successor: int | None = None
    last_message_id: int = 0
    waiting: Waiting = field(default_factory=Waiting)

    @property
    def id(self) -> int:
        """The chat's id."""
        return int(self.chat["id"])

    @property
    def private(self) -> bool:
        """Whether only one person and the bot are here."""
        return bool(self.chat["type"] == "private")


class World:
    """Everything there is. One world belongs to one bot."""

    def __init__(self, bot: Json, now: Callable[[], datetime]) -> None:
        self.bot = bot
        self.now = now
        self.accounts: dict[int, Account] = {}
        self.rooms: dict[int, Room] = {}
        self.updates = Updates()
        self.files = Files()
        self.webhook = Webhook(self.updates, now)
        self.queries: dict[str, Json] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.words: dict[tuple[str, str], str] = {}
        self.menu_buttons: dict[int | None, Json] = {}
        self.deed = 0
        self.privacy_mode = True
        self._last_message_id = 0
        self._last_group = 4_000_000_000
        self._last_query = 10**17
        self._last_album = 13_000_000_000_000_000

    # People and chats

    def new_account(self, first_name: str, **more: str | None) -> Account:
        """A new person; `more` is last_name, username, language_code as far as they are set."""
        number = FIRST_PERSON + len(self.accounts)
        user = {"id": number, "is_bot": False, "first_name": first_name}
        account = Account(user | {key: value for key, value in more.items() if value})
        self.accounts[number] = account
        return account

    def new_room(self, kind: str, title: str, members: list[Account]) -> Room:
        """A new group or supergroup with those people in it."""
        self._last_group += 1
        number = -self._last_group if kind == "group" else -(1_000_000_000_000 + self._last_group)
        return self._opened({"id": number, "title": title, "type": kind}, members)

    def private_room(self, account: Account) -> Room:
        """The chat between that person and the bot, opened when it is not yet."""
        room = self.rooms.get(account.id)
        if room is None:
            known = ("first_name", "last_name", "username")
            names: Json = {key: account.user[key] for key in known if key in account.user}
            room = self._opened({"id": account.id, **names, "type": "private"}, [account])
        return room

    def _opened(self, chat: Json, members: list[Account]) -> Room:
        room = Room(chat, {account.id: account for account in members})
        self.rooms[room.id] = room
        for account in members:
            account.rooms.append(room)
            account.waiting.wake()
        return room

    def room_for_bot(self, chat_id: int | str) -> Room:
        """The chat the bot may write to. Raises with Telegram's words when it may not."""
        room = self.seen_room(chat_id)
        if room.successor is not None:
            raise Refused(
                "Bad Request: group chat was upgraded to a supergroup chat",
                parameters={"migrate_to_chat_id": room.successor},
            )
        if room.private:
            account = self.accounts[room.id]
            if account.deleted:
                raise forbidden("user is deactivated")
            if account.blocked:
                raise forbidden("bot was blocked by the user")
        elif room.bot_status == "kicked":
            raise forbidden(f"bot was kicked from the {room.chat['type']} chat")
        elif room.bot_status == "left":
            raise forbidden(f"bot is not a member of the {room.chat['type']} chat")
        return room

    def seen_room(self, chat_id: int | str) -> Room:
        """The chat by id or @name. Raises 400 or, where the person has never written, 403."""
        if isinstance(chat_id, str):
            wanted = chat_id.removeprefix("@").lower()
            for room in self.rooms.values():
                if room.chat.get("username", "").lower() == wanted and not room.private:
                    return room
            raise bad_request("chat not found")
        found = self.rooms.get(chat_id)
        if found is None:
            if chat_id in self.accounts:
                raise forbidden("bot can't initiate conversation with a user")
            raise bad_request("chat not found")
        return found

    # Messages

    def put(self, room: Room, sender: Json, content: Json, reply_to: int | None = None) -> Json:
        """A new message at the end of a chat; gives its JSON."""
        head: Json = {
            "message_id": self._next_message_id(room),
            "from": sender,
            "chat": room.chat,
            "date": int(self.now().timestamp()),
        }
        if reply_to is not None and (origin := room.messages.get(reply_to)):
            head["reply_to_message"] = {key: origin[key] for key in origin if key != "reply_to_message"}
        message = head | content
        room.messages[head["message_id"]] = message
        self.changed(room, message["message_id"] if sender is self.bot else None)
        return message

    def changed(self, room: Room, by_bot: int | None = None) -> None:
        """The screen looks different; `by_bot` is the message that the bot wrote or changed."""
        room.version += 1
        if by_bot is not None:
            self.deed += 1
            room.deeds.append((self.deed, by_bot))
            room.typing = None
            for account in room.members.values():
                account.waiting.wake()
        room.waiting.wake()

    def _next_message_id(self, room: Room) -> int:
        """Private chats and groups share one counter of the bot, a supergroup has its own."""
        if room.chat["type"] == "supergroup":
            room.last_message_id += 1
            return room.last_message_id
        self._last_message_id += 1
        return self._last_message_id

    def is_typing(self, room: Room) -> bool:
        """Whether «typing» (or uploading) shows now."""
        return room.typing is not None and self.now() < room.typing[1]

    def show_action(self, room: Room, action: str) -> None:
        """The bot is typing, uploading, recording."""
        room.typing = (action, self.now() + timedelta(seconds=TYPING_SECONDS))
        room.version += 1
        room.waiting.wake()

    # Numbers

    def next_album(self) -> str:
        """A media_group_id."""
        self._last_album += 1
        return str(self._last_album)

    def next_query(self) -> str:
        """The id of a callback query."""
        self._last_query += 1
        return str(self._last_query)
