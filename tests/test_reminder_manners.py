# ruff: noqa: F811 - fixtures are given by name
"""How one person is spoken to unasked: quiet hours of shifts, chosen distances and hours, snoozes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import insert, select

from handlers.quiet import Quiet
from handlers.reminder_manners import Manner
from handlers.reminder_moments import Moment
from storage.database import Database
from storage.models import metadata
from storage.reminder_choices import Choice, Hours
from tests.phone import PHASES, ZONE, Clock, Phone
from tests.reminding import delivered
from tests.test_reminders import begins_a_draft, clock, phone, ticks  # noqa: F401 - fixtures

OUTBOX, UNIT = metadata.tables["outbox"], metadata.tables["unit"]
CLOSES = PHASES[0].closes
NIGHT = Quiet(ZONE, time(21), time(6, 30))


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2023, 8, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def three_days(last: bool = False) -> Moment:
    return Moment("before", "gd2", "3d", local(29, 0), local(31, 0) if not last else CLOSES, last=last)


def due_of(database: Database, once: str) -> datetime | None:
    with database.reading() as tx:
        rows = select(OUTBOX.c.due_at).where(OUTBOX.c.once.like(once), OUTBOX.c.state == "waiting")
        found: datetime | None = tx.connection.execute(rows).scalar()
        return found


def test_what_comes_in_the_night_is_held_until_the_morning() -> None:
    assert Manner(NIGHT).say_at(three_days(), local(29, 0)) == (local(29, 6, 30), "")


def test_a_chosen_hour_is_waited_for() -> None:
    assert Manner(NIGHT, Choice(hour=time(17, 30))).say_at(three_days(), local(29, 0))[0] == local(29, 17, 30)


def test_a_distance_that_was_left_out_is_not_said_and_the_reason_is_kept() -> None:
    choice = Choice(left_out=frozenset({"3d"}))
    assert Manner(NIGHT, choice).say_at(three_days(), local(29, 8)) == (None, "not_chosen")


def test_a_snooze_puts_off_and_drops_what_would_come_after_the_next_one() -> None:
    assert Manner(NIGHT, Choice(snoozed_until=local(30, 8))).say_at(three_days(), local(29, 8)) == (
        local(30, 8),
        "",
    )
    late = Choice(snoozed_until=local(31, 8))
    assert Manner(NIGHT, late).say_at(three_days(), local(29, 8)) == (None, "snoozed")


def test_neither_a_choice_nor_a_snooze_nor_the_night_takes_the_last_warning() -> None:
    choice = Choice(frozenset({"3d"}), time(5), local(31, 23))
    assert Manner(NIGHT, choice).say_at(three_days(last=True), local(31, 12)) == (local(31, 12), "")
    assert Manner(NIGHT, choice).say_at(three_days(last=True), local(31, 22)) == (local(31, 22), "")


def joins_unit(phone: Phone) -> int:
    with phone.database.transaction() as tx:
        for code, level in (("A", "tren"), ("B", "cs")):
            tx.connection.execute(
                insert(UNIT).values(code=code, name=code, level=level, created_at=phone.clock())
            )
        above, unit = tx.units.by_code("A"), tx.units.by_code("B")
        assert above is not None and unit is not None
        tx.connection.execute(UNIT.update().where(UNIT.c.id == unit.id).values(parent_id=above.id))
        person = tx.people.behind("telegram", "100")
        assert person is not None
        tx.people.join(person, unit.id, phone.clock())
        return above.id


def test_a_shift_has_quiet_hours_of_its_own_also_when_set_above_it(phone: Phone, clock: Clock) -> None:
    above = joins_unit(phone)
    begins_a_draft(phone)
    with phone.database.transaction() as tx:
        tx.reminder_choices.set_quiet(above, Hours(time(0), time(14)), 1, clock())
    clock.at = CLOSES - timedelta(days=7)
    assert ticks(phone.database, clock()) == 1
    assert due_of(phone.database, "before:gd2:7d:%") == local(25, 14)


def test_a_last_warning_that_a_shift_would_sleep_through_comes_before_it(phone: Phone, clock: Clock) -> None:
    above = joins_unit(phone)
    begins_a_draft(phone)
    with phone.database.transaction() as tx:
        tx.reminder_choices.set_quiet(above, Hours(time(18), time(2)), 1, clock())
    clock.at = CLOSES - timedelta(hours=24)
    assert ticks(phone.database, clock()) == 2
    assert due_of(phone.database, "before:gd2:3h:%") == local(31, 17, 59)
    clock.at = CLOSES - timedelta(hours=3, minutes=1)
    assert ticks(phone.database, clock()) == 0


def drops_the_draft(phone: Phone) -> None:
    with phone.database.transaction() as tx:
        for line in tx.drafts.of(1):
            tx.drafts.drop(line.id)


def last_ones(phone: Phone) -> int:
    """How many last warnings arrive from now until the close."""
    count = 0
    while phone.clock.at < CLOSES:
        ticks(phone.database, phone.clock())
        count += sum("⏰" in said.text for said in delivered(phone))
        phone.clock.passes(minutes=10)
    return count


def test_a_draft_begun_after_an_early_last_warning_was_dropped_has_its_own(
    phone: Phone, clock: Clock
) -> None:
    above = joins_unit(phone)
    begins_a_draft(phone)
    with phone.database.transaction() as tx:
        tx.reminder_choices.set_quiet(above, Hours(time(18), time(2)), 1, clock())
    clock.at = CLOSES - timedelta(hours=24)
    ticks(phone.database, clock())
    delivered(phone, local(31, 8))
    drops_the_draft(phone)
    clock.at = local(31, 17, 59)
    assert delivered(phone) == []  # nothing to warn of
    begins_a_draft(phone)
    phone.types("/huy")
    assert last_ones(phone) == 1


def test_a_draft_begun_after_the_last_warning_has_one_half_an_hour_before_the_close(
    phone: Phone,
    clock: Clock,
) -> None:
    clock.at = local(31, 22)
    ticks(phone.database, clock())
    begins_a_draft(phone)
    phone.types("/huy")
    assert last_ones(phone) == 1
    with phone.database.reading() as tx:
        assert [outcome for _, _, outcome, _ in tx.reminder_log.notes(1, 1)] == ["promised"]


def test_who_had_the_last_warning_has_it_once(phone: Phone, clock: Clock) -> None:
    begins_a_draft(phone)
    phone.types("/huy")
    clock.at = local(31, 20)
    ticks(phone.database, clock())
    delivered(phone)
    assert last_ones(phone) == 1


def test_after_an_absence_over_the_last_warning_it_is_said_once_to_everybody(
    phone: Phone, clock: Clock
) -> None:
    begins_a_draft(phone)
    phone.types("/huy")
    clock.at = CLOSES - timedelta(minutes=20)
    assert last_ones(phone) == 1


def test_a_snooze_until_after_the_close_keeps_the_last_warning(phone: Phone, clock: Clock) -> None:
    begins_a_draft(phone)
    phone.types("/nhac 15/9")
    assert "hoãn đến" in phone.last.text and "luôn có" in phone.last.text
    phone.types("/huy")
    clock.at = local(25, 9)
    assert last_ones(phone) == 1
