"""What opening a queue of 10,000 costs, and a decision with its notices, on SQLite and on PostgreSQL.

`python -m benchmarks.review [--rows 10000] [--decided 50000] [--only sqlite]` fills a database with 6,000
units under one city, so many initiatives that wait (half of them in one unit) among others long decided, and
prints medians: a lead and an officer of the city open `/duyet`, leaf through the list, decide.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from benchmarks.databases import opened
from benchmarks.machine import description
from benchmarks.stories import story
from benchmarks.tables import judged, table
from bot.speech import Speech
from bot.texts import load
from handlers import lookalikes
from handlers.house import CONSENT_VERSION, House
from handlers.listening import listen
from handlers.messages import Event, Pressed, Typed
from handlers.place import Place
from handlers.programme import Phase, Programme
from storage.database import Database
from storage.models import metadata
from storage.recount import Recount
from storage.unit_tree import rebuild_tree
from storage.upgrade import upgrade_database

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2023, 8, 15, 2, tzinfo=UTC)
UNITS, WORKERS, TIMES = 6_000, 2_000, 60
CITY, ONE, LEAD, OFFICER = 1, 2, 1, 2
PHASE = Phase(
    "gd2", "2", NOW - timedelta(days=400), NOW + timedelta(days=17), date(2021, 9, 1), date(2023, 8, 31)
)
PROGRAMME = Programme("benchmark", ZONE, (PHASE,), refusal_reasons=("Chưa được áp dụng tại đơn vị.",))
NUMBERS = count(1)


def filled(database: Database, rows: int, decided: int) -> None:
    """Units, people with a chat each, and initiatives with authors, moves and keys of likeness."""
    tables = metadata.tables
    with database.transaction() as tx:
        run = tx.connection.execute
        unit = {"level": "unit", "parent_id": CITY, "created_at": NOW}
        city = {
            "id": CITY,
            "code": "C",
            "name": "City",
            "level": "city",
            "parent_id": None,
            "created_at": NOW,
        }
        run(insert(tables["unit"]), [city])
        below = range(ONE, UNITS + ONE)
        run(insert(tables["unit"]), [{"id": n, "code": f"U{n}", "name": f"Unit {n}", **unit} for n in below])
        rebuild_tree(tx.connection)
        people = range(1, WORKERS + 1)
        worker = {"language": "vi", "consent": CONSENT_VERSION, "created_at": NOW, "unit_id": ONE}
        run(insert(tables["worker"]), [{"id": n, "name": f"Nguyễn Văn {n}", **worker} for n in people])
        chat = {"channel": "telegram", "reachable": True, "created_at": NOW}
        run(insert(tables["chat"]), [{"id": n, "address": str(n), "worker_id": n, **chat} for n in people])
        tx.roles.grant(LEAD, "lead", ONE, NOW)
        tx.roles.grant(OFFICER, "officer", CITY, NOW)
    for start in range(0, rows + decided, 5_000):
        _some(database, start, min(rows + decided, start + 5_000), rows)
    with database.transaction() as tx:
        Recount(tx.connection).rebuild()
        if not database.is_sqlite:
            # What the server does by itself a minute after so many rows have come.
            tx.connection.exec_driver_sql("ANALYZE")


def _some(database: Database, start: int, stop: int, rows: int) -> None:
    tables, made = metadata.tables, []
    for n in range(start, stop):
        said = story(n)
        place = Place(answers={key: {"value": value, "typed": []} for key, value in said.items()}).plain()
        waits, at = n < rows, NOW - timedelta(minutes=stop + rows - n)
        made.append({
            "id": n + 1, "code": f"SK-{n + 1:05d}", "draft_id": n + 1, "place": place,
            "unit_id": ONE if n % 2 and waits else ONE + n % UNITS, "author_id": 3 + n % (WORKERS - 3),
            "phase": "gd2", "state": "submitted" if waits else "valid", "sealed": False,
            "kind": "technical", **said, "benefit_vnd": None, "benefit_in_money": False,
            "applied_on": date(2023, 1, 1), "applied_precision": "day", "created_at": at, "submitted_at": at,
            "waiting_since": at, "submitted_on": date(2023, 8, 1),
            "valid_on": None if waits else date(2023, 8, 2),
        })  # fmt: skip
    with database.transaction() as tx:
        tx.connection.execute(insert(tables["initiative"]), made)
        share = {"position": 0, "name": "", "share": 10_000}
        authors = [{"initiative_id": m["id"], "worker_id": m["author_id"], **share} for m in made]
        tx.connection.execute(insert(tables["author"]), authors)
        sent = {"before": "draft", "after": "submitted"}
        about = (("initiative_id", "id"), ("at", "submitted_at"), ("actor_id", "author_id"))
        moves = [{**{name: m[key] for name, key in about}, **sent} for m in made]
        tx.connection.execute(insert(tables["move"]), moves)
        for m in made:
            lookalikes.remember(tx, m["id"], Place.of(m["place"]))  # type: ignore[arg-type, call-overload]


def acts(database: Database, house: House, who: int, what: Typed | Pressed, now: datetime) -> None:
    """One event of a reviewer, as the intake hands it over."""
    event = Event(what, "telegram", "1", str(next(NUMBERS)), str(who), "1", str(who))
    with database.transaction() as tx:
        listen(tx, event, house, now)


def timed(deed: Callable[[int], None], times: int = TIMES) -> tuple[float, float]:
    """Medians of the wall clock and of this process's CPU, in milliseconds, after a few to warm up."""
    walls, cpus = [], []
    for turn in range(times + 5):
        wall, cpu = time.perf_counter(), time.process_time()
        deed(turn)
        walls.append(1_000 * (time.perf_counter() - wall))
        cpus.append(1_000 * (time.process_time() - cpu))
    return statistics.median(walls[5:]), statistics.median(cpus[5:])


