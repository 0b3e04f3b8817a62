"""A city of 6,000 units with as many initiatives as are wanted, written straight into the tables."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from bot.unit_import import import_file
from handlers.house import CONSENT_VERSION
from handlers.programme import Phase, Programme, Target
from storage.database import Database
from storage.models import metadata

KINDS = ("Công ty TNHH May", "Công ty CP Cơ khí", "Trường Tiểu học", "Trạm Y tế", "Nhà máy")
SYLLABLES = (
    "An", "Bình", "Cường", "Duyên", "Gia", "Hoà", "Khánh", "Lộc", "Minh", "Ngọc",
    "Phú", "Quảng", "Sơn", "Thành", "Uyên", "Vĩnh", "Xuân", "Yên", "Đức", "Hưng",
)  # fmt: skip
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
# Of the first so many initiatives those that wait do so in one unit, whose lead has a queue to decide on.
CITY, ONE, ADMIN, LEAD, CROWDED = 1, 2, 1, 2, 6_000


def filled(database: Database, rows: int) -> None:
    """6,000 units directly under the city, people with a chat each, and initiatives spread over them."""
    _units(database)
    tables = metadata.tables
    with database.transaction() as tx:
        run = tx.connection.execute
        worker = {"name": "w", "language": "vi", "consent": CONSENT_VERSION, "created_at": NOW}
        people = range(1, WORKERS + 1)
        run(insert(tables["worker"]), [{"id": n, "unit_id": ONE, **worker} for n in people])
        chat = {"channel": "telegram", "reachable": True, "created_at": NOW}
        run(insert(tables["chat"]), [{"id": n, "address": str(n), "worker_id": n, **chat} for n in people])
        tx.roles.grant(ADMIN, "admin", CITY, NOW)
        tx.roles.grant(LEAD, "lead", ONE, NOW)
    for first in range(1, rows + 1, 20_000):
        _some(database, range(first, min(first + 20_000, rows + 1)))


def _units(database: Database) -> None:
    """By way of a list, as an operator would bring them, so that they are found by name."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "units.csv"
        lines = ["code,name,level,parent_code,members", "C,Liên đoàn Lao động thành phố,city,,"]
        lines += [f"U{n},{name_of(n)},grassroots,C,{20 + n % 400}" for n in range(2, UNITS + 2)]
        file.write_text("\n".join(lines) + "\n", "utf-8")
        list(import_file(database, file, NOW, dry_run=False, programme=PROGRAMME))


def name_of(number: int) -> str:
    """What the unit of that number is called; no other one is called so."""
    kind, first = KINDS[number % len(KINDS)], SYLLABLES[number // 5 % len(SYLLABLES)]
    second = SYLLABLES[number // 100 % len(SYLLABLES)]
    return f"Công đoàn {kind} {first} {second} {number // 2_000 + 1}"


def _some(database: Database, numbers: range) -> None:
    day, tables = date(2023, 8, 1), metadata.tables
    common = {
        "sealed": False, "title": "t", "kind": "technical", "effect": "e", "applied_on": day,
        "applied_precision": "day", "place": {}, "created_at": NOW, "submitted_at": NOW, "waiting_since": NOW,
        "submitted_on": day,
    }  # fmt: skip
    made = [_initiative(number, common, day) for number in numbers]
    share = {"position": 0, "name": "w", "share": 10_000}
    authors = [{"initiative_id": one["id"], "worker_id": one["author_id"], **share} for one in made]
    sent = {"at": NOW, "before": "draft", "after": "submitted"}
    moves = [{"initiative_id": one["id"], "actor_id": one["author_id"], **sent} for one in made]
    with database.transaction() as tx:
        for table, rows in (("initiative", made), ("author", authors), ("move", moves)):
            tx.connection.execute(insert(tables[table]), rows)


def _initiative(number: int, common: dict[str, object], day: date) -> dict[str, object]:
    valid = number % 3 != 0
    return {
        **common, "id": number, "code": f"X{number}",
        "unit_id": ONE if number <= CROWDED and not valid else 2 + number % UNITS,
        "author_id": 3 + number * 7 % (WORKERS - 3), "phase": "gd1" if number % 2 else "gd2",
        "state": "valid" if valid else "submitted", "valid_on": day if valid else None,
        "benefit_vnd": 1_000_000 if number % 4 else None, "benefit_in_money": bool(number % 4),
        "benefit_period": "year" if number % 4 else None,
    }  # fmt: skip
