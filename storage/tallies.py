"""Figures that are kept as they change, up the tree, inside the transaction of the change itself.

An initiative counts once, in the unit where it was made and in every unit above it; a person counts once in
each of those, however many initiatives they have or share. `*` is all phases together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from storage.models import metadata
from storage.prepared import Prepared
from storage.tallies_at_once import AtOnce
from storage.tallies_in_steps import InSteps
from storage.units_reached import note_crossed

TALLY, PERSON = metadata.tables["tally"], metadata.tables["tally_person"]
DAY, ABOVE = metadata.tables["tally_day"], metadata.tables["unit_above"]
INITIATIVE, AUTHOR = metadata.tables["initiative"], metadata.tables["author"]
UNIT = metadata.tables["unit"]
ALL = "*"
WAITING = ("submitted", "recognised")
BENEFITS = {"year": "benefit_year", "month": "benefit_month", "once": "benefit_once"}
STATES = ("submitted", "returned", "recognised", "valid", "rejected", "withdrawn")
COLUMNS = (*STATES, "people", "people_waiting", "figures", *BENEFITS.values())
COUNTED = (*STATES, "figures", *BENEFITS.values())  # of initiatives; people are counted by themselves
_NOTHING = dict.fromkeys(COUNTED, 0)


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

    @classmethod
    def of_new(cls, values: Mapping[str, Any], workers: Iterable[int | None]) -> Facts:
        """Those of an initiative that was just handed in, with these columns and known authors."""
        people = tuple(sorted({worker for worker in workers if worker is not None}))
        return cls(
            values["unit_id"],
            values["phase"],
            values["state"],
            people,
            values["benefit_vnd"],
            values["benefit_period"],
            values["submitted_on"],
            None,
        )

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


_ITS = ("unit_id", "phase", "state", "benefit_vnd", "benefit_period", "submitted_on", "valid_on")
_FACTS = Prepared(
    select(*(INITIATIVE.c[name] for name in _ITS), AUTHOR.c.worker_id)
    .select_from(INITIATIVE.outerjoin(AUTHOR, AUTHOR.c.initiative_id == INITIATIVE.c.id))
    .where(INITIATIVE.c.id == bindparam("initiative"))
    # Of two processes that change it at once the slower sees what the faster did, and counts only its own.
    .with_for_update(of=INITIATIVE)
)
_AT_ONCE, _IN_STEPS = AtOnce(COUNTED), InSteps(COUNTED, ALL)
_OF = Prepared(
    select(*(TALLY.c[name] for name in COLUMNS)).where(
        TALLY.c.unit_id == bindparam("unit"), TALLY.c.phase == bindparam("phase")
    )
)
_CURVE = Prepared(
    select(DAY.c.day, DAY.c.submitted, DAY.c.valid)
    .where(DAY.c.unit_id == bindparam("unit"), DAY.c.phase == bindparam("phase"))
    .where(DAY.c.day >= bindparam("since"))
    .order_by(DAY.c.day)
)


class Tallies:
    """Kept figures inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- keeping

    @contextmanager
    def counting(self, initiative_id: int) -> Iterator[None]:
        """Whatever happens to an initiative inside is in the figures afterwards.

        The one way to change what is counted: its state, unit, phase, authors, benefit.
        """
        before = self.facts(initiative_id)
        yield
        self.changed(before, self.facts(initiative_id))

    def facts(self, initiative_id: int) -> Facts | None:
        """What is counted of an initiative now."""
        rows = _FACTS.all(self._connection, {"initiative": initiative_id})
        if not rows:
            return None
        unit_id, phase, state, *more = rows[0][:-1]
        people = tuple(sorted({row[-1] for row in rows if row[-1] is not None}))
        return Facts(unit_id, phase, state, people, *more)

    def changed(self, before: Facts | None, after: Facts | None) -> None:
        """Take away what was counted before, and add what is counted now."""
        if before == after:
            return
        if before is not None and after is not None and _place(before) == _place(after):
            self._add(
                after,
                _difference(before.columns(), after.columns()),
                _shifts(before, after),
                _day_difference(before.days(), after.days()),
            )
            return
        for facts, sign in ((before, -1), (after, 1)):
            if facts is not None:
                columns = {name: sign * value for name, value in facts.columns().items()}
                days = {day: (sign * one, sign * two) for day, (one, two) in facts.days().items()}
                self._add(facts, columns, _presence(facts, sign), days)

    def _add(
        self,
        facts: Facts,
        columns: Mapping[str, int],
        people: Mapping[int, tuple[int, int]],
        days: Mapping[date, tuple[int, int]],
    ) -> None:
        """Add to the unit and to every unit above it, in the phase and in all."""
        add = _AT_ONCE if self._connection.dialect.name == "postgresql" else _IN_STEPS
        place, every = (facts.unit_id, facts.phase), {**_NOTHING, **columns}
        note_crossed(self._connection, add(self._connection, place, every, people, days), every["valid"])

    # --- reading

    def of(self, unit_id: int, phase: str = ALL) -> Figures:
        """The figures of a unit and all below it."""
        row = _OF.first(self._connection, {"unit": unit_id, "phase": phase})
        return Figures() if row is None else Figures(*row)

    def of_children(self, unit_id: int, phase: str = ALL) -> dict[int, Figures]:
        """The figures of the units directly below, those without any entry too."""
        rows = (
            select(UNIT.c.id, *(func.coalesce(TALLY.c[name], 0) for name in COLUMNS))
            .outerjoin(TALLY, (TALLY.c.unit_id == UNIT.c.id) & (TALLY.c.phase == phase))
            .where(UNIT.c.parent_id == unit_id)
        )
        return {row[0]: Figures(*row[1:]) for row in self._connection.execute(rows)}

    def curve(self, unit_id: int, phase: str = ALL, since: date = date.min) -> list[tuple[date, int, int]]:
        """Day by day what was handed in and what became valid; days without anything are left out."""
        values = {"unit": unit_id, "phase": phase, "since": since}
        return [(row[0], row[1], row[2]) for row in _CURVE.all(self._connection, values)]


def _place(facts: Facts) -> tuple[int, str]:
    return facts.unit_id, facts.phase


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
