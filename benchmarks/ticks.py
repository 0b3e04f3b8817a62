"""What a look at the clock costs: 100,000 people of whom 5,000 are due, and when nobody is.

`python -m benchmarks.ticks [--postgres]` fills a database and prints the seconds of the tick that promises
5,000 reminders (pages of 500, a transaction each), the memory of the process before and after it, and the
median of a hundred ticks when nothing is due.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from benchmarks.databases import opened
from benchmarks.machine import description
from benchmarks.tables import judged, table
from bot.speech import Speech
from bot.texts import load
from handlers.house import House
from handlers.programme import Phase, Programme
from handlers.reminders import tick
from storage.database import Database
from storage.models import metadata
from storage.upgrade import upgrade_database

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PEOPLE, DUE = 100_000, 5_000
CLOSES = datetime(2023, 9, 1, tzinfo=ZONE).astimezone(UTC)
PHASE = Phase("gd2", "Giai đoạn 2", CLOSES - timedelta(days=457), CLOSES, date(2021, 9, 1), date(2023, 8, 31))
PROGRAMME = Programme("benchmark", ZONE, (PHASE,))
AT = CLOSES - timedelta(days=7, hours=-9)  # nine o'clock on the seventh day before


def filled(database: Database) -> None:
    """Everybody with a chat; those who are due with a draft that is two answers old."""
    tables = metadata.tables
    before = {"created_at": CLOSES - timedelta(days=60)}
    answers = {key: {"value": "Một câu trả lời", "typed": []} for key in ("before", "after")}
    place = {"answers": answers, "asking": "effect"}
    draft = {"form": "initiative", "place": place, "updated_at": CLOSES - timedelta(days=20), **before}
    where = {"channel": "telegram", "reachable": True, **before}
    with database.transaction() as tx:
        run = tx.connection.execute
        run(insert(tables["worker"]), [{"name": "N", "consent": "2", **before} for _ in range(PEOPLE)])
        run(
            insert(tables["chat"]),
            [{**where, "address": str(n), "worker_id": n} for n in range(1, PEOPLE + 1)],
        )
        due = range(1, PEOPLE + 1, PEOPLE // DUE)
        run(insert(tables["draft"]), [{**draft, "worker_id": n} for n in due])


def resident(name: str) -> float:
    """Megabytes of this process, now (`VmRSS`) or at the most (`VmHWM`)."""
    said = Path("/proc/self/status").read_text("ascii")
    return int(said.split(f"{name}:")[1].split()[0]) / 1_024


def ticked(database: Database, house: House, now: datetime) -> int:
    """Look until everybody who is due was seen to; how many were promised something."""
    promised, more = 0, True
    while more:
        with database.transaction() as tx:
            found = tick(tx, house, now)
        promised, more = promised + found.promised, found.more
    return promised


def measured(database: Database) -> None:
    """Print the figures of one database."""
    house = House(PROGRAMME, Speech(load(), ZONE), "", "", b"key")
    filled(database)
    ticked(database, house, AT - timedelta(days=7))  # what came earlier is seen to, statements are compiled
    before = resident("VmRSS")
    begun, processor = time.perf_counter(), time.process_time()
    promised = ticked(database, house, AT)
    took, cost = time.perf_counter() - begun, time.process_time() - processor
    after, most = resident("VmRSS"), resident("VmHWM")
    assert promised == DUE, promised
    idle = []
    for _ in range(100):
        began = time.perf_counter()
        ticked(database, house, AT)
        idle.append(1_000 * (time.perf_counter() - began))
    ordinary = statistics.median(idle)
    busy = (f"{took:.2f} s", f"{cost:.2f} s", f"{before:.0f}", f"{after:.0f}", f"{most:.0f}")
    table(
        ("of 100,000 people", "on the clock", "CPU here", "MB before", "after", "at the most"),
        [(f"a tick with {DUE:,} due", *busy), ("an idle tick", f"{ordinary:.1f} ms", "", "", "", "")],
    )
    judged("≤ 2 s for 5,000 who are due", took, most=2)
    judged("≤ 5 ms for an idle tick", ordinary, most=5)


def main() -> None:
    """Measure SQLite, or with `--postgres` PostgreSQL."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--postgres", action="store_true")
    kind = "postgresql" if asked.parse_args().postgres else "sqlite"
    print(description(), kind)
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), kind) as database:
        upgrade_database(database)
        measured(database)


if __name__ == "__main__":
    main()
