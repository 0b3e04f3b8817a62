"""The methods by which the bot sends, replaces and fetches files."""

from collections.abc import Callable
from typing import Any

from bot.sandbox import keyboards
from bot.sandbox.editing import MEDIA, change, edited, without
from bot.sandbox.files import MOST_PHOTO, MOST_UPLOADED, as_part, picture_size
from bot.sandbox.markup import parsed_caption
from bot.sandbox.methods import Request, method
from bot.sandbox.reading import ATTACHED
from bot.sandbox.refusals import Refused, broken
from bot.sandbox.sending import deliver
from bot.sandbox.values import Upload

Json = dict[str, Any]

ALBUM = (2, 10)
"""How many files one album holds (Bot API: sendMediaGroup)."""

OTHER_PICTURES = (b"GIF8", b"RIFF", b"BM")
"""How GIF, WebP and BMP begin, which are taken unread."""
MOST_PIXELS = 10_000
"""Width and height of a photo together."""
MOST_OBLONG = 20
"""How many times as long as wide a photo may be."""

APART = {"document", "audio"}
"""Documents and audio make albums only among themselves."""


def kept(request: Request, kind: str, file: Upload | str) -> Any:
    """What stands in the message for a file that was uploaded, attached or named by its file_id."""
    if isinstance(file, str) and file.startswith(ATTACHED):
        upload = request.uploads.get(file.removeprefix(ATTACHED))
        if upload is None:
            raise broken(f"attached file {file!r} not found")
        file = upload
    if isinstance(file, str):
        if "://" in file:
            raise broken("failed to get HTTP URL content")  # the sandbox reaches loopback only
        return request.world.files.again(kind, file)
    if not file.content:
        raise broken("file must be non-empty")
    if len(file.content) > (MOST_PHOTO if kind == "photo" else MOST_UPLOADED):
        if kind == "photo":
            raise broken("file is too big")
        raise Refused("Request Entity Too Large", 413, violation=True)
    if kind == "photo":
        _check_picture(file.content)
    return request.world.files.keep(kind, file.name, file.content, mime=file.content_type)


def _check_picture(content: bytes) -> None:
    """Telegram makes its own sizes of a photo, so it must be able to read it (Bot API: sendPhoto)."""
    size = picture_size(content)
    if size is None and not content.startswith(OTHER_PICTURES):
        raise broken("IMAGE_PROCESS_FAILED")
    if size and (sum(size) > MOST_PIXELS or max(size) > MOST_OBLONG * min(size)):
        raise broken("PHOTO_INVALID_DIMENSIONS")


def captioned(sent: Json) -> Json:
    """The caption part of a message."""
    caption, entities = parsed_caption(sent)
    content: Json = {"caption": caption} if caption else {}
    if entities:
        content["caption_entities"] = entities
    for key in ("show_caption_above_media", "has_spoiler"):
        if sent.get(key):
            content["has_media_spoiler" if key == "has_spoiler" else key] = True
    return content


def _sender(kind: str) -> Callable[[Request], Json]:
    def send(request: Request) -> Json:
        sent = request.sent
        caption = captioned(sent)
        markup = keyboards.checked(sent.get("reply_markup"))
        room = request.world.room_for_bot(sent["chat_id"])
        content = as_part(kind, kept(request, kind, sent[kind]))
        return deliver(request, room, content | caption, markup=markup)

    return send


for one, name in {kind: "".join(part.capitalize() for part in kind.split("_")) for kind in MEDIA}.items():
    method(f"send{name}")(_sender(one))


@method("sendMediaGroup")
def send_media_group(request: Request) -> list[Json]:
    """Two to ten files as one album."""
    items = request.sent["media"]
    if not ALBUM[0] <= len(items) <= ALBUM[1]:
        raise broken("media group must include 2-10 items")
    kinds = {item["type"] for item in items}
    if len(kinds) > 1 and kinds & APART:
        raise broken(f"{(kinds & APART).pop()} can't be mixed with other media types")
    room = request.world.room_for_bot(request.sent["chat_id"])
    contents = [
        as_part(item["type"], kept(request, item["type"], item["media"])) | captioned(item) for item in items
    ]
    album = request.world.next_album()
    return [deliver(request, room, content | {"media_group_id": album}) for content in contents]


@method("editMessageMedia")
def edit_message_media(request: Request) -> Json:
    """Another file with another caption in the place of the old."""
    item = request.sent["media"]
    markup = keyboards.checked(request.sent.get("reply_markup"))
    room, old = edited(request)
    new = without(old, *MEDIA, "text", "entities", "caption", "caption_entities", "reply_markup")
    new |= as_part(item["type"], kept(request, item["type"], item["media"])) | captioned(item)
    return change(request, room, old, new | keyboards.shown(markup))


@method("getFile")
def get_file(request: Request) -> Json:
    """Where the bytes of a file are; at most 20 MB."""
    return request.world.files.described(request.sent["file_id"])
