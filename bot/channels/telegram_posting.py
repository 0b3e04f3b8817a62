"""Posts a JSON body over a pooled connection of aiohttp, and reads the answer, without its session around it.

A session prepares every call for what the Bot API never needs: cookies, redirects, credentials in addresses,
bodies that stream (a task of its own for each). That took more than half of the time of a call. Pool, TLS,
reading of answers and every time limit remain aiohttp's.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import aiohttp
from yarl import URL


@dataclass(frozen=True, slots=True)
class Way:
    """Whom to connect to for a method of the Bot API, and the head of a request but for its length."""

    request: aiohttp.ClientRequest
    head: bytes

    @classmethod
    def to(cls, url: str) -> Way:
        """Prepare the way to an address; good for as long as this event loop runs."""
        loop = asyncio.get_running_loop()
        request = aiohttp.ClientRequest(
            "POST", URL(url), headers={"Content-Type": "application/json"}, loop=loop
        )
        fields = "".join(
            f"{name}: {value}\r\n" for name, value in request.headers.items() if name != "Content-Length"
        )
        head = f"POST {request.url.raw_path_qs} HTTP/1.1\r\n{fields}Content-Length: "
        return cls(request, head.encode("ascii"))


async def posted(
    connector: aiohttp.BaseConnector, way: Way, body: bytes, limits: aiohttp.ClientTimeout
) -> tuple[int, bytes]:
    """The status and the body of the answer.

    Raises ConnectionTimeoutError and ClientConnectorError when nothing was written; TimeoutError, ClientError
    and HttpProcessingError when that is not sure.
    """
    try:
        connection = await connector.connect(way.request, [], limits)
    except TimeoutError:
        raise aiohttp.ConnectionTimeoutError from None
    try:
        protocol = connection.protocol
        if protocol is None or (transport := protocol.transport) is None:
            raise aiohttp.ClientConnectionError
        protocol.set_response_params(read_until_eof=True, read_timeout=limits.sock_read)
        transport.write(b"%b%d\r\n\r\n%b" % (way.head, len(body), body))
        protocol.start_timeout()
        message, stream = await protocol.read()
        while message.code < 200:  # only announces that the answer will come
            message, stream = await protocol.read()
        payload = await stream.read()
    except BaseException:
        connection.close()
        raise
    connection.release()
    return message.code, payload
