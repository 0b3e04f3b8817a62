"""A simulated programme: two phases in twenty months, any number of units, people who act when they like.

What people do goes through storage and the table of moves. Beside it this world keeps its own plain account
of who has what, from which `tests.months_oracle` says who should hear what and why.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import insert, update

from handlers.aims import settle_aims
from handlers.moves import Decision, decide
from handlers.programme import Phase, Programme, Target
from storage.consents import Proof
from storage.database import Database
from storage.models import metadata
from storage.reminder_choices import AS_IT_COMES, Choice, Hours
from storage.transaction import Transaction
from storage.unit_tree import rebuild_tree
from tests.phone import ZONE, house

TABLES = metadata.tables
EACH, MEMBERS, TARGET = 100, 20, 2  # units in a district; members of a unit; a tenth of them in both measures
DAY = timedelta(days=1)


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


TENTH = tuple(Target(measure, percent=Decimal(10), each=True) for measure in ("initiatives", "people"))
FIRST = Phase("gd1", "Giai đoạn 1", local(2024, 1, 1), local(2024, 9, 1), date(2023, 1, 1), date(2024, 8, 31),
              TENTH)  # fmt: skip
SECOND = Phase("gd2", "Giai đoạn 2", local(2024, 9, 1), local(2025, 8, 20), date(2023, 1, 1),
               date(2025, 8, 31), TENTH)  # fmt: skip
AT_FIRST = Programme("Hai giai đoạn", ZONE, (FIRST, SECOND))
# On 5 August somebody moves the second close twelve days on, and starts the bot anew.
MOVED_AT, LATER = local(2025, 8, 5, 10), local(2025, 9, 1)
MOVED = replace(AT_FIRST, phases=(FIRST, replace(SECOND, closes=LATER)))
BEGINS, ENDS = local(2023, 12, 28), local(2025, 9, 25)
# A week with a digest in it; two distances, the first of them promised and not yet said; a night.
AWAY = (
    (local(2024, 3, 3, 12), local(2024, 3, 10, 12)),
    (local(2024, 8, 18, 2), local(2024, 8, 26, 9)),
    (local(2025, 2, 9, 23), local(2025, 2, 10, 8, 40)),
)


@dataclass(slots=True)
class Somebody:
    """One person, as they would tell it themselves."""

    id: int
    unit: int
    roles: tuple[tuple[str, int], ...] = ()
    willing: bool = False
    reachable: bool = True
    blocking: bool = False
    drafts: set[int] = field(default_factory=set)
    returned: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    taken: Counter[str] = field(default_factory=Counter)
    choice: Choice = AS_IT_COMES


@dataclass(slots=True)
class Place:
    """A unit without units below it: what counts there, and what waits."""

    id: int
    parent: int
    quiet: tuple[time, time] | None = None
    valid: Counter[str] = field(default_factory=Counter)
    people: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    waiting: dict[int, tuple[str, datetime, int]] = field(default_factory=dict)  # phase, since when, whose


@dataclass(slots=True)
class Paper:
    """An initiative."""

    id: int
    author: int
    unit: int
    phase: str
    state: str = "submitted"


class World:
    """The people, what they have done so far, and what they are going to do."""

    def __init__(self, database: Database, units: int, seed: int = 7) -> None:
        self.database, self.dice = database, Random(seed)
        self.programme, self.house = AT_FIRST, house(AT_FIRST)
        self.people: dict[int, Somebody] = {}
        self.places: dict[int, Place] = {}
        self.districts: dict[int, list[int]] = {}
        self.papers: dict[int, Paper] = {}
        self.acts: list[tuple[datetime, int, Callable[[Transaction, datetime], None]]] = []
        self.done = 0
        self._build(units)

    # --- the beginning

    def _build(self, units: int) -> None:
        districts = -(-units // EACH)
        rows = [{"id": 1, "code": "R", "name": "Thành phố", "level": "city", "parent_id": None}]
        rows += [
            {"id": 1 + n, "code": f"D{n}", "name": f"Quận {n}", "level": "district", "parent_id": 1}
            for n in range(1, districts + 1)
        ]
        for n in range(units):
            number, parent = 2 + districts + n, 2 + n // EACH
            rows.append({"id": number, "code": f"U{n}", "name": f"Công ty {n}", "level": "cs",
                         "parent_id": parent})  # fmt: skip
            shift = self.dice.choice([(time(18), time(2)), (time(0), time(14))])
            quiet = shift if self.dice.random() < 0.04 else None
            self.places[number] = Place(number, parent, quiet)
            self.districts.setdefault(parent, []).append(number)
        with self.database.transaction() as tx:
            run, made = tx.connection.execute, {"created_at": BEGINS}
            run(insert(TABLES["unit"]), [{**row, **made} for row in rows])
            rebuild_tree(tx.connection)
            counts = {"members": MEMBERS, "counted_on": None, "recorded_at": BEGINS}
            run(insert(TABLES["unit_members"]), [{"unit_id": number, **counts} for number in self.places])
            settle_aims(tx, self.programme, self.programme.local_day(BEGINS))
            self._come(tx)
        for somebody in self.people.values():
            for phase in self.programme.phases:
                self._plan(somebody, phase)
            self._plan_manners(somebody)

    def _come(self, tx: Transaction) -> None:
        self._joins(1, ("officer", 1))
        for district in self.districts:
            self._joins(district, ("officer", district))
        for number, place in self.places.items():
            both = (("officer", place.parent),) if self.dice.random() < 0.005 else ()
            self._joins(number, ("lead", number), *both)
            for _ in range(2):
                self._joins(number)
        made = {"created_at": BEGINS}
        workers = [{"id": one.id, "name": f"N{one.id}", "consent": "2", "language": "vi",
                    "unit_id": one.unit, **made} for one in self.people.values()]  # fmt: skip
        tx.connection.execute(insert(TABLES["worker"]), workers)
        chats = [{"worker_id": n, "channel": "telegram", "address": str(n), "reachable": True, **made}
                 for n in self.people]  # fmt: skip
        tx.connection.execute(insert(TABLES["chat"]), chats)
        for one in self.people.values():
            for role, unit in one.roles:
                tx.roles.grant(one.id, role, unit, BEGINS)
            if one.willing:
                tx.consents.give(one.id, "reminders", Proof("2", "hash", "1"), BEGINS)
        for place in self.places.values():
            if place.quiet is not None:
                tx.reminder_choices.set_quiet(place.id, Hours(*place.quiet, True), 1, BEGINS)

    def _joins(self, unit: int, *roles: tuple[str, int]) -> None:
        number = len(self.people) + 1
        self.people[number] = Somebody(number, unit, roles, willing=self.dice.random() < 0.4)

    # --- what they mean to do

    def at(self, when: datetime, act: Callable[[Transaction, datetime], None]) -> None:
        self.done += 1
        heapq.heappush(self.acts, (when, self.done, act))

    def after(self, now: datetime, days: float, act: Callable[[Transaction, datetime], None]) -> None:
        self.at(now + timedelta(days=self.dice.expovariate(1 / days)), act)

    def _plan(self, one: Somebody, phase: Phase) -> None:
        if one.unit not in self.places or self.dice.random() < (0.8 if one.roles else 0.25):
            return
        for _ in range(1 + (self.dice.random() < 0.2)):
            # Half of all deeds come in the last fifth of a phase.
            part = self.dice.random() if self.dice.random() < 0.5 else 0.8 + self.dice.random() / 5
            begins = phase.opens + (phase.closes - phase.opens) * part
            self.at(begins, lambda tx, now, who=one: self._begins(tx, now, who))

    def _plan_manners(self, one: Somebody) -> None:
        if self.dice.random() < 0.05:
            choice = self.dice.choice([
                Choice(frozenset({"7d", "digest"})), Choice(hour=time(19)),
                Choice(snoozed_until=local(2024, 8, 25, 12)), Choice(frozenset({"14d"}), time(6, 30)),
            ])  # fmt: skip
            self.at(self._some_time(), lambda tx, now: self._chooses(tx, now, one, choice))
        if self.dice.random() < 0.03:
            begins = self._some_time()
            self.at(begins, lambda _tx, _now: setattr(one, "blocking", True))
            self.after(begins, 60, lambda tx, _now: self._is_back(tx, one))

    def _some_time(self) -> datetime:
        return FIRST.opens + (LATER - FIRST.opens) * self.dice.random()

    # --- what they do

    def _chooses(self, tx: Transaction, now: datetime, one: Somebody, choice: Choice) -> None:
        one.choice = choice
        tx.reminder_choices.keep(one.id, choice, now)

    def _is_back(self, tx: Transaction, one: Somebody) -> None:
        one.blocking, one.reachable = False, True
        chat = TABLES["chat"]
        tx.connection.execute(update(chat).where(chat.c.worker_id == one.id).values(reachable=True))

    def _begins(self, tx: Transaction, now: datetime, one: Somebody) -> None:
        place = {"answers": {"after": {"value": "Đóng giá có bánh xe", "typed": []}}, "asking": "effect"}
        draft = tx.drafts.begin(one.id, "initiative", place, now)
        one.drafts.add(draft)
        if self.dice.random() < 0.75:
            self.after(now, 12, lambda tx, now: self._hands_in(tx, now, one, draft))
        elif self.dice.random() < 0.3:
            self.after(now, 30, lambda tx, _now: self._drops(tx, one, draft))

    def _drops(self, tx: Transaction, one: Somebody, draft: int) -> None:
        tx.drafts.drop(draft)
        one.drafts.discard(draft)

    def _hands_in(self, tx: Transaction, now: datetime, one: Somebody, draft: int) -> None:
        phase = self.programme.phase_at(now)
        if phase is None or draft not in one.drafts:
            return
        today = self.programme.local_day(now)
        values = {
            "sealed": False, "title": "Giá có bánh xe", "kind": "technical", "effect": "e", "before": "b",
            "after": "a", "benefit_in_money": False, "applied_on": today, "applied_precision": "day",
            "place": {}, "code": f"SK-{len(self.papers):06}", "draft_id": draft, "unit_id": one.unit,
            "author_id": one.id, "phase": phase.code, "state": "submitted", "created_at": now,
            "submitted_at": now, "waiting_since": now, "submitted_on": today,
        }  # fmt: skip
        number = tx.initiatives.submit(values, [(one.id, "N", 100)])
        tx.tallies.changed(None, tx.tallies.facts(number))
        tx.reviews.note_move(number, ("draft", "submitted"), one.id, now)
        self._drops(tx, one, draft)
        self.papers[number] = paper = Paper(number, one.id, one.unit, phase.code)
        one.taken[phase.code] += 1
        self._waits(paper, now)

    def _waits(self, paper: Paper, now: datetime) -> None:
        self.places[paper.unit].waiting[paper.id] = (paper.phase, now, paper.author)
        if self.dice.random() < 0.97:
            self.after(now, 5, lambda tx, now: self._is_decided(tx, now, paper))

    def _is_decided(self, tx: Transaction, now: datetime, paper: Paper) -> None:
        place = self.places[paper.unit]
        if paper.state != "submitted":
            return
        lead = self._lead(place.id)
        by = lead if lead != paper.author else self._officer(place.parent)
        deed = self.dice.choices(["accept", "return", "reject"], [0.8, 0.14, 0.06])[0]
        decision = Decision(deed, "" if deed == "accept" else "Chưa rõ", ("effect",) * (deed == "return"))
        verdict = decide(tx, by, paper.id, decision, self.house, now)
        assert not verdict.refused, verdict
        paper.state = verdict.state
        del place.waiting[paper.id]
        author = self.people[paper.author]
        if paper.state == "valid":
            place.valid[paper.phase] += 1
            place.people[paper.phase][paper.author] += 1
        elif paper.state == "returned":
            author.returned[paper.phase].add(paper.id)
            if self.dice.random() < 0.7:
                self.after(now, 6, lambda tx, now: self._answers(tx, now, paper))

    def _answers(self, tx: Transaction, now: datetime, paper: Paper) -> None:
        """The author completes it, or gives it up."""
        phase = self.programme.phase_at(now)
        if phase is None or phase.code != paper.phase:
            return
        deed = "correct" if self.dice.random() < 0.85 else "withdraw"
        verdict = decide(tx, paper.author, paper.id, Decision(deed), self.house, now)
        assert not verdict.refused, verdict
        paper.state = verdict.state
        author = self.people[paper.author]
        author.returned[paper.phase].discard(paper.id)
        if deed == "correct":
            self._waits(paper, now)
        else:
            author.taken[paper.phase] -= 1

    def _lead(self, unit: int) -> int:
        """Numbers were given in order: officers first, then a lead and two workers for each unit."""
        return 2 + len(self.districts) + 3 * (unit - 2 - len(self.districts))

    def _officer(self, district: int) -> int:
        return district

    def lives_until(self, now: datetime) -> Callable[[Transaction], None]:
        """Everything people do until an instant, each at its own time; a transaction for all of it."""

        def live(tx: Transaction) -> None:
            while self.acts and self.acts[0][0] <= now:
                at, _, act = heapq.heappop(self.acts)
                act(tx, at)

        return live

    def moves_the_close(self) -> None:
        self.programme, self.house = MOVED, house(MOVED)
