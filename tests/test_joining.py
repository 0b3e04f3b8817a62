"""Joining by codes: typed in any way, used as often as allowed, refused in one way, guessed by nobody."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select, text, update

from handlers.codes import ALPHABET, LENGTH, canonical, code_hash, looks_like_code
from storage.database import Database
from storage.invitations import Invited
from storage.models import metadata
from storage.units import UnitNode
from storage.upgrade import _scripts, upgrade_database
from tests.phone import Clock, Phone
from tests.test_transcripts import import_units

CODE = "7KQ2M9XHTP"
AUDIT = metadata.tables["audit"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ready(database: Database, clock: Clock) -> Database:
    import_units(database, clock)
    return database


def leaf(database: Database, number: int = 0) -> UnitNode:
    with database.reading() as tx:
        root = tx.units.root()
        assert root is not None
        middle = next(child for child in tx.units.children(root.id) if tx.units.children(child.id))
        return tx.units.children(middle.id)[number]


def invitation(
    database: Database, clock: Clock, *, code: str = CODE, role: str = "worker", uses: int = 1,
    unit: UnitNode | None = None, made_by: int | None = None,
) -> UnitNode:  # fmt: skip
    unit = unit or leaf(database)
    with database.transaction() as tx:
        until = clock() + timedelta(days=1)
        tx.invitations.make(code_hash(code), role, unit.id, uses, until, clock())
        if made_by is not None:
            tx.invitations.made_in_chat(code_hash(code), made_by, f"drawn-{code}")
    return unit


def agreed(database: Database, clock: Clock, address: str = "100", name: str = "Nguyễn Thị Lan") -> Phone:
    phone = Phone(database, clock, name=name, address=address)
    phone.types("/start")
    phone.taps("Đồng ý")
    return phone


def unit_of(phone: Phone) -> int | None:
    with phone.database.reading() as tx:
        person = tx.people.behind(phone.channel, phone.address)
        return person.unit_id if person else None


def worker_of(phone: Phone) -> int:
    with phone.database.reading() as tx:
        person = tx.people.behind(phone.channel, phone.address)
        assert person is not None
        return person.worker_id


WAYS = [
    "7KQ2M9XHTP",
    "7kq2m9xhtp",
    "7KQ2M-9XHTP",
    " 7kq2m 9xhtp ",
    "7КQ2М9ХНТР",
    "7KOZM9XHTP",
    "7kq2m – 9xhtp",
]
WAYS += ["７ＫＱ２Ｍ９ＸＨＴＰ", "7K.Q2.M9.XH.TP"]
WORDS = ["Cuộn vải", "may duyen ha", "4,98 tỷ/năm", "25/2/2022", "hai người ạ", "", "phamthiyen"]


@pytest.mark.parametrize("typed", WAYS)
def test_a_code_is_taken_however_it_is_typed(typed: str) -> None:
    assert canonical(typed) == CODE
    assert looks_like_code(typed)


@pytest.mark.parametrize("typed", WORDS)
def test_what_people_write_is_not_taken_for_a_code(typed: str) -> None:
    assert not looks_like_code(typed)


def test_no_letter_of_a_code_looks_like_another() -> None:
    assert len({canonical(letter) for letter in ALPHABET}) == len(ALPHABET)
    assert canonical(ALPHABET) == ALPHABET
    assert LENGTH >= 10


@pytest.mark.parametrize("way", ["/start 7kq2m 9xhtp", "7kq2m-9xhtp", "/start 7KQ2M9XHTP"])
def test_a_code_joins_from_the_question_for_the_unit(way: str, ready: Database, clock: Clock) -> None:
    unit = invitation(ready, clock)
    phone = agreed(ready, clock)
    phone.types(way)
    assert unit_of(phone) == unit.id
    assert unit.name in phone.last.text


@pytest.mark.parametrize("way", [f"/start {CODE}", CODE])
def test_a_code_in_the_middle_of_a_form_joins_and_returns_to_the_question(
    way: str, ready: Database, clock: Clock
) -> None:
    unit = invitation(ready, clock)
    phone = agreed(ready, clock)
    phone.taps("Để sau")
    phone.types("/sangkien")
    phone.types("Cuộn vải để dưới đất, mỗi ca hai người khiêng")
    phone.types(way)
    assert unit.name in phone.last.text
    assert "đã thay đổi điều gì" in phone.last.text
    assert unit_of(phone) == unit.id


def test_a_second_use_by_another_person_is_refused_like_a_wrong_or_expired_code(
    ready: Database, clock: Clock
) -> None:
    invitation(ready, clock)
    first, second = agreed(ready, clock), agreed(ready, clock, "200")
    first.types(f"/start {CODE}")
    second.types(f"/start {CODE}")
    used = second.last.text
    second.types("/start 4444444444")
    wrong = second.last.text
    invitation(ready, clock, code="5XHTP7KQ2M")
    clock.passes(days=2)
    second.types("/start 5XHTP7KQ2M")
    assert used == wrong == second.last.text
    assert "không dùng được" in used
    assert unit_of(second) is None


def test_one_s_own_link_pressed_again_costs_nothing(ready: Database, clock: Clock) -> None:
    unit = invitation(ready, clock, uses=2)
    lan, hung = agreed(ready, clock), agreed(ready, clock, "200")
    for _ in range(3):
        lan.types(f"/start {CODE}")
        assert unit.name in lan.last.text
    hung.types(f"/start {CODE}")
    assert unit_of(hung) == unit.id


def test_a_code_to_a_unit_that_closed_yesterday_is_refused(ready: Database, clock: Clock) -> None:
    unit = invitation(ready, clock)
    with ready.transaction() as tx:
        table = metadata.tables["unit"]
        closed = update(table).where(table.c.id == unit.id).values(valid_to=date(2023, 8, 15))
        tx.connection.execute(closed)
    phone = agreed(ready, clock)
    phone.types(f"/start {CODE}")
    assert unit_of(phone) is None
    assert "không dùng được" in phone.last.text


def test_a_role_comes_with_the_code_only_while_its_maker_could_give_it(ready: Database, clock: Clock) -> None:
    unit = leaf(ready)
    lan, hung, mai = (agreed(ready, clock, str(number)) for number in (100, 200, 300))
    with ready.transaction() as tx:
        tx.roles.grant(worker_of(lan), "lead", unit.id, clock())
    invitation(ready, clock, role="lead", uses=5, unit=unit, made_by=worker_of(lan))
    hung.types(f"/start {CODE}")
    assert "người phụ trách" in hung.last.text
    with ready.transaction() as tx:
        assert unit.id in [held.unit_id for held in tx.roles.of(worker_of(hung))]
        tx.roles.revoke(worker_of(lan), clock())
    mai.types(f"/start {CODE}")
    assert "không dùng được" in mai.last.text
    assert unit_of(mai) is None


def test_who_moves_away_leads_the_unit_no_longer(ready: Database, clock: Clock) -> None:
    here = invitation(ready, clock, role="lead")
    there = invitation(ready, clock, code="5XHTP7KQ2M", unit=leaf(ready, 1))
    lan = agreed(ready, clock)
    lan.types(f"/start {CODE}")
    lan.types("/start 5XHTP7KQ2M")
    with ready.reading() as tx:
        assert tx.roles.of(worker_of(lan)) == []
        assert "role_ended" in tx.connection.execute(select(AUDIT.c.what)).scalars().all()
    assert unit_of(lan) == there.id
    assert here.id != there.id


def test_codes_are_not_guessed_from_one_chat(ready: Database, clock: Clock) -> None:
    unit = invitation(ready, clock)
    phone = agreed(ready, clock)
    for number in range(5):
        phone.types(f"/start 444444444{number + 2}")
        assert "không dùng được" in phone.last.text
    phone.types(f"/start {CODE}")
    assert "trong một giờ" in phone.last.text
    assert unit_of(phone) is None
    clock.passes(minutes=61)
    phone.types(f"/start {CODE}")
    assert unit_of(phone) == unit.id


def test_strangers_who_guess_are_slowed_and_leave_no_address(ready: Database, clock: Clock) -> None:
    invitation(ready, clock)
    phone = Phone(ready, clock, address="987654321")
    for _ in range(6):
        phone.types("/start 4444444442")
    phone.types(f"/start {CODE}")
    assert "trong một giờ" in phone.last.text
    with ready.reading() as tx:
        kept = tx.connection.execute(text("SELECT who FROM code_attempt")).scalars().all()
    assert len(kept) == 5
    assert all("987654321" not in who for who in kept)


def test_many_wrong_codes_together_are_told_to_the_admin_once(ready: Database, clock: Clock) -> None:
    admin = agreed(ready, clock, "900", "Quản trị")
    with ready.transaction() as tx:
        tx.roles.grant(worker_of(admin), "admin", leaf(ready).id, clock())
        for number in range(98):
            tx.invitations.failed(f"somebody {number}", clock(), clock() - timedelta(hours=1))
    for number in range(4):
        Phone(ready, clock, address=f"7{number}").types("/start 4444444442")
    told = [spoken.text for spoken in admin.reads()]
    assert len(told) == 1
    assert "100 lần" in told[0]


def test_an_older_database_with_invitations_and_roles_comes_along(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    config = _scripts()
    with database.schema_connection() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        connection.exec_driver_sql(
            "INSERT INTO unit (id, code, name, level, created_at)"
            " VALUES (1, 'A', 'A', '', '2023-08-15 02:00:00')"
        )
        made = text(
            "INSERT INTO invitation (id, code_hash, role, unit_id, uses_left, expires_at, created_at)"
            " VALUES (1, :hash, 'lead', 1, 3, '2023-09-15 02:00:00', '2023-08-15 02:00:00')"
        )
        connection.execute(made, {"hash": code_hash(CODE)})
        connection.commit()
    upgrade_database(database)
    clock = Clock()
    with database.reading() as tx:
        invited = tx.invitations.open(code_hash(CODE), clock(), clock().date())
    database.close()
    assert invited == Invited(1, "lead", 1, None)
