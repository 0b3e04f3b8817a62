"""A backup holds everything but the keys, and comes back whole where nothing was."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from bot.backup import NotPossible, make, restore
from bot.files import keep, place_of
from storage.database import Database
from storage.upgrade import upgrade_database
from storage.vault import Vault, new_key
from tests.live import Program
from tests.test_vault import SECRET, seals_from_the_card

KEY = new_key()


@pytest.fixture
def filled(tmp_path: Path) -> Database:
    """A database with a sealed draft and its photo."""
    database = Database(f"sqlite:///{tmp_path / 'sangkien.db'}", vault=Vault(lambda: [KEY]))
    upgrade_database(database)
    seals_from_the_card(database)
    cipher = keep(tmp_path / "files", database.vault.seal_bytes(b"MARKER photo"))
    with database.transaction() as tx:
        tx.attachments.stored(1, cipher, 12, "image/jpeg", "0" * 64)
    return database


def test_comes_back_whole_and_reads_with_the_key(filled: Database, tmp_path: Path) -> None:
    list(make(filled, tmp_path / "files", tmp_path / "a.tar", "2023"))
    filled.close()
    assert b"MARKER" not in (tmp_path / "a.tar").read_bytes()
    assert KEY.encode() not in (tmp_path / "a.tar").read_bytes()
    (tmp_path / "new").mkdir()
    url = f"sqlite:///{tmp_path / 'new' / 'sangkien.db'}"
    assert restore(Database(url, create=False), tmp_path / "new" / "files", tmp_path / "a.tar") == (1, 0)
    database = Database(url, vault=Vault(lambda: [KEY]))
    with database.reading() as tx:
        (draft,) = tx.drafts.of(1)
        (digest,) = tx.attachments.encrypted()
    assert draft.place["answers"]["before"]["value"] == SECRET
    kept = place_of(tmp_path / "new" / "files", digest).read_bytes()
    assert database.vault.open_bytes(kept) == b"MARKER photo"
    database.close()


def test_never_takes_the_place_of_data(filled: Database, tmp_path: Path) -> None:
    list(make(filled, tmp_path / "files", tmp_path / "a.tar", "2023"))
    with pytest.raises(NotPossible, match="đã có dữ liệu"):
        restore(filled, tmp_path / "files", tmp_path / "a.tar")
    with pytest.raises(NotPossible, match="ghi đè"):
        list(make(filled, tmp_path / "files", tmp_path / "a.tar", "2023"))
    filled.close()


def test_a_spoilt_archive_leaves_nothing_behind(filled: Database, tmp_path: Path) -> None:
    list(make(filled, tmp_path / "files", tmp_path / "a.tar", "2023"))
    filled.close()
    whole = (tmp_path / "a.tar").read_bytes()
    with tarfile.open(tmp_path / "a.tar") as archive:
        begins = archive.getmember("sangkien.db").offset_data
    (tmp_path / "new").mkdir()
    for spoilt in (whole[:-200_000], whole[:begins] + b"XXXX" + whole[begins + 4 :], b"no archive"):
        (tmp_path / "b.tar").write_bytes(spoilt)
        target = Database(f"sqlite:///{tmp_path / 'new' / 'sangkien.db'}", create=False)
        with pytest.raises(NotPossible, match="nguyên vẹn"):
            restore(target, tmp_path / "new" / "files", tmp_path / "b.tar")
        target.close()
    assert not (tmp_path / "new" / "sangkien.db").exists()


async def test_the_commands_say_what_they_did(filled: Database, tmp_path: Path) -> None:
    filled.close()
    program = Program(tmp_path)
    target = tmp_path / "sao-luu.tar"
    code, out, error = await program.does("backup", str(target))
    assert (code, error) == (0, "") and "1 tệp" in out
    code, _, error = await program.does("restore", str(target))
    assert code == 1 and "đã có dữ liệu" in error
    (tmp_path / "sangkien.db").rename(tmp_path / "old.db")
    code, out, error = await program.does("restore", str(target))
    assert (code, error) == (0, "") and out.startswith("ok 1 tệp")


def test_postgresql_has_its_own_tool(postgres: Database, tmp_path: Path) -> None:
    with pytest.raises(NotPossible, match="pg_dump"):
        list(make(postgres, tmp_path, tmp_path / "a.tar", "2023"))
