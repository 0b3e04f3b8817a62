"""Each reminder once: two schedulers on one database, one of them killed; in any zone; quickly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from handlers.reminder_moments import NEVER, moments_of
from handlers.reminders import Ticked, tick
from storage.database import Database
from storage.models import metadata
from tests.phone import PHASES, PROGRAMME, house
from tests.test_reminders import ticks

CLOSES = PHASES[0].closes
TABLES = metadata.tables
ROOT = Path(__file__).parent.parent
DISTANCES = PROGRAMME.reminding.before


def people(database: Database, count: int, drafts: int) -> None:
    """So many workers, the first `drafts` of them with a draft."""
    at = CLOSES - timedelta(days=60)
    place = {"answers": {"after": {"value": "Đã thay đổi", "typed": []}}, "asking": "effect"}
    worker, chat, draft = TABLES["worker"], TABLES["chat"], TABLES["draft"]
    with database.transaction() as tx:
        run = tx.connection.execute
        run(insert(worker), [{"name": "N", "consent": "2", "created_at": at} for _ in range(count)])
        where = {"channel": "telegram", "reachable": True, "created_at": at}
        run(insert(chat), [{**where, "address": str(n), "worker_id": n} for n in range(1, count + 1)])
        what = {"form": "initiative", "place": place, "created_at": at, "updated_at": at}
        run(insert(draft), [{**what, "worker_id": n} for n in range(1, drafts + 1)])


def told(database: Database) -> tuple[int, int]:
    """How many reminders were promised, and for how many people and distances."""
    once = TABLES["outbox"].c.once
    with database.reading() as tx:
        row = tx.connection.execute(select(func.count(), func.count(once.distinct()))).one()
    return row[0], row[1]


def moments() -> Iterator[datetime]:
    """Just after each distance."""
    for moment in moments_of(PROGRAMME, PHASES[0], NEVER, CLOSES - timedelta(days=45)):
        if moment.kind == "before":
            yield moment.at + timedelta(seconds=1)


def test_two_at_once_promise_each_reminder_once(database: Database) -> None:
    people(database, 700, 700)
    other = Database(database.url.render_as_string(hide_password=False), vault=database.vault)
    failed: list[Exception] = []

    def works(on: Database, now: datetime) -> None:
        try:
            more = True
            while more:
                with on.transaction() as tx:
                    more = tick(tx, house(), now, 50).more
        except Exception as error:  # told by the assertion below
            failed.append(error)

    for now in moments():
        threads = [threading.Thread(target=works, args=(one, now)) for one in (database, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    other.close()
    assert not failed
    assert told(database) == (700 * len(DISTANCES), 700 * len(DISTANCES))


KILLED = """
import sys
from datetime import datetime
from handlers.reminders import tick
from storage.database import Database
from tests.phone import house
database, now = Database(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
print("at work", flush=True)
more = True
while more:
    with database.transaction() as tx:
        more = tick(tx, house(), now, 20).more
print("done", flush=True)
"""


def killed(database: Database, now: datetime, after: float) -> bool:
    """Let another process work, and kill it in the middle; whether it had come to the end."""
    url = database.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), url, now.isoformat()],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    time.sleep(after)  # anywhere in the batch: that is the point
    os.kill(process.pid, signal.SIGKILL)
    ended = process.stdout.read() == "done\n"
    process.stdout.close()
    process.wait()
    return ended


def kill_often(database: Database, count: int, times: int, distances: int = 6) -> None:
    people(database, count, count)
    in_the_middle = 0
    for number, now in enumerate(list(moments())[:distances]):
        for step in range(times):
            in_the_middle += not killed(database, now, 0.002 + 0.013 * ((number + step) % 7))
        ticks(database, now)
        assert told(database) == (count * (number + 1),) * 2
    assert in_the_middle


def test_one_killed_in_the_middle_leaves_nothing_out_and_doubles_nothing(database: Database) -> None:
    kill_often(database, 300, 1, 2)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_killed_a_hundred_times_two_thousand_people_have_each_distance_once(database: Database) -> None:
    kill_often(database, 2_000, 17)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Ho_Chi_Minh", "America/Los_Angeles"])
def test_the_instants_are_the_same_wherever_the_server_stands(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = moments_of(PROGRAMME, PHASES[0], NEVER, CLOSES - timedelta(days=45))
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        there = moments_of(PROGRAMME, PHASES[0], NEVER, CLOSES - timedelta(days=45))
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()
    assert here == there
    digest = next(moment for moment in there if moment.kind == "digest")
    assert digest.at.astimezone(PROGRAMME.zone).strftime("%a %H:%M") == "Mon 08:00"


def quickest(database: Database, now: datetime, tries: int) -> tuple[float, Ticked]:
    best = 9.0
    for _ in range(tries):
        start = time.perf_counter()
        with database.transaction() as tx:
            ticked = tick(tx, house(), now)
        best = min(best, time.perf_counter() - start)
    return best, ticked


def test_a_tick_over_a_hundred_thousand_people_is_quick_and_an_idle_one_costs_nothing(
    database: Database,
) -> None:
    if database.is_sqlite is False:
        pytest.skip("measured on the database of a small installation; benchmarks measure the other")
    people(database, 100_000, 5_000)
    now = next(moments())
    start = time.thread_time()
    assert ticks(database, now) == 5_000
    assert time.thread_time() - start < 2
    spent, ticked = quickest(database, now, 20)
    assert ticked.promised == 0 and spent < 0.005
