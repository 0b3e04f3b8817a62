"""Co-authors: an initiative counts once, its people each, and none of them decides on it."""

from __future__ import annotations

import pytest

from storage.database import Database
from storage.recount import Recount
from storage.tallies import Figures
from tests.phone import Clock
from tests.reviewers import People, people
from tests.test_members import member


@pytest.fixture
def team(database: Database) -> People:
    return people(database, Clock())


def figures(team: People) -> Figures:
    unit = team.unit()
    with team.database.transaction() as tx:
        assert Recount(tx.connection).differences() == []
        return tx.tallies.of(unit)


def sends_with(team: People, names: str) -> None:
    team.author.answers_until_review()
    team.author.taps("Đồng tác giả")
    team.author.types(names)
    team.author.taps("Nộp")


def test_every_author_who_is_a_member_is_a_person_and_the_initiative_is_one(team: People) -> None:
    sends_with(team, "le thi  MAI 30%, Người Ở Nơi Khác 10%")
    assert figures(team) == Figures(submitted=1, people_waiting=2)
    team.lead.types("/duyet")
    team.lead.taps("Duyệt")
    done = figures(team)
    assert (done.valid, done.people, done.people_waiting) == (1, 2, 0)
    team.sends()
    assert figures(team).people_waiting == 1  # Lan, who is valid already, waits with another one


def test_a_co_author_does_not_decide(team: People) -> None:
    sends_with(team, "Lê Thị Mai 30%")
    with team.database.reading() as tx:
        move = tx.reviews.last_move(1)
    assert move is not None
    team.second.presses(f"queue|accept.1|{move.id}")
    assert team.state() == "submitted"
    team.lead.presses(f"queue|accept.1|{move.id}")
    assert team.state() == "valid"


def test_a_name_that_two_members_share_is_nobody_until_they_can_be_told_apart(team: People) -> None:
    for address in ("951", "952"):
        member(team.database, team.clock, address, "Lý Văn Tám")
    sends_with(team, "Lý Văn Tám 30%")
    assert figures(team).people_waiting == 1


def test_a_correction_without_the_co_author_takes_the_person_out(team: People) -> None:
    sends_with(team, "Lê Thị Mai 30%")
    assert figures(team).people_waiting == 2
    team.author.types("/cuatoi")
    team.author.taps("SK-00001")
    team.author.taps("Sửa")
    team.author.taps("Đồng tác giả")
    team.author.types("Người Ở Nơi Khác 10%")
    team.author.taps("Nộp")
    assert figures(team) == Figures(submitted=1, people_waiting=1)
