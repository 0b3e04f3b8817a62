"""Figures that are kept as they change, up the tree, inside the transaction of the change itself.

An initiative counts once, in the unit where it was made and in every unit above it; a person counts once in
each of those, however many initiatives they have or share. `*` is all phases together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.models import metadata

TALLY, PERSON = metadata.tables["tally"], metadata.tables["tally_person"]
DAY, ABOVE = metadata.tables["tally_day"], metadata.tables["unit_above"]
INITIATIVE, AUTHOR = metadata.tables["initiative"], metadata.tables["author"]
UNIT = metadata.tables["unit"]
ALL = "*"
WAITING = ("submitted", "recognised")
BENEFITS = {"year": "benefit_year", "month": "benefit_month", "once": "benefit_once"}
STATES = ("submitted", "returned", "recognised", "valid", "rejected", "withdrawn")
COLUMNS = (*STATES, "people", "people_waiting", "figures", *BENEFITS.values())


@dataclass(frozen=True, slots=True)
class Facts:
    """What of an initiative is counted."""

    unit_id: int
    phase: str
    state: str
    people: tuple[int, ...]
    benefit_vnd: int | None
    benefit_period: str | None
    submitted_on: date | None
    valid_on: date | None

    def columns(self) -> dict[str, int]:
        """What it adds to the tally of its unit."""
        found = {self.state: 1}
        if self.state == "valid" and self.benefit_vnd is not None:
            found["figures"] = 1
            found[BENEFITS[self.benefit_period or "once"]] = self.benefit_vnd
        return found

    def days(self) -> dict[date, tuple[int, int]]:
        """What it adds to the days: handed in, valid."""
        found: dict[date, tuple[int, int]] = {}
        if self.submitted_on is not None and self.state != "withdrawn":
            found[self.submitted_on] = (1, 0)
        if self.valid_on is not None and self.state == "valid":
            handed_in = found.get(self.valid_on, (0, 0))[0]
            found[self.valid_on] = (handed_in, 1)
        return found


@dataclass(frozen=True, slots=True)
class Figures:
    """The tally of a unit and all below it in one phase, or in all."""

    submitted: int = 0
    returned: int = 0
    recognised: int = 0
    valid: int = 0
    rejected: int = 0
    withdrawn: int = 0
    people: int = 0
    people_waiting: int = 0
    figures: int = 0
    benefit_year: int = 0
    benefit_month: int = 0
    benefit_once: int = 0

    @property
    def waiting(self) -> int:
        """What somebody has to decide on."""
        return self.submitted + self.recognised


class Tallies:
    """Kept figures inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    # --- keeping

    @contextmanager
    def counting(self, initiative_id: int | None) -> Iterator[None]:
        """Whatever happens to an initiative inside is in the figures afterwards; None for one to be made.

        The one way to change what is counted: its state, unit, phase, authors, benefit.
        """
        before = None if initiative_id is None else self.facts(initiative_id)
        yield
        if initiative_id is not None:
            self.changed(before, self.facts(initiative_id))

    def facts(self, initiative_id: int) -> Facts | None:
        """What is counted of an initiative now."""
        names = ("unit_id", "phase", "state", "benefit_vnd", "benefit_period", "submitted_on", "valid_on")
        its = select(*(INITIATIVE.c[name] for name in names)).where(INITIATIVE.c.id == initiative_id)
        row = self._connection.execute(its).first()
        if row is None:
            return None
        authors = select(AUTHOR.c.worker_id).where(
            AUTHOR.c.initiative_id == initiative_id, AUTHOR.c.worker_id.is_not(None)
        )
        people = tuple(sorted(set(self._connection.execute(authors).scalars())))
        return Facts(row[0], row[1], row[2], people, *row[3:])

    def changed(self, before: Facts | None, after: Facts | None) -> None:
        """Take away what was counted before, and add what is counted now."""
        if before == after:
            return
        if before is not None and after is not None and self._place(before) == self._place(after):
            self._add(after, _difference(before.columns(), after.columns()), _shifts(before, after))
            self._add_days(after, _day_difference(before.days(), after.days()))
            return
        for facts, sign in ((before, -1), (after, 1)):
            if facts is not None:
                self._add(facts, {n: sign * v for n, v in facts.columns().items()}, _presence(facts, sign))
                days = {day: (sign * one, sign * two) for day, (one, two) in facts.days().items()}
                self._add_days(facts, days)

    @staticmethod
    def _place(facts: Facts) -> tuple[int, str]:
        return facts.unit_id, facts.phase

    def _add(self, facts: Facts, columns: dict[str, int], people: dict[int, tuple[int, int]]) -> None:
        """Add to the tally of the unit and of every unit above it, in the phase and in all."""
        for phase in (facts.phase, ALL):
            if columns:
                added = self._upward(TALLY, facts.unit_id, ("phase", phase), columns)
                self._connection.execute(added)
            for worker_id, (valid, waiting) in people.items():
                keys = (("phase", phase), ("worker_id", worker_id))
                values = {"valid": valid, "waiting": waiting}
                one = self._upward(PERSON, facts.unit_id, *keys, values)
                rows = self._connection.execute(
                    one.returning(PERSON.c.unit_id, PERSON.c.valid, PERSON.c.waiting)
                ).all()
                self._count_people(phase, rows, valid, waiting)

    def _count_people(self, phase: str, rows: Sequence[Row[Any]], valid: int, waiting: int) -> None:
        """Somebody who came to have something, or no longer has, is counted or not."""
        for column, have, step in (("people", "valid", valid), ("people_waiting", "waiting", waiting)):
            if not step:
                continue
            counts = [(row.unit_id, getattr(row, have)) for row in rows]
            came = [unit for unit, count in counts if count and count == step]
            went = [unit for unit, count in counts if not count]
            for units, one in ((came, 1), (went, -1)):
                if units:
                    there = update(TALLY).where(TALLY.c.unit_id.in_(units), TALLY.c.phase == phase)
                    self._connection.execute(there.values({column: TALLY.c[column] + one}))

    def _add_days(self, facts: Facts, days: dict[date, tuple[int, int]]) -> None:
        for day, (submitted, valid) in days.items():
            for phase in (facts.phase, ALL):
                keys = (("phase", phase), ("day", day))
                values = {"submitted": submitted, "valid": valid}
                self._connection.execute(self._upward(DAY, facts.unit_id, *keys, values))

    def _upward(self, table: Any, unit_id: int, *said: Any) -> Any:
        """Add values to a row of the unit and of each unit above it, making those that are not there."""
        *keys, values = said
        names = ["unit_id", *(name for name, _ in keys), *values]
        rows = select(
            ABOVE.c.above_id,
            *(literal(value, table.c[name].type) for name, value in keys),
            *(literal(value, table.c[name].type) for name, value in values.items()),
        ).where(ABOVE.c.unit_id == unit_id)
        made = self._insert(table).from_select(names, rows)
        grown = {name: table.c[name] + made.excluded[name] for name in values}
        return made.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=grown)

    # --- reading

    def of(self, unit_id: int, phase: str = ALL) -> Figures:
        """The figures of a unit and all below it."""
        return self.of_many([unit_id], phase).get(unit_id, Figures())

    def of_many(self, unit_ids: Sequence[int], phase: str = ALL) -> dict[int, Figures]:
        """The figures of several units; one without any entry is not there."""
        rows = select(TALLY.c.unit_id, *(TALLY.c[name] for name in COLUMNS))
        found = self._connection.execute(rows.where(TALLY.c.unit_id.in_(unit_ids), TALLY.c.phase == phase))
        return {row[0]: Figures(*row[1:]) for row in found}

    def of_children(self, unit_id: int, phase: str = ALL) -> dict[int, Figures]:
        """The figures of the units directly below, those without any entry too."""
        rows = (
            select(UNIT.c.id, *(func.coalesce(TALLY.c[name], 0) for name in COLUMNS))
            .outerjoin(TALLY, (TALLY.c.unit_id == UNIT.c.id) & (TALLY.c.phase == phase))
            .where(UNIT.c.parent_id == unit_id)
        )
        return {row[0]: Figures(*row[1:]) for row in self._connection.execute(rows)}

    def curve(self, unit_id: int, phase: str = ALL, since: date | None = None) -> list[tuple[date, int, int]]:
        """Day by day what was handed in and what became valid; days without anything are left out."""
        rows = select(DAY.c.day, DAY.c.submitted, DAY.c.valid).where(
            DAY.c.unit_id == unit_id, DAY.c.phase == phase
        )
        if since is not None:
            rows = rows.where(DAY.c.day >= since)
        return [(row[0], row[1], row[2]) for row in self._connection.execute(rows.order_by(DAY.c.day))]


def _difference(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    steps = {name: after.get(name, 0) - before.get(name, 0) for name in {*before, *after}}
    return {name: step for name, step in steps.items() if step}


def _day_difference(
    before: dict[date, tuple[int, int]], after: dict[date, tuple[int, int]]
) -> dict[date, tuple[int, int]]:
    found = {}
    for day in {*before, *after}:
        old, new = before.get(day, (0, 0)), after.get(day, (0, 0))
        if old != new:
            found[day] = (new[0] - old[0], new[1] - old[1])
    return found


def _presence(facts: Facts, sign: int = 1) -> dict[int, tuple[int, int]]:
    """What an initiative gives each of its people: valid, waiting."""
    share = (sign * (facts.state == "valid"), sign * (facts.state in WAITING))
    return dict.fromkeys(facts.people, share) if any(share) else {}


def _shifts(before: Facts, after: Facts) -> dict[int, tuple[int, int]]:
    found = {}
    old, new = _presence(before), _presence(after)
    for worker_id in {*old, *new}:
        had, has = old.get(worker_id, (0, 0)), new.get(worker_id, (0, 0))
        if had != has:
            found[worker_id] = (has[0] - had[0], has[1] - had[1])
    return found
