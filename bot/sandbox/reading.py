"""Takes a request of a bot apart: method, parameters and files, from whichever place a client puts them."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import BodyPartReader, web

from bot.sandbox.check import TABLE
from bot.sandbox.refusals import broken
from bot.sandbox.values import Upload

Json = dict[str, Any]

ATTACHED = "attach://"


async def read(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """Everything sent: query, urlencoded form, JSON object or multipart. Raises when it cannot be read."""
    sent: Json = dict(request.query) if request.query_string else {}
    uploads: dict[str, Upload] = {}
    if request.method != "POST" or not request.body_exists:
        return sent, uploads
    kind = request.content_type
    if kind == "application/json":
        sent.update(_json(await request.read()))
    elif kind == "application/x-www-form-urlencoded":
        sent.update(parse_qsl(_text(await request.read()), keep_blank_values=True))
    elif kind == "multipart/form-data":
        await _multipart(request, sent, uploads)
    elif await request.read():
        raise broken(f"unsupported content type {kind}")
    return sent, uploads


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise broken("strings must be encoded in UTF-8") from None


def _json(body: bytes) -> Json:
    try:
        found = orjson.loads(body) if body.strip() else {}
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise broken("can't parse parameters JSON object")
    return found


async def _multipart(request: web.Request, sent: Json, uploads: dict[str, Upload]) -> None:
    """Fields become parameters; a part with a file name becomes an upload."""
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            raise broken("can't parse multipart form")
        content = bytes(await part.read(decode=True))
        if part.filename is None:
            sent[part.name] = _text(content)
        else:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            uploads[part.name] = Upload(part.filename, mime, content)


def with_files(method: str, sent: Json, uploads: dict[str, Upload]) -> Json:
    """The parameters with the files that are parameters themselves. Raises for a file nobody refers to."""
    if not uploads:
        return sent
    fields = TABLE.methods[method]["fields"]
    direct = {name: upload for name, upload in uploads.items() if name in fields and name not in sent}
    named = str(sent)
    for name in uploads:
        if name not in direct and f"{ATTACHED}{name}" not in named:
            raise broken(f'file "{name}" came with the request and no parameter refers to it')
    return sent | direct
