"""The torture room: the real process, killed at random while people type; nothing confirmed is lost."""

from __future__ import annotations

import asyncio
import random
import re
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox import Person, Sandbox
from tests.live import TOKEN, Program, live

pytestmark = pytest.mark.timeout(900)
# By the question on the screen: which answer is given, typed or tapped.
QUESTIONS = (
    ("Đồng ý", "tap", "✅ Đồng ý"),
    ("đơn vị nào", "type", "T09-020"),
    ("chọn đơn vị", "tap", "CĐCS C.ty TNHH May Quế Lâm Sơn"),
    ("Đã nộp!", "type", "/sangkien"),
    ("Xem lại sáng kiến", "tap", "Nộp"),
    ("đặt tên ngắn", "type", "title"),
    ("loại nào", "tap", "Giải pháp kỹ thuật"),
    ("áp dụng từ ngày nào", "type", "25/2/2022"),
    ("bao nhiêu tiền", "type", "15 triệu/tháng"),
    ("Kết quả ra sao", "type", "effect"),
    ("thay đổi điều gì", "type", "after"),
    ("làm thế nào, vướng ở đâu", "type", "before"),
    ("Con số này là", "type", "15 triệu/tháng"),  # the answer to a second copy of the question before
    ("ít nhất", "type", "before"),
    ("Gửi sáng kiến mới", "type", "/sangkien"),
)
# What is answered to the question before, when its second copy came late, is refused; then it is asked so.
REFUSALS = (
    ("Bot hiểu là", "tap", "✅ Đúng"),
    ("một trong các loại", "tap", "Giải pháp kỹ thuật"),
    ("Chọn loại gần nhất", "tap", "Giải pháp kỹ thuật"),
    ("ngày", "type", "25/2/2022"),
    ("tiền", "type", "15 triệu/tháng"),
)
NEXT = {
    "before": "thay đổi điều gì",
    "after": "Kết quả ra sao",
    "effect": "bao nhiêu tiền",
    "title": "Xem lại sáng kiến",
}
TEXTS = ("before", "after", "effect", "title")


class Typist:
    """Types what the question on the screen asks for, as fast as answers come."""

    def __init__(self, person: Person, number: int) -> None:
        self.person, self.number = person, number
        self.confirmed: list[tuple[str, str]] = []
        self.receipts: set[str] = set()
        self.serial = 0

    async def works(self, until: asyncio.Event) -> None:
        await self.person.types("/start")
        await self._reads()
        while not until.is_set():
            await self._one_answer()

    async def _one_answer(self) -> None:
        asked = self._question()
        how, what = self._answer(asked)
        if how == "tap":
            await self._taps(what)
        else:
            await self.person.types(what)
        await self._reads()
        key = next((said for pattern, _, said in QUESTIONS if pattern.lower() in asked.lower()), "")
        if key in NEXT and NEXT[key] in self._question():
            self.confirmed.append((key, what))

    async def _taps(self, label: str) -> None:
        for message in reversed(self.person.screen()):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if label in button["text"]:
                        await self.person.presses(message, button["callback_data"])
                        return
        raise AssertionError(f"no button {label!r} under {self._question()!r}")

    def _question(self) -> str:
        return str(next(m for m in reversed(self.person.screen()) if m["from"]["is_bot"])["text"])

    def _answer(self, asked: str) -> tuple[str, str]:
        for pattern, how, what in (*QUESTIONS, *REFUSALS):
            if pattern.lower() not in asked.lower():
                continue
            if what not in TEXTS:
                return how, what
            self.serial += 1
            return how, f"Lời thứ {self.serial} của người {self.number} về {what}"
        raise AssertionError(f"an unknown question: {asked!r}")

    async def _reads(self) -> None:
        """Wait for an answer, through kills and restarts; a second copy of the last one may come first."""
        await self.person.answer(60)
        # A person looks at all that came, the answer to what they said last, before they say more.
        await self.person.quiet(0.4)
        for message in self.person.screen():
            if message["from"]["is_bot"] and "Đã nộp!" in message["text"]:
                self.receipts.update(re.findall(r"SK-\d+", message["text"]))


async def tortured(program: Program, sandbox: Sandbox, people: int, kills: int, seed: int) -> list[Typist]:
    """Let people type while the program is killed and started again."""
    chance, until = random.Random(seed), asyncio.Event()
    typists = [Typist(sandbox.person(f"Người {number}"), number) for number in range(people)]
    working = [asyncio.ensure_future(typist.works(until)) for typist in typists]
    for _ in range(kills):
        await asyncio.sleep(2.5 + 1.5 * chance.random())
        await program.stops(signal.SIGKILL)
        await program.runs()
    await asyncio.sleep(3)
    until.set()
    await asyncio.wait_for(asyncio.gather(*working), 90)
    return typists


def judged(typists: list[Typist], lines: list[dict[str, Any]]) -> list[str]:
    """What was lost or doubled."""
    kept: Counter[str] = Counter(str(line[key]) for line in lines for key in TEXTS if line[key])
    wrong = [
        f"{key} {text!r} is kept {kept[text]} times"
        for typist in typists
        for key, text in typist.confirmed
        if kept[text] != 1
    ]
    codes = [line["code"] for line in lines if line["code"]]
    wrong += [f"{code} stands {times} times" for code, times in Counter(codes).items() if times > 1]
    receipts = {code for typist in typists for code in typist.receipts}
    wrong += [f"{code} has a receipt and is not there" for code in receipts - set(codes)]
    return wrong


def repeated(sandbox: Sandbox) -> int:
    """How many messages came to somebody twice in a row: crash windows."""
    sent = [call for call in sandbox.calls if call.method == "sendMessage" and call.status == 200]
    last: dict[Any, str] = {}
    count = 0
    for call in sent:
        count += last.get(call.params["chat_id"]) == call.params["text"]
        last[call.params["chat_id"]] = call.params["text"]
    return count


async def torture(folder: Path, *, webhook: bool, people: int, kills: int, seed: int) -> None:
    async with Sandbox(TOKEN) as sandbox, await live(folder, sandbox, webhook=webhook) as program:
        typists = await tortured(program, sandbox, people, kills, seed)
        answered = sum(len(typist.confirmed) for typist in typists)
        print(
            f"\n{'webhook' if webhook else 'polling'}: {kills} kills, {people} people, "
            f"{answered} confirmed answers, {sum(len(t.receipts) for t in typists)} receipts, "
            f"{repeated(sandbox)} messages repeated"
        )
        await program.stops()
        lines = await program.exports("--drafts")
        assert sandbox.violations == []
    assert judged(typists, lines) == []
    assert answered > people
    assert "Traceback" not in program.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_ten_kills_lose_nothing(tmp_path: Path, webhook: bool) -> None:
    await torture(tmp_path, webhook=webhook, people=25, kills=10, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
@pytest.mark.timeout(3_600)
async def test_a_hundred_kills_lose_nothing(tmp_path: Path, webhook: bool) -> None:
    await torture(tmp_path, webhook=webhook, people=200, kills=100, seed=2)
