"""python-telegram-bot's requests over aiohttp and orjson: one HTTP library, and no token in any message."""

from __future__ import annotations

import json
import os
from asyncio import IncompleteReadError
from functools import lru_cache
from typing import Any
from urllib.request import getproxies

import aiohttp
import orjson
from aiohttp.http import HttpProcessingError
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram_posting import Way, posted

# python-telegram-bot warns at every 429 unless told which kind of number is wanted; warnings are errors here.
os.environ.setdefault("PTB_TIMEDELTA", "true")

ANSWER_SECONDS = 20.0
CONNECT_SECONDS = 8.0


class NeverWritten(NetworkError):
    """No connection could be made: the call surely had no effect."""


class ServerFailed(NetworkError):
    """The server failed (5xx) or never saw the call (a proxy's page): it was not done."""


class PlainData(RequestData):  # type: ignore[misc]
    """The parameters of a call as plain values, without a file in them."""

    __slots__ = ("_plain",)

    def __init__(self, plain: dict[str, Any]) -> None:
        super().__init__()
        self._plain = plain

    @property
    def parameters(self) -> dict[str, Any]:
        return self._plain


class AiohttpRequest(BaseRequest):
    """A `BaseRequest` with its own connection pool. Errors carry the method's name, never the address."""

    __slots__ = ("_connections", "_proxy", "_seconds", "_session", "_ways")

    def __init__(self, connections: int = 64, seconds: float = ANSWER_SECONDS) -> None:
        self._connections = connections
        self._seconds = seconds
        # Looked up once: aiohttp's own way reads the environment and .netrc again at every call.
        self._proxy = getproxies().get("https")
        self._session: aiohttp.ClientSession | None = None
        self._ways: dict[str, Way] = {}  # by address: as many as there are methods that are called

    @property
    def read_timeout(self) -> float | None:
        return self._seconds

    async def initialize(self) -> None:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=55)
            # The Bot API sets no cookies; looking for them at each call costs, keeping them serves nobody.
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=jar)

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
            self._ways.clear()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One HTTP call. Raises NeverWritten, TimedOut or NetworkError."""
        seconds = self._seconds if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        endpoint = url.rpartition("/")[2]
        try:
            status, payload = await self._called(url, method, request_data, _timeout(seconds))
        except aiohttp.ConnectionTimeoutError:
            raise NeverWritten(f"{endpoint}: no connection in time") from None
        except aiohttp.ClientConnectorError as error:
            raise NeverWritten(f"{endpoint}: no connection ({type(error).__name__})") from None
        except TimeoutError:
            raise TimedOut(f"{endpoint}: no answer in time") from None
        except (aiohttp.ClientError, HttpProcessingError, ConnectionError, IncompleteReadError) as error:
            raise NetworkError(f"{endpoint}: {type(error).__name__}") from None
        if status >= 500 or (status >= 400 and not _is_an_answer(payload)):
            raise ServerFailed(f"{endpoint}: HTTP {status}")
        return status, payload

    async def _called(
        self, url: str, method: str, data: RequestData | None, limits: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        """The short way for plain values; aiohttp's session for files, proxies and what was redirected."""
        session = self._session
        assert session is not None and session.connector is not None  # noqa: S101 - initialize() was awaited
        proxy = self._proxy if url.startswith("https:") else None
        if method == "POST" and proxy is None and data is not None and not data.contains_files:
            way = self._ways.get(url) or self._ways.setdefault(url, Way.to(url))
            status, payload = await posted(session.connector, way, orjson.dumps(data.parameters), limits)
            if not 300 <= status < 400:
                return status, payload
        async with session.request(method, url, timeout=limits, proxy=proxy, **_body(data)) as answer:
            return answer.status, await answer.read()

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """Parse an answer; a lone surrogate, which orjson refuses, must not spoil a whole batch."""
        try:
            return orjson.loads(payload)
        except orjson.JSONDecodeError:
            try:
                return json.loads(payload.decode("utf-8", "replace"))
            except ValueError:
                raise NetworkError("the answer is no JSON") from None


class Answered(BaseRequest):
    """An answer that has come already, as a request: python-telegram-bot reads from it what went wrong."""

    __slots__ = ("_answer",)

    def __init__(self, status: int, payload: bytes) -> None:
        self._answer = (status, payload)

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None:
        """Nothing is opened."""

    async def shutdown(self) -> None:
        """Nothing is closed."""

    async def do_request(self, *_: Any, **__: Any) -> tuple[int, bytes]:
        """What was answered."""
        return self._answer

    parse_json_payload = staticmethod(AiohttpRequest.parse_json_payload)


def _is_an_answer(payload: bytes) -> bool:
    """Whether a Bot API refused: what stands in between (a proxy, a firewall) answers with a page."""
    return payload.lstrip()[:1] == b"{"


@lru_cache(maxsize=16)
def _timeout(seconds: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=seconds)


def _body(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if not data.contains_files:
        headers = {"Content-Type": "application/json"}
        return {"data": orjson.dumps(data.parameters), "headers": headers}
    form = aiohttp.FormData(quote_fields=False)  # a Vietnamese file name stays as it is
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, media_type) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=media_type)
    return {"data": form}