def measured(database: Database) -> dict[str, tuple[float, float]]:
    """Wall clock and CPU of what a lead and an officer do."""
    house, found = House(PROGRAMME, Speech(load(), ZONE), key=b"key"), {}

    def decides(who: int) -> Callable[[int], None]:
        def deed(turn: int) -> None:
            now = NOW + timedelta(seconds=turn)
            with database.reading() as tx:
                number = tx.connection.exec_driver_sql(OLDEST[who]).scalar_one()
                last = tx.reviews.last_move(number)
            assert last is not None
            acts(database, house, who, Pressed(f"queue|accept.{number}|{last.id}"), now)

        return deed

    for who, name in ((LEAD, "lead of one unit"), (OFFICER, "officer of the city")):
        found[f"{name}: opens"] = timed(lambda _, who=who: acts(database, house, who, Typed("/duyet"), NOW))  # type: ignore[misc]
        found[f"{name}: list"] = timed(
            lambda _, who=who: acts(database, house, who, Pressed("queue|list.7|-"), NOW)
        )  # type: ignore[misc]
        found[f"{name}: decides"] = timed(decides(who))
    return found


OLDEST_OF = "SELECT id FROM initiative WHERE state = 'submitted' {} ORDER BY waiting_since LIMIT 1"
OLDEST = {
    LEAD: OLDEST_OF.format("AND unit_id = 2"),
    OFFICER: OLDEST_OF.format(""),
}


def main() -> None:
    """Print a table for each kind of database, and the targets."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=10_000)
    asked.add_argument("--decided", type=int, default=50_000)
    asked.add_argument("--only", choices=["sqlite", "postgresql"])
    said = asked.parse_args()
    print(description())
    for kind in [said.only] if said.only else ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder), kind) as database:
            upgrade_database(database)
            filled(database, said.rows, said.decided)
            # As a server does by itself soon after so many rows have come.
            with database.schema_connection() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
            found = measured(database)
            print(f"\n{kind}: {said.rows:,} waiting among {said.rows + said.decided:,}")
            table(["what", "ms", "CPU ms"], [[n, f"{w:.1f}", f"{c:.1f}"] for n, (w, c) in found.items()])
            judged("opening ≤ 50 ms", max(w for n, (w, _) in found.items() if "opens" in n), most=50)
            judged("decision ≤ 20 ms CPU", max(c for n, (_, c) in found.items() if "decides" in n), most=20)


if __name__ == "__main__":
    main()
