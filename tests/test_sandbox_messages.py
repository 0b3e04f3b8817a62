"""What the bot sends, changes and deletes stands on the screen as in Telegram, or is refused in its words."""

from datetime import timedelta

import aiohttp
import pytest

from bot.sandbox import Person, Sandbox
from tests.sandbox_caller import Caller

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


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


def keyboard(**button: object) -> dict[str, object]:
    return {"inline_keyboard": [[{"text": "Có", **button}]]}


async def test_nobody_is_written_to_before_they_have_written(call, sandbox):
    stranger = sandbox.person("Bình")
    answer = await call("sendMessage", chat_id=stranger.id, text="Chào")
    assert (answer.status, answer.refusal) == (
        403,
        "Forbidden: bot can't initiate conversation with a user",
    )
    assert stranger.screen() == []
    await stranger.types("/start")
    assert (await call("sendMessage", chat_id=stranger.id, text="Chào")).status == 200


@pytest.mark.parametrize("chat_id", [1, -5, "@nobody", "not a chat", 2**52])
async def test_a_chat_that_is_not_there_is_not_found(call, chat_id):
    assert (await call("sendMessage", chat_id=chat_id, text="x")).refusal == "Bad Request: chat not found"


async def test_who_has_blocked_or_left_is_403(call, an):
    await an.blocks()
    answer = await call("sendMessage", chat_id=an.id, text="x")
    assert (answer.status, answer.refusal) == (403, "Forbidden: bot was blocked by the user")
    await an.unblocks()
    assert (await call("sendMessage", chat_id=an.id, text="x")).status == 200
    an.leaves_telegram()
    assert (await call("sendMessage", chat_id=an.id, text="x")).refusal == "Forbidden: user is deactivated"


@pytest.mark.parametrize("text", ["", "  \n\t ", "\r"])
async def test_an_empty_text_is_refused(call, an, text):
    assert (await call("sendMessage", chat_id=an.id, text=text)).refusal == (
        "Bad Request: message text is empty"
    )


async def test_white_space_at_the_ends_goes_and_entities_follow(call, an):
    entities = [{"type": "bold", "offset": 2, "length": 6}]
    answer = await call("sendMessage", chat_id=an.id, text="  Chào  ", entities=entities)
    assert answer.result["text"] == "Chào"
    assert answer.result["entities"] == [{"type": "bold", "offset": 0, "length": 4}]


@pytest.mark.parametrize(("letter", "count"), [("a", 4096), ("ữ", 4096), ("👍", 2048)])
async def test_a_text_may_have_4096_units_and_not_one_more(call, an, letter, count):
    assert (await call("sendMessage", chat_id=an.id, text=letter * count)).status == 200
    answer = await call("sendMessage", chat_id=an.id, text=letter * (count + 1))
    assert answer.refusal == "Bad Request: message is too long"


async def test_length_counts_after_the_markup_is_read(call, an):
    text = f"<b>{'a' * 4000}</b>{'&amp;' * 96}"
    answer = await call("sendMessage", chat_id=an.id, text=text, parse_mode="HTML")
    assert len(answer.result["text"]) == 4096
    caption = await call("sendDocument", chat_id=an.id, document="x", caption="a" * 1025)
    assert caption.refusal == "Bad Request: message caption is too long"


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"callback_data": "ữ" * 22}, "BUTTON_DATA_INVALID"),
        ({}, "Text buttons are unallowed in the inline keyboard"),
        ({"callback_data": "a", "url": "https://example.vn"}, "more than one action"),
        ({"callback_data": "a", "text": " "}, "Text buttons must not be empty"),
        ({"callbackdata": "a"}, "unknown parameter"),
        ({"url": "mailto:a@b.vn"}, "Wrong HTTP URL"),
        ({"url": "http://"}, "Wrong HTTP URL"),
    ],
)
async def test_a_button_that_cannot_work_is_refused(call, an, button, words):
    answer = await call("sendMessage", chat_id=an.id, text="x", reply_markup=keyboard(**button))
    assert answer.status == 400 and words in answer.refusal


async def test_64_bytes_of_data_and_100_buttons_are_just_right(call, an):
    row = [{"text": "x", "callback_data": "ữ" * 21 + "a"}]
    sent = {"chat_id": an.id, "text": "x", "reply_markup": {"inline_keyboard": [row] * 100}}
    assert (await call("sendMessage", **sent)).status == 200
    sent["reply_markup"] = {"inline_keyboard": [row] * 101}
    assert (await call("sendMessage", **sent)).refusal == "Bad Request: reply markup is too long"


