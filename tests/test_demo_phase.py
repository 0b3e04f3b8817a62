"""A whole phase of the demonstration in a minute: its clock is moved, and the phones are watched."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import sys
import time
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot import demo
from tests.live import free_port

ZONE = ZoneInfo(demo.ZONE)
Json = dict[str, Any]
DRAFT = ("Cuộn vải để dưới đất, mỗi ca hai người khiêng", "Đóng giá có bánh xe để lăn cuộn vải")


@dataclass
class Table:
    """The demonstration as somebody at its page sees it, and its database beside."""

    url: str
    codes: dict[str, str]
    folder: Path
    session: aiohttp.ClientSession
    read: dict[int, int] = field(default_factory=dict)

    async def asks(self, verb: str, path: str, body: Json | None = None) -> Any:
        async with self.session.request(verb, f"{self.url}{path}", json=body) as answer:
            return await answer.json() if answer.status == 200 else None

    async def phone(self, name: str) -> int:
        return int((await self.asks("POST", "/phone/people", {"first_name": name}))["id"])

    async def screen(self, who: int) -> list[Json]:
        return list((await self.asks("GET", f"/phone/chats/{who}/messages"))["messages"])

    async def types(self, who: int, text: str) -> Json:
        return await self._answered(who, f"/phone/people/{who}/text", {"text": text})

    async def taps(self, who: int, label: str) -> Json:
        for one in reversed(await self.screen(who)):
            for row in one.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if label in button["text"]:
                        body = {"message_id": one["message_id"], "data": button["callback_data"]}
                        return await self._answered(who, f"/phone/people/{who}/press", body)
        raise AssertionError(f"no button {label!r}: {[one.get('text') for one in await self.screen(who)]}")

    async def _answered(self, who: int, path: str, body: Json) -> Json:
        """Do it, and wait for what the bot says to it."""
        before = (await self.asks("GET", f"/phone/chats/{who}/messages"))["version"]
        await self.asks("POST", path, body)
        seen = before + 1 if path.endswith("text") else before
        async with asyncio.timeout(20):
            while True:
                found = await self.asks("GET", f"/phone/chats/{who}/changes?after={seen}&timeout=20")
                seen = found["version"]
                last: Json = found["messages"][-1]
                if last["from"]["is_bot"]:
                    return last

    async def news(self, who: int) -> list[Json]:
        """What the bot has said since the last look."""
        found = [one for one in await self.screen(who) if one["from"]["is_bot"]]
        new = found[self.read.get(who, 0) :]
        self.read[who] = len(found)
        return new

    async def moves(self, wish: Json) -> datetime | None:
        """Move the clock and wait until the bot has done all that is due by then; None: nothing comes."""
        answer = await self.asks("POST", "/sandbox/clock", wish)
        if answer is None:
            return None
        now = datetime.fromisoformat(answer["now"])
        for _ in range(2):  # the second look begins when the first is over
            awake = self.value("SELECT value FROM setting WHERE name = 'awake'")
            least = max(now, datetime.fromisoformat(awake)) if awake else now
            await until(partial(self._looked_since, least.isoformat()))
        due = "SELECT count(*) FROM outbox WHERE state = 'claimed' OR (state = 'waiting' AND due_at <= ?)"
        await until(lambda: self.value(due, f"{now:%Y-%m-%d %H:%M:%S}.999999") == 0)
        return now

    def _looked_since(self, instant: str) -> bool:
        return (self.value("SELECT value FROM setting WHERE name = 'awake'") or "") > instant

    async def closes(self) -> datetime:
        """When the second phase closes, from the configuration that the demonstration has written."""
        written = tomllib.loads((self.folder / "config.toml").read_text("utf-8"))
        return datetime.fromisoformat(written["programme"]["phase"][1]["closes"])

    def value(self, statement: str, *given: str) -> Any:
        with sqlite3.connect(f"file:{self.folder / 'sangkien.db'}?mode=ro", uri=True) as connection:
            row = connection.execute(statement, given).fetchone()
        connection.close()
        return None if row is None else row[0]


async def until(true: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.05)


@asynccontextmanager
async def demonstration(folder: Path) -> AsyncIterator[Table]:
    """`sangkien demo` as somebody starts it, until the block ends."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", str(port), env={**os.environ, "TMPDIR": str(folder)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    said = ""
    try:
        async with aiohttp.ClientSession() as session:
            while "Ctrl+C" not in said:
                said += (await process.stdout.readline()).decode()
            reading = asyncio.ensure_future(process.stdout.read())
            codes = dict(re.findall(r"· (\w+): /start (\S+)", said))
            (its,) = re.findall(r"--config (\S+)/config.toml", said)
            yield Table(f"http://127.0.0.1:{port}", codes, Path(its), session)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.wait()
        reading.cancel()


async def begins(table: Table, name: str, code: str = "") -> int:
    """Somebody new, past the consent and in a unit."""
    who = await table.phone(name)
    await table.types(who, f"/start {code}".strip())
    await table.taps(who, "Đồng ý")
    return who


def said(messages: list[Json]) -> list[str]:
    return [str(one.get("text", "")) for one in messages]


def hour(message: Json) -> float:
    local = datetime.fromtimestamp(message["date"], ZONE)
    return local.hour + local.minute / 60


@pytest.mark.timeout(120)
async def test_a_whole_phase_is_watched_in_less_than_a_minute(tmp_path: Path) -> None:
    async with demonstration(tmp_path) as table:
        lan = await begins(table, "Lan")
        await table.types(lan, "cty may que lam son")
        await table.taps(lan, "May Quế Lâm Sơn")
        await table.types(lan, "/sangkien")
        for answer in DRAFT:
            await table.types(lan, answer)
        lead = await begins(table, "Hùng", table.codes["lead"])
        officer = await begins(table, "Quân", table.codes["officer"])
        heard: dict[int, list[Json]] = {who: await table.news(who) for who in (lan, lead, officer)}
        for messages in heard.values():
            messages.clear()
        began = time.perf_counter()
        at = await table.moves({"advance_seconds": 86_400})
        closes = await table.closes()
        while at is not None and at < closes + timedelta(days=1):
            at = await table.moves({"to": "next_reminder"})
            for who in heard:
                heard[who] += await table.news(who)
        took = time.perf_counter() - began
        violations = await table.asks("GET", "/sandbox/violations")
    reminded = [text for text in said(heard[lan]) if text.startswith("⏰")]
    # Each distance once, the farthest first, and the last warning before the night.
    left = [re.findall(r"còn (.*?) là hết hạn", text)[0] for text in reminded]
    assert left == ["14 ngày", "7 ngày", "3 ngày", "17 giờ", "3 giờ"]
    assert all("Đóng giá có bánh xe" in text and "làm lợi" in text.lower() for text in reminded)
    ended = {who: [text for text in said(heard[who]) if "đã kết thúc" in text] for who in heard}
    assert [len(texts) for texts in ended.values()] == [1, 1, 1]
    assert "Đóng giá có bánh xe" in ended[lan][0] and "vẫn được giữ nguyên" in ended[lan][0]
    assert all(
        "Số liệu chốt" in ended[who][0] and "nay hệ thống" not in ended[who][0] for who in (lead, officer)
    )
    assert all(any("photo" in one for one in heard[who]) for who in (lead, officer))
    everything = [one for messages in heard.values() for one in messages]
    assert all(6.5 <= hour(one) < 21 for one in everything)
    assert violations == {"violations": []}
    assert took < 60
