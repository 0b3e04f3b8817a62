"""What is done twice has one effect: taps from two phones, two processes, two transactions at once."""

from __future__ import annotations

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select

from bot.sandbox import Person, Sandbox
from handlers.listening import listen
from handlers.messages import Pressed, Typed
from storage.database import Database
from storage.models import metadata
from tests.kept import empty
from tests.live import TOKEN, action_of, joins, live, says, taps
from tests.phone import Clock, Phone
from tests.test_transcripts import import_units

INITIATIVES = metadata.tables["initiative"]
ANSWERS = (
    "/sangkien",
    "Cuộn vải để dưới đất, mỗi ca hai người khiêng",
    "Đóng giá có bánh xe",
    "Mỗi ca bớt 40 phút",
    "4,98 tỷ đồng/năm",
    "25/2/2022",
)


async def reaches_the_card(person: Person) -> None:
    await joins(person)
    for text in ANSWERS:
        await says(person, text)
    await taps(person, "Giải pháp kỹ thuật")
    await says(person, "Giá lăn cuộn vải")


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a database for running programs is."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shared.db'}"
    opened = request.getfixturevalue("postgres")
    empty(opened)
    return str(opened.url.set(drivername="postgresql").render_as_string(hide_password=False))


async def test_five_submissions_while_one_process_takes_over_from_another_are_one_initiative(
    address: str, tmp_path: Path
) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    async with (
        Sandbox(TOKEN) as sandbox,
        await live(tmp_path / "first", sandbox, database=address) as first,
    ):
        lan = sandbox.person("Lan")
        await reaches_the_card(lan)
        async with await live(
            tmp_path / "second", sandbox, database=address, units=False, waits=False
        ) as second:
            await second.logs("another_process_leads")
            message, action = action_of(lan, "Nộp")
            shown = len(lan.screen())
            for _ in range(2):
                await lan.presses(message, action)
            await asyncio.sleep(0.03)
            await first.stops(signal.SIGKILL)
            for _ in range(3):
                await lan.presses(message, action)
            # Whoever had it first, the receipt is on the screen; a repeated tap may get a toast alone.
            await second.logs("running")
            await says(lan, "/cuatoi")
            said = [one["text"] for one in lan.screen()[shown:] if one["from"]["is_bot"]]
            (line,) = await second.exports()
            assert await second.stops() == 0
    assert line["code"] == "SK-00001"
    assert all("SK-00001" in text for text in said)
    assert sum("SK-" in text and "SK-00001" not in text for text in said) == 0
    # A crash between sending and writing it down may repeat the receipt; then it is the same one.
    assert sum("Đã nộp!" in text for text in said) in (1, 2)
    assert "Traceback" not in (second.log.read_text(encoding="utf-8") + first.log.read_text(encoding="utf-8"))


async def test_two_processes_started_together_have_one_leader(address: str, tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    async with (
        Sandbox(TOKEN) as sandbox,
        await live(tmp_path / "first", sandbox, database=address) as first,
        await live(tmp_path / "second", sandbox, database=address, units=False, waits=False) as second,
    ):
        lan = sandbox.person("Lan")
        await says(lan, "/start", 30)
        leaders = [one for one in (first, second) if one.logged("running")]
        assert len(leaders) == 1
        assert not [call for call in sandbox.calls if call.status == 409]
        for program in (first, second):
            assert await program.stops() == 0


class TestTransactionsAtOnce:
    """Two that do not know of each other, as in the seconds in which a lost lock is not yet noticed."""

    @pytest.fixture
    def phones(self, database: Database) -> tuple[Phone, Phone]:
        import_units(database, Clock())
        other = Database(database.url.render_as_string(hide_password=False), vault=database.vault)
        phones = Phone(database, Clock()), Phone(other, Clock())
        phones[0].joins()
        phones[0].types("T09-020")
        phones[0].taps("Quế Lâm Sơn")
        yield phones
        other.close()

    def test_submissions_at_once_are_one_initiative(self, phones: tuple[Phone, Phone]) -> None:
        phones[0].answers_until_review()
        action = phones[0].action("Nộp")
        self.does(phones, [Pressed(action)] * 6)
        with phones[0].database.reading() as tx:
            codes = tx.connection.execute(select(INITIATIVES.c.code)).scalars().all()
        assert codes == ["SK-00001"]
        said = [spoken.text for spoken in phones[0].reads()]
        assert sum("Đã nộp!" in text for text in said) == 1
        assert all("SK-00001" in text for text in said)

    def test_of_answers_at_once_none_is_lost(self, phones: tuple[Phone, Phone]) -> None:
        phones[0].types("/sangkien")
        # The fourth is no amount: it is refused, and the question stands.
        texts = [f"Câu trả lời thứ {number} của chị Lan" for number in range(4)]
        self.does(phones, [Typed(text) for text in texts])
        drafts = metadata.tables["draft"]
        with phones[0].database.reading() as tx:
            (place,) = tx.connection.execute(select(drafts.c.place)).scalars().all()
            assert tx.connection.execute(select(func.count()).select_from(drafts)).scalar() == 1
        kept = {place["answers"][key]["value"] for key in ("before", "after", "effect")}
        assert len(kept & set(texts)) == 3

    @staticmethod
    def does(phones: tuple[Phone, Phone], deeds: list[Pressed | Typed]) -> None:
        """Each deed in a transaction of its own, by the two databases in turn, all at the same time."""

        together = Barrier(2)

        def one(phone: Phone, first: int) -> None:
            for number in range(first, len(deeds), 2):
                event = phone.event(deeds[number], str(9_000 + number))
                together.wait(20)
                with phone.database.transaction() as tx:
                    listen(tx, event, phone.house, phone.clock())

        with ThreadPoolExecutor(2) as pool:
            for future in [pool.submit(one, phone, first) for first, phone in enumerate(phones)]:
                future.result()
