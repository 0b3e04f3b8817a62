"""People and groups as tests and the demo see them: somebody types, presses, sends, and reads the answer."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.sandbox import deeds, membership
from bot.sandbox.deeds import Picked
from bot.sandbox.world import Account, Room, World

Json = dict[str, Any]

PATIENCE = 5.0
"""Seconds a person waits for an answer unless told otherwise."""


class Person:
    """Somebody with a phone. Deeds happen at once; `answer` waits for what the bot makes of them.

    `chat` is where: a `Group`, or None for the private chat with the bot. Deeds raise `deeds.Impossible`
    where a real app offers no such thing.
    """

    def __init__(self, world: World, account: Account) -> None:
        self.world = world
        self.account = account

    @property
    def id(self) -> int:
        """Their id, which is also that of their private chat."""
        return self.account.id

    def __repr__(self) -> str:
        return f"<{self.account.user['first_name']} {self.id}>"

    async def types(self, text: str, chat: "Group | None" = None, *, reply_to: Json | None = None) -> Json:
        """Send a text; a long one leaves as several messages. Gives the last."""
        number = None if reply_to is None else reply_to["message_id"]
        return deeds.says(self._at(chat), text, number)[-1]

    async def edits(self, message: Json, text: str, chat: "Group | None" = None) -> Json:
        """Change an own message."""
        return deeds.edits(self._at(chat), message["message_id"], text)

    async def presses(
        self,
        message: Json | None,
        button: str,
        chat: "Group | None" = None,
        *,
        forged: bool = False,
    ) -> str:
        """Press a button, found by its label or its data; None: under the last message that has it.

        Gives the id of the query. `forged` sends the data even if no such button is there.
        """
        place = self._at(chat)
        if message is None:
            message = next(
                (one for one in reversed(place.room.messages.values()) if deeds.data_of(one, button)), None
            )
        if message is None:
            raise deeds.Impossible(f"no message on the screen has a button {button!r}")
        data = deeds.data_of(place.room.messages.get(message["message_id"], message), button) or button
        return deeds.presses(place, message["message_id"], data, forged=forged)

    async def sends(
        self,
        kind: str,
        *files: Picked | bytes | Path,
        caption: str = "",
        chat: "Group | None" = None,
    ) -> list[Json]:
        """Send photo, document, voice, video, audio, video_note or animation; two or more are one album."""
        picked = [_picked(kind, file) for file in files]
        return deeds.sends(self._at(chat), kind, picked, caption)

    async def sends_other(self, kind: str, chat: "Group | None" = None) -> Json:
        """Send a sticker, location, contact, poll, dice, venue or story."""
        return deeds.sends_other(self._at(chat), kind)

    async def blocks(self) -> None:
        """Block the bot: sending to this person is refused with 403."""
        deeds.blocks(self.world, self.account)

    async def unblocks(self) -> None:
        """Unblock it."""
        deeds.blocks(self.world, self.account, blocked=False)

    def leaves_telegram(self) -> None:
        """Delete the account: sending to it is refused with 403 for ever."""
        self.account.deleted = True

    def screen(self, chat: "Group | None" = None) -> list[Json]:
        """The messages in the chat, in order, without deleted ones."""
        room = chat.room if chat else self.world.rooms.get(self.id)
        return list(room.messages.values()) if room else []

    def last(self, chat: "Group | None" = None) -> Json | None:
        """The newest message of the bot in the chat."""
        own = self.world.bot["id"]
        return next((one for one in reversed(self.screen(chat)) if one["from"]["id"] == own), None)

    def keyboard(self, chat: "Group | None" = None) -> Json | None:
        """The reply keyboard that stands in the place of the phone's own."""
        room = chat.room if chat else self.world.rooms.get(self.id)
        return room.keyboard if room else None

    async def popup(self, query_id: str, timeout: float = PATIENCE) -> Json:  # noqa: ASYNC109
        """What the bot answered to a pressed button: `text` and `show_alert` as far as given."""
        query = self.world.queries[query_id]
        async with asyncio.timeout(timeout):
            while not query["answered"]:
                await query["waiting"].wait(None)
        return {key: query[key] for key in ("text", "show_alert", "url") if key in query}

    async def answer(self, timeout: float = PATIENCE, *, count: int = 1) -> list[Json]:  # noqa: ASYNC109
        """The messages the bot sent or changed since this person's last deed and not yet read, in order.

        Waits until there are `count`. Raises TimeoutError with the screen when they do not come.
        """
        try:
            async with asyncio.timeout(timeout):
                while len(found := self._unread()) < count:
                    await self.account.waiting.wait(None)
        except TimeoutError:
            texts = [one.get("text", "…") for one in self.screen()[-6:]]
            raise TimeoutError(f"no answer for {self} in {timeout} s; the screen ends with {texts}") from None
        self.account.acted = self.world.deed
        return found

    async def quiet(self, seconds: float = 0.2) -> list[Json]:
        """Everything new, once the bot has been silent for so many seconds."""
        while await self.account.waiting.wait(seconds):
            pass
        found = self._unread()
        self.account.acted = self.world.deed
        return found

    def _unread(self) -> list[Json]:
        """Each message once, where it was touched last."""
        touched: dict[tuple[int, int], int] = {}
        for room in self.account.rooms:
            for deed, message_id in reversed(room.deeds):
                if deed <= self.account.acted:
                    break
                touched.setdefault((room.id, message_id), deed)
        places = sorted(touched, key=touched.__getitem__)
        rooms = self.world.rooms
        return [rooms[room].messages[one] for room, one in places if one in rooms[room].messages]

    def _at(self, chat: "Group | None") -> deeds.Place:
        return deeds.at(self.world, self.account, chat.id if chat else None)


