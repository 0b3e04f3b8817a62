"""Delivery in this process, against a sandbox over HTTP: rows go in, messages and settled rows come out."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from bot import clock
from bot.channels.telegram_calls import TelegramChannel
from bot.delivery import Delivery
from bot.ledger import Ledger
from bot.pacing import Pacer
from bot.papers import Painter, Papers
from bot.parcels import Parcels
from bot.sandbox import Person, Sandbox
from handlers.messages import Reply
from storage.database import Database
from storage.models import metadata
from storage.transaction import Transaction
from tests.phone import SPEECH, house

OUTBOX = metadata.tables["outbox"]
TOKEN = "1000:SANDBOX"


def picture(shade: int, side: int = 8) -> bytes:
    """A small grey PNG; another shade is another file."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    rows = b"".join(b"\0" + bytes([shade]) * side for _ in range(side))
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def row(address: object, reply: Reply, now: datetime, **more: Any) -> dict[str, Any]:
    """A message as the outbox keeps it."""
    there = {"channel": "telegram", "address": str(address), "chat_id": None, "language": "vi"}
    about = {"state": "waiting", "tries": 0, "parts_sent": 0, "created_at": now, "due_at": now}
    return {**there, **about, "body": reply.body(), **more}


class Mailing:
    """The outbox of one database and the delivery that empties it."""

    def __init__(
        self,
        database: Database,
        sandbox: Sandbox,
        folder: Path,
        *,
        papers: Mapping[str, Painter] | None = None,
        seconds: float = 20.0,
    ) -> None:
        self.database, self.sandbox = database, sandbox
        self.channel = TelegramChannel(TOKEN, sandbox.url, seconds=seconds)
        self.ledger = Ledger(database, house(), clock.now)
        self.papers = Papers(papers or {})
        parcels = Parcels(folder, self.papers)
        channels = {"telegram": self.channel}
        self.pacer = Pacer(clock.monotonic)
        self.delivery = Delivery(self.ledger, channels, SPEECH, clock.now, self.pacer, parcels)

    async def __aenter__(self) -> Mailing:
        await self.channel.open()
        self.running = asyncio.ensure_future(self.delivery.run())
        self.delivery.wake()
        await until(lambda: self.ledger.commits >= 2)  # what an earlier run left behind has been looked at
        return self

    async def __aexit__(self, *_: object) -> None:
        self.running.cancel()
        with suppress(asyncio.CancelledError):
            await self.running
        await self.delivery.close(asyncio.get_running_loop().time() + 4)
        self.papers.close()
        await asyncio.to_thread(self.ledger.close)
        await self.channel.close()

    async def promises(self, address: object, *replies: Reply, **more: Any) -> None:
        """Put replies to somebody who is remembered into the outbox, and wake the delivery."""

        def promise(tx: Transaction) -> None:
            there, now = str(address), clock.now()
            known = tx.people.behind("telegram", there)
            person = known or tx.people.welcome("telegram", there, "Lan", "vi", now)
            rows = [row(address, reply, now, **{"chat_id": person.chat_id, **more}) for reply in replies]
            tx.connection.execute(insert(OUTBOX), rows)

        await self.ledger.within(promise)
        self.delivery.wake()

    def rows(self) -> list[Any]:
        """Every message, in the order of promising."""
        with self.database.reading() as tx:
            return list(tx.connection.execute(select(OUTBOX).order_by(OUTBOX.c.id)))

    def states(self) -> list[str]:
        return [one.state for one in self.rows()]

    async def settled(self, seconds: float = 10) -> list[Any]:
        """The rows, when none is open any more."""
        await until(lambda: not {"waiting", "claimed"} & set(self.states()), seconds)
        return self.rows()

    def calls(self, method: str = "", status: int = 200) -> list[Any]:
        """What the bot sent, as far as it was answered so."""
        return [
            call
            for call in self.sandbox.calls
            if call.method.startswith(method or "send") and call.status == status
        ]


async def until(true: Callable[[], object], seconds: float = 10) -> None:
    """Wait for something that the sandbox or a table will show. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is waited for happens in another process or thread
            await asyncio.sleep(0.005)


def opened(sandbox: Sandbox, name: str = "Lan") -> Person:
    """Somebody whose private talk with the bot is open."""
    person = sandbox.person(name)
    sandbox.world.private_room(person.account)
    return person
