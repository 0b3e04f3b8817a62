"""`/nhac`, `/xemtruoc`, `/visao`: choosing reminders, seeing a day ahead, and asking why."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from handlers.reminder_preview import preview
from storage.models import metadata
from tests.phone import Clock, Phone, house
from tests.test_reminders import CLOSES, begins_a_draft, clock, phone, ticks  # noqa: F401 - fixtures


def notes_and_rows(phone: Phone) -> tuple[int, int]:  # noqa: F811
    with phone.database.reading() as tx:
        tables = (metadata.tables["reminder_note"], metadata.tables["outbox"])
        asked = [select(func.count()).select_from(table) for table in tables]
        count = [tx.connection.execute(one).scalar_one() for one in asked]
    return count[0], count[1]


def test_a_distance_that_was_switched_off_is_not_said_and_visao_says_why(phone: Phone, clock: Clock) -> None:  # noqa: F811
    phone.types("/nhac")
    assert "luôn có" in phone.last.text
    phone.taps("trước 7 ngày")
    begins_a_draft(phone)
    clock.at = CLOSES - timedelta(days=7, hours=-8)
    assert ticks(phone.database, clock()) == 0
    phone.types("/visao")
    assert "Đã bỏ chọn mốc này" in phone.last.text
    clock.at = CLOSES - timedelta(days=3, hours=-8)
    assert ticks(phone.database, clock()) == 1


def test_a_typed_hour_and_a_typed_day_are_understood(phone: Phone, clock: Clock) -> None:  # noqa: F811
    phone.types("/nhac")
    phone.types("17h30")
    assert "Giờ nhắc: 17:30" in phone.last.text
    phone.types("25/8")
    assert "hoãn đến" in phone.last.text
    with phone.database.reading() as tx:
        (choice,) = tx.reminder_choices.of([1]).values()
    assert choice.snoozed_until is not None and choice.snoozed_until > clock()


def test_a_worker_may_not_look_ahead_at_others(phone: Phone) -> None:  # noqa: F811
    phone.types("/xemtruoc")
    assert "nhắc" not in phone.last.text


def test_what_is_foreseen_is_what_is_then_promised_and_nothing_is_written(phone: Phone, clock: Clock) -> None:  # noqa: F811
    begins_a_draft(phone)
    before = notes_and_rows(phone)
    at = CLOSES - timedelta(days=7)
    with phone.database.reading() as tx:
        found = preview(tx, house(), house().programme.local_day(at), clock())
    foreseen = sum(len(one.told) for one in found if one.moment.kind == "before")
    assert notes_and_rows(phone) == before
    clock.at = at
    assert ticks(phone.database, clock()) == foreseen == 1
