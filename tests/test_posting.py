"""A call over the short way: every answer and every fault means what it means over aiohttp's session."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from telegram.error import BadRequest, NetworkError, TimedOut

from bot.channels.telegram_request import AiohttpRequest, NeverWritten, PlainData, ServerFailed

SECRET = "1000:VERY-SECRET"
Call = Callable[[], Awaitable[object]]
GOOD = b'{"ok":true,"result":{"message_id":7}}'


def response(payload: bytes, status: str = "200 OK", *fields: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(payload)}", *fields])
    return f"{head}\r\n\r\n".encode() + payload


class Server:
    """Answers each request with the next of `answers` (None: closes instead, the last one for ever)."""

    def __init__(self) -> None:
        self.answers: list[bytes | None] = [response(GOOD)]
        self.connections = 0
        self.requests: list[bytes] = []
        self.asked, self.closed = asyncio.Event(), asyncio.Event()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or b"0")
                self.requests.append(head + await reader.readexactly(length))
                self.asked.set()
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if answer is None:
                    return
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.closed.set()
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server


@pytest.fixture
async def call(server: Server) -> AsyncIterator[Call]:
    request = AiohttpRequest(seconds=0.3)
    await request.initialize()

    async def post() -> object:
        data = PlainData({"chat_id": 1, "text": "chào"})
        return await request.post(f"http://127.0.0.1:{server.port}/bot{SECRET}/sendMessage", data)

    yield post
    await request.shutdown()


async def test_calls_share_a_connection_and_say_what_was_given(server: Server, call: Call) -> None:
    assert [await call() for _ in range(3)] == [{"message_id": 7}] * 3
    assert server.connections == 1
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(f"POST /bot{SECRET}/sendMessage HTTP/1.1\r\n".encode())
    assert f"Host: 127.0.0.1:{server.port}".encode() in head and b"Content-Type: application/json" in head
    assert body.decode() == '{"chat_id":1,"text":"chào"}'


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n" + response(GOOD),
        response(gzip.compress(GOOD), "200 OK", "Content-Encoding: gzip"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(GOOD), GOOD),
    ],
)
async def test_an_answer_may_be_announced_compressed_or_in_pieces(
    server: Server, call: Call, answer: bytes
) -> None:
    server.answers = [answer]
    assert [await call(), await call()] == [{"message_id": 7}] * 2
    assert server.connections == 1


async def test_a_server_that_wants_to_close_gets_a_new_connection_for_the_next_call(
    server: Server, call: Call
) -> None:
    server.answers = [response(GOOD, "200 OK", "Connection: close")]
    assert [await call(), await call()] == [{"message_id": 7}] * 2
    assert server.connections == 2


async def test_a_call_that_is_redirected_follows(server: Server, call: Call) -> None:
    server.answers = [response(b"", "307 Temporary Redirect", "Location: /elsewhere"), response(GOOD)]
    server.answers.insert(1, server.answers[0])
    assert await call() == {"message_id": 7}
    assert (
        server.requests[-1].startswith(b"POST /elsewhere HTTP/1.1") and b"ch\xc3\xa0o" in server.requests[-1]
    )


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (response(b'{"ok":false,"error_code":400,"description":"no"}', "400 Bad Request"), BadRequest),
        (response(b"<html>", "403 Forbidden"), ServerFailed),
        (response(GOOD, "502 Bad Gateway"), ServerFailed),
        (response(b"<html>"), NetworkError),
        (b"this is not HTTP\r\n\r\n", NetworkError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", TimedOut),  # begins, and never ends
        (b"", TimedOut),
        (None, NetworkError),
    ],
)
async def test_each_fault_has_its_name_and_tells_no_token(
    server: Server, call: Call, answer: bytes | None, kind: type[NetworkError]
) -> None:
    server.answers = [answer, response(GOOD)]
    with pytest.raises(NetworkError) as raised:
        await call()
    assert type(raised.value) is kind
    assert "SECRET" not in f"{raised.value!r} {raised.value.__cause__!r}"
    # What is left of the fault does not spoil the next call.
    assert await call() == {"message_id": 7}


async def test_where_nobody_listens_nothing_was_written(server: Server, call: Call) -> None:
    server.port = 1
    with pytest.raises(NeverWritten):
        await call()


async def test_a_call_given_up_takes_its_connection_along(server: Server, call: Call) -> None:
    server.answers = [b"", response(GOOD)]
    task = asyncio.ensure_future(call())
    await asyncio.wait_for(server.asked.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(server.closed.wait(), 5)
    assert await call() == {"message_id": 7}
    assert server.connections == 2
