"""What is sealed is cipher text wherever it lies, under keys that can be rotated and are never beside it."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.command import upgrade
from sqlalchemy import select, text

from bot.files import keep, place_of
from storage.database import Database
from storage.models import metadata
from storage.outbox import Settled
from storage.sealing import renew, seal_what_is_open
from storage.upgrade import _foreign_keys, _scripts, upgrade_database
from storage.vault import Vault, VaultClosed, WrongKey, check_key, is_sealed, new_key
from tests.conftest import KEYS
from tests.live import Program
from tests.phone import Clock, Phone
from tests.test_transcripts import import_units

SECRET = "MARKER pha keo ở 62 độ"
NOON = datetime(2023, 8, 15, 5, tzinfo=UTC)
TABLES = metadata.tables
KEY = new_key()


def test_what_is_sealed_opens_and_is_never_the_same_twice() -> None:
    vault = Vault(lambda: [KEY])
    plain = {"sealed": True, "answers": {"before": {"value": SECRET}}}
    once, again = vault.seal(plain), vault.seal(plain)
    assert vault.open(once) == vault.open(again) == plain
    assert once != again
    assert SECRET not in str(once)


def test_an_open_value_is_left_as_it_is_without_any_key() -> None:
    assert Vault().kept({"sealed": False, "answers": {}}) == {"sealed": False, "answers": {}}
    assert Vault().open({"answers": {}}) == {"answers": {}}
    with pytest.raises(VaultClosed):
        Vault().kept({"sealed": True})


def test_a_new_first_key_opens_the_old_and_seals_the_new() -> None:
    old, new = new_key(), new_key()
    sealed = Vault(lambda: [old]).seal("x")
    renewed = Vault(lambda: [new, old]).renewed(sealed)
    assert Vault(lambda: [new]).open(renewed) == "x"
    with pytest.raises(VaultClosed):
        Vault(lambda: [new]).open(sealed)


def test_keys_that_were_rotated_meanwhile_are_read_again() -> None:
    keys = [new_key()]
    vault = Vault(lambda: list(keys))
    vault.seal("warm")
    keys.insert(0, new_key())
    assert vault.open(Vault(lambda: keys[:1]).seal("x")) == "x"


@pytest.mark.parametrize("wrong", ["", "abc", "á" * 44, "A" * 43, "A" * 43 + "=A"])
def test_a_string_that_is_no_key_is_refused(wrong: str) -> None:
    with pytest.raises(WrongKey):
        check_key(wrong)


def raw(database: Database) -> str:
    """Everything the database holds, as text."""
    with database.reading() as tx:
        found = [tx.connection.execute(text(f'SELECT * FROM "{name}"')).all() for name in TABLES]  # noqa: S608
    return str(found)


def promised(words: str) -> dict[str, object]:
    body = {"key": "mine.line", "params": {"title": words}}
    where = {"channel": "telegram", "address": "100", "chat_id": 1, "language": "vi", "slot": None}
    return {**where, "body": body, "created_at": NOON, "due_at": NOON.replace(hour=1)}


def member(database: Database) -> Phone:
    """Somebody who belongs to a unit."""
    clock = Clock()
    import_units(database, clock)
    phone = Phone(database, clock)
    phone.types("/start")
    phone.taps("Đồng ý")
    phone.types("T09-017")
    phone.taps("CĐCS")
    return phone


def seals_from_the_card(database: Database) -> Phone:
    phone = member(database).answers_until_review(before=SECRET, after=f"{SECRET} sau")
    phone.sends(name="MARKER.jpg")
    assert "MARKER" in raw(database)
    phone.taps("bí mật")
    return phone


def test_answers_from_before_the_mark_are_sealed_with_it(database: Database) -> None:
    phone = seals_from_the_card(database)
    assert "MARKER" not in raw(database)
    phone.types("Tên mới của sáng kiến")
    phone.taps("Nộp")
    assert "SK-00001" in phone.last.text
    assert "MARKER" not in raw(database)
    with database.reading() as tx:
        (line,) = tx.initiatives.of(1)
        own = tx.initiatives.own(1, line.id)
        assert own is not None
        assert own.place["answers"]["before"]["value"] == SECRET
        assert line.place == {}


def test_no_byte_of_it_is_left_in_the_file_or_its_log(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}", vault=Vault(lambda: [KEY]))
    upgrade_database(database)
    seals_from_the_card(database)
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    database.close()
    assert b"MARKER" not in held


def test_what_waits_to_be_said_is_sealed_too_and_still_said(database: Database) -> None:
    phone = Phone(database, Clock()).joins().answers_until_review(before=SECRET)
    with database.transaction() as tx:
        tx.outbox.promise([promised(SECRET)])
        tx.outbox.protect(1)
    with database.transaction() as tx:
        body = tx.connection.execute(select(TABLES["outbox"].c.body).order_by(TABLES["outbox"].c.id.desc()))
        assert is_sealed(body.scalars().first())
        (claimed,) = tx.outbox.claim(8, phone.clock(), phone.clock())
    assert claimed.body["params"]["title"] == SECRET
    assert claimed.body["protected"] is True


def test_what_was_said_is_not_kept(database: Database) -> None:
    phone = Phone(database, Clock()).joins()
    with database.transaction() as tx:
        tx.connection.execute(TABLES["outbox"].update().values(state="waiting"))
        claimed = tx.outbox.claim(8, phone.clock(), phone.clock())
    with database.transaction() as tx:
        tx.outbox.settle([Settled(one.id, "sent", message="7") for one in claimed], NOON)
        bodies = select(TABLES["outbox"].c.body).where(TABLES["outbox"].c.state == "sent")
        assert set(map(str, tx.connection.execute(bodies).scalars())) == {"{}"}


def test_every_sealed_value_is_renewed_under_the_first_key(database: Database) -> None:
    phone = seals_from_the_card(database)
    phone.types("Tên mới của sáng kiến")
    phone.taps("Nộp")
    new = new_key()
    vault, database.vault = database.vault, Vault(lambda: [new, *KEYS])
    try:
        assert sum(renew(database.transaction)) >= 2
        database.vault = Vault(lambda: [new])
        with database.reading() as tx:
            own = tx.initiatives.own(1, 1)
        assert own is not None and own.place["answers"]["before"]["value"] == SECRET
    finally:
        database.vault = vault


def test_a_lost_key_stops_nobody_else(database: Database) -> None:
    seals_from_the_card(database)
    vault, database.vault = database.vault, Vault(lambda: [KEY])
    try:
        other = Phone(database, Clock(), address="200", name="Trần Hùng").joins()
        assert other.types("/sangkien")
        with database.transaction() as tx:
            person = tx.people.behind("telegram", "100")
        assert person is not None and person.draft is None
    finally:
        database.vault = vault


AT = "2023-08-15 05:00:00.000000"
OLD_ROWS = (
    ("unit", {"id": 1, "code": "T", "name": "T", "level": "x", "created_at": AT}),
    ("worker", {"id": 1, "name": "Lan", "language": "vi", "created_at": AT}),
    ("draft", {"id": 1, "worker_id": 1, "form": "initiative", "place": "PLACE", "created_at": AT,
               "updated_at": AT}),
    ("initiative", {
        "id": 1, "code": "SK-1", "unit_id": 1, "author_id": 1, "phase": "gd1", "state": "submitted",
        "sealed": 1,
        "title": "t", "kind": "technical", "before": "MARKER", "effect": "e", "benefit_in_money": 0,
        "applied_on": "2022-02-02", "applied_precision": "day", "place": "PLACE",
        "created_at": AT, "submitted_at": AT,
    }),
    ("attachment", {
        "id": 1, "initiative_id": 1, "worker_id": 1, "channel": "telegram", "reference": "r",
        "unique_reference": "u", "kind": "photo", "name": "MARKER.jpg", "media_type": "image/jpeg",
        "message": "1", "state": "stored", "sha256": "abc", "tries": 0, "due_at": AT, "created_at": AT,
    }),
)  # fmt: skip


class TestTheUpgrade:
    def test_seals_what_an_earlier_program_left_in_clear(self, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path / 'old.db'}", vault=Vault(lambda: [KEY]))
        config = _scripts()
        with database.schema_connection() as connection:
            _foreign_keys(connection, on=False)
            config.attributes["connection"] = connection
            upgrade(config, "0006")
            connection.commit()
            place = '{"sealed":true,"answers":{"before":{"value":"MARKER","typed":[]}}}'
            for table, row in OLD_ROWS:
                given = {name: place if value == "PLACE" else value for name, value in row.items()}
                columns, blanks = ", ".join(given), ", ".join("?" * len(given))
                statement = f"INSERT INTO {table} ({columns}) VALUES ({blanks})"  # noqa: S608 - our own words
                connection.exec_driver_sql(statement, tuple(given.values()))
            connection.commit()
        upgrade_database(database)
        with database.transaction() as tx:
            seal_what_is_open(tx)
        assert "MARKER" not in raw(database)
        with database.reading() as tx:
            assert tx.attachments.opened(1)[0]["name"] == "MARKER.jpg"
            (waiting,) = tx.attachments.due(NOON, 4)
            assert (waiting.reference, waiting.sha256, waiting.sealed) == ("r", "abc", True)
        held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        database.close()
        assert b"MARKER" not in held


class TestTheKeysCommand:
    async def test_makes_a_file_for_its_owner_alone_and_only_once(self, tmp_path: Path) -> None:
        program = Program(tmp_path)
        code, out, _ = await program.does("keys", "new")
        file = tmp_path / "data" / "keys"
        assert code == 0 and str(file) in out
        check_key(file.read_text().strip())
        assert stat.S_IMODE(file.stat().st_mode) == 0o600 or os.name != "posix"
        before = file.read_bytes()
        code, _, error = await program.does("keys", "new")
        assert code == 1 and "rotate" in error
        assert file.read_bytes() == before

    async def test_rotates_rows_and_files(self, tmp_path: Path) -> None:
        program = Program(tmp_path)
        await program.does("keys", "new")
        file = tmp_path / "data" / "keys"
        old = file.read_text().split()
        database = Database(f"sqlite:///{tmp_path / 'sangkien.db'}", vault=Vault(lambda: old))
        upgrade_database(database)
        seals_from_the_card(database)
        cipher = keep(tmp_path / "files", database.vault.seal_bytes(b"MARKER"))
        with database.transaction() as tx:
            tx.attachments.stored(1, cipher, 6, "image/jpeg", "0" * 64)
        database.close()
        code, out, error = await program.does("keys", "rotate")
        assert (code, error) == (0, "")
        assert "2 khóa" in out
        new = file.read_text().split()
        assert new[1:] == old
        database = Database(f"sqlite:///{tmp_path / 'sangkien.db'}", vault=Vault(lambda: new[:1]))
        with database.reading() as tx:
            (draft,) = tx.drafts.of(1)
            (digest,) = tx.attachments.encrypted()
        assert draft.place["answers"]["before"]["value"] == SECRET
        assert database.vault.open_bytes(place_of(tmp_path / "files", digest).read_bytes()) == b"MARKER"
        assert not place_of(tmp_path / "files", cipher).exists()
        database.close()

    async def test_a_lost_key_is_told_in_one_sentence_and_nothing_runs(self, tmp_path: Path) -> None:
        program = Program(tmp_path)
        await program.does("keys", "new")
        file = tmp_path / "data" / "keys"
        keys = file.read_text().split()
        database = Database(f"sqlite:///{tmp_path / 'sangkien.db'}", vault=Vault(lambda: keys))
        upgrade_database(database)
        seals_from_the_card(database)
        database.close()
        file.unlink()
        code, _, error = await program.does("run")
        assert code == 1
        assert str(file) in error.splitlines()[-1]
        assert not file.exists()
        _, out, _ = await program.does("doctor")
        assert f"khóa: Có sáng kiến bí mật nhưng khóa ở {file}" in out
