"""The phone's side of the sandbox: JSON over HTTP for the page in the browser, and the switches of tests."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
from aiohttp import BodyPartReader, web

from bot.sandbox import deeds
from bot.sandbox.files import Stored
from bot.sandbox.world import Account, Room

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOOPBACK = frozenset({"127.0.0.1", "localhost"})
"""Names by which the sandbox may be called."""

PAGE = Path(__file__).with_name("page")
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
"""A media type without its parameters (RFC 6838)."""
LONGEST_WAIT = 60.0
"""Seconds a phone waits for changes at most."""


class Refusal(ValueError):
    """The phone asked for what is not there."""


def reply(body: Any, status: int = 200) -> web.Response:
    """JSON out."""
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")


def told(handler: Handler) -> Handler:
    """Errors become one sentence with a 4xx status; another site's page in the same browser gets 403."""

    async def answered(request: web.Request) -> web.StreamResponse:
        if request.url.host not in LOOPBACK or request.headers.get("Sec-Fetch-Site") == "cross-site":
            return reply({"error": "only this machine's own page may ask"}, 403)
        try:
            return await handler(request)
        except (Refusal, deeds.Impossible) as reason:
            return reply({"error": str(reason)}, 400)
        except (KeyError, TypeError, ValueError) as reason:
            return reply({"error": f"the request cannot be read: {reason!r}"}, 400)

    return answered


async def asked(request: web.Request) -> Json:
    """The JSON object in the request."""
    body = orjson.loads(await request.read() or b"{}")
    if not isinstance(body, dict):
        raise Refusal("a JSON object is expected")
    return body


