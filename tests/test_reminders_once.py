"""Each reminder once: two schedulers on one database, one of them killed; in any zone; quickly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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


OTHERS = """
import os, sys
from datetime import datetime
from handlers.reminders import tick
from storage.database import Database
from tests.phone import house
for line in sys.stdin:
    begun = os.fork()
    if not begun:
        database, more = Database(sys.argv[1]), True
        while more:
            with database.transaction() as tx:
                more = tick(tx, house(), datetime.fromisoformat(line.strip()), 5).more
        os._exit(0)
    print(begun, flush=True)
    print(os.waitpid(begun, 0)[1], flush=True)
"""


@contextmanager
def others(database: Database) -> Iterator[Callable[[datetime, float], bool]]:
    """Processes that work beside this one, one after another, each killed after a while.

    Each is a fresh process (a fork of one that has nothing open), so that starting it costs nothing.
    """
    url = database.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", OTHERS, url],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        given, told = parent.stdin, parent.stdout
        assert given is not None and told is not None

        def killed(now: datetime, after: float) -> bool:
            """Whether it was killed in the middle of its work, while this one was at work too."""
            print(now.isoformat(), file=given, flush=True)
            number, until = int(told.readline()), time.perf_counter() + after
            while time.perf_counter() < until:
                with database.transaction() as tx:
                    tick(tx, house(), now, 5)
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
            return os.WIFSIGNALED(int(told.readline()))

        yield killed
        given.close()


def kill_often(database: Database, count: int, times: int, distances: int = 6) -> int:
    """At each distance so many processes are killed; how many of them in the middle of their work."""
    people(database, count, count)
    in_the_middle = 0
    with others(database) as killed:
        for number, now in enumerate(list(moments())[:distances]):
            for step in range(times):
                in_the_middle += killed(now, 0.005 + 0.007 * ((number + step) % 7))
            ticks(database, now)
            assert told(database) == (count * (number + 1),) * 2
    return in_the_middle


def test_of_two_schedulers_one_that_is_killed_leaves_nothing_out_and_doubles_nothing(
    database: Database,
) -> None:
    assert kill_often(database, 300, 3, 2) > 0


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_killed_a_hundred_times_two_thousand_people_have_each_distance_once(database: Database) -> None:
    in_the_middle = kill_often(database, 2_000, 19)
    print(f"killed in the middle: {in_the_middle} of {19 * 6}")
    assert in_the_middle >= 100


INSTANTS = """
import time
from datetime import timedelta
from handlers.reminder_moments import NEVER, moments_of
from tests.phone import PHASES, PROGRAMME
from bot import clock
print(time.strftime("%z"), abs(clock.now().timestamp() - time.time()) < 5)
for days in range(0, 460, 15):
    for one in moments_of(PROGRAMME, PHASES[0], NEVER, PHASES[0].opens + timedelta(days=days)):
        print(one.key, one.at.isoformat(), one.until.isoformat())
"""


def server(zone: str) -> subprocess.Popen[str]:
    """A process that was started in a zone."""
    return subprocess.Popen(
        [sys.executable, "-c", INSTANTS], cwd=ROOT, env={**os.environ, "TZ": zone}, text=True,
        stdout=subprocess.PIPE,
    )  # fmt: skip


def instants(process: subprocess.Popen[str]) -> tuple[str, list[str]]:
    """What it says: its own offset, and every instant of the phase."""
    first, *rest = process.communicate()[0].splitlines()
    offset, right = first.split()
    assert right == "True"
    return offset, rest


def test_the_instants_are_the_same_wherever_the_server_stands() -> None:
    servers = [server(zone) for zone in ("UTC", "<+07>-7", "<-08>8")]
    here, there, far = map(instants, servers)
    assert [here[0], there[0], far[0]] == ["+0000", "+0700", "-0800"]
    assert here[1] == there[1] == far[1] and len(here[1]) > 400
    (eighth, *_) = (line for line in here[1] if "'digest'" in line)
    assert "T01:00:00+00:00" in eighth  # eight o'clock in Hà Nội


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
