"""What was held goes out once, merged, the most urgent first, and never breaks a conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from handlers.messages import Reply
from handlers.programme import Programme
from handlers.quiet import Quiet
from handlers.telling import tell
from storage.models import metadata
from tests.phone import PHASES, PROGRAMME, ZONE, Clock, Phone, house
from tests.reminding import claimed, delivered, sent
from tests.test_reminders import CLOSES, begins_a_draft, clock, phone, ticks  # noqa: F401 - fixtures

OUTBOX = metadata.tables["outbox"]
SECOND = replace(
    PHASES[0],
    code="gd3",
    name="Giai đoạn 3",
    opens=CLOSES - timedelta(days=40),
    closes=CLOSES + timedelta(days=7),
    applied_to=date(2023, 9, 8),
)
BOTH: Programme = replace(PROGRAMME, phases=(*PHASES, SECOND))
MORNING = timedelta(hours=6, minutes=30)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2023, 8, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def leaves(phone: Phone) -> None:  # noqa: F811
    """Nothing is open on the screen any more."""
    phone.types("/huy")


@pytest.fixture
def two(phone: Phone, clock: Clock) -> Phone:  # noqa: F811
    """A draft, and two phases whose reminders come in the same night."""
    phone.house = house(BOTH)
    begins_a_draft(phone)
    leaves(phone)
    ticks(phone.database, CLOSES - timedelta(days=15), BOTH)
    phone.reads()
    clock.at = CLOSES - timedelta(days=7)  # gd2: 7 days, gd3: 14 days, at midnight
    assert ticks(phone.database, clock(), BOTH) == 2
    return phone


class TestHeldOverTheNight:
    def test_two_reminders_are_one_message_the_nearest_close_first(self, two: Phone, clock: Clock) -> None:  # noqa: F811
        assert delivered(two) == []
        clock.passes(hours=6, minutes=30)
        (said,) = delivered(two)
        assert said.text.index("Giai đoạn 2") < said.text.index("Giai đoạn 3")
        assert said.text.count("Đóng giá có bánh xe") == 1  # the draft is named once
        two.types("/visao")
        assert "đã gửi chung với tin khác" in two.last.text

    def test_a_message_sent_again_after_a_crash_says_no_less(self, two: Phone, clock: Clock) -> None:  # noqa: F811
        clock.passes(hours=6, minutes=30)
        (first,) = claimed(two, clock())
        with two.database.transaction() as tx:
            assert tx.outbox.release(clock()) == 1
        (again,) = claimed(two, clock())
        assert again.id == first.id and again.body == first.body
        sent(two, [again], clock())
        assert delivered(two) == []

    def test_what_was_told_by_others_in_the_night_is_in_it(self, two: Phone, clock: Clock) -> None:  # noqa: F811
        two.house = replace(two.house, quiet=Quiet(ZONE, time(21), time(6, 30)))
        with two.database.transaction() as tx:
            (to,) = tx.unasked.addressees([1])
            reply = Reply("review.new_ones", {"count": 4})
            tell(tx, to, reply, two.house, clock())
        clock.passes(hours=6, minutes=30)
        (said,) = delivered(two)
        assert "4 sáng kiến" in said.text and "Giai đoạn 2" in said.text

    def test_nothing_is_sent_when_all_reasons_are_gone(self, two: Phone, clock: Clock) -> None:  # noqa: F811
        with two.database.transaction() as tx:
            tx.drafts.drop(1)
        clock.passes(hours=6, minutes=30)
        assert delivered(two) == []
        with two.database.reading() as tx:
            states = tx.connection.execute(select(OUTBOX.c.state).where(OUTBOX.c.once.like("before:%")))
            assert set(states.scalars()) == {"sent", "superseded"}


def test_what_waits_for_a_chosen_hour_does_not_hold_back_what_is_due(phone: Phone, clock: Clock) -> None:  # noqa: F811
    begins_a_draft(phone)
    with phone.database.transaction() as tx:
        choice = tx.reminder_choices.of([1]).get(1)
        assert choice is None
        from storage.reminder_choices import Choice

        tx.reminder_choices.keep(1, Choice(snoozed_until=local(28, 12)), clock())
        (to,) = tx.unasked.addressees([1])
    clock.at = local(25, 9)
    assert ticks(phone.database, clock()) == 1  # held until the 28th
    phone_said = delivered(phone)
    with phone.database.transaction() as tx:
        tell(tx, to, Reply("review.new_ones", {"count": 1}), phone.house, clock(), once="move:7")
    (said, *_) = delivered(phone)
    assert phone_said == [] and "1 sáng kiến" in said.text


def reminded(phone: Phone) -> None:  # noqa: F811
    phone.clock.at = local(25, 8)
    assert ticks(phone.database, phone.clock()) == 1


class TestInTheMiddleOfAQuestion:
    @pytest.fixture
    def asked(self, phone: Phone) -> Phone:  # noqa: F811
        begins_a_draft(phone)
        return phone

    def test_the_question_is_shown_again_after_the_reminder_and_answers_go_to_it(
        self,
        asked: Phone,
        clock: Clock,  # noqa: F811
    ) -> None:
        question = asked.last
        reminded(asked)
        reminder, again = delivered(asked)
        assert "còn 7 ngày" in reminder.text
        assert again.text == question.text and again.rows == question.rows
        assert delivered(asked) == []
        asked.types("Mỗi ca bớt 40 phút")
        with asked.database.reading() as tx:
            (line,) = tx.drafts.of(1)
        assert line.place["answers"]["effect"]["value"] == "Mỗi ca bớt 40 phút"

    def test_once_also_when_the_process_dies_before_and_after(self, asked: Phone, clock: Clock) -> None:  # noqa: F811
        reminded(asked)
        claimed(asked, clock())  # and dies before it is sent
        with asked.database.transaction() as tx:
            tx.outbox.release(clock())
        assert len(claimed(asked, clock())) == 1
        with asked.database.transaction() as tx:  # sent, and dies before that is written down
            tx.outbox.release(clock())
        clock.passes(seconds=3)
        reminder, again = delivered(asked)
        assert "còn 7 ngày" in reminder.text and again.text.startswith("Kết quả")
        assert delivered(asked) == []

    def test_not_for_somebody_who_has_answered_meanwhile(self, asked: Phone, clock: Clock) -> None:  # noqa: F811
        reminded(asked)
        turn = claimed(asked, clock())
        sent(asked, turn, clock())
        clock.passes(seconds=1)
        asked.types("Mỗi ca bớt 40 phút")
        assert delivered(asked) == []

    def test_not_when_the_reminder_did_not_arrive(self, asked: Phone, clock: Clock) -> None:  # noqa: F811
        from storage.outbox import Settled

        reminded(asked)
        (one,) = claimed(asked, clock())
        with asked.database.transaction() as tx:
            tx.outbox.settle([Settled(one.id, "failed")], clock())
        assert delivered(asked) == []

    def test_not_for_somebody_at_no_question(self, asked: Phone, clock: Clock) -> None:  # noqa: F811
        leaves(asked)
        reminded(asked)
        (said,) = delivered(asked)
        assert "còn 7 ngày" in said.text

    def test_a_question_besides_the_draft_is_the_one_asked_again(self, asked: Phone, clock: Clock) -> None:  # noqa: F811
        asked.types("/donvi")
        asked.taps("Đổi tên")
        question = asked.last
        reminded(asked)
        _, again = delivered(asked)
        assert again.text == question.text
        asked.types("Nguyễn Thị Lan Anh")
        with asked.database.reading() as tx:
            assert tx.reviews.name_of(1) == "Nguyễn Thị Lan Anh"

    def test_a_button_of_the_first_question_still_holds(self, phone: Phone, clock: Clock) -> None:  # noqa: F811
        phone.answers_until_review()
        before = phone.last
        reminded(phone)
        _, again = delivered(phone)
        assert again.rows == before.rows
        phone.taps("Lưu nháp", on=before)
        assert "Đã lưu bản nháp" in phone.last.text
