"""The kept figures made anew from the rows: to prove them, and after the tree itself has changed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, text

from storage.recount_rows import FILL, HEADS, KEYS, READ
from storage.tallies import COLUMNS

STEPS = tuple(FILL)


class Recount:
    """Counting anew inside one open transaction, with sets of rows and in bounded memory."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rebuild(self, done: Callable[[str], None] = lambda _: None) -> None:
        """Make every figure anew from the rows; `done` hears which table is ready."""
        if self._is_server:
            for table, counted in self._beside(done).items():
                self._settle(counted, table)
                self._run(f"DROP TABLE {counted}")
            return
        for table in STEPS:
            names, rows = FILL[table]
            if table == "units_reached":  # it rests on the number of people, which rests on all before
                self._count_people()
            self._run(f"DELETE FROM {table}")  # noqa: S608
            self._run(f"INSERT INTO {table} ({', '.join(names)}) {rows}")
            done(table)

    def differences(self, done: Callable[[str], None] = lambda _: None, *, keep: bool = True) -> list[str]:
        """Where the kept figures are not what the rows say, a line each; empty when they agree.

        Counted beside them, so where they agree nothing is written. `keep` makes them anew where they do not.
        """
        beside = self._beside(done)
        found = {table: self._unlike(counted, table) for table, counted in beside.items()}
        for table, counted in beside.items():
            if self._is_server and keep and found[table]:
                self._settle(counted, table)
            self._run(f"DROP TABLE {counted}")
        if keep and not self._is_server and any(found.values()):
            self.rebuild()
        return [line for lines in found.values() for line in lines]

    @property
    def _is_server(self) -> bool:
        """There every row that is written asks the tables it points to, so only what differs is written."""
        return self._connection.dialect.name == "postgresql"

    def _beside(self, done: Callable[[str], None]) -> dict[str, str]:
        """Everything counted into temporary tables; their names by what they count."""
        beside = {table: f"counted_{table}" for table in STEPS}
        if self._is_server:
            self._run("SET LOCAL work_mem = '128MB'")  # millions of rows are gathered in memory, not on disk
            # What was poured in a moment ago it does not know yet, and might go through once for each row.
            self._run(f"ANALYZE {', '.join((*READ, *STEPS))}")
        for table, name in beside.items():
            rows = FILL[table][1]
            if table == "tally":
                rows = f"SELECT t.*, 0 AS people, 0 AS people_waiting FROM ({rows}) t"  # noqa: S608
            if table == "units_reached":
                self._count_people(beside["tally"], beside["tally_person"])
                rows = rows.replace(" tally t ", f" {beside['tally']} t ")
            self._run(f"CREATE TEMPORARY TABLE {name} AS {rows}")
            if self._is_server:
                self._run(f"ANALYZE {name}")
            done(table)
        return beside

    def _columns(self, table: str) -> tuple[list[str], list[str]]:
        """The key of a table, and its figures."""
        names = FILL[table][0]
        return list(names[: KEYS[table]]), list(COLUMNS if table == "tally" else names[KEYS[table] :])

    def _unlike(self, counted: str, kept: str) -> list[str]:
        """Rows that are in one and not in the other; a row of nothing but noughts is no row."""
        keys, names = self._columns(kept)
        some = " OR ".join(f"{{0}}.{name} <> 0" for name in names)
        same = " AND ".join(f"k.{name} = c.{name}" for name in (*keys, *names))
        each = (
            f"SELECT COUNT(*) FROM {counted} c JOIN {kept} k ON {same} WHERE {some.format('c')}",  # noqa: S608
            f"SELECT COUNT(*) FROM {counted} c WHERE {some.format('c')}",  # noqa: S608
            f"SELECT COUNT(*) FROM {kept} k WHERE {some.format('k')}",  # noqa: S608
        )
        # As many in both as in each: nothing is left over. That is quicker than to take one from the other.
        if len({self._connection.execute(text(count)).scalar() for count in each}) == 1:
            return []
        columns = ", ".join((*keys, *names))
        one, two = (
            f"SELECT {columns} FROM {name} r WHERE {some.format('r')}"  # noqa: S608
            for name in (counted, kept)
        )
        lines = []
        for said, rows in (("counted", f"{one} EXCEPT {two}"), ("kept", f"{two} EXCEPT {one}")):
            for row in self._connection.execute(text(f"SELECT * FROM ({rows}) r LIMIT 20")):  # noqa: S608
                lines.append(f"{kept} {said}: " + " ".join(f"{n}={v}" for n, v in row._mapping.items()))
        return lines

    def _settle(self, counted: str, kept: str) -> None:
        """Write what differs, and nothing else."""
        keys, names = self._columns(kept)
        key, columns = ", ".join(keys), ", ".join((*keys, *names))
        gone = f"SELECT {key} FROM {kept} EXCEPT SELECT {key} FROM {counted}"  # noqa: S608
        self._run(f"DELETE FROM {kept} WHERE ({key}) IN ({gone})")  # noqa: S608
        sums = ", ".join(f"{name} = excluded.{name}" for name in names)
        self._run(
            f"INSERT INTO {kept} ({columns}) SELECT {columns} FROM {counted}"  # noqa: S608
            f" EXCEPT SELECT {columns} FROM {kept} ON CONFLICT ({key}) DO UPDATE SET {sums}"
        )

    def _count_people(self, tally: str = "tally", tally_person: str = "tally_person") -> None:
        for statement in HEADS:
            self._run(statement.format(tally=tally, tally_person=tally_person))

    def _run(self, statement: str) -> None:
        self._connection.execute(text(statement))
