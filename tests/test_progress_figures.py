"""Figures of a unit from its rows, its targets and its members, whatever of them is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.unit_import import import_file
from handlers.aims import sizes_of
from handlers.programme import Phase, Programme, Target
from handlers.progress_figures import progress_of
from storage.aims import Size
from storage.database import Database
from storage.models import metadata
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


def uppers(tx: Transaction) -> list[tuple[int, int, int]]:
    """The superior unions: their numbers, how many initiatives make ten per cent, and a unit below each."""
    root = tx.units.root()
    assert root is not None
    found = []
    for child in tx.units.children(root.id):
        aim, _ = tx.aims.standing(child.id, "p").aims
        if aim:
            found.append((child.id, aim, tx.units.children(child.id)[0].id))
    return found


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
        assert root is not None and tx.aims.standing(root.id, "p").aims == (27_622, None)
