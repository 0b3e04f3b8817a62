"""Inviting by `/moi`: what is offered to whom, what is made once, what no forged button can make."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, text

from bot.documents.poster import poster, words_for
from bot.documents.qr import qr_png
from handlers.inviting import on_poster
from storage.database import Database
from storage.models import metadata
from tests.phone import SPEECH, Clock, Phone
from tests.test_joining import agreed, leaf, unit_of, worker_of
from tests.test_transcripts import import_units

AUDIT = metadata.tables["audit"]
INVITATION = metadata.tables["invitation"]
FORGED = ["role.{unit}.2", "role.{unit}.3", "uses.{unit}.3.50", "days.{unit}.2.50.30.7"]
NONSENSE = ["", "unit", "unit.x", "unit.", "role.1.9", "days.1.0.50", f"unit.{10**20}", "x.1"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ready(database: Database, clock: Clock) -> Database:
    import_units(database, clock)
    return database


def holder(database: Database, clock: Clock, role: str = "lead", address: str = "100") -> Phone:
    """Somebody with a role at the first leaf of the tree, of which they are a member."""
    phone = agreed(database, clock, address)
    unit = leaf(database)
    with database.transaction() as tx:
        person = tx.people.behind("telegram", address)
        assert person is not None
        tx.people.join(person, unit.id, clock())
        tx.people.set_talk(person, {})
        tx.roles.grant(person.worker_id, role, unit.id, clock())
    return phone


def makes(phone: Phone, role: str = "Người lao động") -> dict[str, str]:
    """Through the buttons: the code and the link of the invitation that is made."""
    phone.types("/moi")
    phone.taps(role)
    phone.taps("50 người")
    (made,) = phone.taps("30 ngày")
    papers = [given.file.plain()["paper"] for given in made.files]
    assert papers == ["invitation_qr", "poster"]
    found = re.search(r": (?P<code>[0-9A-Z-]{11})\n.*: (?P<link>https://\S+)", made.text)
    assert found is not None
    return found.groupdict()


def refusals(database: Database) -> list[str]:
    with database.reading() as tx:
        rows = tx.connection.execute(select(AUDIT.c.why).where(AUDIT.c.what == "refused"))
        return list(rows.scalars())


def test_a_lead_s_code_joins_those_who_type_it(ready: Database, clock: Clock) -> None:
    lead = holder(ready, clock)
    made = makes(lead)
    assert made["link"] == f"https://t.me/sangkien_bot?start={made['code'].replace('-', '')}"
    hung = agreed(ready, clock, "200", "Trần Văn Hùng")
    hung.types(made["code"].lower())
    assert unit_of(hung) == leaf(ready).id


def test_the_code_is_found_nowhere_in_the_database_once_it_was_said(ready: Database, clock: Clock) -> None:
    made = makes(holder(ready, clock))
    bare = made["code"].replace("-", "")
    with ready.reading() as tx:
        for table in metadata.sorted_tables:
            rows = tx.connection.execute(select(table)).all()
            assert not any(bare in str(row) or made["code"] in str(row) for row in rows), table.name


def test_nobody_is_offered_a_role_above_their_own(ready: Database, clock: Clock) -> None:
    lead = holder(ready, clock)
    lead.types("/moi")
    labels = [label for row in lead.last.rows for label, _ in row]
    assert labels == ["Người lao động", "Tổ hỗ trợ nhập thay", "Người phụ trách"]


@pytest.mark.parametrize("choice", FORGED)
def test_a_forged_button_for_a_higher_role_is_refused_and_written_down(
    choice: str, ready: Database, clock: Clock
) -> None:
    lead = holder(ready, clock)
    lead.presses(f"invite|{choice.format(unit=leaf(ready).id)}|-")
    assert "chưa được giao" in lead.last.text
    assert refusals(ready) == ["invite"]
    with ready.reading() as tx:
        assert tx.connection.execute(select(INVITATION.c.id)).all() == []


@pytest.mark.parametrize("choice", ["unit.{other}", "days.{other}.0.50.30.7", "role.{other}.0"])
def test_a_lead_invites_to_no_other_unit(choice: str, ready: Database, clock: Clock) -> None:
    lead = holder(ready, clock)
    lead.presses(f"invite|{choice.format(other=leaf(ready, 1).id)}|-")
    assert "chưa được giao" in lead.last.text
    assert refusals(ready) == ["invite"]


@pytest.mark.parametrize("choice", NONSENSE)
def test_nonsense_on_a_button_makes_nothing(choice: str, ready: Database, clock: Clock) -> None:
    lead = holder(ready, clock)
    lead.presses(f"invite|{choice}|-")
    assert lead.last.text
    with ready.reading() as tx:
        assert tx.connection.execute(select(INVITATION.c.id)).all() == []
        assert tx.connection.execute(text("SELECT id FROM dead_letter")).all() == []


def test_a_tap_that_comes_twice_makes_one_invitation(ready: Database, clock: Clock) -> None:
    lead = holder(ready, clock)
    lead.types("/moi")
    lead.taps("Người lao động")
    lead.taps("10 người")
    action = lead.action("7 ngày")
    lead.presses(action)
    assert lead.presses(action) == []
    assert lead.toast == "toast.already"
    with ready.reading() as tx:
        assert len(tx.connection.execute(select(INVITATION.c.id)).all()) == 1


def test_a_worker_is_refused_and_a_lead_who_was_removed_too(ready: Database, clock: Clock) -> None:
    lead = holder(ready, clock)
    lead.types("/moi")
    button = lead.action("Người lao động")
    with ready.transaction() as tx:
        tx.roles.revoke(worker_of(lead), clock())
    lead.presses(button)
    assert "chưa được giao" in lead.last.text
    lead.types("/moi")
    assert "chưa được giao" in lead.last.text
    assert refusals(ready) == ["invite", "invite"]


def test_an_officer_invites_below_by_the_unit_s_name(ready: Database, clock: Clock) -> None:
    officer = agreed(ready, clock)
    unit = leaf(ready)
    with ready.transaction() as tx:
        assert unit.parent_id is not None
        tx.roles.grant(worker_of(officer), "officer", unit.parent_id, clock())
    officer.types(f"/moi {unit.code}")
    assert unit.name in "".join(
        [officer.last.text, *(label for row in officer.last.rows for label, _ in row)]
    )


def test_the_poster_is_one_page_of_paper_however_long_the_names() -> None:
    for name, language in (("CĐCS May 2", "vi"), ("Công đoàn cơ sở Công ty trách nhiệm hữu hạn " * 9, "en")):
        params = on_poster(
            "01 triệu sáng kiến", name, "lead", "7KQ2M9XHTP", "https://t.me/b_bot", "2023-09-14"
        )
        printed = poster(words_for(SPEECH, params, language), params["link"], language)
        assert printed.startswith(b"%PDF-")
        assert b"/Count 1" in printed
    assert qr_png("https://t.me/b_bot?start=7KQ2M9XHTP").startswith(b"\x89PNG")