async def test_an_answer_to_a_message_shows_it_or_is_refused(call, an):
    first = an.screen()[0]["message_id"]
    sent = {"chat_id": an.id, "text": "x"}
    answer = await call("sendMessage", **sent, reply_parameters={"message_id": first})
    assert answer.result["reply_to_message"]["text"] == "/start"
    answer = await call("sendMessage", **sent, reply_parameters={"message_id": 999})
    assert answer.refusal == "Bad Request: message to be replied not found"
    lenient = {"message_id": 999, "allow_sending_without_reply": True}
    assert "reply_to_message" not in (await call("sendMessage", **sent, reply_parameters=lenient)).result
    answer = await call("sendMessage", **sent, message_thread_id=3)
    assert answer.refusal == "Bad Request: message thread not found"


async def test_an_edit_changes_the_words_and_takes_the_keyboard_away(call, an):
    sent = await call("sendMessage", chat_id=an.id, text="Một", reply_markup=keyboard(callback_data="a"))
    where = {"chat_id": an.id, "message_id": sent.result["message_id"]}
    same = await call("editMessageText", **where, text=" Một ", reply_markup=keyboard(callback_data="a"))
    assert same.refusal == NOT_MODIFIED
    edited = await call("editMessageText", **where, text="Một")
    assert "reply_markup" not in edited.result and edited.result["edit_date"] >= edited.result["date"]
    assert (await call("editMessageText", **where, text="Một")).refusal == NOT_MODIFIED
    assert (await call("editMessageReplyMarkup", **where)).refusal == NOT_MODIFIED
    marked = await call("editMessageReplyMarkup", **where, reply_markup=keyboard(callback_data="b"))
    assert marked.result["text"] == "Một" and marked.result["reply_markup"]
    assert an.last() == marked.result


async def test_only_what_is_there_and_the_bots_own_can_be_edited(call, an):
    own, theirs = 999, an.screen()[0]["message_id"]
    answer = await call("editMessageText", chat_id=an.id, message_id=own, text="x")
    assert answer.refusal == "Bad Request: message to edit not found"
    answer = await call("editMessageText", chat_id=an.id, message_id=theirs, text="x")
    assert answer.refusal == "Bad Request: message can't be edited"
    answer = await call("editMessageText", chat_id=an.id, text="x")
    assert answer.refusal == "Bad Request: message identifier is not specified"
    sent = await call("sendMessage", chat_id=an.id, text="x")
    answer = await call(
        "editMessageCaption", chat_id=an.id, message_id=sent.result["message_id"], caption="y"
    )
    assert answer.refusal == "Bad Request: there is no caption in the message to edit"


async def test_a_message_under_which_a_reply_keyboard_came_is_fixed(call, an):
    rows = {"keyboard": [[{"text": "Gửi số", "request_contact": True}]], "resize_keyboard": True}
    sent = await call("sendMessage", chat_id=an.id, text="x", reply_markup=rows)
    assert "reply_markup" not in sent.result
    assert an.keyboard() == rows
    answer = await call("editMessageText", chat_id=an.id, message_id=sent.result["message_id"], text="y")
    assert answer.refusal == "Bad Request: message can't be edited"
    await call("sendMessage", chat_id=an.id, text="x", reply_markup={"remove_keyboard": True})
    assert an.keyboard() is None


async def test_deleted_messages_leave_the_screen_within_48_hours(call, sandbox, an):
    ids = [(await call("sendMessage", chat_id=an.id, text="x")).result["message_id"] for _ in range(4)]
    assert (await call("deleteMessage", chat_id=an.id, message_id=ids[0])).result is True
    answer = await call("deleteMessage", chat_id=an.id, message_id=ids[0])
    assert answer.refusal == "Bad Request: message to delete not found"
    assert (await call("deleteMessages", chat_id=an.id, message_ids=[*ids[:2], 999])).result is True
    assert [one["message_id"] for one in an.screen()][1:] == ids[2:]
    sandbox.advance(timedelta(hours=49))
    answer = await call("deleteMessage", chat_id=an.id, message_id=ids[2])
    assert answer.refusal == "Bad Request: message can't be deleted for everyone"
    assert (await call("deleteMessages", chat_id=an.id, message_ids=[])).status == 400


