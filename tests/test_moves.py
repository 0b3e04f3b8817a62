"""The life of an initiative: who may move it where, once, and with the reasons the author is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from handlers.house import House
from handlers.moves import RULES, Decision, Verdict, decide
from storage.database import Database
from storage.review_queue import Desk
from storage.transaction import Transaction
from tests.phone import PROGRAMME, Clock, Phone, house
from tests.test_transcripts import import_units

AUTHOR, LEAD, OFFICER, OTHER, ADMIN = 1, 2, 3, 4, 5


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sent(database: Database, clock: Clock) -> int:
    """One initiative of a worker, with a lead of the unit, an officer above it, and somebody else's lead."""
    import_units(database, clock)
    people = [Phone(database, clock, address=str(100 + who)).joins() for who in range(5)]
    with database.transaction() as tx:
        root = tx.units.root()
        assert root is not None
        middle = next(child for child in tx.units.children(root.id) if len(tx.units.children(child.id)) > 1)
        here, elsewhere = tx.units.children(middle.id)[:2]
        author = tx.people.behind("telegram", "100")
        assert author is not None
        tx.people.join(author, here.id, clock())
        grants = (
            (LEAD, "lead", here),
            (OFFICER, "officer", middle),
            (OTHER, "lead", elsewhere),
            (ADMIN, "admin", root),
        )
        for who, role, unit in grants:
            tx.roles.grant(who, role, unit.id, clock())
    people[0].answers_until_review()
    people[0].taps("Nộp")
    return 1


def asking(*asks: str) -> House:
    return house(replace(PROGRAMME, asks=asks))


def taken(
    database: Database,
    clock: Clock,
    who: int,
    deed: str,
    *,
    asks: tuple[str, ...] = ("unit",),
    **said: object,
) -> Verdict:
    with database.transaction() as tx:
        return decide(tx, who, 1, Decision(deed, **said), asking(*asks), clock())  # type: ignore[arg-type]


def test_the_unit_accepts_and_it_is_valid_when_nothing_else_is_asked(
    database: Database, clock: Clock, sent: int
) -> None:
    verdict = taken(database, clock, LEAD, "accept")
    assert (verdict.refused, verdict.state) == ("", "valid")
    with database.transaction() as tx:
        assert [(m.before, m.after, m.actor_id) for m in tx.reviews.moves(sent)] == [
            ("draft", "submitted", AUTHOR),
            ("submitted", "valid", LEAD),
        ]


ALLOWED = {
    "accept": {LEAD, OFFICER, ADMIN},
    "return": {LEAD, OFFICER, ADMIN},
    "reject": {LEAD, OFFICER, ADMIN},
    "withdraw": {AUTHOR},
    "correct": {AUTHOR},
}


@pytest.mark.parametrize("who", [AUTHOR, LEAD, OFFICER, OTHER, ADMIN])
@pytest.mark.parametrize("deed", ALLOWED)
def test_each_move_is_made_by_those_who_may(
    who: int, deed: str, database: Database, clock: Clock, sent: int
) -> None:
    verdict = taken(database, clock, who, deed, why="vì sao", missing=("before",))
    assert (verdict.refused == "") == (who in ALLOWED[deed])


def test_nobody_decides_on_their_own_even_as_a_lead(database: Database, clock: Clock, sent: int) -> None:
    with database.transaction() as tx:
        item = tx.reviews.look(sent)
        assert item is not None
        tx.roles.grant(AUTHOR, "lead", item.unit_id, clock())
    assert taken(database, clock, AUTHOR, "accept").refused == "own"


def test_the_first_decision_stands_and_the_second_hears_whose_it_was(
    database: Database, clock: Clock, sent: int
) -> None:
    taken(database, clock, OFFICER, "reject", why="Trùng")
    verdict = taken(database, clock, LEAD, "accept")
    assert verdict.refused == "late" and verdict.last is not None and verdict.last.actor_id == OFFICER


@pytest.mark.parametrize("deed", ["return", "reject"])
def test_without_a_reason_nothing_is_returned_or_refused(
    deed: str, database: Database, clock: Clock, sent: int
) -> None:
    verdict = taken(database, clock, LEAD, deed)
    assert verdict.refused == "needs" and "why" in verdict.lacking
    with database.transaction() as tx:
        assert tx.reviews.look(sent).state == "submitted"  # type: ignore[union-attr]


def test_every_fact_the_programme_asks_for_is_needed_before_it_is_valid(
    database: Database, clock: Clock, sent: int
) -> None:
    asks = ("unit", "recognition", "portal", "officer")
    assert taken(database, clock, LEAD, "accept", asks=asks).lacking == ("number", "day")
    known = {"number": "12/QĐ", "day": date(2023, 8, 1)}
    assert taken(database, clock, LEAD, "accept", asks=asks, **known).state == "recognised"
    assert taken(database, clock, LEAD, "accept", asks=asks).refused == "late"
    assert taken(database, clock, LEAD, "accept", asks=asks, portal_code="P-77").state == "recognised"
    assert taken(database, clock, OFFICER, "accept", asks=asks).state == "valid"


def test_a_decision_is_taken_back_within_ten_minutes_and_not_after(
    database: Database, clock: Clock, sent: int
) -> None:
    taken(database, clock, LEAD, "accept")
    assert taken(database, clock, OFFICER, "undo").refused == "rights"
    clock.passes(minutes=9)
    assert taken(database, clock, LEAD, "undo").state == "submitted"
    taken(database, clock, LEAD, "reject", why="Trùng")
    clock.passes(minutes=11)
    assert taken(database, clock, LEAD, "undo").refused == "too_late_to_undo"


def test_an_appeal_goes_once_to_the_level_above(database: Database, clock: Clock, sent: int) -> None:
    taken(database, clock, LEAD, "reject", why="Trùng")
    assert taken(database, clock, AUTHOR, "appeal", why="Khác máy").state == "submitted"
    assert taken(database, clock, LEAD, "accept").refused == "rights"
    taken(database, clock, OFFICER, "reject", why="Vẫn trùng")
    assert taken(database, clock, AUTHOR, "appeal", why="Lần nữa").refused == "once"


def queue(tx: Transaction, who: int, unit_id: int) -> list[int]:
    return [item.id for item in tx.review_queue.page(Desk(who, over=(unit_id,)), 10)]


def test_the_queue_of_a_unit_holds_what_waits_below_it_but_for_ones_own(
    database: Database, clock: Clock, sent: int
) -> None:
    with database.transaction() as tx:
        root = tx.units.root()
        assert root is not None
        assert queue(tx, OFFICER, root.id) == [sent] and queue(tx, AUTHOR, root.id) == []
        assert tx.review_queue.count(Desk(OFFICER, over=(root.id,))) == (1, clock().astimezone())
    taken(database, clock, LEAD, "accept")
    with database.transaction() as tx:
        assert queue(tx, OFFICER, root.id) == []


def test_every_rule_names_states_that_exist() -> None:
    from storage.models import STATES

    for rule in RULES.values():
        assert {*rule.before, rule.after} - {"", "draft"} <= set(STATES)
