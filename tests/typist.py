"""Somebody who answers every question as fast as it comes, and remembers what was confirmed to them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from bot.sandbox import Person

PATIENCE = 300.0  # seconds: on a busy machine a program that is killed again and again answers slowly
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
# Words said to the review card, after a second copy of the question before it: refused, and told so.
NOT_TAKEN = "đang ở bảng xem lại"
TEXTS = ("before", "after", "effect", "title")


class Typist:
    """Types what the question on the screen asks for.

    One who is patient answers when nothing is under way any more (`calm` says so): what was said then is
    confirmed by the next question. A hasty one answers what stands there, and may cross with a second copy.
    """

    def __init__(self, person: Person, number: int, calm: Callable[[int], bool] | None = None) -> None:
        self.person, self.number, self.calm = person, number, calm
        self.typed: list[str] = []
        self.confirmed: list[tuple[str, str]] = []
        self.receipts: set[str] = set()

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
        answer = self._question()
        if self.calm and key in NEXT and NEXT[key] in answer and NOT_TAKEN not in answer:
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
            self.typed.append(f"Lời thứ {len(self.typed)} của người {self.number} về {what}")
            return how, self.typed[-1]
        raise AssertionError(f"an unknown question: {asked!r}")

    async def _reads(self) -> None:
        """Wait for an answer, through kills and restarts; a second copy of the last one may come first."""
        await self.person.answer(PATIENCE)
        # A person looks at all that came, the answer to what they said last, before they say more.
        await self.person.quiet(0.4)
        while self.calm and not self.calm(self.person.id):
            await self.person.quiet(0.2)
        for message in self.person.screen():
            if message["from"]["is_bot"] and "Đã nộp!" in message["text"]:
                self.receipts.update(re.findall(r"SK-\d+", message["text"]))
