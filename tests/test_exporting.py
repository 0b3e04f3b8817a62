"""`/xuat`: who gets a file of what, at the moment it is made; nobody waits for it."""

from __future__ import annotations

import io
import shutil
import threading
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook
from sqlalchemy import select

from bot.documents.drawn import Drawn
from bot.documents.exported import NotTheirs
from bot.papers import painters
from bot.sandbox import Sandbox
from handlers import exporting
from handlers.enclosures import Paper
from handlers.messages import Reply
from storage.database import Database
from storage.models import metadata
from tests.mailing import TOKEN, Mailing, opened, picture, until
from tests.phone import PROGRAMME, SPEECH, Clock, Phone
from tests.secrecy_world import World, letters
from tests.test_export import ROWS, keep

OUTBOX = metadata.tables["outbox"]


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    """One unit with three initiatives, one of them sealed, every role, and another unit with three."""
    filled = World(database, tmp_path / "files").fill()
    with database.transaction() as tx:
        other = tx.units.by_code("T01")
        assert other is not None
        keep(tx, ROWS[:3], first=70, unit_id=other.id)
    return filled


def asked(phone: Phone, words: str, *, press: bool = False) -> list[Reply]:
    """What the bot promises for words or a press, not yet sent."""
    reads, phone.reads = phone.reads, lambda: []  # type: ignore[method-assign]
    if press:
        phone.presses(words)
    else:
        phone.types(words)
    phone.reads = reads  # type: ignore[method-assign]
    with phone.database.transaction() as tx:
        rows = tx.connection.execute(
            select(OUTBOX.c.id, OUTBOX.c.body).where(OUTBOX.c.state == "waiting").order_by(OUTBOX.c.id)
        ).all()
        tx.connection.execute(OUTBOX.update().values(state="sent"))
    return [Reply.of(phone.database.vault.open(body)) for _, body in rows]


def drawn(database: Database, reply: Reply, language: str = "vi") -> Drawn:
    (paper,) = reply.files
    assert isinstance(paper, Paper)
    known = painters(SPEECH, database, Path(), PROGRAMME)
    return known[paper.kind](paper.params, language)


def table(book: Drawn, name: str = "Sáng kiến") -> list[list[Any]]:
    found: list[list[Any]] = load_workbook(io.BytesIO(book.content)).get_sheet_by_name(name).to_python()
    return found[1:]


@pytest.mark.parametrize(
    ("role", "codes"),
    [
        ("lead", ["SK-00001", "SK-00002", "SK-00003"]),
        ("other lead", []),
        ("officer above", ["SK-00001", "SK-00002", "SK-00003"]),
        ("admin", ["SK-00001", "SK-00002", "SK-00003", "SK-00070", "SK-00071", "SK-00072"]),
    ],
)
def test_a_lead_gets_the_own_unit_and_an_officer_all_below(world: World, role: str, codes: list[str]) -> None:
    (reply,) = asked(world.phones[role], "/xuat")
    book = drawn(world.database, reply)
    assert [row[0] for row in table(book)] == codes
    assert reply.params["count"] == len(codes)
    assert set(letters(str(table(book)))) <= set("TO")
    assert (book.personal, book.kind, book.name.endswith("-2023-08-15.xlsx")) == (True, "document", True)


@pytest.mark.parametrize("role", ["author", "mate", "stranger"])
def test_nobody_else_gets_a_file(world: World, role: str) -> None:
    unit = world.database
    with unit.reading() as tx:
        node = tx.units.by_code("T09-017")
        assert node is not None
    for words, press in (("/xuat", False), ("/export T09-017", False), (f"export|unit.{node.id}|-", True)):
        assert [reply.files for reply in asked(world.phones[role], words, press=press) if reply.files] == []


def test_a_forged_button_for_another_unit_is_refused_and_written_down(world: World) -> None:
    with world.database.reading() as tx:
        node = tx.units.by_code("T09-017")
        assert node is not None
    lead = world.phones["other lead"]
    for choice in (f"unit.{node.id}", "unit.999999", "unit.x", "unit", f"unit.{'9' * 30}"):
        assert [r for r in asked(lead, f"export|{choice}|-", press=True) if r.files] == []
    with world.database.reading() as tx:
        audit = metadata.tables["audit"]
        whys = select(audit.c.why).where(audit.c.what == "refused", audit.c.subject == f"unit:{node.id}")
        assert "export" in tx.connection.execute(whys).scalars().all()


