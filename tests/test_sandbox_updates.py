"""An update stays until it is confirmed, whether it is fetched or pushed."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox import Person, Sandbox
from tests.sandbox_caller import Caller

CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


@pytest.fixture
async def sandbox():
    async with Sandbox() as server:
        yield server


@pytest.fixture
async def call(sandbox: Sandbox):
    async with aiohttp.ClientSession() as session:
        yield Caller(sandbox, session)


@pytest.fixture
async def an(sandbox: Sandbox) -> Person:
    return sandbox.person("An")


async def numbers(call: Caller, **parameters: object) -> list[int]:
    return [one["update_id"] for one in (await call("getUpdates", **parameters)).result]


async def texts(call: Caller, **parameters: object) -> list[str]:
    return [one["message"]["text"] for one in (await call("getUpdates", **parameters)).result]


async def test_updates_come_again_until_a_higher_offset_confirms_them(call, an):
    for word in ("một", "hai", "ba"):
        await an.types(word)
    assert await texts(call) == await texts(call) == ["một", "hai", "ba"]
    first, second, third = await numbers(call)
    assert (second, third) == (first + 1, first + 2)
    assert await texts(call, offset=second) == ["hai", "ba"]
    assert await texts(call) == ["hai", "ba"]
    assert await texts(call, offset=third + 1) == []
    assert await texts(call) == []


async def test_limit_and_a_negative_offset(call, an):
    for number in range(5):
        await an.types(str(number))
    assert await texts(call, limit=2) == ["0", "1"]
    assert await texts(call, limit=0) == ["0"]
    assert await texts(call, limit=1000) == ["0", "1", "2", "3", "4"]
    assert await texts(call, offset=-2) == ["3", "4"]
    assert await texts(call) == ["3", "4"]


async def test_a_long_poll_ends_the_moment_somebody_types(call, an):
    poll = asyncio.create_task(texts(call, timeout=30))
    await call("getMe")
    assert not poll.done()
    await an.types("chào")
    async with asyncio.timeout(15):
        assert await poll == ["chào"]


async def test_a_second_poller_sends_the_first_home_with_409(call):
    first = asyncio.create_task(call("getUpdates", timeout=30))
    await call("getMe")
    second = asyncio.create_task(call("getUpdates", timeout=30))
    answer = await first
    assert (answer.status, answer.refusal) == (409, CONFLICT)
    assert not second.done()
    third = await call("getUpdates")
    assert third.result == [] and (await second).status == 409


async def test_only_allowed_updates_come_and_the_choice_is_remembered(call, sandbox, an):
    await call("getUpdates", allowed_updates=["callback_query"])
    await an.types("chào")
    assert await numbers(call) == []
    await call("getUpdates", allowed_updates=[])
    await an.types("chào")
    assert len(await numbers(call)) == 1
    answer = await call("getUpdates", allowed_updates=["mesage"])
    assert answer.status == 400 and sandbox.violations


async def test_stopping_ends_every_wait_at_once():
    sandbox = Sandbox()
    await sandbox.start()
    person = sandbox.person("An")
    await person.types("x")
    async with aiohttp.ClientSession() as session:
        call = Caller(sandbox, session)
        await call("getUpdates", offset=2**40)
        waits = [
            asyncio.create_task(call("getUpdates", timeout=50)),
            asyncio.create_task(
                call.phone("GET", f"/phone/chats/{person.id}/changes", params={"after": 9, "timeout": 50})
            ),
        ]
        await call("getMe")
        async with asyncio.timeout(20):
            await sandbox.stop()
            await asyncio.gather(*waits, return_exceptions=True)
        with pytest.raises(aiohttp.ClientConnectionError):
            await call("getMe")


async def test_it_starts_again_where_it_stopped():
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
        call, port = Caller(sandbox, session), int(sandbox.url.rsplit(":", 1)[1])
        person = sandbox.person("An")
        await sandbox.stop()
        await person.types("trong lúc mất mạng")
        await sandbox.start(port=port)
        assert await texts(call) == ["trong lúc mất mạng"]


class Hook:
    """A bot's webhook that says what it is told to."""

    def __init__(self) -> None:
        self.seen: list[dict] = []
        self.secrets: set[str | None] = set()
        self.statuses: list[int] = []
        self.arrived = asyncio.Event()
        self.most_at_once = self.at_once = 0
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        update = json.loads(await request.read())
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        await asyncio.sleep(0)
        self.at_once -= 1
        status = self.statuses.pop(0) if self.statuses else 200
        self.seen.append(update)
        self.arrived.set()
        return web.Response(status=status)

    async def until(self, count: int) -> list[dict]:
        async with asyncio.timeout(5):
            while len(self.seen) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return self.seen


@pytest.fixture
async def hook():
    hook = Hook()
    app = web.Application()
    app.router.add_post("/telegram", hook.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
    yield hook
    await runner.cleanup()


async def test_a_webhook_gets_what_waited_and_what_comes_with_the_secret(call, an, hook):
    await an.types("trước")
    assert (await call("setWebhook", url=hook.url, secret_token="bi-mat")).result is True
    await an.types("sau")
    seen = await hook.until(2)
    assert [one["message"]["text"] for one in seen] == ["trước", "sau"]
    assert hook.secrets == {"bi-mat"}
    info = (await call("getWebhookInfo")).result
    assert info["url"] == hook.url and info["max_connections"] == 40


async def test_getupdates_and_a_webhook_exclude_each_other(call, hook):
    waiting = asyncio.create_task(call("getUpdates", timeout=30))
    await call("getMe")
    await call("setWebhook", url=hook.url)
    assert (await waiting).refusal == "Conflict: terminated by setWebhook request"
    answer = await call("getUpdates")
    assert answer.status == 409
    assert answer.refusal == (
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first"
    )
    await call("deleteWebhook")
    assert (await call("getUpdates")).result == []


async def test_a_webhook_that_fails_is_tried_again_with_the_same_update(call, an, hook):
    hook.statuses = [500, 503]
    await call("setWebhook", url=hook.url)
    await an.types("chào")
    seen = await hook.until(3)
    assert len({one["update_id"] for one in seen}) == 1
    info = (await call("getWebhookInfo")).result
    assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"


async def test_one_chat_comes_in_order_and_many_chats_side_by_side(call, sandbox, hook):
    people = [sandbox.person(f"Người {number}") for number in range(10)]
    for word in ("một", "hai", "ba"):
        for person in people:
            await person.types(word)
    await call("setWebhook", url=hook.url, max_connections=4)
    seen = await hook.until(30)
    for person in people:
        own = [one["message"]["text"] for one in seen if one["message"]["from"]["id"] == person.id]
        assert own == ["một", "hai", "ba"]
    assert 1 < hook.most_at_once <= 4


async def test_pending_updates_can_be_dropped(call, an, hook):
    await an.types("cũ")
    await call("deleteWebhook", drop_pending_updates=True)
    assert await numbers(call) == []


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"url": "http://bot.example.vn/telegram"}, "An HTTPS URL must be provided"),
        ({"url": "https://bot.example.vn:9000/x"}, "only on ports 80, 88, 443 or 8443"),
        ({"url": "http://127.0.0.1:1/x", "secret_token": "bí mật"}, "unallowed characters"),
        ({"url": "http://127.0.0.1:1/x", "max_connections": 101}, "max_connections"),
    ],
)
async def test_a_webhook_that_telegram_would_not_take_is_refused(call, parameters, words):
    assert words in (await call("setWebhook", **parameters)).refusal
