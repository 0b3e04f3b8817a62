"""Figures are kept as they change, and counted anew they are the same: whatever happens in between."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from alembic import command
from sqlalchemy import insert, select, text

from handlers.erasure import erase
from handlers.moves import Decision, decide
from storage.aims import UnitAims
from storage.database import Database
from storage.models import metadata
from storage.recount import Recount
from storage.tallies import ALL, Figures
from storage.transaction import Transaction
from storage.unit_tree import rebuild_tree
from storage.upgrade import _scripts, upgrade_database
from tests.phone import PROGRAMME, Clock, house

UNIT, WORKER = metadata.tables["unit"], metadata.tables["worker"]
INITIATIVE, AUTHOR = metadata.tables["initiative"], metadata.tables["author"]
ROOT, LEFT, RIGHT, LEAF = 1, 2, 3, 4
HOUSE = house(replace(PROGRAMME, asks=("unit", "officer")))
ADMIN = 1
OLD_UNIT = (
    "INSERT INTO unit (id, code, name, level, parent_id, created_at)"
    " VALUES (:id, :code, 'U', '', :above, '2023-08-01 00:00:00')"
)
OLD_AIM = "INSERT INTO aim (unit_id, phase, parent_id, initiatives, people) VALUES (:id, '*', :above, 2, 5)"
OLD_TALLY = "INSERT INTO tally (unit_id, phase, valid, people) VALUES (:id, '*', 2, 2)"


@pytest.fixture
def tree(database: Database) -> Database:
    """A root, two units below it, one below the left one; ten workers, the first an admin."""
    now = Clock()()
    with database.transaction() as tx:
        for number, above in ((ROOT, None), (LEFT, ROOT), (RIGHT, ROOT), (LEAF, LEFT)):
            values = {
                "id": number,
                "code": f"U{number}",
                "name": f"U{number}",
                "level": "",
                "parent_id": above,
            }
            tx.connection.execute(insert(UNIT).values(**values, created_at=now))
        rebuild_tree(tx.connection)
        for number in range(1, 11):
            values = {"id": number, "name": f"W{number}", "language": "vi", "created_at": now}
            tx.connection.execute(insert(WORKER).values(**values))
        tx.roles.grant(ADMIN, "admin", ROOT, now)
        tx.connection.execute(WORKER.update().where(WORKER.c.id > 8).values(placeholder=True))
        tx.aims.write([], aims(LEFT))
    return database


def aims(above_leaf: int) -> list[UnitAims]:
    """Targets so small that random moves cross them in both directions."""
    above = ((ROOT, None), (LEFT, ROOT), (RIGHT, ROOT), (LEAF, above_leaf))
    return [UnitAims(one, phase, up, 2, 2) for phase in ("gd1", "gd2", ALL) for one, up in above]


def submit(
    tx: Transaction, clock: Clock, unit_id: int, *people: int, phase: str = "gd2", vnd: int | None = None
) -> int:
    """One initiative straight into the tables, as submitting leaves it."""
    now = clock()
    number = tx.initiatives.next_number("test")
    values = {
        "code": f"T-{number}", "draft_id": None, "unit_id": unit_id, "author_id": people[0], "phase": phase,
        "state": "submitted", "sealed": False, "title": "t", "kind": "technical", "before": "b", "after": "a",
        "effect": "e", "conditions": None, "benefit_vnd": vnd, "benefit_in_money": vnd is not None,
        "benefit_period": "year" if vnd is not None else None, "applied_on": date(2022, 9, 1),
        "applied_precision": "day", "place": {}, "created_at": now, "submitted_at": now,
        "waiting_since": now, "submitted_on": PROGRAMME.local_day(now),
    }  # fmt: skip
    made = tx.initiatives.submit(values, [(who, f"W{who}", 0) for who in people])
    tx.tallies.changed(None, tx.tallies.facts(made))
    return made


def take(tx: Transaction, clock: Clock, who: int, number: int, deed: str) -> str:
    return decide(tx, who, number, Decision(deed, "why", ("before",)), HOUSE, clock()).refused


def agree(database: Database) -> None:
    with database.transaction() as tx:
        assert Recount(tx.connection).differences() == []


def test_an_initiative_counts_once_in_its_unit_and_every_unit_above(tree: Database) -> None:
    clock = Clock()
    with tree.transaction() as tx:
        first = submit(tx, clock, LEAF, 2, 3, vnd=4_980_000_000)
        submit(tx, clock, RIGHT, 2)
        assert take(tx, clock, ADMIN, first, "accept") == ""
        assert tx.tallies.of(LEAF, "gd2") == Figures(valid=1, people=2, figures=1, benefit_year=4_980_000_000)
        assert tx.tallies.of(LEFT, ALL) == tx.tallies.of(LEAF, "gd2")
        assert tx.tallies.of(ROOT, ALL) == Figures(
            submitted=1, valid=1, people=2, people_waiting=1, figures=1, benefit_year=4_980_000_000
        )
        assert set(tx.tallies.of_children(ROOT)) == {LEFT, RIGHT}
        today = PROGRAMME.local_day(clock())
        assert tx.tallies.curve(ROOT) == [(today, 2, 1)]
    agree(tree)


def test_a_person_counts_once_however_many_they_have(tree: Database) -> None:
    clock = Clock()
    with tree.transaction() as tx:
        for unit in (LEAF, LEFT, RIGHT):
            take(tx, clock, ADMIN, submit(tx, clock, unit, 2), "accept")
        assert tx.tallies.of(ROOT).people == 1 and tx.tallies.of(ROOT).valid == 3
    agree(tree)


def test_changes_at_once_all_over_the_tree_wait_for_each_other_and_all_count(tree: Database) -> None:
    if tree.is_sqlite:
        pytest.skip("SQLite has one writer")
    clock = Clock()

    def works(which: int) -> list[str]:
        refused = []
        for turn in range(15):
            with tree.transaction() as tx:
                people = random.Random(100 * which + turn).sample(range(2, 9), 3)
                made = submit(tx, clock, (LEAF, RIGHT, LEFT)[(which + turn) % 3], *people)
            with tree.transaction() as tx:
                refused.append(take(tx, clock, ADMIN, made, "accept"))
        return refused

    with ThreadPoolExecutor(4) as several:
        assert all(said == [""] * 15 for said in several.map(works, range(4)))
    agree(tree)
    with tree.reading() as tx:
        assert tx.tallies.of(ROOT, ALL) == Figures(valid=60, people=7)


def test_a_unit_that_reaches_its_target_is_counted_above_until_it_loses_it(tree: Database) -> None:
    clock = Clock()
    with tree.transaction() as tx:
        for worker in (2, 3):
            last = submit(tx, clock, LEAF, worker)
            take(tx, clock, ADMIN, last, "accept")
        for unit, of_two in ((LEFT, (1, 1)), (ROOT, (2, 1))):
            assert tx.aims.standing(unit, "gd2").units == (of_two, of_two)
            assert tx.aims.standing(unit, "gd1").units[1].reached == 0
        take(tx, clock, ADMIN, last, "undo")
        assert [tx.aims.standing(unit, ALL).units[0].reached for unit in (LEFT, ROOT)] == [0, 0]
    agree(tree)


def test_taking_a_decision_back_takes_it_out_of_the_figures(tree: Database) -> None:
    clock = Clock()
    with tree.transaction() as tx:
        number = submit(tx, clock, LEAF, 2, vnd=5)
        before = tx.tallies.of(ROOT)
        take(tx, clock, ADMIN, number, "accept")
        take(tx, clock, ADMIN, number, "undo")
        assert tx.tallies.of(ROOT) == before
    agree(tree)


DEEDS = ("accept", "return", "reject", "undo", "withdraw", "appeal", "strike")
RARER = ("correct", "correct", "leave", "merge", "erase", "move")


class Fate:
    """Whatever may happen to initiatives and people, by dice."""

    def __init__(self, seed: int) -> None:
        self.dice, self.clock = random.Random(seed), Clock()
        self.people, self.by_name, self.made = list(range(2, 9)), [9, 10], list[int]()
        self.seen: set[str] = set()

    def strikes(self, tx: Transaction) -> None:
        self.clock.passes(hours=self.dice.randrange(30))
        if not self.made or self.dice.random() < 0.3:
            several = self.dice.sample(self.people + self.by_name, self.dice.randrange(1, 4))
            vnd, phase = self.dice.choice([None, 0, 7_000_000]), self.dice.choice(["gd1", "gd2"])
            unit = self.dice.choice([LEFT, RIGHT, LEAF])
            self.made.append(submit(tx, self.clock, unit, *several, vnd=vnd, phase=phase))
        elif self.dice.random() < 0.3:
            rare = self.dice.choice(RARER)
            self.seen.add(rare)
            getattr(self, rare)(tx)
        else:
            number, deed = self.dice.choice(self.made), self.dice.choice(DEEDS)
            rows = select(INITIATIVE.c.author_id).where(INITIATIVE.c.id == number)
            author = tx.connection.execute(rows).scalar_one()
            take(tx, self.clock, author if deed in ("withdraw", "appeal") else ADMIN, number, deed)

    def correct(self, tx: Transaction) -> None:
        """Other benefit, other co-authors, as handing in a correction writes them."""
        number, vnd = self.dice.choice(self.made), self.dice.choice([None, 3_000_000])
        with tx.tallies.counting(number):
            said = {
                "benefit_vnd": vnd,
                "benefit_in_money": vnd is not None,
                "benefit_period": vnd and "month",
            }
            tx.connection.execute(INITIATIVE.update().where(INITIATIVE.c.id == number).values(**said))
            other = (AUTHOR.c.initiative_id == number) & (AUTHOR.c.position > 0)
            tx.connection.execute(AUTHOR.delete().where(other))
            person = {"position": 1, "worker_id": self.dice.choice(self.people), "name": "W", "share": 1}
            tx.connection.execute(AUTHOR.insert().values(initiative_id=number, **person))

    def leave(self, tx: Transaction) -> None:
        """A co-author turns out to be nobody who is known here."""
        number = self.dice.choice(self.made)
        with tx.tallies.counting(number):
            mine = (AUTHOR.c.initiative_id == number) & (AUTHOR.c.worker_id == self.dice.choice(self.people))
            tx.connection.execute(AUTHOR.update().where(mine).values(worker_id=None))

    def merge(self, tx: Transaction) -> None:
        """Somebody known by name only is one of the others."""
        if self.by_name:
            tx.entered.merge(self.by_name.pop(), self.dice.choice(self.people))

    def erase(self, tx: Transaction) -> None:
        if len(self.people) > 4:
            erase(tx, self.people.pop(), HOUSE, self.clock())

    def move(self, tx: Transaction) -> None:
        """The lower unit changes over, as a list that says so does it."""
        above = self.dice.choice([LEFT, RIGHT])
        tx.connection.execute(UNIT.update().where(UNIT.c.id == LEAF).values(parent_id=above))
        rebuild_tree(tx.connection)
        Recount(tx.connection).rebuild()
        tx.aims.write([], aims(above))


@pytest.mark.parametrize("seed", range(3))
def test_after_anything_at_all_the_kept_figures_are_those_of_the_rows(seed: int, tree: Database) -> None:
    fate = Fate(seed)
    for turn in range(80):
        with tree.transaction() as tx:
            fate.strikes(tx)
        if turn % 20 == 19:
            agree(tree)
    assert fate.seen == set(RARER)


def test_a_wrong_figure_is_found_and_mended(tree: Database) -> None:
    with tree.transaction() as tx:
        submit(tx, Clock(), LEAF, 2)
        tally = metadata.tables["tally"]
        tx.connection.execute(tally.update().where(tally.c.unit_id == LEFT).values(submitted=7))
    with tree.transaction() as tx:
        (counted, *_), found = Recount(tx.connection).differences(), tx.tallies.of(LEFT)
        assert "submitted=1" in counted and found.submitted == 1


WRONG = (
    "DELETE FROM tally WHERE unit_id = 1 AND phase = '*'",
    "INSERT INTO tally_person (unit_id, phase, worker_id, valid, waiting) VALUES (3, 'gd2', 5, 1, 0)",
    "UPDATE tally_person SET waiting = 3 WHERE unit_id = 2 AND phase = 'gd2'",
    "INSERT INTO tally_day (unit_id, phase, day, submitted, valid) VALUES (3, '*', '2023-08-01', 1, 1)",
    "UPDATE units_reached SET reached = reached + 1 WHERE unit_id = 1",
)


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("anew", [False, True], ids=["mended", "made anew"])
def test_rows_too_few_too_many_and_other_ones_are_found_and_mended(
    tree: Database, wrong: str, anew: bool
) -> None:
    with tree.transaction() as tx:
        submit(tx, Clock(), LEAF, 2, 3)
        Recount(tx.connection).rebuild()
        tx.connection.execute(text(wrong))
    for _ in range(2):  # who only asks changes nothing
        with tree.transaction() as tx:
            assert Recount(tx.connection).differences(keep=False)
    with tree.transaction() as tx:
        if anew:
            Recount(tx.connection).rebuild()
        else:
            assert Recount(tx.connection).differences()
        assert Recount(tx.connection).differences(keep=False) == []


def test_a_unit_that_moves_takes_its_figures_along(tree: Database) -> None:
    with tree.transaction() as tx:
        submit(tx, Clock(), LEAF, 2)
        tx.connection.execute(UNIT.update().where(UNIT.c.id == LEAF).values(parent_id=RIGHT))
        rebuild_tree(tx.connection)
        Recount(tx.connection).rebuild()
        assert tx.tallies.of(LEFT) == Figures()
        assert tx.tallies.of(RIGHT).submitted == tx.tallies.of(ROOT).submitted == 1
    agree(tree)


def test_a_database_from_before_knows_at_once_who_reached_the_target(older: Database) -> None:
    config = _scripts()
    with older.schema_connection() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0016")
        for number, above in ((ROOT, None), (LEFT, ROOT), (RIGHT, ROOT)):
            connection.execute(text(OLD_UNIT), {"id": number, "code": f"U{number}", "above": above})
            connection.execute(text(OLD_AIM), {"id": number, "above": above})
        connection.execute(text(OLD_TALLY), {"id": LEFT})
        connection.commit()
    upgrade_database(older)
    with older.reading() as tx:
        assert tx.aims.standing(ROOT, ALL).units == ((2, 1), (2, 0))
