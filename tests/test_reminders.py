"""The bot speaks first: who hears what, when, once, and when it keeps silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from handlers.messages import Reply
from handlers.programme import Programme
from handlers.reminder_check import checked
from handlers.reminders import PAGE, tick
from storage.database import Database
from storage.models import metadata
from storage.outbox import Promise
from storage.unit_tree import rebuild_tree
from tests.phone import PHASES, PROGRAMME, SPEECH, ZONE, Clock, Phone, house
from tests.reminding import delivered

OUTBOX, UNIT = metadata.tables["outbox"], metadata.tables["unit"]
CLOSES = PHASES[0].closes


def before(**span: float) -> Clock:
    return Clock(CLOSES - timedelta(**span))


def ticks(database: Database, now: datetime, programme: Programme = PROGRAMME) -> int:
    promised, more = 0, True
    while more:
        with database.transaction() as tx:
            ticked = tick(tx, house(programme), now)
        promised, more = promised + ticked.promised, ticked.more
    return promised


@pytest.fixture
def clock() -> Clock:
    return before(days=20)


@pytest.fixture
def phone(database: Database, clock: Clock) -> Phone:
    made = Phone(database, clock).joins()
    ticks(database, clock())
    made.reads()
    return made


def begins_a_draft(phone: Phone) -> None:
    phone.types("/sangkien")
    phone.types("Cuộn vải để dưới đất, mỗi ca hai người khiêng")
    phone.types("Đóng giá có bánh xe để lăn cuộn vải. Một người đẩy được.")


class TestADraft:
    def test_is_reminded_of_with_what_is_missing_and_one_tap_to_its_question(
        self, phone: Phone, clock: Clock
    ) -> None:
        begins_a_draft(phone)
        clock.at = CLOSES - timedelta(days=7, hours=-8)
        assert ticks(phone.database, clock()) == 1
        (said,) = phone.reads()
        assert "còn 7 ngày" in said.text and "24:00 ngày 31/08/2023" in said.text
        assert "Đóng giá có bánh xe" in said.text and "làm lợi" in said.text.lower()
        phone.taps("Soạn tiếp")
        assert phone.last.text.startswith("Kết quả")

    @pytest.mark.parametrize(
        ("ago", "said"), [({"days": 6.7}, "7 ngày"), ({"hours": 17.5}, "17 giờ"), ({"hours": 3.02}, "3 giờ")]
    )
    def test_is_never_told_of_more_hours_than_there_are(
        self, phone: Phone, clock: Clock, ago: dict[str, float], said: str
    ) -> None:
        begins_a_draft(phone)
        clock.at = CLOSES - timedelta(**ago)
        ticks(phone.database, clock())
        assert f"còn {said} là hết hạn" in delivered(phone)[0].text

    def test_is_reminded_of_once_at_each_distance(self, phone: Phone, clock: Clock) -> None:
        begins_a_draft(phone)
        told = []
        clock.at = CLOSES - timedelta(days=20)
        while clock.at < CLOSES + timedelta(days=2):
            told.append(ticks(phone.database, clock()))
            clock.passes(minutes=90)
        assert sum(told) == 6  # 14d 7d 3d 1d 3h, and at the close what becomes of it

    def test_that_was_handed_in_is_not_spoken_of(self, phone: Phone, clock: Clock) -> None:
        begins_a_draft(phone)
        phone.types("/nhap")
        phone.taps("Xoá")
        phone.taps("Xoá hẳn")
        clock.at = CLOSES - timedelta(days=7)
        assert ticks(phone.database, clock()) == 0


def test_after_a_week_away_only_the_nearest_distance_is_said(phone: Phone, clock: Clock) -> None:
    begins_a_draft(phone)
    clock.at = CLOSES - timedelta(hours=20)
    assert ticks(phone.database, clock()) == 1
    with phone.database.reading() as tx:
        skipped = [key[2] for key, mark in tx.reminder_log.moments().items() if mark.state == "skipped"]
    assert {"14d", "7d", "3d"} <= set(skipped)


def test_a_worker_who_agreed_to_nothing_is_not_asked_to_take_part(phone: Phone, clock: Clock) -> None:
    clock.at = CLOSES - timedelta(days=13)
    assert ticks(phone.database, clock()) == 0


def test_the_last_warning_is_said_before_the_night(phone: Phone, clock: Clock) -> None:
    begins_a_draft(phone)
    ticks(phone.database, CLOSES - timedelta(hours=4))
    clock.at = datetime(2023, 8, 31, 20, 59, tzinfo=ZONE).astimezone(UTC)
    assert ticks(phone.database, clock()) == 1
    with phone.database.reading() as tx:
        due = tx.connection.execute(
            select(OUTBOX.c.due_at).where(OUTBOX.c.once.like("before:gd2:3h:%"))
        ).scalar()
    assert due == clock()


class TestALead:
    @pytest.fixture
    def lead(self, database: Database, phone: Phone, clock: Clock) -> Phone:
        with database.transaction() as tx:
            tx.connection.execute(
                insert(UNIT).values(code="A", name="Công ty A", level="cs", created_at=clock())
            )
            unit = tx.units.by_code("A")
            assert unit is not None
            person = tx.people.behind("telegram", "100")
            assert person is not None
            tx.people.join(person, unit.id, clock())
            tx.roles.grant(person.worker_id, "lead", unit.id, clock())
            tx.connection.execute(
                insert(metadata.tables["aim"]).values(unit_id=unit.id, phase="gd2", initiatives=3, people=2)
            )
        return phone

    def test_hears_what_is_missing_in_both_measures(self, lead: Phone, clock: Clock) -> None:
        clock.at = CLOSES - timedelta(days=7, hours=-8)
        assert ticks(lead.database, clock()) == 1
        (said,) = lead.reads()
        assert "Công ty A" in said.text
        assert "Còn thiếu 3 sáng kiến" in said.text and "Còn thiếu 2 người" in said.text

    def test_with_a_draft_of_their_own_gets_one_message(self, lead: Phone, clock: Clock) -> None:
        begins_a_draft(lead)
        clock.at = CLOSES - timedelta(days=7, hours=-8)
        assert ticks(lead.database, clock()) == 1
        (said,) = lead.reads()
        assert said.text.index("Bản nháp") < said.text.index("Công ty A")
        assert "1 bản nháp chưa nộp" in said.text

    def test_gets_the_picture_of_the_unit_with_it(self, lead: Phone, clock: Clock) -> None:
        ticks(lead.database, CLOSES - timedelta(days=7, hours=-8))
        now = CLOSES - timedelta(days=7, hours=-9)
        with lead.database.transaction() as tx:
            (promise,) = tx.outbox.claim(9, now, now + timedelta(minutes=1))
            fresh = checked(tx, lead.house, promise, now)
        assert fresh is not None
        (paper,) = Reply.of(fresh.body).files
        assert paper.kind == "progress_curve"

    def test_whose_target_is_met_hears_nothing(self, lead: Phone, clock: Clock) -> None:
        with lead.database.transaction() as tx:
            unit = tx.units.by_code("A")
            assert unit is not None
            tally = metadata.tables["tally"]
            tx.connection.execute(insert(tally).values(unit_id=unit.id, phase="gd2", valid=3, people=2))
        clock.at = CLOSES - timedelta(days=7, hours=-8)
        assert ticks(lead.database, clock()) == 0
        with lead.database.reading() as tx:
            (_, _, outcome, reason), *_ = tx.reminder_log.notes(1)
        assert (outcome, reason) == ("silent", "target_met")


def test_page_by_page_everybody_is_told_once(database: Database) -> None:
    clock = before(days=7)
    tables = metadata.tables
    count = PAGE * 2 + 7
    with database.transaction() as tx:
        at = clock()
        tx.connection.execute(
            insert(tables["worker"]),
            [{"name": f"N{n}", "consent": "2", "created_at": at} for n in range(count)],
        )
        tx.connection.execute(
            insert(tables["chat"]),
            [
                {
                    "channel": "telegram",
                    "address": str(n),
                    "worker_id": n,
                    "reachable": True,
                    "created_at": at,
                }
                for n in range(1, count + 1)
            ],
        )
        place = {"answers": {"after": {"value": "Đã thay đổi", "typed": []}}, "asking": "effect"}
        tx.connection.execute(
            insert(tables["draft"]),
            [
                {"worker_id": n, "form": "initiative", "place": place, "created_at": at, "updated_at": at}
                for n in range(1, count + 1)
            ],
        )
    assert ticks(database, clock()) == count
    assert ticks(database, clock()) == 0
    with database.reading() as tx:
        keys = tx.connection.execute(select(OUTBOX.c.once)).scalars().all()
    assert len(set(keys)) == len(keys) == count


def test_in_a_programme_without_reminders_nobody_is_reminded(phone: Phone, clock: Clock) -> None:
    begins_a_draft(phone)
    quiet = replace(PROGRAMME, reminding=replace(PROGRAMME.reminding, before=()))
    clock.at = CLOSES - timedelta(days=1)
    assert ticks(phone.database, clock(), quiet) == 0


class TestWhenItsTurnComes:
    def claimed(self, phone: Phone, now: datetime) -> list[Promise]:
        with phone.database.transaction() as tx:
            held = tx.outbox.claim(10, now, now + timedelta(minutes=1))
            return [one for promise in held if (one := checked(tx, phone.house, promise, now)) is not None]

    def test_a_reminder_whose_reason_is_gone_is_not_sent(self, phone: Phone, clock: Clock) -> None:
        begins_a_draft(phone)
        ticks(phone.database, CLOSES - timedelta(days=7))  # midnight: it waits for the morning
        with phone.database.transaction() as tx:
            tx.drafts.drop(1)
        assert self.claimed(phone, CLOSES - timedelta(days=7, hours=-8)) == []
        with phone.database.reading() as tx:
            state = tx.connection.execute(select(OUTBOX.c.state).where(OUTBOX.c.once.is_not(None))).scalar()
            (_, _, outcome, _), *_ = tx.reminder_log.notes(1)
        assert (state, outcome) == ("superseded", "superseded")

    def test_a_reminder_says_how_things_stand_then(self, phone: Phone, clock: Clock) -> None:
        begins_a_draft(phone)
        ticks(phone.database, CLOSES - timedelta(days=7))
        phone.screen.clear()
        with phone.database.transaction() as tx:
            (line,) = tx.drafts.of(1)
            answers = {**line.place["answers"], "effect": {"value": "Bớt 40 phút", "typed": []}}
            tx.drafts.keep(line.id, {**line.place, "answers": answers}, None, clock())
        (promise,) = self.claimed(phone, CLOSES - timedelta(days=7, hours=-8))
        assert "kết quả" not in SPEECH.render(Reply.of(promise.body), "vi").text


class TestAMovedClose:
    LATER = CLOSES + timedelta(days=20)

    @pytest.fixture
    def moved(self) -> Programme:
        return replace(PROGRAMME, phases=(replace(PHASES[0], closes=self.LATER),))

    def test_is_told_once_and_its_distances_come_once_more(
        self, phone: Phone, clock: Clock, moved: Programme
    ) -> None:
        begins_a_draft(phone)
        clock.at = CLOSES - timedelta(days=3, hours=-9)
        assert ticks(phone.database, clock()) == 1
        phone.reads()
        clock.passes(hours=1)
        assert [ticks(phone.database, clock(), moved) for _ in range(2)] == [1, 0]
        (said,) = phone.reads()
        assert "Gia hạn" in said.text and "20/09/2023" in said.text
        times = 0
        while clock.at < self.LATER + timedelta(hours=5):
            times += ticks(phone.database, clock(), moved)
            clock.passes(hours=2)
        assert times == 6  # 14d 7d 3d 1d 3h, and at the close what becomes of it

    def test_takes_back_what_waits_to_speak_of_the_old_one(
        self, phone: Phone, clock: Clock, moved: Programme
    ) -> None:
        begins_a_draft(phone)
        phone.reads()
        clock.at = CLOSES - timedelta(days=3)
        ticks(phone.database, clock())
        ticks(phone.database, clock() + timedelta(hours=1), moved)
        (said,) = phone.reads()
        assert "Gia hạn" in said.text


class TestAnOfficer:
    """Two units under one: A is behind and has a lead, B has done its part."""

    @pytest.fixture
    def officer(self, database: Database, phone: Phone, clock: Clock) -> Phone:
        with database.transaction() as tx:
            run, at = tx.connection.execute, clock()
            run(insert(UNIT).values(id=1, code="R", name="Liên đoàn", created_at=at))
            run(insert(UNIT).values(id=2, code="A", name="Công ty A", parent_id=1, created_at=at))
            run(insert(UNIT).values(id=3, code="B", name="Công ty B", parent_id=1, created_at=at))
            aim, tally = metadata.tables["aim"], metadata.tables["tally"]
            for unit, parent, count in ((1, None, 20), (2, 1, 10), (3, 1, 10)):
                run(insert(aim).values(unit_id=unit, parent_id=parent, phase="gd2", initiatives=count))
            for unit, count in ((1, 11), (2, 1), (3, 10)):
                run(insert(tally).values(unit_id=unit, phase="gd2", valid=count))
            rebuild_tree(tx.connection)
            tx.roles.grant(1, "officer", 1, at)
        return phone

    def test_sees_who_is_behind_the_required_pace_and_reminds_them_once_a_day(
        self, officer: Phone, clock: Clock
    ) -> None:
        lead = Phone(officer.database, clock, address="200").joins()
        with officer.database.transaction() as tx:
            tx.roles.grant(2, "lead", 2, clock())
        clock.at = CLOSES - timedelta(days=7, hours=-9)
        assert ticks(officer.database, clock()) == 2
        lead.reads()
        (said,) = officer.reads()
        assert "1 đơn vị chậm" in said.text and "1. Công ty A: 1/10" in said.text
        assert "Công ty B" not in said.text
        (answer,) = officer.taps("Nhắc Công ty A", on=said)
        assert "Đã nhắc 1 đơn vị" in answer.text
        (told,) = lead.reads()
        assert "cấp trên nhắc" in told.text and "Còn thiếu 9 sáng kiến" in told.text
        (answer,) = officer.taps("Nhắc tất cả", on=said)
        assert "Đã nhắc 0 đơn vị; 1 đơn vị đã được nhắc hôm nay" in answer.text
        assert lead.reads() == []

    def test_gets_the_final_report_with_the_figures_of_the_close(self, officer: Phone, clock: Clock) -> None:
        ticks(officer.database, CLOSES + timedelta(seconds=1))
        with officer.database.transaction() as tx:
            tally = metadata.tables["tally"]
            tx.connection.execute(tally.update().where(tally.c.unit_id == 1).values(valid=19))
        with officer.database.transaction() as tx:
            (promise,) = tx.outbox.claim(9, CLOSES + timedelta(days=5), CLOSES + timedelta(days=6))
            fresh = checked(tx, officer.house, promise, CLOSES + timedelta(days=5))
        assert fresh is not None
        said = SPEECH.render(Reply.of(fresh.body), "vi").text
        assert "đã kết thúc" in said and "11/20 = đạt 55,0 %" in said

    def test_others_cannot_remind_a_unit(self, officer: Phone, clock: Clock) -> None:
        stranger = Phone(officer.database, clock, address="300").joins()
        (said,) = stranger.presses("nudge|u.2.gd2|-")
        assert "Đã nhắc" not in said.text
