"""A new phone: the lead confirms who it is, all moves, the old account is cut off."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text

from storage.database import Database
from storage.models import metadata
from tests.phone import Clock, Phone
from tests.test_inviting import holder, refusals
from tests.test_joining import agreed, leaf, unit_of, worker_of
from tests.test_members import member, roles
from tests.test_transcripts import import_units

WORKER, INITIATIVE = metadata.tables["worker"], metadata.tables["initiative"]


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


def count(database: Database) -> int:
    with database.reading() as tx:
        return tx.connection.execute(select(func.count()).select_from(WORKER)).scalar_one()


def asks(database: Database, clock: Clock, name: str = "Trần Văn Hùng", address: str = "201") -> Phone:
    new = agreed(database, clock, address, name)
    new.taps("đổi điện thoại")
    new.types(leaf(database).code)
    new.taps(leaf(database).name[:20])
    return new


def test_everything_moves_and_the_old_account_is_cut_off(lead: Phone, hung: Phone, clock: Clock) -> None:
    hung.answers_until_review()
    hung.taps("Nộp")
    hung.types("/sangkien")
    hung.types("Kệ hàng cũ phải với tay cao, dễ ngã")
    old, people = worker_of(hung), count(lead.database)
    new = asks(lead.database, clock)
    assert "Đã gửi lời nhờ" in new.last.text
    asked = lead.reads()[-1]
    assert "Trần Văn Hùng" in asked.text
    assert "Cuộn vải" not in asked.text
    lead.taps("Trần Văn Hùng")
    assert worker_of(new) != old
    lead.taps("Đúng, chuyển")
    assert worker_of(new) == old
    assert count(lead.database) == people
    assert "đã bị ngắt" in hung.reads()[-1].text
    assert unit_of(new) == leaf(lead.database).id
    new.reads()
    new.types("/cuatoi")
    assert "Đóng giá" in new.last.text
    new.types("/nhap")
    assert "Kệ hàng" in new.last.text
    hung.types("/cuatoi")
    assert "Đồng ý" in str(hung.last.rows)
    with lead.database.reading() as tx:
        whats = tx.connection.execute(text("SELECT what FROM audit")).scalars().all()
    assert "relinked" in whats


def test_what_waits_for_the_old_chat_is_said_in_the_new_one(lead: Phone, hung: Phone, clock: Clock) -> None:
    new = asks(lead.database, clock)
    hung.screen.clear()
    with lead.database.transaction() as tx:
        person = tx.people.behind("telegram", "200")
        assert person is not None
        tx.outbox.promise(
            [{
                "channel": "telegram", "address": "200", "chat_id": person.chat_id, "language": "vi",
                "body": {"key": "menu.cancelled"}, "slot": None, "created_at": clock(), "due_at": clock(),
            }]
        )  # fmt: skip
    lead.reads()
    lead.taps("Trần Văn Hùng")
    lead.taps("Đúng, chuyển")
    assert any(spoken.text == "Đã dừng." for spoken in new.reads())


def test_roles_move_too_but_only_by_somebody_who_could_give_them(lead: Phone, clock: Clock) -> None:
    unit = leaf(lead.database)
    officer = member(lead.database, clock, "300", "Phạm Thị Thu")
    chief = agreed(lead.database, clock, "400", "Quản trị")
    with lead.database.transaction() as tx:
        assert unit.parent_id is not None
        tx.roles.grant(worker_of(officer), "officer", unit.parent_id, clock())
        tx.roles.grant(worker_of(chief), "officer", unit.parent_id, clock())
    new = asks(lead.database, clock, "Phạm Thị Thu", "301")
    lead.reads()
    lead.taps("Phạm Thị Thu")
    assert "chưa được giao" in lead.last.text
    assert roles(new) == []
    chief.reads()
    chief.taps("Phạm Thị Thu")
    chief.taps("Đúng, chuyển")
    assert [held.role for held in roles(new)] == ["officer"]


def test_refusing_and_expiry_change_nothing(lead: Phone, hung: Phone, clock: Clock) -> None:
    old = worker_of(hung)
    new = asks(lead.database, clock)
    lead.reads()
    same = lead.action("Trần Văn Hùng")
    lead.taps("từ chối")
    assert "chưa xác nhận được" in new.reads()[-1].text
    lead.presses(same)
    assert "đã được giải quyết" in lead.last.text
    again = asks_again(new)
    lead.reads()
    same = lead.action("Trần Văn Hùng")
    clock.passes(days=4)
    lead.presses(same)
    assert "hết hạn" in lead.last.text
    assert worker_of(again) != old
    assert worker_of(hung) == old


def asks_again(new: Phone) -> Phone:
    new.types("/start")
    new.taps("đổi điện thoại")
    new.types(leaf(new.database).code)
    new.taps(leaf(new.database).name[:20])
    return new


def test_nobody_confirms_themselves_and_no_stranger_confirms_another(
    lead: Phone, hung: Phone, clock: Clock
) -> None:
    new = asks(lead.database, clock)
    lead.reads()
    action = lead.action("Trần Văn Hùng").replace("same", "yes")
    for phone in (new, hung):
        phone.presses(action)
        assert "chưa được giao" in phone.last.text
    assert len(refusals(lead.database)) == 2
    assert worker_of(new) != worker_of(hung)


def test_an_unknown_name_is_answered_to_the_asker_in_the_same_words(
    lead: Phone, hung: Phone, clock: Clock
) -> None:
    known = asks(lead.database, clock).last.text
    unknown = asks(lead.database, clock, "Không Ai Biết", "202").last.text
    assert known == unknown.replace("Không Ai Biết", "Trần Văn Hùng")
    assert "Không Ai Biết" in lead.reads()[-1].text


def test_a_name_is_asked_for_three_times_a_day_at_most(lead: Phone, hung: Phone, clock: Clock) -> None:
    new = asks(lead.database, clock)
    for _ in range(3):
        asks_again(new)
    assert "ba lần" in new.last.text
