"""The sandbox itself: a server on loopback that speaks the Bot API, and the people who talk to its bot."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from aiohttp import web

from bot import clock as real_clock
from bot.sandbox import editing, media, polling, reading, rooms, sending, settings
from bot.sandbox.check import TABLE
from bot.sandbox.control import Control
from bot.sandbox.faults import BAD_GATEWAY, Faults, as_json, page
from bot.sandbox.limits import Limits
from bot.sandbox.methods import Request, answer
from bot.sandbox.people import Group, Person
from bot.sandbox.phone import LOOPBACK, Phone
from bot.sandbox.refusals import NOT_FOUND, UNAUTHORIZED, Refused
from bot.sandbox.world import World

Json = dict[str, Any]

PLAYED = (editing, media, polling, rooms, sending, settings)
"""Modules that register the methods they play when they are imported."""

LARGEST_REQUEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot: what it asked, with which parameters, and the HTTP status it got."""

    method: str
    params: Json
    status: int
    at: datetime


class Sandbox:
    """Telegram as far as one bot sees it. `url` is what the bot takes for api.telegram.org.

    `clock` gives aware instants; `advance` moves the sandbox's time ahead of it. With `limits` the rates of
    Telegram are kept and answered with 429.
    """

    def __init__(
        self,
        token: str = "1000:SANDBOX",  # noqa: S107 -- opens nothing but this sandbox
        *,
        clock: Callable[[], datetime] = real_clock.now,
        limits: bool = False,
        username: str = "sangkien_sandbox_bot",
    ) -> None:
        self.token = token
        self.url = ""
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.offset = timedelta()
        self._clock = clock
        # Whoever lives by this time is told how far it is ahead, and may say when something comes next.
        self.moved: Callable[[timedelta], object] = lambda _: None
        self.next_reminder: Callable[[datetime], datetime | None] = lambda _: None
        self.world = World(_bot(token, username), self.now)
        self.faults = Faults(self.world.updates, self.now)
        self.limits = Limits(self.now, on=limits)
        self._runner: web.AppRunner | None = None

    # Life

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one. `url` is known afterwards. Raises for other hosts."""
        if host not in LOOPBACK:
            raise ValueError(f"the sandbox listens on loopback only, not on {host}")
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_route("*", "/bot{token}/{method}", self._bot_call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        Phone(self).add_routes(app)
        Control(self).add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        taken = self._runner.addresses[0][1]
        self.url = f"http://{host}:{taken}"
        self.faults.closing.clear()
        self.world.webhook.go_on()

    async def stop(self) -> None:
        """End every long poll and close the doors."""
        self.faults.closing.set()
        self.world.updates.end_poll()
        for room in self.world.rooms.values():
            room.waiting.wake()
        await self.world.webhook.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "Sandbox":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # Time

    def now(self) -> datetime:
        """The instant in the sandbox."""
        return self._clock() + self.offset

    def advance(self, span: timedelta | float) -> None:
        """Move the sandbox's time by a span, or by so many seconds."""
        self.offset += span if isinstance(span, timedelta) else timedelta(seconds=span)
        self.moved(self.offset)

    # People

    def person(
        self,
        first_name: str,
        *,
        language: str = "vi",
        last_name: str | None = None,
        username: str | None = None,
    ) -> Person:
        """Somebody with a phone, who has not written to the bot yet."""
        names = {"last_name": last_name, "username": username, "language_code": language}
        return Person(self.world, self.world.new_account(first_name, **names))

    def group(self, title: str, members: Iterable[Person], *, kind: str = "group") -> Group:
        """A group (or "supergroup") with those people, to which the first of them has added the bot."""
        accounts = [person.account for person in members]
        return Group.founded(self.world, kind, title, accounts)

    # The Bot API

    async def _bot_call(self, request: web.Request) -> web.StreamResponse:
        """Every call goes this way: token, method, trouble, check, deed, log."""
        method = request.match_info["method"]
        sent: Json = {}
        fault = None
        try:
            if request.match_info["token"] != self.token:
                raise UNAUTHORIZED
            method = TABLE.name_of(method)
            sent, uploads = await reading.read(request)
            fault = self.faults.next_for(method, sent.get("chat_id"))
            if fault is not None and (instead := await self.faults.before(fault, request)):
                self._log(method, sent, instead.status)
                return instead
            checked = TABLE.check(method, reading.with_files(method, sent, uploads))
            self.limits.spend(method, checked, self.world)
            body = await self._done(method, Request(self.world, checked, uploads))
        except Refused as refusal:
            return self._refused(method, sent, refusal)
        self._log(method, checked, 200)
        response = web.Response(body=b'{"ok":true,"result":' + body + b"}", content_type="application/json")
        return response if fault is None else await self.faults.after(fault, request, response)

    async def _done(self, method: str, request: Request) -> bytes:
        """The result of a call as JSON."""
        if method == "getUpdates":
            return await polling.get_updates(request)
        return orjson.dumps(answer(method, request))

    def _refused(self, method: str, sent: Json, refusal: Refused) -> web.Response:
        if refusal.violation:
            self.violations.append(f"{method}: {refusal.description}")
        self._log(method, sent, refusal.code)
        if refusal is BAD_GATEWAY:
            return page(refusal.code)
        headers = {}
        if refusal.parameters and "retry_after" in refusal.parameters:
            headers["Retry-After"] = str(refusal.parameters["retry_after"])
        return web.Response(
            status=refusal.code,
            body=orjson.dumps(as_json(refusal)),
            content_type="application/json",
            headers=headers,
        )

    def _log(self, method: str, sent: Json, status: int) -> None:
        self.calls.append(Call(method, sent, status, self.now()))

    async def _download(self, request: web.Request) -> web.Response:
        """The bytes of a file under the path that getFile gave."""
        if request.match_info["token"] != self.token:
            return self._refused("file", {}, UNAUTHORIZED)
        fault = self.faults.next_for("file")
        if fault is not None and (instead := await self.faults.before(fault, request)):
            return instead
        stored = self.world.files.by_path.get(request.match_info["path"])
        if stored is None:
            return self._refused("file", {}, NOT_FOUND)
        return web.Response(body=stored.content, content_type="application/octet-stream")


def _bot(token: str, username: str) -> Json:
    """The bot as a user; its id is the number before the colon of its token."""
    number = token.partition(":")[0]
    return {
        "id": int(number) if number.isdigit() else 1000,
        "is_bot": True,
        "first_name": "Sáng kiến",
        "username": username,
    }
