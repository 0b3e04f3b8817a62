"""What a look at the progress costs, and that it does not grow with the number of initiatives.

`python -m benchmarks.progress [--rows 10000 100000 1000000] [--postgres]` fills a database with 6,000 units
under one city and that many initiatives, and prints medians: the figures of a unit, the children of a parent
with 6,000, a decision with and without keeping the figures, a recount; beside it what counting costs that
keeps nothing.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text

from benchmarks.databases import opened
from benchmarks.machine import description
from bot.speech import Speech
from bot.texts import load
from handlers.aims import settle_aims
from handlers.house import House
from handlers.moves import Decision, decide
from handlers.programme import Phase, Programme, Target
from handlers.progress_figures import progress_of
from storage.database import Database
from storage.models import metadata
from storage.recount import Recount
from storage.tallies import Tallies
from storage.transaction import Transaction
from storage.unit_tree import rebuild_tree
from storage.upgrade import upgrade_database

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
UNITS, WORKERS = 6_000, 50_000
NOW = datetime(2023, 8, 15, 2, tzinfo=UTC)
PHASES = (
    Phase("gd1", "1", datetime(2021, 9, 1, tzinfo=UTC), datetime(2022, 6, 1, tzinfo=UTC),
          date(2021, 9, 1), date(2022, 5, 31), (Target("initiatives", percent=Decimal(10), each=True),)),
    Phase("gd2", "2", datetime(2022, 6, 1, tzinfo=UTC), datetime(2023, 9, 1, tzinfo=UTC),
          date(2021, 9, 1), date(2023, 8, 31), (Target("initiatives", percent=Decimal(10), each=True),
                                                Target("people", percent=Decimal(15), each=True))),
)  # fmt: skip
PROGRAMME = Programme("benchmark", ZONE, PHASES)
CITY, ADMIN = 1, 1


def filled(database: Database, rows: int) -> None:
    """6,000 units directly under the city, and initiatives spread over them."""
    tables = metadata.tables
    with database.transaction() as tx:
        run = tx.connection.execute
        units = [
            {"id": CITY, "code": "C", "name": "City", "level": "city", "parent_id": None, "created_at": NOW}
        ]
        for number in range(2, UNITS + 2):
            name = f"Unit {number}"
            values = {"id": number, "code": f"U{number}", "name": name, "level": "grassroots"}
            units.append({**values, "parent_id": CITY, "created_at": NOW})
        run(insert(tables["unit"]), units)
        rebuild_tree(tx.connection)
        counts = [
            {"unit_id": number, "members": 20 + number % 400, "counted_on": None, "recorded_at": NOW}
            for number in range(2, UNITS + 2)
        ]
        run(insert(tables["unit_members"]), counts)
        workers = [{"id": n, "name": "w", "language": "vi", "created_at": NOW} for n in range(1, WORKERS + 1)]
        run(insert(tables["worker"]), workers)
        tx.roles.grant(ADMIN, "admin", CITY, NOW)
    day = date(2023, 8, 1)
    common = {
        "sealed": False, "title": "t", "kind": "technical", "effect": "e", "applied_on": day,
        "applied_precision": "day", "place": {}, "created_at": NOW, "submitted_at": NOW, "waiting_since": NOW,
        "submitted_on": day,
    }  # fmt: skip
    for first in range(1, rows + 1, 20_000):
        numbers = range(first, min(first + 20_000, rows + 1))
        made = [_initiative(number, common, day) for number in numbers]
        authors = [
            {
                "initiative_id": n,
                "position": 0,
                "worker_id": 2 + n * 7 % (WORKERS - 1),
                "name": "w",
                "share": 1,
            }
            for n in numbers
        ]
        with database.transaction() as tx:
            tx.connection.execute(insert(tables["initiative"]), made)
            tx.connection.execute(insert(tables["author"]), authors)


def _initiative(number: int, common: dict[str, object], day: date) -> dict[str, object]:
    valid = number % 3 != 0
    return {
        **common, "id": number, "code": f"X{number}", "unit_id": 2 + number % UNITS,
        "author_id": 2 + number * 7 % (WORKERS - 1), "phase": "gd1" if number % 2 else "gd2",
        "state": "valid" if valid else "submitted", "valid_on": day if valid else None,
        "benefit_vnd": 1_000_000 if number % 4 else None, "benefit_in_money": bool(number % 4),
        "benefit_period": "year" if number % 4 else None,
    }  # fmt: skip


def milliseconds(work: Callable[[], object], times: int = 25) -> float:
    """The median of several runs, after one that is not counted."""
    work()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(1_000 * (time.perf_counter() - began))
    return statistics.median(took)


@contextmanager
def without_tallies() -> Iterator[None]:
    """For a while nothing is counted."""
    kept, Tallies.changed = Tallies.changed, lambda *_: None  # type: ignore[method-assign, assignment]
    facts, Tallies.facts = Tallies.facts, lambda *_: None  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Tallies.changed, Tallies.facts = kept, facts  # type: ignore[method-assign]


def decisions(database: Database, house: House, first: int) -> float:
    """Milliseconds of one decision, taken a hundred times in a transaction each."""
    numbers = iter(range(first, first + 3_000, 3))

    def one() -> None:
        with database.transaction() as tx:
            assert not decide(tx, ADMIN, next(numbers), Decision("accept"), house, NOW).refused

    return milliseconds(one, 100)


def measured(database: Database, rows: int) -> dict[str, float]:
    """The medians in milliseconds for a database with so many initiatives."""
    filled(database, rows)
    began = time.perf_counter()
    with database.transaction() as tx:
        Recount(tx.connection).rebuild()
    recount = 1_000 * (time.perf_counter() - began)
    with database.transaction() as tx:
        settle_aims(tx, PROGRAMME, PROGRAMME.local_day(NOW))
    found: dict[str, float] = {}
    with database.reading() as tx:
        found["city"] = milliseconds(lambda: progress_of(tx, PROGRAMME, CITY, PHASES[1], NOW))
        found["unit"] = milliseconds(lambda: progress_of(tx, PROGRAMME, 77, None, NOW))
        found["children"] = milliseconds(
            lambda: tx.aims.children(CITY, "gd2", "initiatives", date(2023, 8, 15), 20)
        )
        found["group by"] = milliseconds(lambda: _group_by(tx), 3)
    house = House(PROGRAMME, Speech(load(), ZONE), "", "", b"key")
    with without_tallies():
        bare = decisions(database, house, 3)
    found["decision"], found["decision without"] = decisions(database, house, 6_003), bare
    return {**found, "recount": recount}


def _group_by(tx: Transaction) -> None:
    plain = (
        "SELECT i.state, COUNT(*), COUNT(DISTINCT u.worker_id) FROM initiative i"
        " JOIN unit_above a ON a.unit_id = i.unit_id JOIN author u ON u.initiative_id = i.id"
        " WHERE a.above_id = 1 AND i.phase = 'gd2' GROUP BY i.state"
    )
    tx.connection.execute(text(plain)).all()


def main() -> None:
    """Print a table for each number of rows."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000])
    asked.add_argument("--postgres", action="store_true")
    said = asked.parse_args()
    print(description())
    for rows in said.rows:
        with (
            tempfile.TemporaryDirectory() as folder,
            opened(Path(folder), "postgresql" if said.postgres else "sqlite") as database,
        ):
            upgrade_database(database)
            print(f"{rows:>9,}", *(f"{name} {ms:,.1f} ms ·" for name, ms in measured(database, rows).items()))


if __name__ == "__main__":
    main()
