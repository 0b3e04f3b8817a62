"""A programme opens and closes at exact instants, and knows what is open, next and over."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.programme import Phase, Programme

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
INSTANT = timedelta(microseconds=1)


def phase(code: str, opens: datetime, closes: datetime) -> Phase:
    return Phase(
        code, code, opens.astimezone(UTC), closes.astimezone(UTC), date(2021, 9, 1), date(2023, 9, 1)
    )


# The first two follow on each other; between the second and the third lies a month.
FIRST = phase("gd1", datetime(2021, 9, 1, tzinfo=ZONE), datetime(2022, 6, 1, tzinfo=ZONE))
SECOND = phase("gd2", datetime(2022, 6, 1, tzinfo=ZONE), datetime(2023, 9, 2, tzinfo=ZONE))
THIRD = phase("gd3", datetime(2023, 10, 1, tzinfo=ZONE), datetime(2024, 1, 1, tzinfo=ZONE))
PROGRAMME = Programme("01 triệu sáng kiến", ZONE, (THIRD, FIRST, SECOND))


@pytest.mark.parametrize(
    ("now", "open_phase", "coming", "over"),
    [
        (FIRST.opens - INSTANT, None, FIRST, None),
        (FIRST.opens, FIRST, SECOND, None),
        (FIRST.closes - INSTANT, FIRST, SECOND, None),
        (FIRST.closes, SECOND, THIRD, FIRST),
        (SECOND.closes - INSTANT, SECOND, THIRD, FIRST),
        (SECOND.closes, None, THIRD, SECOND),
        (THIRD.opens, THIRD, None, SECOND),
        (THIRD.closes, None, None, THIRD),
    ],
)
def test_a_phase_opens_with_its_first_instant_and_is_over_with_its_last(
    now: datetime, open_phase: Phase | None, coming: Phase | None, over: Phase | None
) -> None:
    assert PROGRAMME.phase_at(now) is open_phase
    assert PROGRAMME.next_phase(now) is coming
    assert PROGRAMME.last_closed(now) is over


@given(st.integers(0, 4 * 365 * 24 * 60))
def test_the_time_zone_of_the_question_changes_nothing(minutes: int) -> None:
    now = datetime(2021, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    for zone in (ZONE, ZoneInfo("America/New_York")):
        assert PROGRAMME.phase_at(now.astimezone(zone)) is PROGRAMME.phase_at(now)
        assert PROGRAMME.local_day(now.astimezone(zone)) == PROGRAMME.local_day(now)


def test_the_day_is_the_one_where_the_programme_runs() -> None:
    assert PROGRAMME.local_day(datetime(2023, 8, 31, 16, 59, 59, tzinfo=UTC)) == date(2023, 8, 31)
    assert PROGRAMME.local_day(datetime(2023, 8, 31, 17, tzinfo=UTC)) == date(2023, 9, 1)
