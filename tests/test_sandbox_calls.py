"""However a client writes a call, it is read; whatever breaks the contract is refused and remembered."""

import json

import aiohttp
import pytest
import telegram

from bot.sandbox import Person, Sandbox
from bot.sandbox.check import TABLE
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
    person = sandbox.person("An", last_name="Nguyễn")
    await person.types("/start")
    return person


KEYBOARD = {"inline_keyboard": [[{"text": "Có", "callback_data": "consent|yes|1"}]]}


@pytest.mark.parametrize("way", ["json", "json with texts", "form", "query", "multipart"])
async def test_every_way_of_writing_a_call_says_the_same(call, an, way):
    whole = {"chat_id": an.id, "text": "Chào", "protect_content": True, "reply_markup": KEYBOARD}
    texts = {key: one if isinstance(one, str) else json.dumps(one) for key, one in whole.items()}
    match way:
        case "json":
            answer = await call.post("sendMessage", json=whole)
        case "json with texts":
            answer = await call.post("sendMessage", json=texts)
        case "form":
            answer = await call.post("sendMessage", data=texts)
        case "query":
            answer = await call.post("sendMessage", params=texts)
        case _:
            form = aiohttp.FormData(texts, default_to_multipart=True)
            answer = await call.post("sendMessage", data=form)
    assert answer.result["text"] == "Chào"
    assert answer.result["reply_markup"] == KEYBOARD
    assert an.last() == answer.result
    assert call.sandbox.violations == []


async def test_get_and_any_case_of_the_name_work_too(call):
    url = f"{call.sandbox.url}/bot{call.sandbox.token}/GETME"
    async with call.session.get(url) as response:
        assert (await response.json())["result"]["username"] == call.sandbox.world.bot["username"]


async def test_a_wrong_token_is_401_and_tells_nothing(call):
    answer = await call.post("getMe", token="1000:WRONG")
    assert answer == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert call.sandbox.violations == []


async def test_an_unknown_method_is_404_and_remembered(call):
    answer = await call("sendMesage", chat_id=1)
    assert (answer.status, answer.refusal) == (404, "Not Found")
    assert call.sandbox.violations == ["sendMesage: Not Found"]


async def test_a_method_that_is_not_played_never_says_yes(call, an):
    answer = await call("sendGame", chat_id=an.id, game_short_name="x")
    assert answer.status == 400
    assert "sendGame" in call.sandbox.violations[0]


@pytest.mark.parametrize(
    ("method", "parameters", "words"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": 1}, "message text is empty"),
        ("sendMessage", {"chat_id": 1, "text": "x", "disable_web_page_preview": True}, "unknown parameter"),
        ("sendMessage", {"chat_id": 1, "text": 5}, 'wrong type of "text": String'),
        ("sendMessage", {"chat_id": True, "text": "x"}, 'wrong type of "chat_id"'),
        ("sendMessage", {"chat_id": 1.5, "text": "x"}, 'wrong type of "chat_id"'),
        ("sendMessage", {"chat_id": None, "text": "x"}, 'wrong type of "chat_id"'),
        ("sendMessage", {"chat_id": 1, "text": "x", "protect_content": "perhaps"}, "Boolean expected"),
        ("sendMessage", {"chat_id": 1, "text": "x", "reply_markup": "{"}, "can't parse reply_markup"),
        ("sendMessage", {"chat_id": 1, "text": "x", "reply_markup": []}, 'wrong type of "reply_markup"'),
        ("sendMessage", {"chat_id": 1, "text": "x", "reply_parameters": {}}, "not specified"),
        (
            "sendMessage",
            {"chat_id": 1, "text": "x", "reply_parameters": {"message_id": 1, "qoute": "x"}},
            'unknown parameter "reply_parameters.qoute"',
        ),
        ("sendMessage", {"chat_id": 1, "text": "x", "entities": [{"type": "bold", "offset": "a"}]}, "length"),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
        ("setMyCommands", {"commands": [{"command": "a" * 33, "description": "x"}]}, "length"),
        ("setMyCommands", {"commands": [{"command": "Start", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "start", "description": "x" * 257}]}, "length"),
        ("setMyCommands", {"commands": [], "scope": {"type": "everywhere"}}, 'wrong type of "scope"'),
        ("setMyShortDescription", {"short_description": "x" * 121}, "length"),
        ("sendMediaGroup", {"chat_id": 1, "media": [{"type": "sticker", "media": "x"}]}, "media[0]"),
        ("getFile", {}, 'parameter "file_id" is required'),
        ("deleteMessages", {"chat_id": 1, "message_ids": ["a"]}, "message_ids[0]"),
    ],
)
async def test_what_breaks_the_contract_is_refused_and_remembered(call, method, parameters, words):
    answer = await call(method, **parameters)
    assert answer.status == 400
    assert answer.refusal.startswith("Bad Request: ") and words in answer.refusal
    assert call.sandbox.violations == [f"{method}: {answer.refusal}"]


