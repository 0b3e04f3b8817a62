# ruff: noqa: F811 - fixtures are given by name
"""`/nhac`, `/xemtruoc`, `/visao`: choosing reminders, seeing a day ahead, and asking why."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from bot import clock as bot_clock
from bot.cli import app
from handlers.person_codes import code_of
from handlers.reminder_preview import preview
from storage.database import Database
from storage.models import metadata
from storage.reminder_choices import AS_IT_COMES, Hours
from storage.upgrade import upgrade_database
from tests.phone import ZONE, Clock, Phone, house
from tests.reviewers import People, people
from tests.test_reminders import CLOSES, begins_a_draft, clock, phone, ticks  # noqa: F401 - fixtures


def notes_and_rows(phone: Phone) -> tuple[int, int]:
    with phone.database.reading() as tx:
        tables = (metadata.tables["reminder_note"], metadata.tables["outbox"])
        asked = [select(func.count()).select_from(table) for table in tables]
        count = [tx.connection.execute(one).scalar_one() for one in asked]
    return count[0], count[1]


def test_a_distance_that_was_switched_off_is_not_said_and_visao_says_why(phone: Phone, clock: Clock) -> None:
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


def test_a_typed_hour_and_a_typed_day_are_understood(phone: Phone, clock: Clock) -> None:
    phone.types("/nhac")
    phone.types("17h30")
    assert "Giờ nhắc: 17:30" in phone.last.text
    phone.types("25/8")
    assert "hoãn đến" in phone.last.text
    with phone.database.reading() as tx:
        (choice,) = tx.reminder_choices.of([1]).values()
    assert choice.snoozed_until is not None and choice.snoozed_until > clock()


def test_a_worker_may_not_look_ahead_at_others(phone: Phone) -> None:
    phone.types("/xemtruoc")
    assert "nhắc" not in phone.last.text


def test_what_is_foreseen_is_what_is_then_promised_and_nothing_is_written(phone: Phone, clock: Clock) -> None:
    begins_a_draft(phone)
    before = notes_and_rows(phone)
    at = CLOSES - timedelta(days=7)
    with phone.database.reading() as tx:
        found = preview(tx, house(), house().programme.local_day(at), clock())
    foreseen = sum(len(one.told) for one in found if one.moment.kind == "before")
    assert notes_and_rows(phone) == before
    clock.at = at
    assert ticks(phone.database, clock()) == foreseen == 1


class TestOnTheScreenOfWishes:
    def test_what_is_no_hour_and_no_day_answers_the_open_question(self, phone: Phone) -> None:
        begins_a_draft(phone)
        for said in ("Từ 25/8 mỗi ca bớt được 40 phút", "Đỡ mệt hẳn"):
            phone.types("/nhac")
            phone.types(said)
            with phone.database.reading() as tx:
                (line,) = tx.drafts.of(1)
            assert said in line.place["answers"]["effect"]["value"] or said == "Đỡ mệt hẳn"
            assert "Chưa hiểu" not in phone.last.text
        with phone.database.reading() as tx:
            assert tx.reminder_choices.of([1]) == {}

    def test_done_goes_back_to_the_question(self, phone: Phone) -> None:
        begins_a_draft(phone)
        question = phone.last.text
        phone.types("/nhac")
        phone.taps("Xong")
        assert phone.last.text == question
        phone.types("Mỗi ca bớt 40 phút, ngày 25/8")
        with phone.database.reading() as tx:
            assert tx.reminder_choices.of([1]) == {}

    @pytest.mark.parametrize(
        "action",
        ["remind|tick.9d|-", "remind|tick.|-", "remind|hour.2460|-", "remind|hour.٣٣٣٣|-", "remind|hour.12|-",
         "remind|snooze.999|-", "remind|snooze.-1|-", "remind|quiet.1.9|-",
         "remind|quiet.99999999999999999999|-", "remind|quiet.x.days|-", "remind||-",
         "remind|wake.now.please|-"],
    )  # fmt: skip
    def test_a_button_that_is_forged_or_of_yesterday_changes_nothing(self, phone: Phone, action: str) -> None:
        phone.types("/nhac")
        phone.presses(action)
        with phone.database.reading() as tx:
            kept = tx.reminder_choices.of([1]).get(1, AS_IT_COMES)
            assert (kept, tx.reminder_choices.quiet_of([1])) == (AS_IT_COMES, {})
        assert phone.presses("remind|tick.7d|-")[-1].text.startswith("✅")


class TestTheQuietHoursOfAUnit:
    @pytest.fixture
    def team(self, database: Database, clock: Clock) -> People:
        return people(database, clock)

    def hours(self, team: People) -> Hours | None:
        with team.database.reading() as tx:
            return tx.reminder_choices.quiet_of([team.unit()]).get(team.unit())

    def test_are_set_by_its_lead_from_the_screen_of_the_unit(self, team: People) -> None:
        team.lead.types("/donvi")
        team.lead.taps("Giờ yên lặng")
        team.lead.taps("06:00 – 14:30")
        team.lead.taps("Nhắc cả ngày nghỉ")
        assert self.hours(team) == Hours(time(6), time(14, 30), every_day=True)
        team.lead.types("22h đến 5h30")
        assert self.hours(team) == Hours(time(22), time(5, 30), every_day=True)
        team.lead.taps("Như chương trình")
        assert self.hours(team) is None

    def test_are_nobody_elses_to_set(self, team: People) -> None:
        unit = team.unit()
        for stranger in (team.author, team.other_lead):
            for wanted in ("", ".1", ".days", ".none"):
                said = stranger.presses(f"remind|quiet.{unit}{wanted}|-")
                assert "06:00 – 14:30" not in str(said[-1].rows)
        assert self.hours(team) is None
        team.author.types("/donvi")
        assert "Giờ yên lặng" not in str(team.author.last.rows)

    def test_of_a_lead_who_is_none_any_more_are_left_alone(self, team: People, clock: Clock) -> None:
        team.lead.types("/donvi")
        team.lead.taps("Giờ yên lặng")
        lead, unit = team.worker(team.lead), team.unit()
        with team.database.transaction() as tx:
            tx.roles.revoke(lead, clock(), unit_id=unit)
        team.lead.types("22h đến 5h30")
        assert self.hours(team) is None


def moves_elsewhere(team: People) -> None:
    """The officer answers for the unit of the other lead alone."""
    officer, there = team.worker(team.officer), team.worker(team.other_lead)
    with team.database.transaction() as tx:
        unit = tx.members.unit_of(there)
        assert unit is not None
        tx.roles.revoke(officer, team.clock())
        tx.roles.grant(officer, "officer", unit, team.clock())


class TestAskingWhy:
    @pytest.fixture
    def team(self, database: Database, clock: Clock) -> People:
        made = people(database, clock)
        begins_a_draft(made.author)
        made.author.types("/huy")
        ticks(database, CLOSES - timedelta(days=7, hours=-8))
        return made

    def code(self, team: People, phone: Phone) -> str:
        return code_of(team.worker(phone))

    def test_an_officer_asks_about_a_person_of_their_units_by_their_code(self, team: People) -> None:
        for typed in (self.code(team, team.author), f"nlđ {team.worker(team.author)}"):
            team.officer.types(f"/visao {typed}")
            assert "Về Nguyễn Thị Lan" in team.officer.last.text
            assert "Trước hạn 7 ngày" in team.officer.last.text

    def test_others_are_refused_in_the_words_of_a_code_that_does_not_exist(self, team: People) -> None:
        for one in (team.author, team.lead, team.other_lead):
            one.types("/visao NLD-00098")
            unknown = one.last.text
            one.types(f"/visao {self.code(team, team.officer)}")
            assert one.last.text == unknown and "Phạm Văn Quân" not in unknown

    def test_an_officer_of_other_units_is_refused(self, team: People) -> None:
        moves_elsewhere(team)
        team.officer.types(f"/visao {self.code(team, team.author)}")
        assert "Không có mã đó" in team.officer.last.text
        team.officer.types(f"/visao {self.code(team, team.other_lead)}")
        assert "Về Đỗ Văn Nam" in team.officer.last.text

    def test_everybody_may_ask_about_themselves(self, team: People) -> None:
        team.author.types(f"/visao {self.code(team, team.author)}")
        assert "Mã của anh/chị" in team.author.last.text and "Trước hạn" in team.author.last.text


class TestLookingAhead:
    @pytest.fixture
    def officer(self, database: Database, clock: Clock) -> Phone:
        return people(database, clock).officer

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("31/2", "Chưa hiểu là ngày nào"), ("x" * 4_000, "Chưa hiểu là ngày nào"),
            ("9999-12-31", "mười năm"), ("0001-01-01", "đã qua"), ("1/1/2020", "đã qua"),
            ("1/1/2030", "mọi giai đoạn"), ("25/8", "7 ngày"), ("2023-08-25", "7 ngày"), ("", "trong ngày"),
        ],
    )  # fmt: skip
    def test_understands_a_day_or_says_why_not(self, officer: Phone, typed: str, said: str) -> None:
        officer.types(f"/xemtruoc {typed}")
        assert said in officer.last.text

    def test_shows_nobody_of_other_units(self, database: Database, clock: Clock) -> None:
        team = people(database, clock)
        moves_elsewhere(team)
        team.officer.types("/xemtruoc 25/8")
        assert "Đỗ Văn Nam" in team.officer.last.text and "Trần Văn Hùng" not in team.officer.last.text


def today() -> date:
    return bot_clock.now().astimezone(ZONE).date()


class TestTheCommandLine:
    @pytest.fixture
    def config(self, tmp_path: Path) -> Path:
        file = tmp_path / "config.toml"
        example = Path("config.example.toml").read_text("utf-8")
        in_a_week = datetime.combine(today() + timedelta(days=7), time(0), ZONE).isoformat()
        example = example.replace("24 giờ 00 ngày 01/9/2023", in_a_week)
        file.write_text(example.replace("data/sangkien.db", "here.db"), "utf-8")
        database = Database(f"sqlite:///{tmp_path / 'here.db'}")
        upgrade_database(database)
        begins_a_draft(Phone(database, Clock(bot_clock.now())).joins())
        database.close()
        return file

    def run(self, config: Path, *words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["preview-reminders", *words, "--config", str(config)])
        return done.exit_code, done.output

    def test_says_who_would_be_told_what_and_writes_nothing(self, config: Path) -> None:
        before = (config.parent / "here.db").read_bytes()
        code, said = self.run(config)
        assert (code, said.split("\n")[0]) == (0, f"{today().isoformat()}: 1 tin, 1 dịp")
        assert "before gd2 7d nhắc=1" in said and "NLD-00001 Nguyễn Thị Lan: reminder.draft.head" in said
        (line,) = self.run(config, "--json", "--date", today().isoformat())[1].splitlines()
        row = json.loads(line)
        assert (row["kind"], row["count"], row["told"][0]["worker"]) == ("before", 1, 1)
        assert (config.parent / "here.db").read_bytes() == before

    @pytest.mark.parametrize("day", ["31/2", "2026-02-31", "9999-12-31", "2001-01-01", "mai"])
    def test_refuses_what_is_no_day_to_come_in_one_sentence(self, config: Path, day: str) -> None:
        code, said = self.run(config, "--date", day)
        assert code == 2 and "Traceback" not in said and day in said


def test_what_nobody_was_told_before_somebody_came_is_not_theirs_to_read(phone: Phone, clock: Clock) -> None:
    with phone.database.transaction() as tx:
        for minutes in (-1, 1):
            at = clock() + timedelta(minutes=minutes)
            tx.reminder_log.note(("half", "gd2", "0"), [(None, "skipped", "too_late")], at)
    phone.types("/visao")
    assert phone.last.text.count("bỏ qua với mọi người") == 1
