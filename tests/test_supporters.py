"""A support group: it enters for the workers of its unit, and decides, reads and invites nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers import rights
from handlers.codes import code_hash
from storage.database import Database
from storage.recount import Recount
from tests.phone import Clock, Phone
from tests.reviewers import People, people
from tests.test_proxy import code_in, enters, initiatives_of, said_to, tallies

CODE = "7KQ2M9XHTP"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def team(database: Database, clock: Clock) -> People:
    return people(database, clock)


@pytest.fixture
def helper(team: People) -> Phone:
    """Somebody who came with a code made by `sangkien invite supporter`."""
    phone = Phone(team.database, team.clock, address="950", name="Vũ Thị Hạnh").joins()
    unit = team.unit()
    with team.database.transaction() as tx:
        until = team.clock() + timedelta(days=30)
        tx.invitations.make(code_hash(CODE), "supporter", unit, 1, until, team.clock())
    assert "tổ hỗ trợ nhập thay" in phone.types(f"/start {CODE}")[0].text
    return phone


def test_it_enters_and_the_worker_confirms_and_a_reviewer_decides(team: People, helper: Phone) -> None:
    receipt = enters(helper, "Lan", "Nguyễn Thị Lan")
    assert "Đã nộp thay cho Nguyễn Thị Lan" in receipt
    assert "Vũ Thị Hạnh đã nhập thay" in said_to(team.author)
    team.author.taps("Đúng, của tôi")
    team.lead.types("/duyet")
    team.lead.taps("Duyệt")
    assert team.state() == "valid" and tallies(team) == (1, 0, 1)
    assert initiatives_of(team, helper) == []


@pytest.mark.parametrize(
    "forged",
    [
        "queue|oldest|-", "queue|list.0|-", "queue|open.1|-", "queue|accept.1|1", "queue|sure_all.0|x",
        "queue|send.1.j.1|1", "queue|undo.1|1", "sealed|read.1|-", "people|list.1.0|-", "invite|unit.1|-",
        "share|one.1|-", "export|unit.1|-", "entry|yes.1.1|-", "author|appeal.1|-",
    ],
)  # fmt: skip
def test_it_sees_no_queue_and_decides_nothing(forged: str, team: People, helper: Phone) -> None:
    team.sends()
    for said in (*helper.types("/duyet"), *helper.types("/duyet 1"), *helper.presses(forged)):
        assert "Cuộn vải" not in said.text and "SK-00001" not in str(said.rows)
    assert "chưa được giao" in helper.types("/duyet")[-1].text
    assert team.state() == "submitted"


def test_it_enters_for_its_own_unit_alone(team: People, helper: Phone) -> None:
    worker = team.worker(helper)
    with team.database.transaction() as tx:
        elsewhere = tx.people.behind("telegram", team.other_lead.address)
        assert elsewhere is not None and elsewhere.unit_id is not None
        assert not rights.worker_may(tx, worker, "enter_for_others", elsewhere.unit_id, team.clock())
    assert "chưa được giao" in helper.presses(f"proxy|who.{elsewhere.unit_id}|-")[-1].text


def test_counted_once_also_when_the_author_joins_later(team: People, helper: Phone) -> None:
    receipt = enters(helper, "Hồ Văn Tám", "Người mới: Hồ Văn Tám")
    team.lead.types("/duyet")
    team.lead.taps("Duyệt")
    assert tallies(team) == (0, 1, 0)
    real = Phone(team.database, team.clock, address="951", name="Hồ Văn Tám").joins()
    real.types(f"/start {code_in(receipt)}")
    assert initiatives_of(team, real) == ["SK-00001"] and tallies(team) == (1, 0, 1)
    with team.database.transaction() as tx:
        assert Recount(tx.connection).differences() == []


def test_whoever_is_of_it_no_more_enters_no_more(team: People, helper: Phone, clock: Clock) -> None:
    helper.types("/nophoi")
    helper.types("Lan")
    button = helper.action("Nguyễn Thị Lan")
    worker = team.worker(helper)
    with team.database.transaction() as tx:
        assert len(tx.roles.revoke(worker, clock())) == 1
    assert "chưa được giao" in helper.presses(button)[-1].text
    assert "chưa được giao" in helper.types("/nophoi")[-1].text


def test_only_whoever_leads_invites_a_support_group(team: People, helper: Phone) -> None:
    assert "chưa được giao" in helper.types("/moi")[-1].text
    team.lead.types("/moi")
    team.lead.taps("Tổ hỗ trợ nhập thay")
    assert "tổ hỗ trợ nhập thay" in team.lead.last.text.lower()


def test_leaving_the_unit_ends_it(team: People, helper: Phone) -> None:
    helper.types("/donvi")
    worker = team.worker(helper)
    with team.database.transaction() as tx:
        person, other = tx.people.behind("telegram", "950"), tx.people.behind("telegram", "904")
        assert person is not None and other is not None and other.unit_id is not None
        from handlers import joining

        notes = joining.choose(tx, person, other.unit_id, "choice", team.clock())
        assert [note.key for note in notes] == ["start.joined", "start.support_ended"]
        assert tx.roles.of(worker) == []
