"""While messages come in, each batch writes down what was sent before it; what is due is not forgotten."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from bot import clock
from bot.intake import Intake, read_update
from bot.sandbox import Person, Sandbox
from handlers.messages import Event, Reply, Typed
from storage.database import Database
from tests.mailing import TOKEN, Mailing, opened, until

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(TOKEN) as server:
        yield server


@pytest.fixture
async def mailing(sqlite_template: Path, sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Mailing]:
    file = tmp_path / "sangkien.db"
    shutil.copyfile(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    async with Mailing(database, sandbox, tmp_path) as running:
        yield running
    database.close()


async def hears(mailing: Mailing, person: Person, text: str, offset: int | None) -> int:
    """One message, one batch; the offset after it."""
    await person.types(text)
    (raw,) = await mailing.channel.updates(offset, 5)
    event = read_update(mailing.channel, "1000", raw)
    assert event is not None
    await Intake(mailing.ledger, mailing.delivery, lambda: None).take(mailing.channel, [event])
    return int(raw["update_id"]) + 1


async def test_a_crowd_shares_the_commits_that_hear_it(mailing: Mailing, sandbox: Sandbox) -> None:
    people = [opened(sandbox, f"Người {number}") for number in range(12)]
    for person in people:
        await mailing.promises(person.id, Reply("failure.again"))
    await mailing.settled()
    intake, numbers = Intake(mailing.ledger, mailing.delivery, lambda: None), count(1)
    before, batches, sent = mailing.ledger.commits, 40, mailing.delivery.sent
    for batch in range(1, batches + 1):
        await intake.take(mailing.channel, [says(person, str(next(numbers))) for person in people])
        await until(partial(has_sent, mailing, sent + batch * len(people)))
    rows = await mailing.settled()
    assert [row.state for row in rows] == ["sent"] * len(people) * (batches + 1)
    # One for each batch, and few beside them that only write down ends: the last ones must.
    assert batches < mailing.ledger.commits - before < batches * 1.5


def has_sent(mailing: Mailing, messages: int) -> bool:
    return mailing.delivery.sent >= messages


def says(person: Person, number: str) -> Event:
    """A wish for the menu, as the reader of updates would give it."""
    return Event(
        what=Typed("/menu"),
        channel="telegram",
        bot="1000",
        number=number,
        address=str(person.id),
        message=number,
        sender=str(person.id),
        name="Lan",
        language="vi",
        sent_at=clock.now(),
    )


async def test_what_becomes_due_among_them_is_sent(mailing: Mailing, sandbox: Sandbox) -> None:
    lan, hoa, offset = opened(sandbox), opened(sandbox, "Hoa"), None
    await mailing.promises(lan.id, Reply("failure.again"))
    await mailing.settled()
    now = clock.now()
    await mailing.promises(hoa.id, Reply("failure.again"), due_at=now + timedelta(seconds=0.4), priority=1)
    said = []
    while not said and clock.now() < now + timedelta(seconds=10):
        offset = await hears(mailing, lan, "/menu", offset)
        said = [one for one in mailing.calls("sendMessage") if str(one.params["chat_id"]) == str(hoa.id)]
    assert len(said) == 1 and said[0].at - now >= timedelta(seconds=0.4)


async def test_of_somebody_who_is_not_remembered_no_row_stays(mailing: Mailing, sandbox: Sandbox) -> None:
    stranger = opened(sandbox)
    await hears(mailing, stranger, "/start", None)
    await until(lambda: [one for one in stranger.screen() if one["from"]["is_bot"]])
    await until(lambda: mailing.rows() == [])


@pytest.mark.parametrize("steps", range(8))
async def test_a_stop_that_comes_together_with_a_wake_is_not_forgotten(mailing: Mailing, steps: int) -> None:
    idle = mailing.ledger.commits
    await mailing.promises(1, Reply("failure.again"))
    await until(lambda: mailing.ledger.commits >= idle + 3)
    mailing.delivery.wake()
    for _ in range(steps):
        await asyncio.sleep(0)
    mailing.running.cancel()
    ended, _ = await asyncio.wait([mailing.running], timeout=20)
    assert ended
