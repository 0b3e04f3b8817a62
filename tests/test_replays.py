"""The campaigns this bot was made for, replayed by people who talk, come out as they were published.

The last initiatives, which cross every target, are handed in and decided in the talk; those before them are
rows as deciding leaves them. With `--long` not one of Bà Rịa – Vũng Tàu's 15,040 is put there by hand.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from python_calamine import load_workbook
from sqlalchemy import select, update

from bot.documents.initiative_book import Scope, write_book
from bot.export_columns import PROGRESS
from bot.unit_import import import_file
from handlers.listening import listen
from handlers.messages import Pressed, Typed
from handlers.programme import Programme
from handlers.progress_plain import plain
from storage.database import Database
from storage.models import metadata
from storage.recount import Recount
from tests.phone import SPEECH, Clock, Phone
from tests.test_joining import agreed
from tests.test_progress_figures import BRVT, HAI_PHONG, UNITS, at, put, uppers

MOVE, OUTBOX = metadata.tables["move"], metadata.tables["outbox"]
PUBLISHED, BENEFIT = 15_040, 520_000_000_000


class Campaign:
    """A tree of units, workers and leads in it, and their programme."""

    def __init__(self, database: Database, programme: Programme, now: datetime) -> None:
        self.database, self.programme, self.clock = database, programme, Clock()
        self.addresses = count(2_000)
        self.leads: dict[int, Phone] = {}
        self.sent: Counter[int] = Counter()
        self.turn_to(now)
        list(import_file(database, UNITS, now, dry_run=False, programme=programme))

    def turn_to(self, now: datetime) -> None:
        self.clock.at = now

    def joins(self, unit_id: int, role: str | None = None) -> Phone:
        """Somebody new in a unit."""
        phone = agreed(self.database, self.clock, str(next(self.addresses)))
        phone.house = replace(phone.house, programme=self.programme)
        with self.database.transaction() as tx:
            person = tx.people.behind("telegram", phone.address)
            assert person is not None
            tx.people.join(person, unit_id, self.clock())
            tx.people.set_talk(person, {})
            if role:
                tx.roles.grant(person.worker_id, role, unit_id, self.clock())
        return phone

    def valid(self, author: Phone, unit_id: int, benefit: str, applied: str = "25/12/2021") -> None:
        """One initiative, told in the talk and accepted by the lead of its unit."""
        if unit_id not in self.leads:
            self.leads[unit_id] = self.joins(unit_id, "lead")
        self.sent[unit_id] += 1
        number = f"số {self.sent[unit_id]} của tổ {unit_id}"
        said = (
            "/sangkien",
            f"Cuộn vải {number} để dưới đất, hai người khiêng",
            f"Đóng giá lăn {number}, một người đẩy",
            f"Mỗi ca bớt 40 phút, cuộn {number} không bẩn",
            benefit,
            applied,
            *("giải pháp kỹ thuật", "Dùng tên này", "Nộp"),
        )
        lead = self.leads[unit_id]
        with self.database.transaction() as tx:
            for text in said:
                listen(tx, author.event(Typed(text), str(next(author.messages))), author.house, self.clock())
            rows = select(MOVE.c.id, MOVE.c.initiative_id).order_by(MOVE.c.id.desc()).limit(1)
            move, initiative = tx.connection.execute(rows).one()
            accept = Pressed(f"queue|accept.{initiative}|{move}")
            listen(tx, lead.event(accept, "1"), lead.house, self.clock())
            # Both have read what they were told: nobody has a hundred thousand messages waiting.
            tx.connection.execute(
                update(OUTBOX).where(OUTBOX.c.state == "waiting").values(state="sent", body={})
            )

    def agrees(self) -> None:
        with self.database.transaction() as tx:
            assert Recount(tx.connection).differences() == []

    def table(self) -> list[dict[str, Any]]:
        """The progress as the workbook of an export says it."""
        out, said = io.BytesIO(), ("export.units_all", dict[str, Any]())
        with self.database.reading() as tx:
            scope = Scope(self.programme, self.clock(), None, said, ("export.by_operator", {}))
            write_book(out, tx, scope, SPEECH, "vi")
        rows = load_workbook(io.BytesIO(out.getvalue())).get_sheet_by_name("Tiến độ").to_python()[1:]
        return [dict(zip([column.key for column in PROGRESS], row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    "talked", [4, pytest.param(PUBLISHED, marks=[pytest.mark.long, pytest.mark.timeout(14_400)])]
)
def test_ba_ria_vung_tau_closes_in_the_talk_as_it_was_published(talked: int, database: Database) -> None:
    campaign = Campaign(database, BRVT, at(2023, 8, 10))
    with database.transaction() as tx:
        above = uppers(tx)
        root = tx.units.root()
        assert root is not None and len(above) == 14
        here = tx.aims.standing(root.id, "p")
        assert (here.size.members, here.aims) == (138_110, (13_811, None))
        wanted = {leaf: aim if place < 8 else aim - 1 for place, (_, aim, leaf) in enumerate(above)}
        wanted[above[0][2]] += PUBLISHED - sum(wanted.values())
        told = wanted if talked == PUBLISHED else {above[place][2]: talked // 2 for place in (0, 7)}
        rest = sum(wanted.values()) - sum(told.values())
        each = BENEFIT // PUBLISHED
        for leaf, number in wanted.items():
            if number > told.get(leaf, 0):
                put(tx, leaf, number - told.get(leaf, 0), "p", vnd=each)
        Recount(tx.connection).rebuild()
    left = BENEFIT - each * (rest + sum(told.values()))
    for leaf, number in told.items():
        author = campaign.joins(leaf)
        for _ in range(number):
            campaign.valid(author, leaf, f"{each + left} đồng/năm")
            left = 0
    campaign.agrees()
    officer = campaign.joins(root.id, "officer")
    said = officer.types("/tiendo ROOT")[-1].text
    assert "đã hợp lệ 15.040/13.811 = đạt 108,9 %, chờ xét 0" in said
    assert "Đơn vị trực thuộc đạt chỉ tiêu sáng kiến: 8/14" in said
    assert (
        "520.000.000.000 đồng mỗi năm" in said and "(15.040/15.040 sáng kiến hợp lệ có ghi số tiền)" in said
    )
    with database.reading() as tx:
        node = tx.units.by_id(root.id)
        assert node is not None
        part = plain(tx, node, None, BRVT, campaign.clock())["parts"][-1]
    one = part["initiatives"]
    assert (one["valid"], one["percent"], one["units_reached"], one["units_with_target"]) == (
        15_040,
        108.9,
        8,
        14,
    )
    assert part["benefit"]["year"] == BENEFIT
    whole = next(row for row in campaign.table() if (row["unit"], row["phase"]) == (node.code, "p"))
    assert (whole["valid"], whole["share_initiatives"], whole["benefit_year"]) == (15_040, 108.9, BENEFIT)


def test_hai_phong_reaches_both_phases_and_its_share_of_people_in_a_unit_in_each(database: Database) -> None:
    campaign = Campaign(database, HAI_PHONG, at(2022, 1, 10))
    with database.transaction() as tx:
        root = tx.units.root()
        assert root is not None
        upper = next(child for child in tx.units.children(root.id) if tx.units.children(child.id))
        leaf, other, *_ = tx.units.children(upper.id)
        assert tx.aims.standing(root.id, "*").aims == (45_000, 20_717)
        here = tx.aims.standing(leaf.id, "gd1")
        (_, people), members = here.aims, here.size.members
        assert people == max(1, (members * 15 + 50) // 100)
        for phase, wanted in (("gd1", 20_000), ("gd2", 25_000)):
            put(tx, other.id, wanted - people, phase)
        Recount(tx.connection).rebuild()
    authors = [campaign.joins(leaf.id) for _ in range(people)]
    officer = campaign.joins(root.id, "officer")
    for phase, now, wanted in (("gd1", at(2022, 1, 10), "20.000"), ("gd2", at(2022, 7, 1), "25.000")):
        campaign.turn_to(now)
        for place, author in enumerate(authors):
            assert f"Chỉ tiêu về người: {place}/{people}" in said_of(officer, leaf.code, phase) or not place
            campaign.valid(author, leaf.id, "35 triệu đồng/năm")
        assert f"Chỉ tiêu về người: {people}/{people} = đạt 100,0 %" in said_of(officer, leaf.code, phase)
        assert f"đã hợp lệ {wanted}/{wanted} = đạt 100,0 %" in said_of(officer, "ROOT", phase)
        reached = said_of(officer, upper.code, phase)
        assert "Đơn vị trực thuộc đạt chỉ tiêu về người: 1/" in reached
    # The same people did it twice: distinct people of both phases together are no more than of one.
    both = officer.types(f"/tiendo {leaf.code}")[-1].text.partition("Cả chương trình")[2]
    assert f"Chỉ tiêu về người: {people}/{people} = đạt 100,0 %" in both
    assert f"đã hợp lệ {2 * people}" in both
    campaign.agrees()


def said_of(phone: Phone, code: str, phase: str) -> str:
    """The lines of one phase."""
    phone.types(f"/tiendo {code}")
    phone.taps(f"Giai đoạn {phase}" if f"Giai đoạn {phase}" in str(phone.last.rows) else phase)
    return phone.last.text
