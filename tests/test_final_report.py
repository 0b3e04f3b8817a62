# ruff: noqa: F811 - fixtures are given by name
"""The end of a phase: a report with the figures of that instant, worst first, and what becomes of drafts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from handlers.programme import Phase
from storage.database import Database
from storage.models import metadata
from storage.unit_tree import rebuild_tree
from tests.phone import PHASES, PROGRAMME, Clock, Phone, house
from tests.reminding import delivered
from tests.test_reminders import CLOSES, begins_a_draft, clock, phone, ticks  # noqa: F401 - fixtures

UNIT, TALLY = metadata.tables["unit"], metadata.tables["tally"]
MORNING = CLOSES + timedelta(days=4, hours=9)  # National Day and a weekend lie between


@pytest.fixture
def officer(database: Database, phone: Phone, clock: Clock) -> Phone:
    """Who answers for fourteen units; the n-th has n valid initiatives of ten, one of them waiting."""
    with database.transaction() as tx:
        run, at = tx.connection.execute, clock()
        run(insert(UNIT).values(id=1, code="R", name="Liên đoàn", created_at=at))
        for n in range(14):
            name = f"Công ty {n:02}"
            run(insert(UNIT).values(id=2 + n, code=f"C{n:02}", name=name, parent_id=1, created_at=at))
        aim = metadata.tables["aim"]
        run(insert(aim).values(unit_id=1, phase="gd2", initiatives=140, people=200))
        for n in range(14):
            run(insert(aim).values(unit_id=2 + n, parent_id=1, phase="gd2", initiatives=10))
            if n:
                run(
                    insert(TALLY).values(unit_id=2 + n, phase="gd2", valid=n, people=n, submitted=int(n == 5))
                )
        run(insert(TALLY).values(unit_id=1, phase="gd2", valid=91, people=91, submitted=1))
        rebuild_tree(tx.connection)
        tx.roles.grant(1, "officer", 1, at)
    return phone


class TestTheReport:
    def test_lists_the_units_below_worst_first_with_the_figures_of_the_close(
        self,
        officer: Phone,
        clock: Clock,
    ) -> None:
        ticks(officer.database, CLOSES)
        with officer.database.transaction() as tx:
            tx.connection.execute(TALLY.update().values(valid=99))
        clock.at = MORNING
        (said,) = delivered(officer)
        lines = said.text.split("\n")
        at = next(n for n, line in enumerate(lines) if "14 đơn vị trực thuộc" in line)
        assert lines[at + 1] == "1. Công ty 00: sáng kiến 0/10 = 0,0 %, người 0"
        assert lines[at + 10].startswith("10. Công ty 09: sáng kiến 9/10 = 90,0 %")
        assert "và 4 đơn vị nữa" in lines[at + 11]
        assert "91/140 = đạt 65,0 %" in said.text and "Còn 1 sáng kiến đang chờ xét" in said.text
        officer.taps("Liên đoàn: 14 đơn vị", on=said)
        assert "Công ty" in officer.last.text and "14" in officer.last.text

    @pytest.mark.parametrize(("minutes", "late"), [(1, False), (150, True)])
    def test_held_over_night_and_days_off_it_is_not_late_but_with_the_bot_away_it_is(
        self, officer: Phone, clock: Clock, minutes: int, late: bool
    ) -> None:
        ticks(officer.database, CLOSES)
        clock.at = MORNING - timedelta(hours=2.5) + timedelta(minutes=minutes)  # half past six and a little
        (said,) = delivered(officer)
        assert "đã kết thúc" in said.text and ("lẽ ra" in said.text) is late

    def test_is_told_again_once_when_the_reviews_are_done(self, officer: Phone, clock: Clock) -> None:
        ticks(officer.database, CLOSES)
        clock.at = MORNING
        delivered(officer)
        with officer.database.transaction() as tx:
            tx.connection.execute(TALLY.update().where(TALLY.c.unit_id == 1).values(submitted=0, valid=92))
            tx.connection.execute(TALLY.update().where(TALLY.c.unit_id == 7).values(submitted=0, valid=6))
        clock.passes(days=1)
        ticks(officer.database, clock())
        (said,) = delivered(officer)
        assert "đã xét xong" in said.text and "92/140" in said.text
        assert "Công ty 05: sáng kiến 6/10" in said.text
        clock.passes(days=1)
        ticks(officer.database, clock())
        assert delivered(officer) == []

    def test_fits_into_a_message_however_long_the_names(self, officer: Phone, clock: Clock) -> None:
        with officer.database.transaction() as tx:
            tx.connection.execute(UNIT.update().values(name="Công đoàn cơ sở " + "X" * 180))
        ticks(officer.database, CLOSES)
        clock.at = MORNING
        (said,) = delivered(officer)
        assert len(said.text) <= 4_096


class TestADraftThatWasNotHandedIn:
    NEXT: Phase = replace(
        PHASES[0], code="gd3", name="Giai đoạn 3", opens=CLOSES + timedelta(days=9),
        closes=CLOSES + timedelta(days=99),
    )  # fmt: skip

    def test_is_kept_and_its_author_is_told_once_and_again_when_the_next_phase_opens(
        self,
        phone: Phone,
        clock: Clock,
    ) -> None:
        programme = replace(PROGRAMME, phases=(PHASES[0], self.NEXT))
        phone.house = house(programme)
        begins_a_draft(phone)
        phone.types("/huy")
        ticks(phone.database, CLOSES, programme)
        clock.at = MORNING
        (said,) = delivered(phone)
        assert "vẫn được giữ nguyên" in said.text and "Giai đoạn 3 mở lúc" in said.text
        assert ticks(phone.database, clock(), programme) == 0
        clock.at = MORNING + timedelta(days=9)
        ticks(phone.database, clock(), programme)
        (said,) = delivered(phone)
        assert "đã mở" in said.text and "Bản nháp" in said.text
        phone.taps("Soạn tiếp", on=said)
        assert phone.last.text.startswith("Kết quả")

    def test_without_a_phase_to_come_it_is_kept_as_well(self, phone: Phone, clock: Clock) -> None:
        begins_a_draft(phone)
        phone.types("/huy")
        ticks(phone.database, CLOSES)
        clock.at = MORNING
        (said,) = delivered(phone)
        assert "chưa có giai đoạn tiếp theo" in said.text

    def test_where_the_next_phase_opens_at_once_only_the_opening_tells_of_it(
        self,
        phone: Phone,
        clock: Clock,
    ) -> None:
        programme = replace(PROGRAMME, phases=(PHASES[0], replace(self.NEXT, opens=CLOSES)))
        phone.house = house(programme)
        begins_a_draft(phone)
        phone.types("/huy")
        ticks(phone.database, CLOSES, programme)
        clock.at = MORNING
        (said,) = delivered(phone)
        assert "đã mở" in said.text and "giữ nguyên" not in said.text

    def test_an_officer_with_a_draft_gets_one_message(self, officer: Phone, clock: Clock) -> None:
        begins_a_draft(officer)
        officer.types("/huy")
        ticks(officer.database, CLOSES)
        clock.at = MORNING
        (said,) = delivered(officer)
        assert said.text.index("giữ nguyên") < said.text.index("Số liệu chốt")
