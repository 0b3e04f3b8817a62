"""What a picture of the progress costs: the first one, other ones, the same one again.

`python -m benchmarks.pictures` prints milliseconds and the size of the largest. The library is loaded once a
process; its cost stands by itself.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from zoneinfo import ZoneInfo

from benchmarks.machine import description
from bot import charts
from bot.papers import Papers
from bot.speech import Speech
from bot.texts import load

ROUNDS = 20
HEAD = {
    "unit": "Liên đoàn Lao động tỉnh Bà Rịa – Vũng Tàu", "phase": "Giai đoạn 2", "done": 8_491,
    "waiting": 320, "target": 13_811, "share": "61.5",
}  # fmt: skip
CURVE = {
    **HEAD, "opens": "2022-01-08", "closes": "2023-08-31", "today": "2023-06-15", "needed": "24.3",
    "points": [[f"2022-{1 + n // 10:02}-{1 + 2 * (n % 10):02}", n * 70] for n in range(120)],
}  # fmt: skip
BAR = {
    "unit": "Công đoàn cơ sở Công ty TNHH Một thành viên Hải sản",
    "done": 40,
    "target": 100,
    "share": "40.0",
}
BARS = {**HEAD, "measure": "initiatives", "bars": [BAR] * 15, "rest": 5_985, "reached": 8, "aimed": 14}
KINDS = {"progress_curve": CURVE, "progress_bars": BARS}


async def measured(papers: Papers, kind: str) -> tuple[float, float, float, int]:
    """Milliseconds of the first picture, of another one, of the same again; bytes."""
    first, others, again, largest = 0.0, [], [], 0
    for place in range(ROUNDS):
        params = {**KINDS[kind], "done": 8_491 + place}
        for times in (others, again):
            began = time.perf_counter()
            drawn = await papers.drawn(kind, params, "vi")
            times.append((time.perf_counter() - began) * 1_000)
        largest = max(largest, len(drawn.content))
        first = first or others[0]
    return first, statistics.median(others[1:]), statistics.median(again), largest


async def main() -> None:
    """Print a row for each kind of picture."""
    print(description())
    began = time.perf_counter()
    charts.load()
    print(f"made ready once a process, with the figures: {(time.perf_counter() - began) * 1_000:.0f} ms")
    painter = charts.Charts(Speech(load(), ZoneInfo("Asia/Ho_Chi_Minh")))
    papers = Papers({"progress_curve": painter.curve, "progress_bars": painter.bars})
    for kind in KINDS:
        first, other, again, size = await measured(papers, kind)
        print(
            f"{kind}: first {first:.0f} ms, other {other:.0f} ms, again {again:.2f} ms, {size / 1_000:.0f} kB"
        )
    papers.close()


if __name__ == "__main__":
    asyncio.run(main())
