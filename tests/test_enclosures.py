"""A reply with files: words first, then each file; what has left is never sent again, what fails is said."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from bot import clock, pacing
from bot.files import keep
from bot.papers import Drawn
from bot.sandbox import Person, Sandbox
from bot.sandbox.faults import Fault
from handlers.enclosures import Enclosure, Paper, TooManyFiles, UnsendableFile
from handlers.messages import Button, Reply
from storage.database import Database
from tests.live import Program
from tests.mailing import OUTBOX, TOKEN, Mailing, opened, picture, row, until

pytestmark = pytest.mark.filterwarnings("default")
SAID = "state.submitted"  # any short text
PHOTOS = [picture(shade) for shade in (10, 20, 30)]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(TOKEN) as server:
        yield server
        assert server.violations == []


@pytest.fixture
def lan(sandbox: Sandbox) -> Person:
    return opened(sandbox)


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Database:
    file = tmp_path / "sangkien.db"
    shutil.copyfile(sqlite_template, file)
    return Database(f"sqlite:///{file}")


@pytest.fixture
async def mailing(sqlite: Database, sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Mailing]:
    async with Mailing(sqlite, sandbox, tmp_path, papers={"poster": drawn, "broken": broken}) as running:
        yield running
    sqlite.close()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chat takes the next burst sooner than it would."""
    monkeypatch.setattr(pacing, "CHAT_SECONDS", 0.2)


def drawn(params: Mapping[str, Any], language: str) -> Drawn:
    return Drawn(picture(int(params["shade"])), f"poster-{language}.png", "image/png", "photo")


def broken(params: Mapping[str, Any], language: str) -> Drawn:
    raise ZeroDivisionError


def photos(folder: Path) -> tuple[Enclosure, ...]:
    return tuple(Enclosure("photo", keep(folder, content)) for content in PHOTOS)


def shown(person: Person) -> list[str]:
    """The chat as kinds: text, photo, document…"""
    kinds = ("text", "photo", "document", "voice", "video")
    return [next(kind for kind in kinds if kind in message) for message in person.screen()]


def contents(sandbox: Sandbox, person: Person) -> list[bytes]:
    """The bytes of the photos on the screen, in order."""
    ids = [message["photo"][-1]["file_id"] for message in person.screen() if "photo" in message]
    return [sandbox.world.files.by_id[file_id].content for file_id in ids]


def test_files_go_through_storage_unchanged() -> None:
    files = (
        Enclosure("photo", "ab" * 32, "ref", "telegram", "Ảnh.jpg", "image/jpeg", "files.photo"),
        Paper("poster", {"shade": 3}, "files.document", {"name": "x"}),
    )
    assert Reply.of(Reply(SAID, files=files).body()).files == files


def test_what_could_never_be_sent_is_refused_when_it_is_said() -> None:
    with pytest.raises(UnsendableFile):
        Enclosure("sticker", "ab" * 32)
    with pytest.raises(UnsendableFile):
        Enclosure("photo")
    with pytest.raises(TooManyFiles):
        Reply(SAID, files=(Paper("poster"),) * 11)


async def test_words_come_first_and_each_file_follows_as_its_own_message(
    mailing: Mailing, sandbox: Sandbox, lan: Person, tmp_path: Path
) -> None:
    files = (
        *photos(tmp_path)[:2],
        Enclosure(
            "document", keep(tmp_path, b"%PDF-1"), name='Bản "vẽ"\r\n/máy.pdf', caption="files.document"
        ),
        Enclosure("voice", keep(tmp_path, b"OggS1"), media_type="audio/ogg"),
    )
    sandbox.limits.on = True
    button = Button("menu|open|1", "button.menu")
    await mailing.promises(lan.id, Reply(SAID, choices=((button,),), files=files, protected=True))
    (sent,) = await mailing.settled()
    assert (sent.state, sent.parts_sent) == ("sent", 5)
    assert shown(lan) == ["text", "photo", "photo", "document", "voice"]
    assert contents(sandbox, lan) == PHOTOS[:2]
    assert all(message["has_protected_content"] for message in lan.screen())
    paper = lan.screen()[3]
    assert (paper["document"]["file_name"], paper["caption"]) == ("Bản _vẽ__máy.pdf", "tài liệu")
    assert "reply_markup" in lan.screen()[0]
    assert [call for call in sandbox.calls if call.status == 429] == []


async def test_what_a_button_leads_to_is_made_ready_once_when_somebody_has_the_button(
    mailing: Mailing, lan: Person
) -> None:
    made: list[str] = []
    mailing.papers._ahead = {"progress|curve.": lambda: made.append("curve")}

    async def offers(*actions: str) -> None:
        row = tuple(Button(action, "button.menu") for action in actions)
        await mailing.promises(lan.id, Reply(SAID, choices=(row,)))
        await mailing.settled()

    await offers("progress|see.1.0|-")
    assert "progress|curve." in mailing.papers._ahead
    for _ in range(2):
        await offers("progress|see.1.0|-", "progress|curve.1.0|-")
        await until(lambda: bool(made))
    await mailing.papers.drawn("poster", {"shade": 1}, "vi")  # the thread has nothing left to do
    assert made == ["curve"]


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("kind", ["status", "reset", "too_many", "accept_then_reset"])
async def test_a_failure_at_photo_two_continues_at_photo_two(
    mailing: Mailing, sandbox: Sandbox, lan: Person, tmp_path: Path, kind: str
) -> None:
    await mailing.promises(lan.id, Reply(SAID, files=photos(tmp_path)))
    await until(lambda: len(lan.screen()) == 2)
    sandbox.faults.add(kind, "sendPhoto", seconds=1)
    (sent,) = await mailing.settled()
    arrived = kind not in ("reset",)
    assert shown(lan) == ["text", "photo", "photo", "photo"][: 4 if arrived else 3]
    assert contents(sandbox, lan) == (PHOTOS if arrived else [PHOTOS[0], PHOTOS[2]])
    # Whether a broken connection delivered it nobody can say: it is not repeated, and that is recorded.
    assert sent.state == ("unknown" if kind.endswith("reset") else "sent")


