"""People type, press, send and read; in groups the bot sees only what Telegram shows it."""

import asyncio
import re

import aiohttp
import pytest

from bot.sandbox import Impossible, Person, Sandbox
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
    return sandbox.person("An", language="en", username="an_may")


async def updates(call: Caller) -> list[dict]:
    found = (await call("getUpdates")).result
    if found:
        await call("getUpdates", offset=found[-1]["update_id"] + 1)
    return found


KEYBOARD = {"inline_keyboard": [[{"text": "Có", "callback_data": "ask|yes|1"}]]}


async def test_a_message_says_who_where_and_when(call, sandbox, an):
    await an.types("/start don-vi-7")
    (update,) = await updates(call)
    message = update["message"]
    assert message["from"]["language_code"] == "en" and message["from"]["username"] == "an_may"
    assert message["chat"] == {"id": an.id, "first_name": "An", "username": "an_may", "type": "private"}
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["date"] == int(sandbox.now().timestamp()) or message["date"] > 1_700_000_000


async def test_an_answer_is_awaited_and_read_once(call, an):
    await an.types("chào")
    waiting = asyncio.create_task(an.answer())
    await call("sendMessage", chat_id=an.id, text="một")
    assert [one["text"] for one in await waiting] == ["một"]
    await call("sendMessage", chat_id=an.id, text="hai")
    await call("sendMessage", chat_id=an.id, text="ba")
    assert [one["text"] for one in await an.answer(count=2)] == ["hai", "ba"]
    with pytest.raises(TimeoutError, match="screen ends with"):
        await an.answer(timeout=0.02)


async def test_an_edited_message_counts_as_an_answer_and_shows_its_last_words(call, an):
    await an.types("chào")
    sent = (await call("sendMessage", chat_id=an.id, text="một", reply_markup=KEYBOARD)).result
    await an.presses(sent, "ask|yes|1")
    await call("editMessageText", chat_id=an.id, message_id=sent["message_id"], text="hai")
    await call("editMessageText", chat_id=an.id, message_id=sent["message_id"], text="ba")
    assert [one["text"] for one in await an.quiet(0.02)] == ["ba"]


async def test_only_buttons_on_the_screen_can_be_pressed_unless_forged(call, an):
    await an.types("chào")
    with pytest.raises(Impossible):
        await an.presses(None, "Có")
    sent = (await call("sendMessage", chat_id=an.id, text="một", reply_markup=KEYBOARD)).result
    with pytest.raises(Impossible):
        await an.presses(sent, "Không")
    await an.presses(sent, "admin|all|1", forged=True)
    await an.presses(None, "Có")
    queries = [one["callback_query"] for one in (await updates(call))[1:]]
    assert [one["data"] for one in queries] == ["admin|all|1", "ask|yes|1"]
    assert queries[0]["message"] == sent


async def test_a_long_text_arrives_as_full_messages_right_after_each_other(call, an):
    text = "Trước đây hai người khiêng cuộn vải. " * 300
    last = await an.types(text)
    found = [one["message"]["text"] for one in await updates(call)]
    assert len(found) == 3 and found[-1] == last["text"]
    assert " ".join(found) == text.strip()


async def test_an_edited_message_tells_its_new_words(call, sandbox, an):
    first = await an.types("một")
    await an.edits(first, "hai")
    (_, update) = await updates(call)
    assert update["edited_message"]["text"] == "hai" and update["edited_message"]["edit_date"]
    assert update["edited_message"]["message_id"] == first["message_id"]
    with pytest.raises(Impossible):
        await sandbox.person("Bình").edits(first, "ba")


async def test_eleven_pictures_are_two_albums_and_voices_are_none(call, an):
    sent = await an.sends("photo", *[b"x"] * 11)
    groups = [one["media_group_id"] for one in sent]
    assert len(set(groups[:10])) == 1 and groups[10] != groups[0]
    assert all("media_group_id" not in one for one in await an.sends("voice", b"x", b"y"))


@pytest.mark.parametrize("text", ["", "x" * 4097])
async def test_an_app_keeps_no_empty_or_endless_edit(an, text):
    first = await an.types("một")
    with pytest.raises(Impossible):
        await an.edits(first, text)
    with pytest.raises(Impossible):
        await an.sends("photo", b"x", caption="x" * 1025)


async def test_blocking_is_told_once_and_silences_the_phone(call, an):
    await an.types("/start")
    await an.blocks()
    await an.blocks()
    with pytest.raises(Impossible):
        await an.types("nghe không?")
    await an.unblocks()
    changes = [one["my_chat_member"]["new_chat_member"]["status"] for one in (await updates(call))[1:]]
    assert changes == ["kicked", "member"]


