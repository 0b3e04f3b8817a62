"""Days off and quiet hours: nothing unasked is said then, and a last warning still comes in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.holidays import holidays_of, is_working_day, next_working_day, working_days_after
from handlers.quiet import Quiet

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
NIGHT = Quiet(HERE, time(21), time(6, 30))
OFFICE = Quiet(HERE, time(17), time(8), working_days=True)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


@pytest.mark.parametrize(
    "day",
    ["2023-01-22", "2023-01-25", "2024-02-12", "2026-02-17", "2030-02-02", "2023-04-30", "2023-09-02",
     "2022-04-11", "2023-05-02", "2023-05-03", "2022-01-03"],
)  # fmt: skip
def test_public_holidays_and_the_days_that_make_them_good_are_no_working_days(day: str) -> None:
    assert not is_working_day(date.fromisoformat(day))


def test_an_ordinary_tuesday_is_a_working_day_until_the_programme_says_otherwise() -> None:
    tuesday = date(2023, 8, 15)
    assert is_working_day(tuesday) and not is_working_day(tuesday, {tuesday})


def test_three_working_days_after_friday_are_on_wednesday() -> None:
    assert working_days_after(date(2023, 8, 18), 3) == date(2023, 8, 23)
    assert next_working_day(date(2023, 8, 19)) == date(2023, 8, 21)


@given(st.dates(date(2021, 1, 1), date(2035, 12, 31)))
def test_every_year_has_its_days_and_no_run_of_days_off_lasts_a_fortnight(day: date) -> None:
    assert 5 <= len(holidays_of(day.year)) <= 20
    assert (next_working_day(day) - day).days < 14


@pytest.mark.parametrize(
    ("said", "heard"),
    [("2023-08-15T20:59", "2023-08-15T20:59"), ("2023-08-15T21:00", "2023-08-16T06:30"),
     ("2023-08-16T02:00", "2023-08-16T06:30"), ("2023-08-16T06:30", "2023-08-16T06:30")],
)  # fmt: skip
def test_what_falls_into_the_night_waits_for_the_morning(said: str, heard: str) -> None:
    assert NIGHT.sayable(at(said)) == at(heard)


def test_what_falls_on_a_holiday_waits_for_the_next_working_day() -> None:
    assert OFFICE.sayable(at("2023-09-01T10:00")) == at("2023-09-05T08:00")


def test_a_last_warning_comes_before_the_night_that_would_swallow_it() -> None:
    assert NIGHT.last_sayable(at("2023-09-01T00:00")) == at("2023-08-31T20:59")
    assert NIGHT.last_sayable(at("2023-09-01T05:00")) == at("2023-08-31T20:59")
    assert NIGHT.last_sayable(at("2023-09-01T12:00")) == at("2023-09-01T11:59")
    assert OFFICE.last_sayable(at("2023-09-05T07:00")) == at("2023-08-31T16:59")


def test_equal_times_mean_no_quiet_hours() -> None:
    assert not Quiet(HERE, time(0), time(0)).holds(at("2023-08-15T03:00"))


hours = st.times().map(lambda hour: hour.replace(second=0, microsecond=0))
instants = st.datetimes(datetime(2021, 1, 1), datetime(2034, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(hours, hours, st.booleans(), instants)
def test_what_is_said_is_never_said_in_quiet_hours_nor_too_early(
    begins: time, ends: time, working: bool, moment: datetime
) -> None:
    quiet = Quiet(HERE, begins, ends, working_days=working)
    said = quiet.sayable(moment)
    assert said >= moment and not quiet.holds(said)
    last = quiet.last_sayable(moment)
    assert last is None or (last < moment and not quiet.holds(last))