def hangs_at_photo(sandbox: Sandbox, number: int, patch: pytest.MonkeyPatch) -> asyncio.Event:
    """Photos pass, but so many-th from now is neither taken nor answered; set when that has begun."""
    hanging, seen = asyncio.Event(), count(1)

    def next_for(method: str, chat_id: object = None) -> Fault | None:
        if method != "sendPhoto" or next(seen) != number:
            return None
        hanging.set()
        return Fault("hang")

    patch.setattr(sandbox.faults, "next_for", next_for)
    return hanging


async def test_killed_between_two_photos_it_continues_where_it_was(
    sqlite: Database, sandbox: Sandbox, lan: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite.transaction() as tx:
        chat = tx.people.welcome("telegram", str(lan.id), "Lan", "vi", clock.now()).chat_id
        reply = Reply(SAID, files=photos(tmp_path / "files"))
        tx.connection.execute(insert(OUTBOX), [row(lan.id, reply, clock.now(), chat_id=chat)])
    sqlite.close()
    async with Program(tmp_path, sandbox.url) as program:
        hanging = hangs_at_photo(sandbox, 2, monkeypatch)
        await program.runs()
        await asyncio.wait_for(hanging.wait(), 40)
        await program.stops(signal.SIGKILL)
        assert shown(lan) == ["text", "photo"]
        monkeypatch.undo()
        await program.runs()
        await until(lambda: len(lan.screen()) == 4, 40)
        await program.stops()
    assert shown(lan) == ["text", "photo", "photo", "photo"]
    assert contents(sandbox, lan) == PHOTOS


class TestPapers:
    """Drawn when they are sent, once for all who ask for the same."""

    async def test_a_handler_asks_and_delivery_draws(
        self, mailing: Mailing, sandbox: Sandbox, lan: Person
    ) -> None:
        mai = opened(sandbox, "Mai")
        reply = Reply(SAID, files=(Paper("poster", {"shade": 77}),))
        await mailing.promises(lan.id, reply)
        await mailing.settled()
        await mailing.promises(mai.id, reply)
        await mailing.settled()
        assert contents(sandbox, lan) == contents(sandbox, mai) == [picture(77)]
        uploaded, reused = [call.params["photo"] for call in mailing.calls("sendPhoto")]
        assert not isinstance(uploaded, str)
        assert reused == lan.screen()[-1]["photo"][-1]["file_id"]

    @pytest.mark.parametrize("kind", ["broken", "nobody_draws_this"])
    async def test_one_that_cannot_be_drawn_is_said_and_the_rest_follows(
        self, mailing: Mailing, sandbox: Sandbox, lan: Person, kind: str
    ) -> None:
        await mailing.promises(lan.id, Reply(SAID, files=(Paper(kind), Paper("poster", {"shade": 5}))))
        (sent,) = await mailing.settled()
        assert sent.state == "sent"
        assert shown(lan) == ["text", "text", "photo"]
        assert "chưa gửi được tài liệu" in lan.screen()[1]["text"]


class TestWhatIsNotTaken:
    async def test_a_file_that_is_gone_is_said(self, mailing: Mailing, lan: Person) -> None:
        await mailing.promises(lan.id, Reply(SAID, files=(Enclosure("photo", "ab" * 32),)))
        await mailing.settled()
        assert "chưa gửi được tấm ảnh" in lan.screen()[-1]["text"]

    async def test_a_picture_that_is_no_photo_comes_as_a_document(
        self, mailing: Mailing, lan: Person, tmp_path: Path
    ) -> None:
        heic = Enclosure("photo", keep(tmp_path, b"....ftypheic"), name="IMG_1.heic")
        await mailing.promises(lan.id, Reply(SAID, files=(heic,)))
        await mailing.settled()
        assert lan.screen()[-1]["document"]["file_name"] == "IMG_1.heic"

    @pytest.mark.usefixtures("hurried")
    async def test_a_reference_that_is_not_known_any_more_gives_way_to_our_copy(
        self, mailing: Mailing, sandbox: Sandbox, lan: Person, tmp_path: Path
    ) -> None:
        (copy, _, _) = photos(tmp_path)
        (sent,) = await lan.sends("photo", PHOTOS[1])
        known = Enclosure("photo", copy.sha256, sent["photo"][-1]["file_id"])
        others = Enclosure("photo", copy.sha256, "zalo-77", channel="zalo")
        old = Enclosure("photo", copy.sha256, "AgAC-forgotten")
        await mailing.promises(lan.id, Reply(SAID, files=(known, others, old)))
        await mailing.settled()
        assert contents(sandbox, lan) == [PHOTOS[1], PHOTOS[1], PHOTOS[0], PHOTOS[0]]
        assert len(sandbox.violations) == 1
        sandbox.violations.clear()

    async def test_a_broken_picture_comes_as_a_document(
        self, mailing: Mailing, sandbox: Sandbox, lan: Person, tmp_path: Path
    ) -> None:
        half = Enclosure("photo", keep(tmp_path, PHOTOS[0][:12]), name="IMG_2.png")
        await mailing.promises(lan.id, Reply(SAID, files=(half,)))
        await mailing.settled()
        assert lan.screen()[-1]["document"]["file_name"] == "IMG_2.png"
        sandbox.violations.clear()