class Phone:
    """The routes of the page; each is a thin skin over a deed."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        self.world = sandbox.world

    def add_routes(self, app: web.Application) -> None:
        """Everything that does not belong to the bot."""
        person, chat = "/phone/people/{id:\\d+}", "/phone/chats/{id:-?\\d+}"
        for verb, path, handler in (
            ("POST", "/phone/people", self.new_person),
            ("GET", "/phone/people", self.people),
            ("POST", "/phone/groups", self.new_group),
            ("GET", "/phone/me", self.me),
            ("POST", f"{person}/text", self.text),
            ("POST", f"{person}/edit", self.edit),
            ("POST", f"{person}/press", self.press),
            ("GET", "/phone/queries/{query_id}", self.query),
            ("POST", f"{person}/files", self.files),
            ("POST", f"{person}/other", self.other),
            ("POST", f"{person}/block", self.block),
            ("POST", f"{person}/unblock", self.block),
            ("GET", f"{chat}/messages", self.messages),
            ("GET", f"{chat}/changes", self.changes),
            ("GET", "/phone/files/{file_id}", self.file),
            ("GET", "/phone/clock", self.clock),
        ):
            app.router.add_route(verb, path, told(handler))
        app.router.add_get("/", self.page)
        if PAGE.is_dir():
            app.router.add_static("/page", PAGE)

    # People

    def account(self, request: web.Request) -> Account:
        """The person whose phone it is."""
        account = self.world.accounts.get(int(request.match_info["id"]))
        if account is None:
            raise Refusal("there is no such person")
        return account

    async def new_person(self, request: web.Request) -> web.Response:
        """Somebody buys a phone."""
        body = await asked(request)
        name = str(body["first_name"]).strip()
        if not name:
            raise Refusal("first_name is empty")
        more = {key: body.get(key) for key in ("last_name", "username")}
        language = body.get("language_code", "vi")
        return reply(shown(self.world.new_account(name, **more, language_code=language)))

    async def people(self, _: web.Request) -> web.Response:
        """Everybody."""
        return reply([shown(account) for account in self.world.accounts.values()])

    async def new_group(self, request: web.Request) -> web.Response:
        """A group with the bot in it."""
        from bot.sandbox.people import Group

        body = await asked(request)
        members = [self.world.accounts[int(one)] for one in body["members"]]
        group = Group.founded(self.world, body.get("type", "group"), str(body["title"]), members)
        return reply(group.room.chat)

    async def me(self, _: web.Request) -> web.Response:
        """The bot and its commands by language, as everybody's app shows them."""
        commands: dict[str, list[Json]] = {"": []}
        for (scope, language), listed in self.world.commands.items():
            if "all_private_chats" in scope or ("default" in scope and not commands.get(language)):
                commands[language] = listed
        known = {key: self.world.bot[key] for key in ("id", "username", "first_name")}
        return reply(known | {"commands": commands})

    # Deeds

    def place(self, request: web.Request, body: Json) -> deeds.Place:
        """The person in the chat they named."""
        chat_id = body.get("chat_id")
        return deeds.at(self.world, self.account(request), None if chat_id in {None, ""} else int(chat_id))

    async def text(self, request: web.Request) -> web.Response:
        """Type."""
        body = await asked(request)
        said = deeds.says(self.place(request, body), str(body["text"]), body.get("reply_to_message_id"))
        return reply(said[-1])

    async def edit(self, request: web.Request) -> web.Response:
        """Change an own message."""
        body = await asked(request)
        return reply(deeds.edits(self.place(request, body), int(body["message_id"]), str(body["text"])))

    async def press(self, request: web.Request) -> web.Response:
        """Press a button."""
        body = await asked(request)
        place, forged = self.place(request, body), bool(body.get("forged"))
        query = deeds.presses(place, int(body["message_id"]), str(body["data"]), forged=forged)
        return reply({"query_id": query})

    async def query(self, request: web.Request) -> web.Response:
        """Whether the bot has answered a press."""
        query = self.world.queries.get(request.match_info["query_id"])
        if query is None:
            raise Refusal("there is no such query")
        return reply({key: query[key] for key in ("answered", "text", "show_alert") if key in query})

    async def files(self, request: web.Request) -> web.Response:
        """Send one file or an album."""
        fields: Json = {}
        parts: list[tuple[str, bytes, str]] = []
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            content = bytes(await part.read(decode=True))
            if part.filename is None:
                fields[str(part.name)] = content.decode()
            else:
                parts.append((part.filename, content, part.headers.get("Content-Type", "")))
        size = int(fields["size"]) if fields.get("size") else None
        picked = [deeds.Picked(name, content, mime, size) for name, content, mime in parts]
        place = self.place(request, fields)
        return reply(deeds.sends(place, fields.get("kind", "document"), picked, fields.get("caption", "")))

    async def other(self, request: web.Request) -> web.Response:
        """Send a sticker and the like."""
        body = await asked(request)
        return reply(deeds.sends_other(self.place(request, body), str(body["kind"])))

    async def block(self, request: web.Request) -> web.Response:
        """Block or unblock the bot."""
        account = self.account(request)
        deeds.blocks(self.world, account, request.path.endswith("/block"))
        return reply(shown(account))

    # What is on the screen

    def room(self, request: web.Request) -> Room | None:
        """The chat; None for a private one that has not begun."""
        number = int(request.match_info["id"])
        room = self.world.rooms.get(number)
        if room is None and number not in self.world.accounts:
            raise Refusal("there is no such chat")
        return room

    async def messages(self, request: web.Request) -> web.Response:
        """The chat as it stands."""
        return reply(self.screen(self.room(request)))

    async def changes(self, request: web.Request) -> web.Response:
        """The chat as soon as it is newer than `after`."""
        after = int(request.query.get("after", 0))
        seconds = min(float(request.query.get("timeout", 25)), LONGEST_WAIT)
        room = self.room(request)
        waiting = room.waiting if room else self.account(request).waiting
        if (room.version if room else 0) <= after and not self.sandbox.faults.closing.is_set():
            await waiting.wait(seconds)
            room = self.room(request)
        return reply(self.screen(room) | {"typing": room is not None and self.world.is_typing(room)})

    def screen(self, room: Room | None) -> Json:
        """Version and messages."""
        if room is None:
            return {"version": 0, "messages": []}
        return {"version": room.version, "messages": list(room.messages.values())}

    async def file(self, request: web.Request) -> web.Response:
        """The bytes of a file in a message."""
        stored = self.world.files.by_id.get(request.match_info["file_id"])
        if stored is None:
            return reply({"error": "there is no such file"}, 404)
        return web.Response(body=stored.content, headers=shown_as(stored))

    async def clock(self, _: web.Request) -> web.Response:
        """The sandbox's time."""
        sandbox = self.sandbox
        offset = sandbox.offset.total_seconds()
        return reply({"now": sandbox.now().isoformat(), "offset_seconds": offset})

    async def page(self, _: web.Request) -> web.StreamResponse:
        """The phone."""
        index = PAGE / "index.html"
        if not await asyncio.to_thread(index.is_file):
            return reply({"error": "the page is not here"}, 404)
        return web.FileResponse(index)


def shown_as(stored: Stored) -> dict[str, str]:
    """Headers under which a file can do no harm: what a browser might run as a page is only ever saved."""
    sent = str(stored.about.get("mime_type") or "image/jpeg").partition(";")[0].strip().lower()
    mime = sent if MEDIA_TYPE.fullmatch(sent) else "application/octet-stream"
    headers = {"Content-Type": mime, "X-Content-Type-Options": "nosniff"}
    if not mime.startswith(("image/", "audio/", "video/")) or "xml" in mime:
        name = quote(str(stored.about.get("file_name", "")))
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}" if name else "attachment"
    return headers


def shown(account: Account) -> Json:
    """A person as the page sees them."""
    user = account.user
    known = {key: user.get(key) for key in ("id", "first_name", "last_name", "username", "language_code")}
    return known | {"blocked": account.blocked}