def test_who_loses_the_right_before_the_file_is_made_gets_none(world: World) -> None:
    lead = world.phones["lead"]
    (reply,) = asked(lead, "/xuat")
    with world.database.transaction() as tx:
        tx.roles.revoke(reply.files[0].params["worker"], world.clock())
    with pytest.raises(NotTheirs):
        drawn(world.database, reply)


def test_a_unit_is_named_by_code_or_words_or_the_bot_says_it_knows_none(world: World) -> None:
    officer = world.phones["officer above"]
    (reply,) = asked(officer, "/xuat t09-017")
    assert [row[0] for row in table(drawn(world.database, reply))] == ["SK-00001", "SK-00002", "SK-00003"]
    (reply,) = asked(officer, "/xuat T01")
    assert not reply.files
    (reply,) = asked(officer, "/xuat khôngcóđơnvịnào")
    assert not reply.files


def test_an_export_is_an_entry_of_the_audit(world: World) -> None:
    asked(world.phones["lead"], "/xuat")
    with world.database.reading() as tx:
        audit = metadata.tables["audit"]
        found = tx.connection.execute(select(audit.c.after).where(audit.c.what == "exported")).scalars().all()
    assert found == ["3"]


def test_a_long_one_is_announced_and_comes_behind_live_talk(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    first, second = asked(world.phones["lead"], "/xuat")
    assert (first.key, second.key, len(second.files)) == ("export.making", "export.made", 1)
    with world.database.reading() as tx:
        priorities = select(OUTBOX.c.priority).order_by(OUTBOX.c.id.desc()).limit(2)
        assert tx.connection.execute(priorities).scalars().all() == [1, 0]


def test_the_file_speaks_the_readers_language(world: World) -> None:
    (reply,) = asked(world.phones["lead"], "/export")
    book = drawn(world.database, reply, "en")
    assert book.name.startswith("initiatives-T09-017-")
    said = "\n".join(" ".join(map(str, row)) for row in table(book, "Explanations"))
    assert "through the bot" in said


class TestWhileOneIsDrawn:
    """A file that takes long holds neither pictures nor the person who waits for it."""

    @pytest.fixture
    async def sandbox(self) -> AsyncIterator[Sandbox]:
        async with Sandbox(TOKEN) as server:
            yield server

    async def test_talk_and_pictures_go_on(
        self, sqlite_template: Path, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        file = tmp_path / "sangkien.db"
        shutil.copyfile(sqlite_template, file)
        database, done, times = Database(f"sqlite:///{file}"), threading.Event(), []

        def slow(_params: Mapping[str, Any], _language: str) -> Drawn:
            times.append(1)
            assert done.wait(20)
            return Drawn(b"PK", "x.xlsx", "application/zip", personal=True)

        def quick(_params: Mapping[str, Any], _language: str) -> Drawn:
            return Drawn(picture(9), "x.png", "image/png", "photo")

        lan = opened(sandbox)
        papers = {"export": slow, "poster": quick}
        async with Mailing(database, sandbox, tmp_path, papers=papers) as mailing:
            text = "state.submitted"
            await mailing.promises(lan.id, Reply(text, files=(Paper("export"),)), priority=1)
            await until(lambda: times)
            await mailing.promises(lan.id, Reply(text, files=(Paper("poster"),)))
            await until(lambda: len(mailing.calls("sendPhoto")) == 1)
            assert mailing.calls("sendDocument") == []
            done.set()
            await mailing.settled()
            assert len(mailing.calls("sendDocument")) == 1
            assert (mailing.states(), times) == (["sent", "sent"], [1])
        database.close()


def test_the_clock_of_the_file_is_that_of_the_question(world: World) -> None:
    (reply,) = asked(world.phones["lead"], "/xuat")
    assert reply.files[0].params["at"] == Clock()().isoformat()