async def test_a_body_that_is_no_object_is_refused(call):
    for body in (b"[1]", b"{", b'"x"'):
        answer = await call.post("getMe", data=body, headers={"Content-Type": "application/json"})
        assert answer.refusal == "Bad Request: can't parse parameters JSON object"


async def test_a_file_that_no_parameter_names_is_refused(call, an):
    form = aiohttp.FormData({"chat_id": str(an.id), "text": "x"})
    form.add_field("photo", b"x", filename="a.jpg")
    answer = await call.post("sendMessage", data=form)
    assert "no parameter refers to it" in answer.refusal


async def test_the_log_of_calls_tells_parameters_and_status(call, an):
    await call("sendMessage", chat_id=an.id, text="một")
    await call("sendMessage", chat_id=99, text="hai")
    assert [(one.method, one.params["text"], one.status) for one in call.sandbox.calls] == [
        ("sendMessage", "một", 200),
        ("sendMessage", "hai", 400),
    ]
    listed = await call.phone("GET", "/sandbox/calls", params={"after": 1})
    assert listed["count"] == 2 and listed["calls"][0]["params"] == {"chat_id": 99, "text": "hai"}


async def test_python_telegram_bot_finds_nothing_missing(sandbox, an):
    bot = telegram.Bot(sandbox.token, base_url=f"{sandbox.url}/bot", base_file_url=f"{sandbox.url}/file/bot")
    button = telegram.InlineKeyboardButton("Có", callback_data="consent|yes|1")
    async with bot:
        assert (await bot.get_me()).username == "sangkien_sandbox_bot"
        sent = await bot.send_message(
            an.id,
            "<b>Chào</b> An",
            parse_mode="HTML",
            reply_markup=telegram.InlineKeyboardMarkup([[button]]),
            link_preview_options=telegram.LinkPreviewOptions(is_disabled=True),
            reply_parameters=telegram.ReplyParameters(1, allow_sending_without_reply=True),
        )
        assert sent.text == "Chào An" and sent.entities[0].type == "bold"
        assert sent.reply_to_message.text == "/start"
        query = await an.presses(None, "Có")
        updates = await bot.get_updates(timeout=2)
        assert [update.message is None for update in updates] == [False, True]
        await updates[1].callback_query.answer("Đã ghi", show_alert=True)
        await updates[1].callback_query.edit_message_text("Cảm ơn")
        assert await an.popup(query) == {"text": "Đã ghi", "show_alert": True}
        assert an.last()["text"] == "Cảm ơn" and "reply_markup" not in an.last()
        await bot.set_my_commands([("start", "Bắt đầu")], scope=telegram.BotCommandScopeChat(an.id))
        await bot.set_my_description("Bot", language_code="en")
        await bot.send_chat_action(an.id, "typing")
        assert (await bot.get_chat(an.id)).first_name == "An"
    assert sandbox.violations == []


async def test_what_the_sandbox_says_fits_the_table_too(sandbox, call, an):
    group = sandbox.group("Tổ may 3", [an])
    await call("sendMessage", chat_id=an.id, text="/help <b>x</b>", parse_mode="HTML", reply_markup=KEYBOARD)
    await an.presses(None, "Có")
    await an.types("sửa đi", reply_to=an.last())
    await an.edits(an.screen()[-1], "đã sửa")
    for kind in ("photo", "document", "voice", "video", "audio", "video_note", "animation"):
        await an.sends(kind, b"x", caption="@somebody")
    await an.sends("photo", b"x", b"y")
    for kind in ("sticker", "location", "contact", "poll", "dice", "venue", "story"):
        await an.sends_other(kind)
    await an.blocks()
    group.promotes_bot()
    group.upgrades()
    for update in (await call("getUpdates")).result:
        TABLE.check_type("Update", update)
    for method, kind in (("getMe", "User"), ("getWebhookInfo", "WebhookInfo")):
        TABLE.check_type(kind, (await call(method)).result)
    TABLE.check_type("ChatFullInfo", (await call("getChat", chat_id=group.id)).result)
    for who in (an.id, sandbox.world.bot["id"]):
        found = (await call("getChatMember", chat_id=group.id, user_id=who)).result
        TABLE.check_type("ChatMemberMember" if who == an.id else "ChatMemberAdministrator", found)


async def test_it_listens_on_loopback_only():
    with pytest.raises(ValueError, match="loopback"):
        await Sandbox().start("192.0.2.1")


async def test_bytes_that_are_no_utf_8_are_refused(call, an):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await call.post("sendMessage", data=b"chat_id=1&text=\xff", headers=headers)
    assert answer.refusal == "Bad Request: strings must be encoded in UTF-8"
