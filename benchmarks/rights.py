"""What it costs to ask whether somebody may do a deed, against what an answer costs (`benchmarks.turns`).

`python -m benchmarks.rights`. A real SQLite file, the example's units; an officer two steps above the unit.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from time import process_time

from benchmarks.programs import UNITS
from benchmarks.tables import table
from bot import clock
from bot.unit_import import import_file
from handlers import rights
from storage.database import Database
from storage.people import Person
from storage.transaction import Transaction
from storage.upgrade import upgrade_database

ROUNDS, TIMES = 15, 2_000


def main() -> None:
    """Print microseconds of CPU for each kind of asker."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'rights.db'}")
        upgrade_database(database)
        list(import_file(database, UNITS, clock.now(), dry_run=False))
        with database.transaction() as tx:
            root = tx.units.root()
            assert root is not None
            middle = next(unit for unit in tx.units.children(root.id) if tx.units.children(unit.id))
            leaf = tx.units.children(middle.id)[0].id
            rows = []
            for role, unit in (("lead", leaf), ("officer", root.id), ("admin", root.id)):
                person = tx.people.welcome("telegram", role, role, "vi", clock.now())
                tx.roles.grant(person.worker_id, role, unit, clock.now())
                rows.append([role, f"{_microseconds(tx, person, leaf):.1f}"])
        database.close()
    print(table(["role", "µs of CPU"], rows))


def _microseconds(tx: Transaction, person: Person, unit_id: int) -> float:
    found = []
    for _ in range(ROUNDS):
        began, now = process_time(), clock.now()
        for _ in range(TIMES):
            assert rights.may(tx, person, "review", unit_id, now)
        found.append((process_time() - began) / TIMES * 1e6)
    return median(found)


if __name__ == "__main__":
    main()
