"""The closing instant is enforced where something is handed in, by the messenger's time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from alembic.command import upgrade as migrate
from sqlalchemy import insert, select

from handlers.closing import at_work
from handlers.listening import listen
from handlers.messages import Pressed, Typed, What
from storage.database import Database
from storage.models import metadata
from storage.upgrade import _scripts, upgrade_database
from tests.phone import PHASES, Clock, Phone

CLOSES = PHASES[0].closes
INITIATIVE = metadata.tables["initiative"]
BEFORE = "0011"  # the revision before the one that let the bot speak first
SECOND = timedelta(seconds=1)
_messages = count(1_000)


@pytest.fixture
def phone(database: Database) -> Phone:
    clock = Clock(CLOSES - timedelta(hours=2))
    made = Phone(database, clock).joins()
    with database.transaction() as tx:
        made_at = {"created_at": clock()}
        tx.connection.execute(insert(metadata.tables["unit"]).values(code="A", name="Công ty A", **made_at))
        person = tx.people.behind("telegram", "100")
        assert person is not None
        tx.people.join(person, 1, clock())
    made.answers_until_review(applied_on="25/2/2023")
    return made


def hears(phone: Phone, what: What, sent_at: datetime | None, now: datetime) -> None:
    event = replace(phone.event(what, str(next(_messages))), sent_at=sent_at)
    with phone.database.transaction() as tx:
        listen(tx, event, phone.house, now)
    phone.reads()


def handed_in(phone: Phone) -> list[bool]:
    """Whether each initiative is marked as handed in during an interruption."""
    with phone.database.reading() as tx:
        return list(tx.connection.execute(select(INITIATIVE.c.interrupted)).scalars())


def works(phone: Phone, *instants: datetime) -> None:
    for instant in instants:
        with phone.database.transaction() as tx:
            at_work(tx, instant)


class TestAText:
    def test_sent_a_second_before_the_close_counts_however_late_it_is_heard(self, phone: Phone) -> None:
        hears(phone, Typed("Nộp"), CLOSES - SECOND, CLOSES + timedelta(minutes=40))
        assert handed_in(phone) == [False]

    def test_sent_at_the_close_does_not_and_the_draft_stays(self, phone: Phone) -> None:
        hears(phone, Typed("Nộp"), CLOSES, CLOSES + timedelta(minutes=40))
        assert handed_in(phone) == []
        assert "giữ nguyên" in phone.last.text


class TestATap:
    @pytest.fixture
    def submit(self, phone: Phone) -> Pressed:
        return Pressed(phone.action("Nộp"))

    def test_a_second_after_the_close_is_too_late(self, phone: Phone, submit: Pressed) -> None:
        works(phone, CLOSES - 10 * SECOND)
        hears(phone, submit, None, CLOSES + SECOND)
        assert handed_in(phone) == []

    def test_that_waited_while_the_bot_was_away_over_the_close_is_accepted_and_marked(
        self, phone: Phone, submit: Pressed
    ) -> None:
        back = CLOSES + timedelta(minutes=30)
        works(phone, CLOSES - timedelta(minutes=30), back)
        hears(phone, submit, None, back + 5 * SECOND)
        assert handed_in(phone) == [True]

    def test_is_accepted_too_when_it_is_the_first_thing_heard(self, phone: Phone, submit: Pressed) -> None:
        works(phone, CLOSES - timedelta(minutes=30))
        hears(phone, submit, None, CLOSES + timedelta(minutes=30))
        assert handed_in(phone) == [True]

    def test_an_hour_after_the_bot_is_back_is_too_late(self, phone: Phone, submit: Pressed) -> None:
        back = CLOSES + timedelta(minutes=30)
        works(phone, CLOSES - timedelta(minutes=30), back)
        hears(phone, submit, None, back + timedelta(hours=1))
        assert handed_in(phone) == []

    def test_where_it_was_never_written_down_that_the_bot_was_at_work_the_close_is_the_close(
        self, phone: Phone, submit: Pressed
    ) -> None:
        hears(phone, submit, None, CLOSES + SECOND)
        assert handed_in(phone) == []


def test_initiatives_of_an_older_database_were_not_interrupted(database: Database, tmp_path: Path) -> None:
    if not database.is_sqlite:
        pytest.skip("one kind of database is enough for statements that are the same on both")
    older = Database(f"sqlite:///{tmp_path / 'older.db'}")
    with older.schema_connection() as connection:
        config = _scripts()
        config.attributes["connection"] = connection
        migrate(config, BEFORE)
        for line in (
            "INSERT INTO unit (id, code, name, level, created_at)"
            " VALUES (1, 'A', 'A', 'x', '2023-08-15 05:00:00')",
            "INSERT INTO worker (id, name, language, created_at)"
            " VALUES (1, 'Lan', 'vi', '2023-08-15 05:00:00')",
            "INSERT INTO initiative (id, code, unit_id, author_id, phase, state, sealed, title, kind, effect,"
            " benefit_in_money, applied_on, applied_precision, place, created_at, submitted_at)"
            " VALUES (1, 'SK-00001', 1, 1, 'gd2', 'submitted', 0, 'T', 'technical', 'E', 0, '2023-01-01',"
            " 'day', '{}', '2023-08-15 05:00:00', '2023-08-15 05:00:00')",
        ):
            connection.exec_driver_sql(line)
        connection.commit()
    upgrade_database(older)
    with older.reading() as tx:
        assert list(tx.connection.execute(select(INITIATIVE.c.interrupted)).scalars()) == [False]
        assert tx.reminder_log.moments() == {}
    older.close()
