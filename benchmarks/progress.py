"""What a look at the progress costs, and that it does not grow with the number of initiatives.

`python -m benchmarks.progress [--rows 10000 100000 1000000] [--postgres]` fills a database with 6,000 units
under one city and that many initiatives, and prints medians of whole commands, as the intake hands them over;
what was typed or pressed comes in, the answer is promised and committed. Then a decision with all it brings
(notices, history, audit), with and without keeping the figures, in turn; a recount; beside it what counting
costs that keeps nothing.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text

from benchmarks.databases import opened
from benchmarks.filling import ADMIN, CITY, LEAD, NOW, ONE, PROGRAMME, ZONE, filled, name_of
from benchmarks.machine import description
from benchmarks.tables import judged, table
from bot.speech import Speech
from bot.texts import load
from handlers.aims import settle_aims
from handlers.house import House
from handlers.listening import listen
from handlers.messages import Event, Pressed, Typed
from handlers.moves import Decision, decide
from storage.database import Database
from storage.recount import Recount
from storage.tallies import Tallies
from storage.transaction import Transaction
from storage.upgrade import upgrade_database

TIMES, PAIRS = 25, 200
NUMBERS = count(1)
LOOKS: dict[str, tuple[int, Typed | Pressed]] = {
    "/tiendo of the city": (ADMIN, Typed("/tiendo")),
    "/tiendo of a unit": (LEAD, Typed("/tiendo")),
    "/tiendo U77": (LEAD, Typed("/tiendo U77")),
    "/tiendo and a whole name": (LEAD, Typed(f"/tiendo {name_of(4321)}")),
    "/tiendo and a few words": (LEAD, Typed("/tiendo may xuan loc")),
    "/tiendo and a name nobody has": (LEAD, Typed("/tiendo zzqx wwkk")),
    "one phase of the city": (ADMIN, Pressed(f"progress|see.{CITY}.2|-")),
    "the curve of the city": (ADMIN, Pressed(f"progress|curve.{CITY}.0|-")),
    "a list behind a figure": (ADMIN, Pressed(f"progress|valid.{CITY}.0.0|-")),
}
CHILDREN: dict[str, tuple[int, Typed | Pressed]] = {
    "6,000 children, first page": (ADMIN, Pressed(f"progress|below.{CITY}.0.0|-")),
    "6,000 children, last page": (ADMIN, Pressed(f"progress|below.{CITY}.0.749|-")),
    "6,000 children as bars": (ADMIN, Pressed(f"progress|bars.{CITY}.0|-")),
}


class Took(NamedTuple):
    """Milliseconds on the clock, and of this process's CPU (on PostgreSQL the server has its own)."""

    clock: float
    cpu: float


def milliseconds(work: Callable[[], object], times: int = TIMES) -> Took:
    """Medians of several runs, after two that are not counted."""
    return median([timed(work) for _ in range(times + 2)][2:])


def median(took: Sequence[Took]) -> Took:
    """Of the clock and of the CPU, each by itself."""
    return Took(*(statistics.median(one) for one in zip(*took, strict=True)))


def timed(work: Callable[[], object]) -> Took:
    """What it takes once."""
    began, spent = time.perf_counter(), time.process_time()
    work()
    return Took(1_000 * (time.perf_counter() - began), 1_000 * (time.process_time() - spent))


def does(database: Database, house: House, who: int, what: Typed | Pressed) -> None:
    """One event, as the intake hands it over, in a transaction of its own."""
    event = Event(what, "telegram", "1", str(next(NUMBERS)), str(who), "1", str(who))
    with database.transaction() as tx:
        listen(tx, event, house, NOW)


@contextmanager
def without_tallies() -> Iterator[None]:
    """For a while nothing is counted."""
    kept, Tallies.changed = Tallies.changed, lambda *_: None  # type: ignore[method-assign]
    facts, Tallies.facts = Tallies.facts, lambda *_: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        Tallies.changed, Tallies.facts = kept, facts  # type: ignore[method-assign]


class Decided(NamedTuple):
    """Medians of a decision that keeps the figures, of one that does not; what keeping adds, in per cent."""

    kept: Took
    bare: Took
    added: Took


def decisions(one: Callable[[int], None], waiting: Iterator[int]) -> Decided:
    """Decisions in pairs, now one first and now the other: what keeping adds is the median of differences.

    So a neighbour who slows the machine for a second slows both of a pair.
    """
    kept: list[Took] = []
    bare: list[Took] = []
    for pair in range(PAIRS + 5):
        for keeps in (True, False) if pair % 2 else (False, True):
            with nullcontext() if keeps else without_tallies():
                number = next(waiting)
                spent = timed(lambda number=number: one(number))  # type: ignore[misc]
            if pair >= 5:
                (kept if keeps else bare).append(spent)
    more = median([Took(a.clock - b.clock, a.cpu - b.cpu) for a, b in zip(kept, bare, strict=True)])
    usual = median(bare)
    return Decided(median(kept), usual, Took(100 * more.clock / usual.clock, 100 * more.cpu / usual.cpu))


