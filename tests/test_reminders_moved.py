"""Dates that are moved in the configuration: one notice, and no reminder doubled or missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from handlers.programme import Phase, Programme
from handlers.reminders import tick
from storage.models import metadata
from tests.phone import PHASES, PROGRAMME, ZONE, Clock, Phone, house
from tests.reminding import delivered
from tests.test_reminders import CLOSES, begins_a_draft, clock, phone  # noqa: F401 - fixtures

OUTBOX = metadata.tables["outbox"]
LATER = CLOSES + timedelta(days=20)


def with_(*phases: Phase) -> Programme:
    return replace(PROGRAMME, phases=phases)


def at(day: int, hour: int, month: int = 8) -> datetime:
    return datetime(2023, month, day, hour, tzinfo=ZONE).astimezone(UTC)


EXTENDED = with_(replace(PHASES[0], closes=LATER))


class Watched:
    """One person for whom time passes under one configuration after another."""

    def __init__(self, phone: Phone) -> None:  # noqa: F811
        self.phone = phone
        self.said: list[str] = []

    def until(self, end: datetime, programme: Programme) -> list[str]:
        """What arrives from now until an instant, looked at whenever something may come or the night ends."""
        its, heard = self.phone, []
        its.house = house(programme)
        while True:
            now = its.clock()
            with its.database.transaction() as tx:
                ticked = tick(tx, its.house, now)
            heard += [said.text for said in delivered(its)]
            if ticked.more:
                continue
            if now >= end:
                break
            morning = now.astimezone(ZONE).replace(hour=6, minute=30)
            morning += timedelta(days=morning <= now)
            its.clock.at = min(end, morning.astimezone(UTC), ticked.next_at or end)
        self.said += heard
        return heard


@pytest.fixture
def lan(phone: Phone, clock: Clock) -> Watched:  # noqa: F811
    begins_a_draft(phone)
    phone.types("/huy")
    clock.at = at(14, 9)
    return Watched(phone)


def heads(said: list[str]) -> list[str]:
    return [text.split("\n")[0] for text in said]


class TestAClose:
    def test_moved_and_moved_back_is_told_twice_and_each_distance_comes_once(self, lan: Watched) -> None:
        assert len(lan.until(at(25, 9), PROGRAMME)) == 2  # 14d 7d
        (notice,) = lan.until(at(25, 12), EXTENDED)
        assert "Gia hạn" in notice and "20/09/2023" in notice
        (back,) = lan.until(at(25, 15), PROGRAMME)
        assert "sớm hơn" in back and "24:00 ngày 31/08/2023" in back
        said = heads(lan.until(at(1, 9, 9), PROGRAMME))
        assert [text.count("còn") for text in said] == [1, 1, 1]  # 3d 1d 3h
        with lan.phone.database.reading() as tx:
            keys = tx.connection.execute(select(OUTBOX.c.once).where(OUTBOX.c.once.like("before:%")))
            found = list(keys.scalars())
        assert len(found) == len(set(found)) == 5

    def test_moved_back_before_anybody_heard_of_it_is_not_told(self, lan: Watched) -> None:
        lan.until(at(25, 22), PROGRAMME)  # 14d 7d; the night has begun
        assert lan.until(at(25, 23), EXTENDED) == []
        said = lan.until(at(1, 9, 9), PROGRAMME)
        assert not any("Gia hạn" in text or "sớm hơn" in text for text in said)
        assert len(said) == 3  # 3d 1d 3h

    def test_a_distance_that_waited_is_said_when_the_close_is_moved_back(self, lan: Watched) -> None:
        lan.until(at(24, 22), PROGRAMME)
        lan.until(at(25, 1), PROGRAMME)  # 7d waits for the morning
        lan.until(at(25, 2), EXTENDED)
        said = lan.until(at(25, 9), PROGRAMME)
        assert len(said) == 1 and "còn 7 ngày" in said[0]

    def test_moved_into_the_past_ends_the_phase_and_nothing_speaks_of_a_close_to_come(
        self, lan: Watched
    ) -> None:
        lan.until(at(25, 9), PROGRAMME)
        ended = with_(replace(PHASES[0], closes=at(20, 0)))
        said = lan.until(at(2, 9, 9), ended)
        assert not any("còn" in text.split("\n")[0] or "Gia hạn" in text for text in said)

    def test_what_was_taken_back_is_in_the_log(self, lan: Watched) -> None:
        lan.until(at(25, 1), PROGRAMME)
        lan.until(at(25, 8), EXTENDED)
        lan.phone.types("/visao")
        assert "Ngày của giai đoạn đã đổi" in lan.phone.last.text


class TestAnOpening:
    NEXT = replace(
        PHASES[0], code="gd3", name="Giai đoạn 3", opens=at(14, 8, 9), closes=CLOSES + timedelta(days=90)
    )

    def to(self, opens: datetime) -> Programme:
        return with_(PHASES[0], replace(self.NEXT, opens=opens))

    @pytest.fixture
    def waits(self, lan: Watched) -> Watched:
        lan.until(at(6, 9, 9), self.to(self.NEXT.opens))
        lan.said.clear()
        return lan

    def third(self, said: list[str]) -> list[str]:
        return [text for text in said if "Giai đoạn 3" in text]

    def test_moved_later_is_told_once_and_the_phase_is_said_to_be_open_once(self, waits: Watched) -> None:
        said = self.third(waits.until(at(25, 9, 9), self.to(at(21, 8, 9))))
        assert len(said) == 2
        assert "sẽ mở lúc 08:00:00 ngày 21/09/2023 (trước đây 08:00:00 ngày 14/09/2023)" in said[0]
        assert "đã mở" in said[1]

    def test_moved_to_now_is_said_to_be_open_and_nothing_else(self, waits: Watched) -> None:
        (said,) = self.third(waits.until(at(20, 9, 9), self.to(at(6, 8, 9))))
        assert "đã mở" in said

    def test_put_off_after_it_had_come_is_told_and_said_to_be_open_once_more(self, waits: Watched) -> None:
        waits.until(at(15, 9, 9), self.to(self.NEXT.opens))
        said = self.third(waits.until(at(25, 9, 9), self.to(at(21, 8, 9))))
        assert "đổi ngày mở" in said[0] and "đã mở" in said[1] and len(said) == 2

    def test_moved_there_and_back_before_anybody_heard_is_not_told(self, waits: Watched) -> None:
        waits.until(at(6, 22, 9), self.to(self.NEXT.opens))
        waits.until(at(6, 23, 9), self.to(at(21, 8, 9)))
        said = self.third(waits.until(at(18, 9, 9), self.to(self.NEXT.opens)))
        assert len(said) == 1 and "đã mở" in said[0]

    def test_both_dates_moved_at_once_are_one_message(self, waits: Watched) -> None:
        both = replace(self.NEXT, opens=at(21, 8, 9), closes=self.NEXT.closes + timedelta(days=9))
        said = self.third(waits.until(at(8, 9, 9), with_(PHASES[0], both)))
        assert len(said) == 1 and "đổi ngày mở" in said[0] and "Gia hạn" in said[0]


def test_a_phase_that_was_taken_out_is_not_spoken_of_and_one_put_in_is(lan: Watched) -> None:
    lan.until(at(25, 1), PROGRAMME)  # 7d waits for the morning
    other = replace(PHASES[0], code="gd9", name="Giai đoạn 9", closes=at(28, 0))
    said = lan.until(at(27, 9), with_(other))
    assert said and all("Giai đoạn 9" in text for text in said)
    lan.phone.types("/visao")
    assert "không còn trong chương trình" in lan.phone.last.text
