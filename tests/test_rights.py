"""Who may do what: a lead at their own unit, an officer also below, an admin all but sealed texts."""

from __future__ import annotations

import pytest

from handlers import rights
from storage.database import Database
from storage.roles import Held
from storage.transaction import Transaction
from tests.phone import Clock, Phone, house
from tests.test_transcripts import import_units


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lan(database: Database, clock: Clock) -> Phone:
    phone = Phone(database, clock).joins()
    import_units(database, clock)
    return phone


def units(tx: Transaction) -> tuple[int, int, int]:
    """The root, a unit below it, and one below that."""
    root = tx.units.root()
    assert root is not None
    middle = next(child for child in tx.units.children(root.id) if tx.units.children(child.id))
    return root.id, middle.id, tx.units.children(middle.id)[0].id


MATRIX = {
    # role at the middle unit: where it may review — above, here, below
    "worker": (False, False, False),
    "supporter": (False, False, False),
    "lead": (False, True, False),
    "officer": (False, True, True),
    "admin": (True, True, True),
}


@pytest.mark.parametrize("role", MATRIX)
def test_a_role_reaches_exactly_its_units(role: str, lan: Phone, clock: Clock) -> None:
    with lan.database.transaction() as tx:
        person = tx.people.behind("telegram", lan.address)
        assert person is not None
        above, here, below = units(tx)
        if role != "worker":
            tx.roles.grant(person.worker_id, role, here, clock())
        reached = tuple(rights.may(tx, person, "review", unit, clock()) for unit in (above, here, below))
        sealed = tuple(rights.may(tx, person, "read_sealed", unit, clock()) for unit in (above, here, below))
        assert reached == MATRIX[role]
        assert sealed == (False, role in ("lead", "officer"), False)
        assert rights.may(tx, person, "see_progress", above, clock())
        assert rights.may(tx, person, "invite", None, clock()) is (role not in ("worker", "supporter"))
        entering = (
            rights.may(tx, person, "enter_for_others", unit, clock()) for unit in (above, here, below)
        )
        assert tuple(entering) == ((False, True, False) if role == "supporter" else MATRIX[role])
        assert rights.may(tx, person, "admin", here, clock()) is (role == "admin")


def test_a_role_that_was_taken_back_gives_nothing(lan: Phone, clock: Clock) -> None:
    with lan.database.transaction() as tx:
        person = tx.people.behind("telegram", lan.address)
        assert person is not None
        _, here, below = units(tx)
        assert tx.roles.grant(person.worker_id, "officer", here, clock())
        assert not tx.roles.grant(person.worker_id, "officer", here, clock())
        assert tx.roles.officers_over(below) == tx.roles.reviewers_of(here) == [person.worker_id]
        assert tx.roles.revoke(person.worker_id, clock()) == [Held(person.worker_id, "officer", here)]
        assert not rights.may(tx, person, "review", below, clock())
        assert tx.roles.officers_over(below) == tx.roles.reviewers_of(here) == []


def test_nobody_gives_a_role_above_their_own() -> None:
    allowed = {own: [role for role in rights.ROLES if rights.not_above(role, own)] for own in rights.ROLES}
    assert allowed == {
        "worker": [],
        "supporter": [],
        "lead": ["worker", "supporter", "lead"],
        "officer": ["worker", "supporter", "lead", "officer"],
        "admin": ["worker", "supporter", "lead", "officer", "admin"],
    }


def test_a_refusal_is_one_sentence_and_is_written_down(lan: Phone, clock: Clock) -> None:
    with lan.database.transaction() as tx:
        person = tx.people.behind("telegram", lan.address)
        assert person is not None
        rights.refused(tx, person, "remove", units(tx)[1], house(), clock())
    with lan.database.reading() as tx:
        noted = tx.connection.exec_driver_sql("SELECT why, actor_id FROM audit WHERE what = 'refused'").all()
        assert noted == [("remove", person.worker_id)]
    assert "chưa được giao" in lan.reads()[-1].text
