"""Rankings inside groups of units: units only, honest ties, and what they rest on is said."""

from __future__ import annotations

from decimal import Decimal

import pytest

from handlers.rankings import ranked
from storage.aims import Standing
from storage.database import Database
from storage.tallies import Figures
from storage.unit_groups import write_groups
from tests.phone import Clock, Phone
from tests.test_joining import leaf
from tests.test_progress import few_units, has, labels, lead  # noqa: F401 - fixtures


@pytest.fixture
def clock() -> Clock:
    return Clock()


def standing(number: int, valid: int, target: int | None, people: int = 0) -> Standing:
    return Standing(
        number, f"U{number}", f"Đơn vị {number}", Figures(valid=valid, people=people), target, 10, 50
    )


def places(*standings: Standing, measure: str = "initiatives") -> list[tuple[int, int | None]]:
    return [(standing.unit_id, place) for place, _, standing in ranked(standings, measure)]


def test_equals_share_a_place_and_the_next_one_is_skipped() -> None:
    units = [standing(1, 9, 10), standing(2, 5, 10), standing(3, 10, 20), standing(4, 1, 10)]
    assert places(*units) == [(1, 1), (2, 2), (3, 2), (4, 4)]


def test_what_is_shown_equal_stands_equal() -> None:
    units = [standing(1, 10_001, 20_000), standing(2, 10_000, 20_000), standing(3, 0, 10)]
    assert places(*units) == [(1, 1), (2, 1), (3, 3)]


def test_a_unit_without_a_target_is_named_without_a_place() -> None:
    units = [standing(1, 99, None), *(standing(n, n, 10) for n in (2, 3, 4))]
    assert places(*units) == [(4, 1), (3, 2), (2, 3), (1, None)]


def test_fewer_than_three_with_a_target_are_not_ranked() -> None:
    assert places(standing(1, 5, 10), standing(2, 9, 10), standing(3, 9, None)) == [
        (2, None),
        (1, None),
        (3, None),
    ]


def test_people_are_ranked_by_their_own_target() -> None:
    units = [standing(1, 99, 10, people=1), standing(2, 0, 10, people=5), standing(3, 0, 10, people=3)]
    assert places(*units, measure="people") == [(2, 1), (3, 2), (1, 3)]
    assert [share for _, share, _ in ranked(units, "people")] == [Decimal(50), Decimal(30), Decimal(10)]


@pytest.fixture
def grouped(lead: Phone, database: Database) -> Phone:  # noqa: F811
    """The first four units of the first branch are a group, the last two another one as well."""
    units = [leaf(database, place) for place in range(4)]
    with database.transaction() as tx:
        first, both = {"cum 1": "Cụm 1"}, {"cum 1": "Cụm 1", "khoi y": "Khối Y"}
        wanted = [(unit.id, both if place > 1 else first) for place, unit in enumerate(units)]
        write_groups(tx.connection, wanted, lead.clock())
    for place, count in ((0, 2), (1, 0), (2, 9), (3, 1)):
        if count:
            has(database, units[place], count)
    return lead


def test_a_lead_sees_the_group_of_the_own_unit(grouped: Phone, database: Database) -> None:
    said = grouped.types("/xephang")[-1].text
    assert said.startswith("🏁 Cụm 1 · Giai đoạn 2 · sáng kiến hợp lệ\nCó chỉ tiêu: 4/4 đơn vị.")
    assert said.splitlines()[2].startswith(f"1. {leaf(database, 2).name}: 9/")
    assert said.splitlines()[5].startswith(f"4. {leaf(database, 1).name}: 0/")
    grouped.taps("Xếp theo người")
    assert "người có sáng kiến" in grouped.last.text
    grouped.taps("Xếp theo sáng kiến")
    assert grouped.last.text == said


def test_the_unit_has_a_button_to_its_ranking(grouped: Phone) -> None:
    grouped.types("/tiendo")
    grouped.taps("Xếp hạng")
    assert "🏁 Cụm 1" in grouped.last.text


def test_a_group_is_named_in_words_and_the_others_are_offered(grouped: Phone) -> None:
    assert "🏁 Khối Y" in grouped.types("/xephang khoi y")[-1].text
    assert "Chưa đủ 3 đơn vị" in grouped.last.text
    grouped.types("/xephang gì đó")
    assert labels(grouped) == ["Cụm 1", "Khối Y"]
    grouped.taps("Cụm 1")
    assert "🏁 Cụm 1" in grouped.last.text


@pytest.mark.parametrize("action", ["rank|999.0.0.0|-", "rank|1.0.0.7|-", "rank|x|-", "rank|1.99.0.0|-"])
def test_a_forged_button_is_answered(action: str, grouped: Phone) -> None:
    assert grouped.presses(action)
