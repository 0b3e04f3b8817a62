"""Who said what and when can be proved to anybody: with a file, a hash and nothing of ours."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.papers import painters
from handlers.messages import Pressed, Reply
from storage.database import Database
from storage.upgrade import upgrade_database
from storage.vault import Vault
from tests.live import Program
from tests.phone import SPEECH, Phone
from tests.test_vault import KEY, SECRET, member, seals_from_the_card


def proof(phone: Phone, number: int = 1) -> bytes:
    """The file that the author is sent for a press of the button."""
    sent: list[bytes] = []
    reads, phone.reads = phone.reads, lambda: []  # type: ignore[method-assign]
    phone.does(Pressed(f"menu|proof.{number}|-"), "1")
    phone.reads = reads  # type: ignore[method-assign]
    with phone.database.reading() as tx:
        rows = tx.connection.execute(text("SELECT body FROM outbox WHERE state = 'waiting'")).scalars()
        bodies = [Reply.of(phone.database.vault.open(json.loads(body))) for body in rows]
    for reply in bodies:
        for paper in reply.files:
            drawn = painters(SPEECH, phone.database, Path())["proof"](paper.params, "vi")
            sent.append(drawn.content)
    (content,) = sent
    return content


def receipt(phone: Phone) -> str:
    found = re.search(r"[0-9a-f]{64}", phone.last.text)
    assert found is not None
    return found.group()


def test_the_receipt_carries_the_hash_of_the_file_of_proof(database: Database) -> None:
    phone = member(database).answers_until_review()
    phone.taps("Nộp")
    printed = receipt(phone)
    content = proof(phone)
    assert hashlib.sha256(content).hexdigest() == printed
    said = json.loads(content)
    assert said["before"] == "Cuộn vải để dưới đất, mỗi ca hai người khiêng"
    assert (said["code"], said["at"]) == ("SK-00001", "2023-08-15T02:00:00Z")


def test_anybody_can_write_the_same_line(database: Database) -> None:
    phone = member(database).answers_until_review(before='Dòng một "trích"\nDòng hai \\ ⚙️ 😀')
    phone.taps("Nộp")
    content = proof(phone)
    again = json.dumps(json.loads(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert again.encode() == content


def test_a_sealed_one_is_proved_too_and_stays_sealed(database: Database) -> None:
    phone = seals_from_the_card(database)
    phone.types("Tên mới của sáng kiến")
    phone.taps("Nộp")
    printed = receipt(phone)
    assert phone.last.protected
    content = proof(phone)
    assert hashlib.sha256(content).hexdigest() == printed
    assert SECRET in content.decode()


def test_a_correction_has_its_own_and_the_first_stays(database: Database) -> None:
    phone = member(database).answers_until_review()
    phone.taps("Nộp")
    first = receipt(phone)
    phone.clock.passes(hours=1)
    phone.presses("menu|correct.1|-")
    phone.taps("Kết quả")
    phone.types("Mỗi ca bớt một giờ, không ai đau lưng")
    phone.taps("Nộp")
    with database.reading() as tx:
        taken = tx.initiatives.fingerprints(1)
    assert [digest for _, digest in taken] == [first, receipt(phone)]
    assert len({at for at, _ in taken}) == 2
    with database.reading() as tx:
        noted = (
            tx.connection.execute(text("SELECT after FROM audit WHERE what = 'fingerprint'")).scalars().all()
        )
    assert list(noted) == [digest for _, digest in taken]


@pytest.mark.parametrize("spoilt", [False, True])
async def test_the_command_tells_whether_a_file_is_the_proof(tmp_path: Path, spoilt: bool) -> None:
    database = Database(f"sqlite:///{tmp_path / 'sangkien.db'}", vault=Vault(lambda: [KEY]))
    upgrade_database(database)
    phone = member(database).answers_until_review()
    phone.taps("Nộp")
    content = proof(phone)
    database.close()
    (tmp_path / "proof.json").write_bytes(content + b" " * spoilt)
    code, out, error = await Program(tmp_path).does(
        "fingerprint", "SK-00001", "--check", str(tmp_path / "proof.json")
    )
    assert (code == 0, out.startswith("ok 2023-08-15T02:00:00Z"), "không khớp" in error) == (
        not spoilt,
        not spoilt,
        spoilt,
    )
