"""Every role on every path: what is not on the list below shows nothing of what was written.

The list is the contract. Letters: S, words and files of the sealed initiative; T, its title and effect;
O, words and files of the open one. A new path is one row: a name, what is done, and who may see what.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import export
from bot.backup import make
from bot.ledger import Ledger
from bot.logs import settle_logs
from handlers import initiative
from handlers.commands import COMMANDS
from handlers.disclosure import LEVELS
from handlers.messages import Pressed, Started, Typed
from storage.database import Database
from storage.models import metadata
from storage.upgrade import upgrade_database
from storage.vault import Vault, new_key
from tests.phone import Phone, house
from tests.secrecy_world import ROLES, World, letters

KEY = new_key()
NOBODY: Mapping[str, str] = {}
# Lists and questions of the author's own: the title and the effect, never the words.
AUTHOR_LISTS = {"author": "T"}
# In the queue the unit's own reviewers see all, those above the summary of a sealed one.
REVIEWED = {"lead": "STO", "officer above": "TO", "admin": "TO", "author": "T"}
Deed = Callable[[World], Typed | Pressed | Started]


def filled(world: World, said: str) -> str:
    return said.format(sealed=world.sealed, open=world.open, draft=world.draft, entered=world.entered)


def types(words: str) -> Deed:
    return lambda world: Typed(filled(world, words))


def presses(action: str) -> Deed:
    return lambda world: Pressed(filled(world, action))


def listed(world: World, figure: str, unit: str) -> Pressed:
    with world.database.reading() as tx:
        node = tx.units.by_code(unit)
    assert node is not None
    return Pressed(f"progress|{figure}.{node.id}.0.0|-")


# path: (what is done, {role: what may be seen}). Whoever is not named sees no marker at all.
PATHS: dict[str, tuple[Deed, Mapping[str, str]]] = {
    # Commands, every one there is, bare; what is more than nothing stands here, the rest below by itself.
    "/cuatoi": (types("/cuatoi"), {**AUTHOR_LISTS, "mate": "T"}),
    "/nhap": (types("/nhap"), AUTHOR_LISTS),
    "/start": (lambda _: Started(""), AUTHOR_LISTS),
    "/ngonngu": (types("/ngonngu"), NOBODY),
    "/duyet": (types("/duyet"), REVIEWED),
    "/duyet of the sealed one": (types("/duyet SK-00002"), REVIEWED),
    "/duyet as a list": (types("/duyet ds"), REVIEWED),
    "open the sealed one in the queue": (presses("queue|open.{sealed}|-"), REVIEWED),
    "open the open one in the queue": (presses("queue|open.{open}|-"), REVIEWED),
    "the next in the queue": (presses("queue|next.{open}|-"), REVIEWED),
    "files in the queue": (presses("queue|files.{sealed}.0|-"), REVIEWED),
    "a decision drawn for another text": (presses("queue|accept.{sealed}|77"), REVIEWED),
    "a refusal drawn for another text": (presses("queue|send.{sealed}.j.1|77"), REVIEWED),
    "take back what was never decided": (presses("queue|undo.{sealed}|1"), REVIEWED),
    "a note in the queue": (presses("queue|note.{sealed}|-"), REVIEWED),
    "all of a list never seen": (presses("queue|sure_all.0|77"), REVIEWED),
    "appeal": (presses("author|appeal.{sealed}|-"), AUTHOR_LISTS),
    "complete": (presses("author|fix.{sealed}|-"), AUTHOR_LISTS),
    "/tiendo": (types("/tiendo"), AUTHOR_LISTS),
    "/tiendo T09-017": (types("/tiendo T09-017"), AUTHOR_LISTS),
    "what is behind a figure": (lambda world: listed(world, "waiting", "T09-017"), AUTHOR_LISTS),
    "what is behind a figure above": (lambda world: listed(world, "waiting", "T09"), AUTHOR_LISTS),
    "the valid ones behind a figure": (lambda world: listed(world, "valid", "T09"), AUTHOR_LISTS),
    # The file itself: tests/test_exporting.py.
    "/xuat": (types("/xuat"), AUTHOR_LISTS),
    "/xuat T09-017": (types("/xuat T09-017"), AUTHOR_LISTS),
    "a forged button of an export": (presses("export|unit.1|-"), AUTHOR_LISTS),
    "/visao": (types("/visao"), AUTHOR_LISTS),
    "/kinhphi": (types("/kinhphi"), AUTHOR_LISTS),
    "/khenthuong": (types("/khenthuong"), AUTHOR_LISTS),
    "/donvi T09-017": (types("/donvi T09-017"), AUTHOR_LISTS),
    "a link of an initiative": (lambda _: Started("SK-00002"), AUTHOR_LISTS),
    # Words that look for something.
    "its code": (types("SK-00002"), AUTHOR_LISTS),
    "a word of it": (types("keo"), AUTHOR_LISTS),
    # Buttons as they are drawn for whoever may press them, and forged by everybody else.
    "look at one's own sealed one": (presses("menu|see.{sealed}|-"), {"author": "ST"}),
    "look at one's own open one": (presses("menu|see.{open}|-"), {"author": "O"}),
    "the proof of the sealed one": (presses("menu|proof.{sealed}|-"), {"author": "ST"}),
    "the proof of the open one": (presses("menu|proof.{open}|-"), {"author": "O"}),
    "correct the sealed one": (presses("menu|correct.{sealed}|-"), AUTHOR_LISTS),
    "correct the open one": (presses("menu|correct.{open}|-"), {"author": "O"}),
    "withdraw": (presses("menu|withdraw.{sealed}|-"), AUTHOR_LISTS),
    "really withdraw": (presses("menu|really_withdraw.{sealed}|-"), AUTHOR_LISTS),
    "open the draft": (presses("menu|open.{draft}|-"), AUTHOR_LISTS),
    "delete the draft": (presses("menu|delete.{draft}|-"), AUTHOR_LISTS),
    "really delete the draft": (presses("menu|really_delete.{draft}|-"), NOBODY),
    "change an answer of the draft": (presses("review|change.before|{draft}.1"), AUTHOR_LISTS),
    "read the sealed one": (presses("sealed|read.{sealed}|-"), {"author": "ST", "lead": "ST"}),
    "read the open one": (
        presses("sealed|read.{open}|-"),
        {"author": "O", "lead": "O", "officer above": "O", "admin": "O"},
    ),
    "how much the sealed one lets out": (presses("share|one.{sealed}|-"), NOBODY),
    "let out all of the sealed one": (presses("share|one.{sealed}.published|-"), NOBODY),
    "how much the unit lets out": (presses("share|unit.1|-"), NOBODY),
    # What somebody typed for a worker who has not confirmed it: its title for whoever typed it, the words
    # for the worker alone. Everything else is refused or asks again what was open.
    "what was typed for others": (presses("proxy|list.0|-"), {**AUTHOR_LISTS, "supporter": "T"}),
    "one typed for a worker": (presses("proxy|see.{entered}|-"), {**AUTHOR_LISTS, "supporter": "T"}),
    "one the author sent, as if typed": (presses("proxy|see.{sealed}|-"), AUTHOR_LISTS),
    "correct what was typed": (presses("proxy|fix.{entered}|-"), AUTHOR_LISTS),
    "a code for whoever it was typed for": (
        presses("proxy|code.{entered}|-"),
        {**AUTHOR_LISTS, "supporter": "T"},
    ),
    "signed on paper": (presses("proxy|really_paper.{entered}|-"), {**AUTHOR_LISTS, "supporter": "T"}),
    "who it really is": (presses("proxy|link.{entered}.0|-"), {**AUTHOR_LISTS, "supporter": "T"}),
    "that it is somebody": (presses("proxy|really_same.{entered}.1|-"), {**AUTHOR_LISTS, "supporter": "T"}),
    "/nophoi SK-00003": (types("/nophoi SK-00003"), {**AUTHOR_LISTS, "supporter": "T"}),
    "whom to enter for": (presses("proxy|who.1|-"), AUTHOR_LISTS),
    "what waits for one's word": (presses("entry|list.0|-"), {**AUTHOR_LISTS, "mate": "T"}),
    "read what waits for one's word": (presses("entry|see.{entered}|-"), {**AUTHOR_LISTS, "mate": "ST"}),
    "say that it is theirs": (presses("entry|yes.{entered}.1|-"), {**AUTHOR_LISTS, "mate": "ST"}),
    "say that it is not": (presses("entry|really_no.{entered}.1|-"), {**AUTHOR_LISTS, "mate": "ST"}),
    "say that all are": (presses("entry|all.{entered}|-"), AUTHOR_LISTS),
    "read the typed one": (presses("sealed|read.{entered}|-"), {"mate": "ST", "lead": "ST"}),
    "the typed one in the queue": (presses("queue|open.{entered}|-"), REVIEWED),
    "people of the unit": (presses("people|list.1.0|-"), AUTHOR_LISTS),
}
for _name, (_vietnamese, _english) in COMMANDS.items():
    if f"/{_vietnamese}" not in PATHS:
        PATHS[f"/{_vietnamese}"] = (types(f"/{_vietnamese}"), AUTHOR_LISTS)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("secrecy")
    database = Database(f"sqlite:///{folder / 'sangkien.db'}", vault=Vault(lambda: [KEY]))
    upgrade_database(database)
    yield World(database, folder / "files").fill()
    database.close()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", PATHS)
def test_who_sees_what(world: World, path: str, role: str) -> None:
    deed, allowed = PATHS[path]
    own, others, protected = world.shows(role, deed(world))
    assert set(letters(own)) <= set(allowed.get(role, "")), own
    assert letters(others) == "", others
    if "S" in letters(own):
        assert protected


@pytest.mark.parametrize("path", PATHS)
def test_a_group_sees_nothing(world: World, path: str) -> None:
    for role in ("author", "lead"):
        own, others, _ = world.shows(role, PATHS[path][0](world), private=False)
        assert letters(own + others) == "", own + others


@pytest.mark.parametrize(
    ("path", "role", "expected"),
    [
        (path, role, kinds)
        for path in ("look at one's own sealed one", "read the sealed one", "read the open one")
        for role, kinds in PATHS[path][1].items()
    ],
)
def test_who_may_read_it_does(world: World, path: str, role: str, expected: str) -> None:
    own, _, _ = world.shows(role, PATHS[path][0](world))
    assert set(letters(own)) == set(expected)


def test_the_files_of_a_sealed_one_go_to_its_readers_alone(world: World) -> None:
    own, _, _ = world.shows("lead", Pressed(f"sealed|read.{world.sealed}|-"))
    assert "KINTENTEP.jpg" in own and "KINTENTEP2.jpg" in own
    own, _, _ = world.shows("admin", Pressed(f"sealed|read.{world.sealed}|-"))
    assert "KINTENTEP" not in own


def test_every_reading_by_another_is_written_down(world: World) -> None:
    read = text("SELECT actor_id, subject FROM audit WHERE what = 'read'")
    before = entries(world.database, read)
    for role in ("lead", "author", "admin"):
        phone = world.phones[role]
        phone.presses(f"sealed|read.{world.sealed}|-")
    after = entries(world.database, read)[len(before) :]
    assert [subject for _, subject in after] == ["SK-00002"]
    refused = entries(world.database, text("SELECT why FROM audit WHERE what = 'refused'"))
    assert ("read_sealed",) in refused


def entries(database: Database, query: object) -> list[tuple[object, ...]]:
    with database.reading() as tx:
        return [tuple(row) for row in tx.connection.execute(query).all()]  # type: ignore[call-overload]


def test_a_lead_who_was_removed_reads_no_more(world: World) -> None:
    lead = world.phones["lead"]
    with world.database.transaction() as tx:
        person = tx.people.behind(lead.channel, lead.address)
        assert person is not None
        tx.roles.revoke(person.worker_id, world.clock())
    try:
        own, _, _ = world.shows("lead", Pressed(f"sealed|read.{world.sealed}|-"))
        assert letters(own) == ""
    finally:
        with world.database.transaction() as tx:
            unit = tx.units.by_code("T09-017")
            assert unit is not None
            tx.roles.grant(person.worker_id, "lead", unit.id, world.clock())


def test_somebody_who_writes_the_same_is_told_nothing_of_it(world: World) -> None:
    mate = Phone(world.database, world.clock, name="Bạn", address="777").joins()
    mate.types("T09-017")
    mate.taps("CĐCS")
    mate.answers_until_review(
        before="keo đặc, phải hâm lại nhiều lần",
        after="pha thêm dung môi theo tỷ lệ",
        effect="lỗi giảm một nửa",
    )
    seen = "\n".join(spoken.text for spoken in mate.screen)
    assert letters(seen) == "" and "SK-00002" not in seen


# --- exports: by the level that is set, the same whoever asks

EXPORTED = {None: "TO", "counted": "", "summary": "T", "full": "TO", "published": "TO"}


@pytest.mark.parametrize("level", [None, *LEVELS])
def test_an_export_holds_what_the_level_lets_out(world: World, level: str | None) -> None:
    with world.database.transaction() as tx:
        unit = tx.units.by_code("T09-017")
        assert unit is not None
        tx.disclosures.decide(unit.id, None, level, None, world.clock())
    with world.database.reading() as tx:
        lines = list(export.initiatives(tx))
        drafts = list(export.drafts(tx))
    assert set(letters(str(lines))) == set(EXPORTED[level])
    assert "S" not in letters(str(drafts))
    sealed = next(line for line in lines if line["sealed"])
    assert sealed["disclosure"] == {"full": "summary", "published": "summary"}.get(level or "full", level)
    assert all(line["disclosure"] in LEVELS for line in (*lines, *drafts))


def test_a_level_of_one_initiative_goes_before_its_units_and_can_be_taken_back(world: World) -> None:
    lead = world.phones["lead"]
    for wanted, shown in (("counted", "counted"), ("none", "full")):
        lead.presses(f"share|one.{world.open}.{wanted}|-")
        with world.database.transaction() as tx:
            unit = tx.units.by_code("T09-017")
            assert unit is not None
            tx.disclosures.decide(unit.id, None, "full", None, world.clock())
        with world.database.reading() as tx:
            line = next(line for line in export.initiatives(tx) if not line["sealed"])
        assert line["disclosure"] == shown
    levels = entries(world.database, text("SELECT before, after FROM audit WHERE what = 'disclosure'"))
    assert levels == [(None, "counted"), ("counted", None)]


def test_nobody_else_sets_a_level(world: World) -> None:
    for role in ("author", "mate", "other lead", "officer above", "admin"):
        world.phones[role].presses(f"share|one.{world.open}.published|-")
    assert (
        entries(world.database, text("SELECT 1 FROM disclosure WHERE level = 'published' AND set_by > 0"))
        == []
    )


# --- what lies about: tables, file, log, archive, folder, logs, dead letters


def test_no_table_holds_it_in_clear(database: Database, tmp_path: Path) -> None:
    World(database, tmp_path / "files").fill()
    with database.reading() as tx:
        held = str([tx.connection.execute(text(f'SELECT * FROM "{name}"')).all() for name in metadata.tables])  # noqa: S608 - names of our tables
    assert "S" not in letters(held)
    assert set(letters(held)) == {"T", "O"}


async def test_no_file_holds_it_in_clear(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'sangkien.db'}", vault=Vault(lambda: [KEY]))
    upgrade_database(database)
    world = World(database, folder / "files").fill()
    await world.fetches()
    list(make(database, folder / "files", tmp_path / "backup.tar", "2023"))
    held = {
        path: path.read_bytes() for path in [*folder.rglob("*"), tmp_path / "backup.tar"] if path.is_file()
    }
    database.close()
    assert folder / "sangkien.db-wal" in held
    for path, content in held.items():
        assert "S" not in letters(content.decode("latin-1")), path
        assert "S" not in letters(str(path.relative_to(tmp_path)))
    # The same would be found if it were there.
    assert any("O" in letters(content.decode("latin-1")) for content in held.values())
    assert sum(path.is_relative_to(folder / "files") for path in held) == 3


async def test_a_file_sent_before_the_mark_is_sealed_and_its_clear_copy_wiped(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'sangkien.db'}", vault=Vault(lambda: [KEY]))
    upgrade_database(database)
    world = World(database, tmp_path / "files")
    phone = seals_before(world)
    await world.fetches()
    assert b"KINTRONGTEP" in contents(tmp_path / "files")
    phone.taps("bí mật")
    await world.fetches()
    assert b"KINTRONGTEP" not in contents(tmp_path / "files")
    with database.reading() as tx:
        (digest,) = tx.attachments.encrypted()
    assert (
        database.vault.open_bytes((tmp_path / "files" / digest[:2] / digest).read_bytes()) == b"KINTRONGTEP"
    )
    phone.types("BIMATTEN công thức")
    phone.taps("Bỏ dấu bí mật")
    await world.fetches()
    assert contents(tmp_path / "files") == b"KINTRONGTEP"
    database.close()


def seals_before(world: World) -> Phone:
    """Somebody at the review card with a photo sent, nothing marked yet."""
    phone = Phone(world.database, world.clock).joins()
    world.says_all(phone)
    phone.sends(name="KINTENTEP.jpg", unique="kin1")
    return phone


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def test_no_log_holds_it_however_much_is_logged(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        settle_logs([], level="debug")
        database = Database(f"sqlite:///{tmp_path / 'sangkien.db'}", vault=Vault(lambda: [KEY]))
        upgrade_database(database)
        world = World(database, tmp_path / "files").fill()
        await world.fetches()
        database.close()
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    out, error = capfd.readouterr()
    assert letters(out + error) == ""


def test_a_dead_letter_holds_no_words(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(database, tmp_path / "files").fill()
    phone = world.phones["author"]

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("KINTRUOC")

    monkeypatch.setattr(initiative, "_settle", fails)
    ledger = Ledger(database, house(), world.clock)
    with database.transaction() as tx:
        ledger._one(tx, phone.event(Typed("KINTRUOC thêm nữa"), "1"), world.clock())
    ledger.close()
    letters_kept = entries(database, text("SELECT * FROM dead_letter"))
    assert len(letters_kept) == 1
    assert "S" not in letters(str(letters_kept))
