"""Troubles on demand: what a bad day at the messenger looks like to the bot."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.sandbox.refusals import Refused, too_many
from bot.sandbox.updates import Updates

CALL_KINDS = frozenset(
    {"status", "reset", "hang", "accept_then_hang", "accept_then_reset", "too_many", "slow"}
)
"""status: an HTML page instead of JSON · reset: the connection breaks before anything is done · hang: nothing
is done, nothing is answered · accept_then_hang, accept_then_reset: it is done, and nobody says so · too_many:
429 · slow: it is done and answered after `seconds` of real time."""

KINDS = CALL_KINDS | {"duplicate", "redeliver", "reorder", "rubbish", "outage"}

BAD_GATEWAY = Refused("Bad Gateway", 502)

HTML = "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<h1>{0}</h1>\r\n</body>\r\n</html>\r\n"
PHRASES = {500: "500 Internal Server Error", 502: "502 Bad Gateway", 503: "503 Service Unavailable"}


@dataclass(slots=True)
class Fault:
    """One trouble for the next `times` calls of a method (`*`: of any)."""

    kind: str
    method: str = "*"
    times: int = 1
    code: int = 502
    seconds: float = 1
    chat_id: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no such fault: {self.kind}; there are {', '.join(sorted(KINDS))}")


class Faults:
    """The troubles that are still to come."""

    def __init__(self, updates: Updates, now: Callable[[], datetime]) -> None:
        self.updates = updates
        self.now = now
        self.coming: list[Fault] = []
        self.out_until: datetime | None = None
        self.closing = asyncio.Event()

    def add(self, kind: str, method: str = "*", **more: Any) -> None:
        """Switch a trouble on.

        Troubles of calls (`CALL_KINDS`) take `method` and, as `more`, times, code, seconds, chat_id.
        Troubles of updates take times: `duplicate` (the next ones come twice under one id), `redeliver`
        (confirmed ones come back), `rubbish` (one that nobody can take apart), `reorder` (a webhook brings
        the next ones up to `seconds` late, so that others overtake them). `outage` takes seconds.
        Raises ValueError for any other kind, TypeError for any other parameter.
        """
        fault = Fault(kind, method, **more)
        match kind:
            case "duplicate":
                self.updates.twice += fault.times
            case "redeliver":
                self.updates.redeliver(fault.times)
            case "reorder":
                self.updates.late, self.updates.latest = fault.times, fault.seconds
            case "rubbish":
                for _ in range(fault.times):
                    self.updates.add_rubbish()
            case "outage":
                self.out_until = self.now() + timedelta(seconds=fault.seconds)
                self.updates.end_poll(BAD_GATEWAY)
            case _:
                self.coming.append(fault)

    def clear(self) -> None:
        """A good day again."""
        self.coming.clear()
        self.out_until = None
        self.updates.twice = self.updates.late = 0

    def next_for(self, method: str, chat_id: object = None) -> Fault | None:
        """The trouble this call meets, if any; it is used up by that."""
        if self.out_until is not None:
            if self.now() < self.out_until:
                return Fault("status")
            self.out_until = None
        for fault in self.coming:
            if fault.method not in {"*", method}:
                continue
            if fault.chat_id is not None and str(chat_id) != str(fault.chat_id):
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.coming.remove(fault)
            return fault
        return None

    async def before(self, fault: Fault, request: web.Request) -> web.Response | None:
        """What happens instead of the call; None when the call is to be done first. Raises `Refused` 429."""
        match fault.kind:
            case "status":
                return page(fault.code)
            case "reset":
                return reset(request)
            case "hang":
                await self.closing.wait()
                return reset(request)
            case "too_many":
                raise too_many(max(1, round(fault.seconds)))
            case _:
                return None

    async def after(self, fault: Fault, request: web.Request, done: web.Response) -> web.Response:
        """What the caller gets although the call was done."""
        match fault.kind:
            case "accept_then_hang":
                await self.closing.wait()
                return reset(request)
            case "accept_then_reset":
                return reset(request)
            case "slow":
                await asyncio.sleep(fault.seconds)
        return done


def page(code: int) -> web.Response:
    """The HTML that stands before Telegram's servers when they are away."""
    return web.Response(status=code, text=HTML.format(PHRASES.get(code, str(code))), content_type="text/html")


def reset(request: web.Request) -> web.Response:
    """Break the connection as a network does: with RST, so that the caller sees no answer at all."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def as_json(refusal: Refused) -> dict[str, Any]:
    """How Telegram writes a refusal."""
    body: dict[str, Any] = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return body