async def test_in_a_group_the_bot_sees_commands_answers_and_mentions_only(call, sandbox, an):
    group = sandbox.group("Tổ may 3", [an, sandbox.person("Bình")])
    hello = await updates(call)
    assert [one.get("my_chat_member", {}).get("new_chat_member", {}).get("status") for one in hello] == [
        "member",
        None,
    ]
    own = sandbox.world.bot["username"]
    for text in (
        "chào cả tổ",
        "/tiendo",
        f"/tiendo@{own} tổ 3",
        "/tiendo@another_bot",
        f"nhờ @{own} giúp",
        f"thư a@{own}.vn",
        f"@{own}x",
    ):
        await an.types(text, group)
    seen = [one["message"]["text"] for one in await updates(call)]
    assert seen == ["/tiendo", f"/tiendo@{own} tổ 3", f"nhờ @{own} giúp"]
    sent = await call("sendMessage", chat_id=group.id, text="Tiến độ")
    await an.types("cảm ơn", group, reply_to=sent.result)
    assert [one["message"]["text"] for one in await updates(call)] == ["cảm ơn"]
    sandbox.world.privacy_mode = False
    await an.types("chào cả tổ", group)
    assert len(await updates(call)) == 1


async def test_everybody_in_a_group_reads_the_answer(call, sandbox, an):
    binh = sandbox.person("Bình")
    group = sandbox.group("Tổ may 3", [an, binh])
    await an.types("/tiendo", group)
    waiting = asyncio.create_task(binh.answer())
    await call("sendMessage", chat_id=group.id, text="15.040/13.811")
    assert (await waiting)[0]["text"] == (await an.answer())[0]["text"] == "15.040/13.811"
    assert an.last(group)["chat"]["title"] == "Tổ may 3" and an.last() is None


async def test_a_group_that_became_a_supergroup_tells_its_new_id(call, sandbox, an):
    group = sandbox.group("Tổ may 3", [an])
    old = group.id
    new = group.upgrades()
    answer = await call("sendMessage", chat_id=old, text="x")
    assert answer.refusal == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer["parameters"] == {"migrate_to_chat_id": new}
    assert (await call("sendMessage", chat_id=new, text="x")).result["chat"]["type"] == "supergroup"
    services = [one["message"] for one in await updates(call) if "message" in one]
    assert services[-2]["migrate_to_chat_id"] == new and services[-1]["migrate_from_chat_id"] == old


async def test_a_bot_that_was_thrown_out_or_left_is_403(call, sandbox, an):
    first, second = sandbox.group("Một", [an]), sandbox.group("Hai", [an], kind="supergroup")
    first.removes_bot()
    answer = await call("sendMessage", chat_id=first.id, text="x")
    assert (answer.status, answer.refusal) == (403, "Forbidden: bot was kicked from the group chat")
    await call("leaveChat", chat_id=second.id)
    answer = await call("sendMessage", chat_id=second.id, text="x")
    assert answer.refusal == "Forbidden: bot is not a member of the supergroup chat"
    await updates(call)
    await an.types("/tiendo", second)
    assert await updates(call) == []


async def test_members_of_a_group_are_known(call, sandbox, an):
    binh = sandbox.person("Bình")
    group = sandbox.group("Tổ may 3", [an])

    async def status(person: Person) -> str:
        return (await call("getChatMember", chat_id=group.id, user_id=person.id)).result["status"]

    assert (await status(an), await status(binh)) == ("member", "left")
    group.adds(binh)
    assert await status(binh) == "member"
    assert (await call("getChatMemberCount", chat_id=group.id)).result == 3


# The page's side


