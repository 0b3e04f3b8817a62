"""A bad day at the messenger, on demand; and a clock that can be moved."""

import asyncio
from datetime import timedelta

import aiohttp
import pytest
import telegram

from bot.sandbox import Person, Sandbox
from tests.sandbox_caller import Caller


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
    person = sandbox.person("An")
    await person.types("/start")
    return person


async def status(call: Caller, method: str, **parameters: object) -> tuple[int, str]:
    url = f"{call.sandbox.url}/bot{call.sandbox.token}/{method}"
    async with call.session.post(url, json=parameters) as response:
        return response.status, response.content_type


@pytest.mark.parametrize("code", [500, 502])
async def test_the_next_calls_of_one_method_answer_with_a_page(call, sandbox, an, code):
    sandbox.faults.add("status", "sendMessage", times=2, code=code)
    sent = {"chat_id": an.id, "text": "x"}
    assert (await status(call, "getMe"))[0] == 200
    assert await status(call, "sendMessage", **sent) == (code, "text/html")
    assert await status(call, "sendMessage", **sent) == (code, "text/html")
    assert an.last() is None
    assert await status(call, "sendMessage", **sent) == (200, "application/json")


async def test_a_reset_before_the_deed_does_nothing(call, sandbox, an):
    sandbox.faults.add("reset", "sendMessage")
    with pytest.raises(aiohttp.ClientConnectionError):
        await call("sendMessage", chat_id=an.id, text="x")
    assert an.last() is None


async def test_a_reset_after_the_deed_leaves_the_message_there(call, sandbox, an):
    sandbox.faults.add("accept_then_reset", "sendMessage")
    with pytest.raises(aiohttp.ClientConnectionError):
        await call("sendMessage", chat_id=an.id, text="x")
    assert an.last()["text"] == "x"


@pytest.mark.parametrize(("kind", "there"), [("hang", False), ("accept_then_hang", True)])
async def test_a_hanging_call_is_done_or_not_done_as_ordered(sandbox, an, kind, there):
    sandbox.faults.add(kind, "sendMessage")
    bot = telegram.Bot(sandbox.token, base_url=f"{sandbox.url}/bot")
    async with bot:
        with pytest.raises(telegram.error.TimedOut):
            await bot.send_message(an.id, "x", read_timeout=0.5)
    assert (an.last() is not None) == there


