"""240 initiatives as people type them, message by message over HTTP into the real bot; then the export."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from pathlib import Path
from typing import Any

import orjson
import pytest

from bot.sandbox import Person, Sandbox
from tests.live import TOKEN, joins, live, says, taps

pytestmark = pytest.mark.timeout(400)
ROWS = [
    orjson.loads(line)
    for line in (Path(__file__).parent / "data" / "initiatives.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
KINDS = {
    "technical": "Giải pháp kỹ thuật",
    "management": "Giải pháp quản lý",
    "operational": "Giải pháp tác nghiệp",
    "applied_technology": "Ứng dụng tiến bộ kỹ thuật",
    "research": "Đề tài nghiên cứu",
}
PEOPLE = 8
A_DAY = "15/3/2022"


class Typist:
    """Types initiatives one after the other, and notes what the bot asked about."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.asked: dict[str, set[str]] = {}

    async def says(self, text: str) -> str:
        return await says(self.person, text)

    async def taps(self, label: str) -> str:
        return await taps(self.person, label)

    async def hands_in(self, row: dict[str, Any]) -> str:
        """Type one initiative; the code on the receipt."""
        self.asked[row["id"]] = set()
        await self.says("/sangkien")
        if row["confidential"]:
            await self.taps("🔒 Đây là bí mật")
        else:
            await self.says(row["before"])
            await self.says(row["after"])
        await self.says(row["effect"])
        await self._benefit(row)
        await self._applied(row)
        await self.taps(KINDS[row["kind"]])
        card = await self.says(row["title"])
        assert "Xem lại" in card, (row["id"], card)
        if row["coauthors"]:
            await self.taps("➕ Đồng tác giả")
            await self.says(", ".join(f"{name} {share}%" for name, share in row["coauthors"]))
        receipt = await self.taps("📤 Nộp")
        return re.search(r"SK-\d{5}", receipt).group()  # type: ignore[union-attr]

    async def _benefit(self, row: dict[str, Any]) -> None:
        reply = await self.says(row["benefit"])
        if "Bot hiểu là" in reply:
            reply = await self.taps("✅ Đúng")
        if "áp dụng" not in reply:
            self.asked[row["id"]].add("benefit")
            reply = await self.taps("Không tính bằng tiền")
        assert "áp dụng" in reply, (row["id"], reply)

    async def _applied(self, row: dict[str, Any]) -> None:
        reply = await self.says(row["applied"])
        if "Bot hiểu là" in reply:
            reply = await self.taps("✅ Đúng")
        if "loại nào" not in reply:
            self.asked[row["id"]].add("applied")
            reply = await self.says(A_DAY)
        assert "loại nào" in reply, (row["id"], reply)


def expected_day(typed: str) -> str | None:
    """The day of the plainest way of writing one; other ways are the reader's own tests."""
    match = re.fullmatch(r"(\d{1,2})[/.-](0?\d|1[0-2])[/.-](\d{4})", typed)
    return f"{match.group(3)}-{int(match.group(2)):02d}-{int(match.group(1)):02d}" if match else None


def faults(row: dict[str, Any], line: dict[str, Any], asked: set[str]) -> list[str]:
    """What an exported line says otherwise than the person typed it."""
    found = []
    texts = ("title", "effect") if row["confidential"] else ("title", "before", "after", "effect")
    for key in texts:
        if line[key] != unicodedata.normalize("NFC", row[key]).strip():
            found.append(f"{key}: {line[key]!r}")
    if row["confidential"] and (line["before"], line["after"], line["files"]) != (None, None, []):
        found.append("sealed content is exported")
    if "benefit" not in asked and line["benefit_vnd"] != row["benefit_vnd"]:
        found.append(f"benefit: {row['benefit']!r} became {line['benefit_vnd']}")
    # That it was a saving made once is said in other answers of a few, not in the amount: it stays open then.
    periods = (row["benefit_period"], None) if row["benefit_period"] == "once" else (row["benefit_period"],)
    if "benefit" not in asked and row["benefit_vnd"] and line["benefit_period"] not in periods:
        found.append(f"period: {row['benefit']!r} became {line['benefit_period']}")
    day = expected_day(row["applied"])
    if "applied" not in asked and day and line["applied_on"] != day:
        found.append(f"applied: {row['applied']!r} became {line['applied_on']}")
    if line["coauthors"] != [[unicodedata.normalize("NFC", name), share] for name, share in row["coauthors"]]:
        found.append(f"coauthors: {line['coauthors']}")
    if (line["kind"], line["sealed"]) != (row["kind"], row["confidential"]):
        found.append(f"kind or seal: {line['kind']} {line['sealed']}")
    return [f"{row['id']} {fault}" for fault in found]


async def test_every_initiative_is_exported_as_it_was_typed(tmp_path: Path) -> None:
    async with Sandbox(TOKEN) as sandbox, await live(tmp_path, sandbox) as program:
        typists = [Typist(sandbox.person(f"Người {number}")) for number in range(PEOPLE)]
        codes: dict[str, str] = {}

        async def works(typist: Typist, rows: list[dict[str, Any]]) -> None:
            await joins(typist.person)
            for row in rows:
                codes[row["id"]] = await typist.hands_in(row)

        await asyncio.gather(*(works(one, ROWS[number::PEOPLE]) for number, one in enumerate(typists)))
        lines = {line["code"]: line for line in await program.exports()}
        await program.stops()
        assert sandbox.violations == []
    assert len(lines) == len(ROWS)
    asked = {key: value for typist in typists for key, value in typist.asked.items()}
    wrong = [fault for row in ROWS for fault in faults(row, lines[codes[row["id"]]], asked[row["id"]])]
    assert wrong == []
    known = [row for row in ROWS if row["benefit_vnd"] is not None]
    taken = sum("benefit" not in asked[row["id"]] for row in known)
    days = sum("applied" in answers for answers in asked.values())
    print(f"amounts taken: {taken} of {len(known)}; days asked again: {days}")
    assert taken >= 0.95 * len(known)
    assert "Traceback" not in program.log.read_text(encoding="utf-8")