class Group:
    """A group or supergroup with the bot in it."""

    def __init__(self, world: World, room: Room) -> None:
        self.world = world
        self.room = room

    @classmethod
    def founded(cls, world: World, kind: str, title: str, members: Sequence[Account]) -> "Group":
        """A new one; its first member adds the bot."""
        if not members or kind not in {"group", "supergroup"}:
            raise deeds.Impossible("a group needs a person and is a group or a supergroup")
        room = world.new_room(kind, title, list(members))
        room.bot_status = "left"
        group = cls(world, room)
        membership.tells_membership(world, room, group.founder.user, "member")
        membership.announces(world, room, group.founder.user, {"new_chat_members": [world.bot]})
        return group

    @property
    def founder(self) -> Account:
        """Its first member, who adds and removes the bot."""
        return next(iter(self.room.members.values()))

    @property
    def id(self) -> int:
        """The chat's id; another one after `upgrades`."""
        return self.room.id

    def promotes_bot(self) -> None:
        """The bot becomes administrator and sees everything."""
        membership.tells_membership(self.world, self.room, self.founder.user, "administrator")

    def removes_bot(self) -> None:
        """The bot is thrown out: sending is refused with 403."""
        membership.tells_membership(self.world, self.room, self.founder.user, "kicked")

    def adds(self, person: Person) -> None:
        """One more member."""
        account = person.account
        self.room.members[account.id] = account
        account.rooms.append(self.room)
        membership.announces(self.world, self.room, account.user, {"new_chat_members": [account.user]})

    def upgrades(self) -> int:
        """The group becomes a supergroup; its old id answers 400 with the new one. Gives that."""
        self.room = membership.upgrades(self.world, self.room)
        return self.id


def _picked(kind: str, file: Picked | bytes | Path) -> Picked:
    """A file by its path, by its bytes, or with all that is to be said about it."""
    if isinstance(file, Picked):
        return file
    if isinstance(file, bytes):
        return Picked(kind, file)
    return Picked(file.name, file.read_bytes())
