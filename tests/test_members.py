"""`/donvi`: what a lead sees and does, what nobody else does, and what becomes of who is removed."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from storage.database import Database
from storage.models import metadata
from storage.roles import Held
from tests.phone import Clock, Phone
from tests.test_inviting import holder, makes, refusals
from tests.test_joining import agreed, leaf, unit_of, worker_of
from tests.test_transcripts import import_units

AUDIT = metadata.tables["audit"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ready(database: Database, clock: Clock) -> Database:
    import_units(database, clock)
    return database


@pytest.fixture
def lead(ready: Database, clock: Clock) -> Phone:
    return holder(ready, clock)


@pytest.fixture
def hung(ready: Database, clock: Clock) -> Phone:
    return member(ready, clock, "200", "Trần Văn Hùng")


def member(database: Database, clock: Clock, address: str, name: str) -> Phone:
    phone = agreed(database, clock, address, name)
    with database.transaction() as tx:
        person = tx.people.behind("telegram", address)
        assert person is not None
        tx.people.join(person, leaf(database).id, clock())
        tx.people.set_talk(person, {})
    return phone


def roles(phone: Phone) -> list[Held]:
    with phone.database.reading() as tx:
        return tx.roles.of(worker_of(phone))


def test_a_worker_sees_their_unit_and_no_list(hung: Phone) -> None:
    hung.types("/donvi")
    assert leaf(hung.database).name in hung.last.text
    assert not any("👥" in label or "Mời" in label for row in hung.last.rows for label, _ in row)


def test_a_lead_sees_who_is_out_of_reach_and_how_many_drafts(lead: Phone, hung: Phone) -> None:
    hung.types("/sangkien")
    hung.types("Cuộn vải để dưới đất, mỗi ca hai người khiêng")
    with lead.database.transaction() as tx:
        tx.connection.execute(text("UPDATE chat SET reachable = :no WHERE address = '200'"), {"no": False})
    lead.types("/donvi")
    lead.taps("👥")
    assert "2 người, 1 người bot chưa nhắn được" in lead.last.text
    assert "1. Trần Văn Hùng · người lao động · 1 bản nháp · ⚠️" in lead.last.text
    assert "Cuộn vải" not in lead.last.text


def test_a_long_list_is_paged(lead: Phone, clock: Clock) -> None:
    for number in range(9):
        member(lead.database, clock, str(300 + number), f"Người Thứ {number}")
    lead.types("/donvi")
    lead.taps("👥")
    assert "8. " in lead.last.text
    lead.taps("Xem thêm")
    assert "10. Người Thứ 8" in lead.last.text


def test_who_is_removed_is_told_loses_the_unit_and_may_come_back(lead: Phone, hung: Phone) -> None:
    unit = leaf(lead.database)
    lead.types("/donvi")
    lead.taps("👥")
    lead.taps("Trần Văn Hùng")
    lead.taps("Đưa ra khỏi đơn vị")
    assert unit_of(hung) == unit.id
    lead.taps("Đồng ý đưa ra")
    assert unit_of(hung) is None
    assert "không còn trong danh sách" in hung.reads()[-1].text
    with lead.database.reading() as tx:
        assert "removed" in tx.connection.execute(select(AUDIT.c.what)).scalars().all()
    hung.types(makes(lead)["code"])
    assert unit_of(hung) == unit.id


def test_a_lead_removes_no_other_lead_and_not_themselves(lead: Phone, clock: Clock) -> None:
    other = holder(lead.database, clock, address="300")
    unit = leaf(lead.database)
    for worker in (worker_of(other), worker_of(lead)):
        lead.presses(f"people|really_remove.{unit.id}.{worker}|-")
        assert "chưa được giao" in lead.last.text
    assert refusals(lead.database) == ["remove", "remove"]
    assert unit_of(other) == unit_of(lead) == unit.id


FORGED = ["list.{unit}.0", "one.{unit}.{other}", "really_remove.{unit}.{other}", "really_hand.{unit}.{other}"]


@pytest.mark.parametrize("choice", FORGED)
def test_the_buttons_of_a_removed_lead_are_refused_and_written_down(
    choice: str, lead: Phone, hung: Phone, clock: Clock
) -> None:
    unit = leaf(lead.database)
    with lead.database.transaction() as tx:
        tx.roles.revoke(worker_of(lead), clock())
    lead.presses(f"people|{choice.format(unit=unit.id, other=worker_of(hung))}|-")
    assert "chưa được giao" in lead.last.text
    assert "Trần Văn Hùng" not in lead.last.text
    assert len(refusals(lead.database)) == 1
    assert unit_of(hung) == unit.id


NONSENSE = ["list.1", "one.x.y", "remove..", "accept.x", "accept.99", "hand.999.1", "", "?"]


@pytest.mark.parametrize("choice", NONSENSE)
def test_nonsense_on_a_button_changes_nothing(choice: str, lead: Phone) -> None:
    assert lead.presses(f"people|{choice}|-")
    with lead.database.reading() as tx:
        assert tx.connection.execute(text("SELECT id FROM dead_letter")).all() == []


def handed(lead: Phone) -> None:
    lead.types("/donvi")
    lead.taps("👥")
    lead.taps("Trần Văn Hùng")
    lead.taps("Bàn giao")
    lead.taps("Bàn giao")


def test_the_lead_passes_on_when_the_other_accepts(lead: Phone, hung: Phone) -> None:
    unit = leaf(lead.database)
    handed(lead)
    assert roles(lead) == [Held(worker_of(lead), "lead", unit.id)]
    hung.reads()
    hung.taps("✅ Nhận")
    assert roles(lead) == []
    assert roles(hung) == [Held(worker_of(hung), "lead", unit.id)]
    assert "đã nhận phụ trách" in lead.reads()[-1].text
    hung.presses(hung.action("✅ Nhận"))
    assert "không còn hiệu lực" in hung.last.text


def test_an_offer_that_was_declined_or_is_old_or_another_s_changes_nothing(
    lead: Phone, hung: Phone, clock: Clock
) -> None:
    handed(lead)
    hung.reads()
    accept = hung.action("✅ Nhận")
    mai = member(lead.database, clock, "400", "Lê Thị Mai")
    mai.presses(accept)
    assert "chưa được giao" in mai.last.text
    hung.taps("Không nhận")
    hung.presses(accept)
    assert "không còn hiệu lực" in hung.last.text
    handed(lead)
    hung.reads()
    clock.passes(days=8)
    hung.taps("✅ Nhận")
    assert "không còn hiệu lực" in hung.last.text
    assert roles(hung) == []
    assert len(roles(lead)) == 1
