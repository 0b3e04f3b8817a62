"""Whose decision it is when the tree changes and when an author appeals: nothing falls between two desks."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.unit_files import lines_of
from handlers.review_sight import desk_of
from handlers.slow_reviews import remind_slow
from handlers.units import units_import
from storage.database import Database
from storage.recount import Recount
from tests.phone import Clock, Phone, house
from tests.reviewers import REFUSALS, People, people

UNITS = Path(__file__).parent / "data" / "units.csv"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def team(database: Database, clock: Clock) -> People:
    return people(database, clock)


def changes(team: People, **rows: dict[str, str]) -> None:
    """The list of units once more, with other cells for some codes."""
    listed = list(csv.DictReader(UNITS.read_text(encoding="utf-8").splitlines()))
    out = io.StringIO()
    lines = csv.DictWriter(out, [*listed[0], "replaces", "status"], lineterminator="\n")
    lines.writeheader()
    lines.writerows({**row, **rows.get(row["code"].replace("-", "_"), {})} for row in listed)
    with team.database.transaction() as tx:
        units_import(tx, list(lines_of(out.getvalue())), team.clock())


def codes(team: People) -> tuple[str, str, str]:
    """The unit of the author, the one beside it, and one of another union above."""
    unit = team.unit()
    with team.database.transaction() as tx:
        here, beside = (tx.units.by_id(unit), tx.people.behind("telegram", team.other_lead.address))
        assert here is not None and beside is not None and beside.unit_id is not None
        near, above = tx.units.by_id(beside.unit_id), tx.tree.parent(here.id)
        root = tx.units.root()
        assert near is not None and above is not None and root is not None
        other = next(
            child
            for middle in tx.units.children(root.id)
            if middle.id != above.id
            for child in tx.units.children(middle.id)
        )
        return here.code, near.code, other.code


def waiting(team: People, phone: Phone) -> list[str]:
    """What the queue of somebody holds, counted and listed alike."""
    worker = team.worker(phone)
    with team.database.transaction() as tx:
        desk = desk_of(tx, worker, house())
        found = [item.code for item in tx.review_queue.page(desk, 100)]
        assert tx.review_queue.count(desk)[0] == len(found)
        return found


def test_what_waits_in_a_merged_unit_waits_for_the_one_in_its_place(team: People, clock: Clock) -> None:
    team.sends()
    here, near, _ = codes(team)
    changes(
        team, **{here.replace("-", "_"): {"status": "merged"}, near.replace("-", "_"): {"replaces": here}}
    )
    assert waiting(team, team.other_lead) == ["SK-00001"] == waiting(team, team.officer)
    assert waiting(team, team.lead) == ["SK-00001"]  # who led the old one leads the new one
    clock.passes(days=4)
    with team.database.transaction() as tx:
        assert remind_slow(tx, house(), clock()) > 0
        assert Recount(tx.connection).differences() == []
    assert "SK-00001" in "\n".join(spoken.text for spoken in team.other_lead.reads())
    team.other_lead.types("/duyet")
    team.other_lead.taps("Duyệt")
    assert team.state() == "valid" and waiting(team, team.officer) == []


def test_merged_twice_and_under_another_union_it_waits_for_the_last(team: People, clock: Clock) -> None:
    team.sends()
    here, near, other = (code.replace("-", "_") for code in codes(team))
    plain = codes(team)
    changes(team, **{here: {"status": "merged"}, near: {"replaces": plain[0]}})
    clock.passes(days=40)
    changes(
        team,
        **{here: {"status": "merged"}, near: {"status": "merged"}, other: {"replaces": plain[1]}},
    )
    assert waiting(team, team.other_lead) == ["SK-00001"]
    assert waiting(team, team.officer) == ["SK-00001"]  # of the union it was made under
    boss = Phone(team.database, clock, address="990", name="Bùi Văn Sơn").joins()
    worker = team.worker(boss)
    with team.database.transaction() as tx:
        last = tx.units.by_code(plain[2])
        assert last is not None
        above = tx.tree.parent(last.id)
        assert above is not None
        tx.roles.grant(worker, "officer", above.id, clock())
    assert waiting(team, boss) == ["SK-00001"]


def test_after_a_split_its_own_lead_and_the_officer_above_still_decide(team: People) -> None:
    team.sends()
    here, near, other = (code.replace("-", "_") for code in codes(team))
    plain = codes(team)[0]
    changes(team, **{here: {"status": "dissolved"}, near: {"replaces": plain}, other: {"replaces": plain}})
    assert waiting(team, team.officer) == ["SK-00001"] == waiting(team, team.lead)
    team.lead.types("/duyet")
    team.lead.taps("Duyệt")
    assert team.state() == "valid"


def test_under_another_union_it_waits_for_the_officer_there(team: People, clock: Clock) -> None:
    team.sends()
    here, _, other = codes(team)
    boss = Phone(team.database, clock, address="990", name="Bùi Văn Sơn").joins()
    worker = team.worker(boss)
    with team.database.transaction() as tx:
        there = tx.units.by_code(other)
        assert there is not None
        above = tx.tree.parent(there.id)
        assert above is not None
        tx.roles.grant(worker, "officer", above.id, clock())
    changes(team, **{here.replace("-", "_"): {"parent_code": above.code}})
    assert waiting(team, boss) == ["SK-00001"] == waiting(team, team.lead)
    assert waiting(team, team.officer) == []


# --- appeals


def refuses(phone: Phone) -> None:
    for label in ("⛔ Không duyệt", REFUSALS[0], "⛔ Không duyệt"):
        phone.taps(label)


def appeals(team: People) -> str:
    team.author.presses("author|appeal.1|-")
    return team.author.types("Máy này khác máy trước, đã chạy từ tháng 3")[-1].text


def at_the_top(team: People, role: str) -> Phone:
    """Somebody else who answers for everything."""
    phone = Phone(team.database, team.clock, address="990", name="Bùi Văn Sơn").joins()
    worker = team.worker(phone)
    with team.database.transaction() as tx:
        root = tx.units.root()
        assert root is not None
        tx.roles.grant(worker, role, root.id, team.clock())
    return phone


def test_whoever_refused_does_not_decide_on_the_appeal_and_another_does(team: People) -> None:
    boss = at_the_top(team, "officer")
    team.sends()
    team.officer.types("/duyet")
    refuses(team.officer)
    assert "tới cấp trên" in appeals(team)
    told = "\n".join(spoken.text for spoken in boss.reads())
    assert "Máy này khác máy trước" in told and "Máy này" not in str(team.officer.reads())
    assert waiting(team, team.officer) == [] and waiting(team, boss) == ["SK-00001"]
    card = team.officer.types("/duyet 1")[-1]
    assert "người khác ở cấp trên quyết định" in card.text and "Duyệt" not in str(card.rows).replace(
        "Danh", ""
    )
    with team.database.transaction() as tx:
        last = tx.reviews.last_move(1)
        assert last is not None
    for forged in ("accept", "reject", "return"):
        team.officer.presses(f"queue|{forged}.1|{last.id}")
        for label in ("sure", "send"):
            team.officer.presses(f"queue|{label}.1.j.1|{last.id}")
    assert team.state() == "submitted"
    boss.types("/duyet")
    boss.taps("Duyệt")
    assert team.state() == "valid"


def test_with_nobody_else_above_it_is_said_and_waits_for_an_administrator(team: People) -> None:
    team.sends()
    team.officer.types("/duyet")
    refuses(team.officer)
    assert "chưa có người khác ở cấp trên" in appeals(team)
    assert "Nhờ quản trị" in "\n".join(spoken.text for spoken in team.officer.reads())
    admin = at_the_top(team, "admin")
    assert waiting(team, admin) == ["SK-00001"] and waiting(team, team.officer) == []
    admin.types("/duyet")
    admin.taps("Duyệt")
    assert team.state() == "valid"


def test_a_refusal_that_was_taken_back_keeps_nobody_from_an_appeal(team: People, clock: Clock) -> None:
    team.sends()
    team.officer.types("/duyet")
    refuses(team.officer)
    team.officer.taps("Rút lại")
    team.lead.types("/duyet")
    refuses(team.lead)
    appeals(team)
    assert waiting(team, team.officer) == ["SK-00001"] and waiting(team, team.lead) == []


def test_a_slow_appeal_is_told_to_those_who_may_decide(team: People, clock: Clock) -> None:
    boss = at_the_top(team, "officer")
    team.sends()
    team.officer.types("/duyet")
    refuses(team.officer)
    appeals(team)
    clock.passes(days=4)
    team.officer.reads()
    with team.database.transaction() as tx:
        remind_slow(tx, house(), clock() + timedelta(hours=1))
    clock.passes(hours=2)
    assert "SK-00001" in str(boss.reads()) and "SK-00001" not in str(team.officer.reads())


def test_waiting_appeals_are_found_by_their_index(database: Database, team: People) -> None:
    query = "SELECT id FROM initiative WHERE state = 'submitted' AND appealed_at IS NOT NULL"
    with database.reading() as tx:
        if not database.is_sqlite:
            tx.connection.execute(text("SET LOCAL enable_seqscan = off"))
        how = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        assert "ix_initiative_appealed" in str(tx.connection.execute(text(how + query)).all())


# --- the author's own list


def test_a_refused_one_is_appealed_from_the_list_once(team: People) -> None:
    team.sends()
    team.lead.types("/duyet")
    refuses(team.lead)
    team.author.reads()
    team.author.types("/cuatoi")
    team.author.taps("SK-00001")
    team.author.taps("Đề nghị xem xét lại")
    team.author.types("Máy này khác máy trước, đã chạy từ tháng 3")
    assert team.state() == "submitted" and waiting(team, team.officer) == ["SK-00001"]
    team.officer.types("/duyet")
    refuses(team.officer)
    team.author.types("/cuatoi")
    assert "xem xét lại" not in str(team.author.taps("SK-00001")[-1].rows)


def test_one_typed_by_another_is_confirmed_from_the_list(team: People) -> None:
    from tests.test_proxy import enters

    enters(team.lead, "Lan", "Nguyễn Thị Lan")
    team.author.reads()
    listed = team.author.types("/cuatoi")[-1]
    assert "1 sáng kiến được nhập thay đang chờ anh/chị xác nhận" in listed.text
    team.author.taps("SK-00001")
    team.author.taps("Xác nhận là của tôi")
    team.author.taps("Đúng, của tôi")
    with team.database.transaction() as tx:
        assert not tx.entered.unconfirmed(1)
    assert "Xác nhận" not in str(team.author.types("/cuatoi")[-1].rows)
