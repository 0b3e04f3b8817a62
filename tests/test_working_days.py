# ruff: noqa: F811 - fixtures are given by name
"""Days off hold what nobody asked for, but neither the last warning nor people who work in shifts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from alembic.command import upgrade as migrate

from handlers.messages import Reply
from handlers.quiet import Quiet
from handlers.reminder_manners import Manner
from handlers.reminder_moments import Moment
from handlers.slow_reviews import remind_slow
from handlers.telling import tell
from storage.database import Database
from storage.models import metadata
from storage.reminder_choices import Hours
from storage.upgrade import _scripts, upgrade_database
from tests.phone import PHASES, PROGRAMME, ZONE, Clock, Phone, house
from tests.reminding import delivered
from tests.reviewers import people
from tests.test_reminder_manners import due_of, joins_unit
from tests.test_reminders import begins_a_draft, clock, phone, ticks  # noqa: F401 - fixtures

OFFICE = Quiet(ZONE, time(21), time(6, 30), working_days=True)
SATURDAY, MONDAY = (datetime(2023, 8, day, 9, tzinfo=ZONE).astimezone(UTC) for day in (26, 28))
MONDAY_MORNING = datetime(2023, 8, 28, 6, 30, tzinfo=ZONE).astimezone(UTC)
# Before the close of the tests, the first of these distances falls on that Saturday.
SIX_DAYS = replace(PROGRAMME.reminding, before=(timedelta(days=6), timedelta(hours=3)))
LATE = MONDAY + timedelta(days=3)


def moment(kind: str, until: datetime = LATE, *, last: bool = False) -> Moment:
    return Moment(kind, "gd2", "0", SATURDAY, until, last=last)


@pytest.mark.parametrize("kind", ["opens", "before", "moved", "idle", "half", "digest", "closes", "reviewed"])
def test_every_kind_waits_for_a_working_day(kind: str) -> None:
    assert Manner(OFFICE).say_at(moment(kind), SATURDAY) == (MONDAY_MORNING, "")


def test_the_last_warning_and_a_new_date_are_not_lost_to_days_off() -> None:
    before_monday = MONDAY_MORNING - timedelta(hours=1)
    assert Manner(OFFICE).say_at(moment("before", before_monday, last=True), SATURDAY)[0] == SATURDAY
    assert Manner(OFFICE).say_at(moment("moved", before_monday), SATURDAY)[0] == SATURDAY
    assert Manner(OFFICE).say_at(moment("before", before_monday), SATURDAY) == (None, "quiet")


# Closes on a Sunday night: of its distances only the last comes on that day.
SUNDAY_CLOSE = replace(PROGRAMME, phases=(replace(PHASES[0], closes=datetime(2023, 8, 28, tzinfo=ZONE)),))


def test_a_close_on_a_sunday_has_its_last_warning_on_that_day(phone: Phone, clock: Clock) -> None:
    phone.house = house(SUNDAY_CLOSE)
    begins_a_draft(phone)
    phone.types("/huy")
    clock.at = SATURDAY - timedelta(days=3)
    said = []
    while clock.at < MONDAY_MORNING:
        ticks(phone.database, clock(), SUNDAY_CLOSE)
        at = clock.at.astimezone(ZONE)
        said += [(at.isoweekday(), at.hour) for _ in delivered(phone) if at.day > 24]
        clock.passes(minutes=59, seconds=50)
    assert [day for day, _ in said] == [5, 7]  # three days before, on Friday; and Sunday evening
    assert said[1][1] in (20, 21)


def test_who_works_in_shifts_hears_on_a_saturday_too(phone: Phone, clock: Clock) -> None:
    above = joins_unit(phone)
    begins_a_draft(phone)
    with phone.database.transaction() as tx:
        tx.reminder_choices.set_quiet(above, Hours(time(6), time(14), every_day=True), 1, clock())
    clock.at = SATURDAY
    ticks(phone.database, clock(), replace(PROGRAMME, reminding=SIX_DAYS))
    assert due_of(phone.database, "before:gd2:6d:%") == SATURDAY + timedelta(hours=5)


def test_a_decision_is_told_on_a_saturday_outside_the_quiet_hours_of_the_shift(
    phone: Phone, clock: Clock
) -> None:
    above = joins_unit(phone)
    phone.house = replace(phone.house, quiet=OFFICE)
    with phone.database.transaction() as tx:
        tx.reminder_choices.set_quiet(above, Hours(time(6), time(14)), 1, clock())
        (to,) = tx.unasked.addressees([1])
        tell(tx, to, Reply("review.new_ones", {"count": 1}), phone.house, SATURDAY, once="move:1")
    assert due_of(phone.database, "move:1:%") == SATURDAY + timedelta(hours=5)


def test_slow_reviews_are_not_told_of_on_a_day_off(database: Database) -> None:
    team = people(database, Clock())
    team.sends()
    with database.transaction() as tx:
        assert remind_slow(tx, house(), SATURDAY) > 0
    assert due_of(database, "slow:%") == MONDAY_MORNING


def test_a_programme_may_remind_on_every_day(phone: Phone, clock: Clock) -> None:
    begins_a_draft(phone)
    clock.at = SATURDAY
    every = replace(SIX_DAYS, working_days=False)
    ticks(phone.database, clock(), replace(PROGRAMME, reminding=every))
    assert due_of(phone.database, "before:gd2:6d:%") == SATURDAY


def test_quiet_hours_that_a_unit_had_before_say_nothing_about_days_off(
    database: Database, tmp_path: Path
) -> None:
    if not database.is_sqlite:
        pytest.skip("one kind of database is enough for statements that are the same on both")
    older = Database(f"sqlite:///{tmp_path / 'older.db'}")
    with older.schema_connection() as connection:
        config = _scripts()
        config.attributes["connection"] = connection
        migrate(config, "0018")
        connection.exec_driver_sql(
            "INSERT INTO unit (id, code, name, level, created_at)"
            " VALUES (1, 'A', 'A', 'x', '2023-08-15 05:00:00')"
        )
        connection.exec_driver_sql(
            "INSERT INTO unit_quiet (unit_id, begins, ends, set_by, set_at)"
            " VALUES (1, '22:00', '05:00', NULL, '2023-08-15 05:00:00')"
        )
        connection.commit()
    upgrade_database(older)
    with older.reading() as tx:
        assert tx.reminder_choices.quiet_of([1]) == {1: Hours(time(22), time(5))}
    older.close()


def test_a_unit_that_is_nudged_twice_over_a_weekend_hears_once_and_how_it_stands_on_monday(
    database: Database,
) -> None:
    team = people(database, Clock(SATURDAY))
    unit = team.unit()
    aim = metadata.tables["aim"]
    with database.transaction() as tx:
        tx.connection.execute(aim.delete())
        tx.connection.execute(aim.insert().values(unit_id=unit, phase="gd2", initiatives=5))
    team.officer.presses(f"nudge|u.{unit}.gd2|-")
    assert "Đã nhắc 1 đơn vị" in team.officer.last.text
    team.clock.passes(days=1)
    team.officer.presses(f"nudge|u.{unit}.gd2|-")
    assert "1 đơn vị đã được nhắc" in team.officer.last.text
    team.clock.at = MONDAY
    (said,) = delivered(team.lead)
    assert "cấp trên nhắc" in said.text and "còn 4 ngày" in said.text
    told = team.lead.types("/visao")[-1].text
    assert "Nhắc đơn vị" in told and "Cán bộ cấp trên bấm nhắc" in told


def test_a_nudge_is_not_said_when_the_unit_has_reached_its_target_meanwhile(database: Database) -> None:
    team = people(database, Clock(SATURDAY))
    unit = team.unit()
    aim, tally = metadata.tables["aim"], metadata.tables["tally"]
    with database.transaction() as tx:
        tx.connection.execute(aim.delete())
        tx.connection.execute(aim.insert().values(unit_id=unit, phase="gd2", initiatives=5))
    team.officer.presses(f"nudge|u.{unit}.gd2|-")
    with database.transaction() as tx:
        tx.connection.execute(tally.insert().values(unit_id=unit, phase="gd2", valid=5))
    team.clock.at = MONDAY
    assert delivered(team.lead) == []
