"""The switches of the sandbox over HTTP, for tests and tools in other processes."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from bot.sandbox.phone import Refusal, asked, reply, told
from bot.sandbox.values import Upload

if TYPE_CHECKING:
    from bot.sandbox.server import Call, Sandbox

JUST_AFTER = timedelta(seconds=1)


class Control:
    """`/sandbox/...`: what the bot called, what it did wrong, what shall go wrong, what time it is."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox

    def add_routes(self, app: web.Application) -> None:
        """Nothing here needs the bot's token: the sandbox listens on loopback only."""
        for verb, path, handler in (
            ("GET", "/sandbox/calls", self.calls),
            ("GET", "/sandbox/violations", self.violations),
            ("GET", "/sandbox/updates", self.updates),
            ("POST", "/sandbox/faults", self.add_fault),
            ("DELETE", "/sandbox/faults", self.clear_faults),
            ("POST", "/sandbox/limits", self.limits),
            ("POST", "/sandbox/clock", self.clock),
        ):
            app.router.add_route(verb, path, told(handler))

    async def calls(self, request: web.Request) -> web.Response:
        """The calls of the bot from number `after` on, of one `method` if named."""
        after, method = int(request.query.get("after", 0)), request.query.get("method")
        calls = self.sandbox.calls
        listed = [written(call) for call in calls[after:] if method in {None, call.method}]
        return reply({"count": len(calls), "calls": listed})

    async def violations(self, _: web.Request) -> web.Response:
        """What the bot did against the contract of the Bot API."""
        return reply({"violations": self.sandbox.violations})

    async def updates(self, _: web.Request) -> web.Response:
        """The updates that the bot has not confirmed."""
        updates = self.sandbox.world.updates
        return reply({"last_id": updates.last_id, "pending": [update.number for update in updates.pending]})

    async def add_fault(self, request: web.Request) -> web.Response:
        """`kind` and the parameters of `Faults.add`."""
        self.sandbox.faults.add(**await asked(request))
        return reply({"ok": True})

    async def clear_faults(self, _: web.Request) -> web.Response:
        """No more trouble."""
        self.sandbox.faults.clear()
        return reply({"ok": True})

    async def limits(self, request: web.Request) -> web.Response:
        """`on`: whether Telegram's rates are kept."""
        self.sandbox.limits.on = bool((await asked(request))["on"])
        return reply({"on": self.sandbox.limits.on})

    async def clock(self, request: web.Request) -> web.Response:
        """`advance_seconds`: move the sandbox's time; `to`: "next_reminder" moves it to just after that."""
        wish = await asked(request)
        if wish.get("to") == "next_reminder":
            at = self.sandbox.next_reminder(self.sandbox.now())
            if at is None:
                raise Refusal("no reminder comes any more")
            self.sandbox.advance(at - self.sandbox.now() + JUST_AFTER)
        else:
            self.sandbox.advance(float(wish["advance_seconds"]))
        return reply({"now": self.sandbox.now().isoformat()})


def written(call: "Call") -> dict[str, Any]:
    """A call as JSON; files by name and size."""
    parameters = orjson.loads(orjson.dumps(call.params, default=_file))
    return {"method": call.method, "params": parameters, "status": call.status, "at": call.at.isoformat()}


def _file(value: object) -> dict[str, Any]:
    if isinstance(value, Upload):
        return {"name": value.name, "size": len(value.content)}
    raise TypeError(type(value).__name__)