async def test_a_press_is_answered_once_and_in_time(call, sandbox, an):
    await call("sendMessage", chat_id=an.id, text="x", reply_markup=keyboard(callback_data="a"))
    query = await an.presses(None, "Có")
    assert (await call("answerCallbackQuery", callback_query_id=query, text="Đã ghi")).result is True
    assert await an.popup(query) == {"text": "Đã ghi", "show_alert": False}
    assert (await call("answerCallbackQuery", callback_query_id=query)).refusal == TOO_OLD
    assert (await call("answerCallbackQuery", callback_query_id="1")).refusal == TOO_OLD
    late = await an.presses(None, "Có")
    sandbox.advance(timedelta(hours=1))
    assert (await call("answerCallbackQuery", callback_query_id=late)).refusal == TOO_OLD
    assert sandbox.violations == []


async def test_typing_shows_until_the_message_comes(call, sandbox, an):
    assert (await call("sendChatAction", chat_id=an.id, action="typing")).result is True
    changes = f"/phone/chats/{an.id}/changes"
    assert (await call.phone("GET", changes))["typing"] is True
    await call("sendMessage", chat_id=an.id, text="x")
    assert (await call.phone("GET", changes))["typing"] is False
    await call("sendChatAction", chat_id=an.id, action="upload_document")
    sandbox.advance(6)
    assert (await call.phone("GET", changes))["typing"] is False
    answer = await call("sendChatAction", chat_id=an.id, action="thinking")
    assert answer.refusal == "Bad Request: wrong parameter action in request"


async def test_forwards_and_copies_keep_the_content(call, an):
    where = {"chat_id": an.id, "from_chat_id": an.id, "message_id": an.screen()[0]["message_id"]}
    forwarded = (await call("forwardMessage", **where)).result
    assert forwarded["text"] == "/start" and forwarded["forward_origin"]["sender_user"]["id"] == an.id
    copied = (await call("copyMessage", **where)).result["message_id"]
    assert an.last()["message_id"] == copied and "forward_origin" not in an.last()
    missing = await call("copyMessage", **(where | {"message_id": 999}))
    assert missing.refusal == "Bad Request: message to copy not found"
    secret = (await call("sendMessage", chat_id=an.id, text="x", protect_content=True)).result["message_id"]
    refused = await call("forwardMessage", **(where | {"message_id": secret}))
    assert refused.refusal == "Bad Request: message can't be forwarded"


async def test_commands_and_words_are_kept_by_scope_and_language(call, an):
    vi, en = (
        [{"command": "sangkien", "description": "Sáng kiến mới"}],
        [{"command": "new", "description": "New"}],
    )
    await call("setMyCommands", commands=vi)
    await call("setMyCommands", commands=en, language_code="en")
    mine = {"type": "chat", "chat_id": an.id}
    await call("setMyCommands", commands=en, scope=mine)
    assert (await call("getMyCommands")).result == vi
    assert (await call("getMyCommands", language_code="en")).result == en
    assert (await call("getMyCommands", language_code="vi")).result == []
    assert (await call("getMyCommands", scope=mine)).result == en
    await call("deleteMyCommands", scope=mine)
    assert (await call("getMyCommands", scope=mine)).result == []
    assert (await call.phone("GET", "/phone/me"))["commands"] == {"": vi, "en": en}
    assert (await call("setMyCommands", commands=vi, language_code="english")).status == 400
    await call("setMyShortDescription", short_description="Ghi sáng kiến")
    assert (await call("getMyShortDescription", language_code="en")).result == {
        "short_description": "Ghi sáng kiến"
    }
    await call("setChatMenuButton", menu_button={"type": "commands"})
    assert (await call("getChatMenuButton")).result == {"type": "commands"}


@pytest.mark.parametrize("name", ["business_connection_id", "suggested_post_parameters"])
async def test_a_parameter_of_another_world_is_never_ignored(call, sandbox, an, name):
    more = {name: "x" if name.endswith("id") else {}}
    answer = await call("sendMessage", chat_id=an.id, text="x", **more)
    assert answer.refusal == f"Bad Request: {name} is not played by the sandbox"
    assert sandbox.violations and an.last() is None


async def test_control_characters_never_reach_a_screen(call, an):
    answer = await call("sendMessage", chat_id=an.id, text="a\x00b\r\nc\x1fd")
    assert answer.result["text"] == "a b\nc d"
