"""Files go up, come down and are sent again, within Telegram's sizes."""

import struct
import zlib

import aiohttp
import pytest
import telegram

from bot.sandbox import Person, Picked, Sandbox
from bot.sandbox.files import picture_size
from tests.sandbox_caller import Caller


def png(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


def jpeg(width: int, height: int) -> bytes:
    comment = b"\xff\xfe\x00\x08\xff\xc0abcd"
    frame = b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" + bytes(9)
    return b"\xff\xd8" + comment + frame + b"\xff\xd9"


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


@pytest.fixture
async def bot(sandbox: Sandbox):
    url = f"{sandbox.url}/bot"
    async with telegram.Bot(sandbox.token, base_url=url, base_file_url=f"{sandbox.url}/file/bot") as client:
        yield client


@pytest.mark.parametrize("content", [png(1600, 900), jpeg(1600, 900)])
def test_the_size_of_a_picture_is_read_from_its_head(content):
    assert picture_size(content) == (1600, 900)


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff\xc0", png(0, 5), png(9, 9)[:20]]
)
def test_what_is_no_picture_has_no_size(content):
    assert picture_size(content) is None


async def test_a_photo_comes_in_three_sizes_and_its_bytes_come_back(bot, an):
    content = jpeg(1600, 900)
    await an.sends("photo", content, caption="Máy đã cải tiến")
    message = (await bot.get_updates())[-1].message
    assert [(one.width, one.height) for one in message.photo] == [(90, 51), (320, 180), (1600, 900)]
    assert message.caption == "Máy đã cải tiến"
    file = await bot.get_file(message.photo[-1])
    assert file.file_size == len(content)
    assert await file.download_as_bytearray() == content


async def test_an_album_is_several_updates_with_one_group(bot, an):
    await an.sends("photo", b"1", b"2", b"3", caption="Ba ảnh")
    messages = [one.message for one in (await bot.get_updates())[1:]]
    assert len(messages) == 3 and len({one.media_group_id for one in messages}) == 1
    assert [one.caption for one in messages] == ["Ba ảnh", None, None]
    await an.sends("photo", b"4")
    assert (await bot.get_updates())[-1].message.media_group_id is None


async def test_a_file_larger_than_a_bot_may_fetch_is_refused(call, bot, an):
    await an.sends("video", Picked("quay.mp4", b"x", size=20 * 1024 * 1024 + 1))
    video = (await bot.get_updates())[-1].message.video
    assert video.file_size == 20 * 1024 * 1024 + 1
    assert (await call("getFile", file_id=video.file_id)).refusal == "Bad Request: file is too big"
    wrong = await call("getFile", file_id="AgACwrong")
    assert wrong.refusal == "Bad Request: wrong file_id or the file is temporarily unavailable"


async def test_a_sent_file_is_sent_again_by_its_id_as_what_it_is(bot, an, call):
    sent = await bot.send_document(an.id, b"noi dung", filename="mau.xlsx", caption="Mẫu")
    again = await bot.send_document(an.id, sent.document.file_id)
    assert again.document == sent.document and again.document.file_name == "mau.xlsx"
    answer = await call("sendPhoto", chat_id=an.id, photo=sent.document.file_id)
    assert answer.refusal == "Bad Request: can't use file of type Document as Photo"


async def test_albums_of_the_bot_keep_to_the_rules(bot, call, an, sandbox):
    photos = [telegram.InputMediaPhoto(png(9, 9), caption="a"), telegram.InputMediaPhoto(png(8, 8))]
    sent = await bot.send_media_group(an.id, photos)
    assert len({one.media_group_id for one in sent}) == 1 and sent[0].caption == "a"
    one = {"type": "photo", "media": sent[0].photo[-1].file_id}
    assert (await call("sendMediaGroup", chat_id=an.id, media=[one])).refusal.endswith("2-10 items")
    mixed = [one, {"type": "document", "media": "x"}]
    assert "mixed" in (await call("sendMediaGroup", chat_id=an.id, media=mixed)).refusal
    lost = [one, {"type": "photo", "media": "attach://nothing"}]
    assert "not found" in (await call("sendMediaGroup", chat_id=an.id, media=lost)).refusal


async def test_a_picture_can_take_the_place_of_another(bot, an):
    sent = await bot.send_photo(an.id, png(9, 9), caption="Tiến độ")
    new = telegram.InputMediaPhoto(png(700, 500), caption="Tiến độ mới")
    edited = await bot.edit_message_media(new, an.id, sent.message_id)
    assert edited.photo[-1].width == 700 and edited.caption == "Tiến độ mới"
    captioned = await bot.edit_message_caption(an.id, sent.message_id, caption="<b>x</b>", parse_mode="HTML")
    assert captioned.caption == "x" and captioned.caption_entities[0].type == "bold"
    with pytest.raises(telegram.error.BadRequest, match="no text in the message"):
        await bot.edit_message_text("x", an.id, sent.message_id)


async def test_empty_and_oversized_uploads_are_refused(bot, an):
    with pytest.raises(telegram.error.BadRequest, match="non-empty"):
        await bot.send_document(an.id, b"", filename="x")
    with pytest.raises(telegram.error.BadRequest, match="too big"):
        await bot.send_photo(an.id, bytes(10 * 1024 * 1024 + 1))
    with pytest.raises(telegram.error.BadRequest, match=r"(?i)photo_invalid_dimensions"):
        await bot.send_photo(an.id, png(9000, 1001))
    with pytest.raises(telegram.error.BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(an.id, b"no picture")


async def test_a_file_is_behind_the_token(sandbox, call, an):
    await an.sends("document", b"x")
    file_id = an.screen()[-1]["document"]["file_id"]
    path = (await call("getFile", file_id=file_id)).result["file_path"]
    for token, status in ((sandbox.token, 200), ("1:no", 401)):
        async with call.session.get(f"{sandbox.url}/file/bot{token}/{path}") as response:
            assert response.status == status


@pytest.mark.parametrize(
    ("kind", "mime", "served", "saved"),
    [
        ("document", "text/plain; charset=utf-8", "text/plain", True),
        ("document", "text/html", "text/html", True),
        ("document", "image/svg+xml", "image/svg+xml", True),
        ("document", "no media type", "application/octet-stream", True),
        ("document", "image/png", "image/png", False),
        ("photo", "", "image/jpeg", False),
        ("voice", "audio/ogg; codecs=opus", "audio/ogg", False),
    ],
)
async def test_the_phone_shows_pictures_and_saves_what_a_browser_might_run(
    sandbox, call, an, kind, mime, served, saved
):
    (message,) = await an.sends(kind, Picked("Bản vẽ.svg", b"<svg onload=alert(1)>", mime))
    file = message[kind][-1] if kind == "photo" else message[kind]
    async with call.session.get(f"{sandbox.url}/phone/files/{file['file_id']}") as response:
        assert (response.status, response.headers["Content-Type"]) == (200, served)
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers.get("Content-Disposition", "").startswith("attachment") == saved
        assert await response.read() == b"<svg onload=alert(1)>"