def looks(databases: Sequence[Database], house: House) -> list[dict[str, Took]]:
    """Medians of looks at each database: asked in turn, so that a busy machine is as busy for all of them."""
    found: list[dict[str, Took]] = [{} for _ in databases]
    for name, (who, what) in {**LOOKS, **CHILDREN}.items():
        took: list[list[Took]] = [[] for _ in databases]
        for _ in range(TIMES + 2):
            for one, database in zip(took, databases, strict=True):
                one.append(timed(partial(does, database, house, who, what)))
        for medians, one in zip(found, took, strict=True):
            medians[name] = median(one[2:])
    return found


def measured(database: Database, house: House) -> tuple[dict[str, Took], dict[str, Decided]]:
    """Medians of plain counting; medians of decisions with and without figures."""
    found = {}
    with database.reading() as tx:
        found["plain GROUP BY"] = milliseconds(lambda: _group_by(tx), 3)
        rows = "SELECT id FROM initiative WHERE unit_id = 2 AND state = 'submitted' ORDER BY id"
        waiting = iter(tx.connection.exec_driver_sql(rows).scalars().all())

    def bare(number: int) -> None:
        with database.transaction() as tx:
            assert not decide(tx, LEAD, number, Decision("accept"), house, NOW).refused

    def whole(number: int) -> None:
        does(database, house, LEAD, Pressed(f"queue|accept.{number}|{number}"))
        with database.reading() as tx:
            item = tx.reviews.look(number)
        assert item is not None and item.state == "valid" and item.unit_id == ONE

    decided = {"a decision": decisions(whole, waiting), "its core alone": decisions(bare, waiting)}
    return found, decided


def _group_by(tx: Transaction) -> None:
    plain = (
        "SELECT i.state, COUNT(*), COUNT(DISTINCT u.worker_id) FROM initiative i"
        " JOIN unit_above a ON a.unit_id = i.unit_id JOIN author u ON u.initiative_id = i.id"
        " WHERE a.above_id = 1 AND i.phase = 'gd2' GROUP BY i.state"
    )
    tx.connection.execute(text(plain)).all()


def recounted(database: Database) -> Took:
    """Of a recount, as `sangkien recount` makes it: compare with what is kept, and keep the new."""

    def recount() -> None:
        with database.transaction() as tx:
            Recount(tx.connection).differences()

    return timed(recount)


def prepared(database: Database, rows: int) -> None:
    """A filled database with its figures, looked over as a server does by itself soon after."""
    upgrade_database(database)
    filled(database, rows)
    with database.transaction() as tx:
        Recount(tx.connection).rebuild()
        settle_aims(tx, PROGRAMME, PROGRAMME.local_day(NOW))
    with database.schema_connection() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


def main() -> None:
    """Print a table for all numbers of rows, and the targets."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000])
    asked.add_argument("--postgres", action="store_true")
    said = asked.parse_args()
    print(description())
    house = House(PROGRAMME, Speech(load(), ZONE), "", "", b"key")
    kind = "postgresql" if said.postgres else "sqlite"
    with ExitStack() as stack:
        databases = []
        for rows in said.rows:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            databases.append(stack.enter_context(opened(Path(folder), kind)))
            prepared(databases[-1], rows)
            print(f"{rows:,} filled", flush=True)
        columns = looks(databases, house)
        for database, found in zip(databases, columns, strict=True):
            more, decided = measured(database, house)
            found.update(more)
            for name, one in decided.items():
                found[name], found[f"{name}, no figures"] = one.kept, one.bare
                found[f"{name}: figures add per cent"] = one.added
            found["recount, after decisions that were not counted"] = recounted(database)
            found["recount, nothing differs"] = recounted(database)
    heads = ["milliseconds (of our CPU)", *(f"{rows:,}" for rows in said.rows)]
    shown = [
        [name, *(f"{one[name].clock:,.1f} ({one[name].cpu:,.1f})" for one in columns)] for name in columns[0]
    ]
    table(heads, shown)
    judged("any /tiendo ≤ 10 ms", max(one[name].clock for one in columns for name in LOOKS), most=10)
    flat = max(columns[-1][name].cpu / columns[0][name].cpu for name in LOOKS)
    judged("CPU of the last to the first, ≤ 1.3 ×", flat, most=1.3)
    judged("children ≤ 50 ms", max(one[name].clock for one in columns for name in CHILDREN), most=50)
    adds = [one["a decision: figures add per cent"].clock for one in columns]
    judged("figures ≤ 10 % of a decision", statistics.median(adds), most=10)
    judged("recount ≤ 60 s", columns[-1]["recount, nothing differs"].clock / 1_000, most=60)


if __name__ == "__main__":
    main()