async def test_a_phone_in_the_browser_does_all_of_it(call, sandbox):
    phone = call.phone
    person = await phone("POST", "/phone/people", json={"first_name": "An", "language_code": "vi"})
    assert person["blocked"] is False and await phone("GET", "/phone/people") == [person]
    me, chat = f"/phone/people/{person['id']}", f"/phone/chats/{person['id']}"
    assert await phone("GET", f"{chat}/messages") == {"version": 0, "messages": []}
    said = await phone("POST", f"{me}/text", json={"text": "/start"})
    assert said["text"] == "/start"
    sent = (await call("sendMessage", chat_id=person["id"], text="x", reply_markup=KEYBOARD)).result
    edited = {"message_id": said["message_id"], "text": "/menu"}
    assert (await phone("POST", f"{me}/edit", json=edited))["text"] == "/menu"
    press = {"message_id": sent["message_id"], "data": "ask|yes|1"}
    query = (await phone("POST", f"{me}/press", json=press))["query_id"]
    assert await phone("GET", f"/phone/queries/{query}") == {"answered": False}
    await call("answerCallbackQuery", callback_query_id=query, text="Đã ghi", show_alert=True)
    assert await phone("GET", f"/phone/queries/{query}") == {
        "answered": True,
        "text": "Đã ghi",
        "show_alert": True,
    }
    assert (await phone("POST", f"{me}/other", json={"kind": "sticker"}))["sticker"]["emoji"]
    assert (await phone("POST", f"{me}/block"))["blocked"] is True
    assert (await phone("POST", f"{me}/unblock"))["blocked"] is False
    group = await phone("POST", "/phone/groups", json={"title": "Tổ", "members": [person["id"]]})
    await phone("POST", f"{me}/text", json={"text": "/tiendo", "chat_id": group["id"]})
    screen = await phone("GET", f"/phone/chats/{group['id']}/messages")
    assert screen["messages"][-1]["text"] == "/tiendo"
    assert (await phone("GET", "/phone/clock"))["offset_seconds"] == 0


async def test_a_phone_sends_files_and_shows_them(call, sandbox):
    person = await call.phone("POST", "/phone/people", json={"first_name": "An"})
    form = aiohttp.FormData({"kind": "photo", "caption": "Hai ảnh", "size": "30000000"})
    form.add_field("file", b"mot", filename="1.jpg")
    form.add_field("file", b"hai", filename="2.jpg")
    sent = await call.phone("POST", f"/phone/people/{person['id']}/files", data=form)
    assert [one.get("caption") for one in sent] == ["Hai ảnh", None]
    assert sent[0]["photo"][-1]["file_size"] == 30_000_000
    file_id = sent[1]["photo"][-1]["file_id"]
    async with call.session.get(f"{sandbox.url}/phone/files/{file_id}") as response:
        assert await response.read() == b"hai" and response.content_type == "image/jpeg"


async def test_changes_come_the_moment_the_screen_changes(call, an):
    await an.types("/start")
    path = f"/phone/chats/{an.id}/changes"
    now = await call.phone("GET", path, params={"after": 0})
    assert now["typing"] is False
    wait = {"after": now["version"], "timeout": 30}
    coming = asyncio.create_task(call.phone("GET", path, params=wait))
    await call("sendMessage", chat_id=an.id, text="chào")
    async with asyncio.timeout(15):
        changed = await coming
    assert changed["version"] > now["version"] and changed["messages"][-1]["text"] == "chào"
    again = await call.phone("GET", path, params={"after": changed["version"], "timeout": 0.01})
    assert again["version"] == changed["version"]


async def test_looking_at_an_empty_chat_does_not_open_it(call, an):
    await call.phone("GET", f"/phone/chats/{an.id}/changes", params={"timeout": 0.01})
    assert (await call("sendMessage", chat_id=an.id, text="x")).status == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/phone/people/1/text", {"text": "x"}),
        ("/phone/people/{id}/text", {"text": "  "}),
        ("/phone/people/{id}/text", {}),
        ("/phone/people/{id}/text", {"text": "x", "chat_id": 77}),
        ("/phone/people/{id}/press", {"message_id": 1, "data": "x"}),
        ("/phone/people/{id}/edit", {"message_id": 1, "text": "x"}),
        ("/phone/people/{id}/other", {"kind": "joke"}),
        ("/phone/people", {"first_name": " "}),
        ("/phone/people", []),
        ("/phone/groups", {"title": "x", "members": [1]}),
        ("/phone/groups", {"title": "x", "members": []}),
    ],
)
async def test_what_a_phone_cannot_do_is_one_sentence(call, an, path, body):
    url = f"{call.sandbox.url}{path.format(id=an.id)}"
    async with call.session.post(url, json=body) as response:
        assert response.status == 400
        assert list(await response.json()) == ["error"]


async def test_the_page_is_served_with_all_it_needs(call):
    async with call.session.get(f"{call.sandbox.url}/") as response:
        page = await response.text()
        assert response.status == 200 and response.content_type == "text/html"
    for part in re.findall(r'(?:src|href)="(/page/[^"]+)"', page):
        async with call.session.get(f"{call.sandbox.url}{part}") as response:
            assert response.status == 200, part


@pytest.mark.parametrize(
    "headers", [{"Host": "example.vn"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "example.vn:80"}]
)
async def test_another_sites_page_cannot_use_the_phones(call, headers):
    async with call.session.get(f"{call.sandbox.url}/phone/people", headers=headers) as response:
        assert response.status == 403