async def test_too_many_requests_says_when_to_come_back(sandbox, an, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    sandbox.faults.add("too_many", "sendMessage", seconds=7)
    bot = telegram.Bot(sandbox.token, base_url=f"{sandbox.url}/bot")
    async with bot:
        with pytest.raises(telegram.error.RetryAfter) as refusal:
            await bot.send_message(an.id, "x")
    assert refusal.value.retry_after == timedelta(seconds=7)
    assert an.last() is None


async def test_a_fault_may_hit_one_chat_only(call, sandbox, an):
    binh = sandbox.person("Bình")
    await binh.types("/start")
    sandbox.faults.add("status", "sendMessage", chat_id=an.id)
    assert (await status(call, "sendMessage", chat_id=binh.id, text="x"))[0] == 200
    assert (await status(call, "sendMessage", chat_id=str(an.id), text="x"))[0] == 502


async def test_an_outage_ends_polls_and_lasts_by_the_sandboxs_clock(call, sandbox, an):
    await call("getUpdates", offset=2**40)
    poll = asyncio.create_task(status(call, "getUpdates", timeout=30))
    await call("getMe")
    sandbox.faults.add("outage", seconds=600)
    assert await poll == (502, "text/html")
    assert (await status(call, "getMe"))[0] == 502
    sandbox.advance(601)
    assert (await status(call, "getMe"))[0] == 200


async def test_an_update_comes_twice_under_one_id(call, sandbox, an):
    sandbox.faults.add("duplicate")
    await an.types("một")
    await an.types("hai")
    found = (await call("getUpdates")).result
    assert [one["message"]["text"] for one in found] == ["/start", "một", "một", "hai"]
    assert found[1] == found[2]
    assert (await call("getUpdates", offset=found[2]["update_id"] + 1)).result == found[3:]


async def test_a_confirmed_update_comes_back_whatever_the_offset(call, sandbox, an):
    (update,) = (await call("getUpdates")).result
    after = update["update_id"] + 1
    assert (await call("getUpdates", offset=after)).result == []
    poll = asyncio.create_task(call("getUpdates", offset=after, timeout=30))
    await call("getMe")
    sandbox.faults.add("redeliver")
    assert (await poll).result == [update]
    assert (await call("getUpdates", offset=after)).result == []


async def test_rubbish_stands_between_good_updates(call, sandbox, an):
    sandbox.faults.add("rubbish")
    await an.types("sau")
    first, rubbish, last = (await call("getUpdates")).result
    assert rubbish == {"update_id": first["update_id"] + 1, "message": "rubbish"}
    assert last["message"]["text"] == "sau"


async def test_faults_are_switched_over_http_and_cleared(call, sandbox, an):
    fault = {"kind": "status", "method": "getMe", "times": 5, "code": 500}
    assert await call.phone("POST", "/sandbox/faults", json=fault) == {"ok": True}
    assert (await status(call, "getMe"))[0] == 500
    async with call.session.delete(f"{sandbox.url}/sandbox/faults") as response:
        assert response.status == 200
    assert (await status(call, "getMe"))[0] == 200
    for wrong in ({"kind": "earthquake"}, {"kind": "status", "how": "loud"}, {}):
        assert "error" in await call.phone("POST", "/sandbox/faults", json=wrong)
    await call("sendMesage")
    assert await call.phone("GET", "/sandbox/violations") == {"violations": ["sendMesage: Not Found"]}


async def test_the_clock_moves_and_dates_with_it(call, sandbox, an):
    before = sandbox.now()
    await call.phone("POST", "/sandbox/clock", json={"advance_seconds": 86400})
    assert timedelta(days=1) <= sandbox.now() - before < timedelta(days=1, minutes=1)
    message = await an.types("hôm sau")
    assert message["date"] - an.screen()[0]["date"] >= 86400
    assert (await call.phone("GET", "/phone/clock"))["offset_seconds"] == 86400


async def test_rates_are_kept_only_when_asked_for(call, sandbox, an):
    for _ in range(40):
        assert (await call("sendMessage", chat_id=an.id, text="x")).status == 200


async def send_all(call: Caller, chats: list[int]) -> list[int]:
    return [(await call("sendMessage", chat_id=chat, text="x")).status for chat in chats]


@pytest.fixture
async def limited(call, sandbox):
    """Rates on, and a clock that stands still unless moved."""
    moment = sandbox.now()
    sandbox._clock = lambda: moment
    await call.phone("POST", "/sandbox/limits", json={"on": True})


async def test_one_chat_takes_a_small_burst_and_then_one_a_second(limited, call, sandbox, an):
    assert await send_all(call, [an.id] * 4) == [200, 200, 200, 429]
    answer = await call("sendMessage", chat_id=an.id, text="x")
    wait = answer["parameters"]["retry_after"]
    assert answer.refusal == f"Too Many Requests: retry after {wait}"
    sandbox.advance(wait)
    assert await send_all(call, [an.id]) == [200]


async def test_all_chats_together_take_thirty_a_second(limited, call, sandbox):
    people = [sandbox.person(str(number)) for number in range(31)]
    for person in people:
        await person.types("/start")
    assert await send_all(call, [person.id for person in people]) == [200] * 30 + [429]
    sandbox.advance(1)
    assert await send_all(call, [people[-1].id]) == [200]


async def test_a_group_takes_twenty_a_minute(limited, call, sandbox, an):
    group = sandbox.group("Tổ may 3", [an])
    assert await send_all(call, [group.id] * 21) == [200] * 20 + [429]
    sandbox.advance(59)
    assert await send_all(call, [group.id]) == [429]
    sandbox.advance(1)
    assert await send_all(call, [group.id]) == [200]
