"""The figures of the two documents this bot was made for come out as they were published."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.unit_import import import_file
from handlers.aims import sizes_of
from handlers.figures import decimal, grouped
from handlers.programme import Phase, Programme, Target
from handlers.progress_figures import Progress, progress_of
from storage.aims import Size
from storage.database import Database
from storage.models import metadata
from storage.recount import Recount
from storage.transaction import Transaction
from tests.phone import ZONE

UNITS = Path(__file__).parent / "data" / "units.csv"
WORKER, INITIATIVE = metadata.tables["worker"], metadata.tables["initiative"]
AUTHOR, UNIT = metadata.tables["author"], metadata.tables["unit"]


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=ZONE).astimezone(UTC)


def phase(code: str, opens: datetime, closes: datetime, *targets: Target) -> Phase:
    return Phase(code, code, opens, closes, date(2021, 9, 1), date(2023, 8, 31), targets)


TEN_PER_CENT = Target("initiatives", percent=Decimal(10), each=True)
BRVT = Programme("BRVT", ZONE, (phase("p", at(2022, 1, 8), at(2023, 9, 1), TEN_PER_CENT),))
FIFTEEN = Target("people", percent=Decimal(15), each=True)
HAI_PHONG = Programme(
    "HP",
    ZONE,
    (
        phase("gd1", at(2021, 9, 1), at(2022, 6, 1), Target("initiatives", count=20_000), FIFTEEN),
        phase("gd2", at(2022, 6, 1), at(2023, 9, 2), Target("initiatives", count=25_000), FIFTEEN),
    ),
)


def put(
    tx: Transaction, unit_id: int, count: int, code: str, *, vnd: int | None = None, people: int = 0
) -> None:
    """`count` valid initiatives of a unit, as deciding leaves them, by `people` different workers."""
    day = date(2023, 8, 1)
    now = at(2023, 8, 1)
    first = tx.initiatives.next_number("worker")
    for _ in range(max(people, 1) - 1):
        tx.initiatives.next_number("worker")
    workers = [10_000 + first + number for number in range(max(people, 1))]
    tx.connection.execute(
        insert(WORKER), [{"id": n, "name": "w", "language": "vi", "created_at": now} for n in workers]
    )
    start = tx.initiatives.next_number("row") * 100_000
    common = {
        "unit_id": unit_id, "phase": code, "state": "valid", "sealed": False, "title": "t",
        "kind": "technical", "effect": "e", "applied_on": date(2022, 9, 1), "applied_precision": "day",
        "place": {}, "created_at": now, "submitted_at": now, "waiting_since": now, "submitted_on": day,
        "valid_on": day, "benefit_vnd": vnd, "benefit_in_money": vnd is not None,
        "benefit_period": vnd and "year",
    }  # fmt: skip
    rows = [
        {**common, "id": start + n, "code": f"X{start + n}", "author_id": workers[n % len(workers)]}
        for n in range(count)
    ]
    tx.connection.execute(insert(INITIATIVE), rows)
    authors = [
        {
            "initiative_id": row["id"],
            "position": 0,
            "worker_id": row["author_id"],
            "name": "w",
            "share": 10_000,
        }
        for row in rows
    ]
    tx.connection.execute(insert(AUTHOR), authors)


def shown(progress: Progress) -> list[str]:
    one = progress.initiatives
    assert one.share is not None
    return [
        grouped(one.done, "vi"),
        f"{decimal(one.share, 'vi')} %",
        f"{one.units.reached}/{one.units.aimed}",
    ]


def uppers(tx: Transaction) -> list[tuple[int, int, int]]:
    """The superior unions: their numbers, how many initiatives make ten per cent, and a unit below each."""
    root = tx.units.root()
    assert root is not None
    found = []
    for child in tx.units.children(root.id):
        aim, _ = tx.aims.of(child.id, "p")
        if aim:
            found.append((child.id, aim, tx.units.children(child.id)[0].id))
    return found


def test_ba_ria_vung_tau_closes_with_the_figures_that_were_published(database: Database) -> None:
    list(import_file(database, UNITS, at(2022, 1, 8), dry_run=False, programme=BRVT))
    with database.transaction() as tx:
        root = tx.units.root()
        assert root is not None and tx.aims.size(root.id).members == 138_110
        assert tx.aims.of(root.id, "p") == (13_811, None)
        above = uppers(tx)
        assert len(above) == 14
        reached, others = above[:8], above[8:]
        done = 0
        for _, aim, leaf in reached:
            put(tx, leaf, aim, "p", vnd=35_000_000)
            done += aim
        for _, aim, leaf in others:
            put(tx, leaf, aim - 1, "p")
            done += aim - 1
        put(tx, reached[0][2], 15_040 - done, "p")
        Recount(tx.connection).rebuild()
    with database.transaction() as tx:
        closing = progress_of(tx, BRVT, root.id, BRVT.phases[0], at(2023, 8, 31))
        assert shown(closing) == ["15.040", "108,9 %", "8/14"]
        assert closing.figures.benefit_year == 35_000_000 * closing.figures.figures
        assert closing.days_left == 1 and closing.reached_on is None
        assert shown(progress_of(tx, BRVT, root.id, None, at(2023, 9, 1))) == shown(closing)


def test_hai_phong_has_two_phases_and_a_share_of_people_in_each_unit_in_each(database: Database) -> None:
    list(import_file(database, UNITS, at(2021, 9, 1), dry_run=False, programme=HAI_PHONG))
    with database.transaction() as tx:
        root = tx.units.root()
        assert root is not None
        assert tx.aims.of(root.id, "gd1")[0] == 20_000 and tx.aims.of(root.id, "gd2")[0] == 25_000
        assert tx.aims.of(root.id, "*") == (45_000, 20_717)
        upper = next(child for child in tx.units.children(root.id) if tx.units.children(child.id))
        leaf = tx.units.children(upper.id)[0]
        members, people = tx.aims.size(leaf.id).members, tx.aims.of(leaf.id, "gd1")[1]
        assert people == max(1, int(Decimal(members * 15) / 100 + Decimal("0.5")))
        put(tx, leaf.id, people, "gd1", people=people)
        Recount(tx.connection).rebuild()
        here = progress_of(tx, HAI_PHONG, leaf.id, HAI_PHONG.phases[0], at(2022, 1, 1))
        assert here.people.met and here.people.done == people and here.initiatives.target is None
        later = progress_of(tx, HAI_PHONG, leaf.id, HAI_PHONG.phases[1], at(2022, 7, 1))
        assert not later.people.met and later.people.lacking == later.people.target
        assert (
            progress_of(tx, HAI_PHONG, upper.id, HAI_PHONG.phases[0], at(2022, 1, 1)).people.units.reached
            == 1
        )


def test_without_members_or_targets_nothing_is_divided(database: Database) -> None:
    with database.transaction() as tx:
        tx.connection.execute(
            insert(UNIT).values(id=1, code="X", name="X", level="", created_at=at(2022, 1, 1))
        )
        alone = progress_of(tx, BRVT, 1, BRVT.phases[0], at(2022, 2, 1))
    assert alone.initiatives.target is None and alone.initiatives.share is None
    assert alone.members_share is None and alone.pace_needed is None and alone.reached_on is None


@pytest.mark.parametrize(("month", "days"), [(1, None), (2, 577), (9, 365)])
def test_days_left_are_counted_only_while_the_phase_is_open(
    month: int, days: int | None, database: Database
) -> None:
    now = at(2022, month, 1) if month != 9 else at(2022, 9, 1)
    with database.transaction() as tx:
        tx.connection.execute(insert(UNIT).values(id=1, code="X", name="X", level="", created_at=now))
        assert progress_of(tx, BRVT, 1, BRVT.phases[0], now).days_left == days


def test_members_of_a_unit_are_its_own_count_or_the_sum_below() -> None:
    parents = {1: None, 2: 1, 3: 1, 4: 2}
    day = date(2022, 1, 1)
    counts = {1: (0, None), 3: (5, day), 4: (7, None), 2: (9, day)}
    assert sizes_of([4, 3, 2, 1], parents, counts)[1] == Size(14, day, day)
    assert sizes_of([4, 3, 2, 1], parents, {4: (7, None)})[1] == Size(7, None, None)


def test_targets_follow_the_programme_when_it_changes(database: Database) -> None:
    from bot.catching_up import settle_figures

    list(import_file(database, UNITS, at(2022, 1, 8), dry_run=False, programme=BRVT))
    doubled = replace(TEN_PER_CENT, percent=Decimal(20))
    changed = replace(BRVT, phases=(replace(BRVT.phases[0], targets=(doubled,)),))
    with database.transaction() as tx:
        settle_figures(tx, changed, at(2022, 2, 1))
        root = tx.units.root()
        assert root is not None and tx.aims.of(root.id, "p") == (27_622, None)
