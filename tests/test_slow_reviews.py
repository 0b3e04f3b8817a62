"""Decisions that take long: who is told, when, once, and no more when it is decided."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from handlers.holidays import working_days_after
from handlers.messages import Reply
from handlers.reminder_check import checked
from handlers.slow_reviews import due_at, remind_slow
from storage.database import Database
from storage.models import metadata
from storage.outbox import Promise
from tests.phone import PROGRAMME, SPEECH, ZONE, Clock, Phone, house
from tests.reminding import delivered
from tests.reviewers import People, people
from tests.test_reminders import ticks

OUTBOX = metadata.tables["outbox"]


@pytest.fixture
def clock() -> Clock:
    return Clock()  # a Tuesday, 9 o'clock


@pytest.fixture
def team(database: Database, clock: Clock) -> People:
    return people(database, clock)


def reminds(team: People) -> int:
    with team.database.transaction() as tx:
        return remind_slow(tx, house(), team.clock())


def heard(phone: Phone) -> list[str]:
    return [spoken.text for spoken in phone.reads() if "ngày làm việc" in spoken.text]


def test_the_reviewers_are_told_after_three_working_days_and_the_officer_a_day_later(
    team: People, clock: Clock
) -> None:
    team.sends()
    clock.passes(days=2, hours=23)
    assert reminds(team) == 0
    clock.passes(hours=1)
    assert reminds(team) == 2
    assert len(heard(team.lead)) == len(heard(team.second)) == 1 and heard(team.officer) == []
    clock.passes(days=2)  # a Sunday
    assert reminds(team) == 0
    clock.passes(days=1)
    assert reminds(team) == 1
    (said,) = heard(team.officer)
    assert "1 sáng kiến ở đơn vị bên dưới" in said and "SK-00001" in said
    clock.passes(days=30)
    assert reminds(team) == 0


def test_several_are_one_message_for_each_person(team: People, clock: Clock) -> None:
    for _ in range(3):
        team.sends()
    clock.passes(days=3)
    assert reminds(team) == 2
    (said,) = heard(team.lead)
    assert "3 sáng kiến" in said and said.count("SK-") == 3


def test_it_ends_with_the_decision_and_begins_anew_with_a_correction(team: People, clock: Clock) -> None:
    team.sends()
    team.lead.types("/duyet")
    team.lead.taps("Trả lại để bổ sung")
    team.lead.taps("Kết quả")
    team.lead.types("Ghi rõ số phút giúp")
    team.lead.taps("Trả lại cho tác giả")
    clock.passes(days=10)
    assert reminds(team) == 0
    team.author.types("/cuatoi")
    team.author.taps("SK-00001")
    team.author.taps("Sửa")
    team.author.types("Mỗi ca bớt 45 phút")
    team.author.taps("Nộp")
    assert reminds(team) == 0
    clock.passes(days=6)
    assert reminds(team) == 3


def test_two_ticks_at_the_same_time_tell_once(team: People, clock: Clock) -> None:
    team.sends()
    clock.passes(days=3)
    assert [reminds(team), reminds(team)] == [2, 0]


def test_what_is_decided_before_the_message_leaves_is_not_spoken_of(team: People, clock: Clock) -> None:
    for _ in range(2):
        team.sends()
    clock.passes(days=3)
    reminds(team)
    team.second.types("/duyet SK-00001")
    team.second.taps("Duyệt")
    (body,) = looked_at_again(team, team.lead)
    assert body is not None and "1 sáng kiến đã chờ" in body and "SK-00001" not in body
    team.second.types("/duyet SK-00002")
    team.second.taps("Duyệt")
    assert looked_at_again(team, team.lead) == [None]


def test_with_a_reminder_that_is_due_as_well_it_is_one_message(team: People, clock: Clock) -> None:
    team.sends()
    clock.passes(days=3)  # fourteen days and some hours before the close
    team.lead.reads()
    ticks(team.database, clock())
    reminds(team)
    (said,) = delivered(team.lead)
    assert said.text.index("còn 14 ngày") < said.text.index("hơn 3 ngày làm việc")
    team.lead.taps("Mở hàng chờ", on=said)
    assert "SK-00001" in team.lead.last.text


def looked_at_again(team: People, phone: Phone) -> list[str | None]:
    """What the messages on slow decisions say when their turn comes."""
    found: list[str | None] = []
    with team.database.transaction() as tx:
        rows = select(OUTBOX).where(
            OUTBOX.c.address == phone.address, OUTBOX.c.state == "waiting", OUTBOX.c.once.like("slow:%")
        )
        for row in tx.connection.execute(rows).mappings().all():
            names = Promise.__dataclass_fields__
            promise = Promise(**{name: row[name] for name in names if name in row})
            fresh = checked(tx, house(), promise, team.clock())
            found.append(None if fresh is None else SPEECH.render(Reply.of(fresh.body), "vi").text)
    return found


def test_a_unit_without_reviewers_turns_to_those_above(team: People, clock: Clock) -> None:
    for phone in (team.lead, team.second):
        worker = team.worker(phone)
        with team.database.transaction() as tx:
            tx.roles.revoke(worker, clock())
    team.sends()
    clock.passes(days=3)
    assert reminds(team) == 1 and len(heard(team.officer)) == 1


@pytest.mark.parametrize(
    ("since", "days", "due"),
    [
        (datetime(2023, 8, 15, 9, tzinfo=ZONE), 3, datetime(2023, 8, 18, 9, tzinfo=ZONE)),
        (datetime(2023, 8, 19, 9, tzinfo=ZONE), 3, datetime(2023, 8, 23, 9, tzinfo=ZONE)),
        # The second of September fell on a Saturday: Friday the first and Monday the fourth are free.
        (datetime(2023, 8, 31, 9, tzinfo=ZONE), 1, datetime(2023, 9, 5, 9, tzinfo=ZONE)),
    ],
)
def test_weekends_and_holidays_do_not_count(since: datetime, days: int, due: datetime) -> None:
    assert due_at(PROGRAMME, since, days) == due
    assert working_days_after(since.date(), days) == due.date()
    assert due - since >= timedelta(days=days)


def test_visao_says_that_it_was_told_and_that_nothing_was_left_to_say(team: People, clock: Clock) -> None:
    team.sends()
    clock.passes(days=3)
    reminds(team)
    told = team.second.types("/visao")[-1].text
    assert "Sáng kiến chờ xét lâu, lúc" in told and "đã gửi hoặc đang chờ gửi" in told
    team.second.types("/duyet SK-00001")
    team.second.taps("Duyệt")
    assert looked_at_again(team, team.lead) == [None]
    told = team.lead.types("/visao")[-1].text
    assert "Sáng kiến chờ xét lâu, lúc" in told and "Không còn việc gì dở dang" in told
