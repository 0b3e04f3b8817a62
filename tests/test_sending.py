"""Every way a send can fail has its named consequence, and the others go on."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot import clock, delivery
from bot.intake import Intake, read_update
from bot.ledger import Ledger
from bot.sandbox import Group, Person, Sandbox
from bot.webhook import AT_ONCE
from handlers.enclosures import Paper
from handlers.messages import Button, Reply
from storage.database import Database
from storage.models import metadata
from tests.mailing import OUTBOX, TOKEN, Mailing, opened, row, until
from tests.phone import house

pytestmark = pytest.mark.filterwarnings("default")
CHAT = metadata.tables["chat"]
SAID = Reply("failure.again")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(TOKEN) as server:
        yield server


@pytest.fixture
async def mailing(
    sqlite_template: Path, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Mailing]:
    monkeypatch.setattr(delivery, "PAUSES", (0.05,))
    file = tmp_path / "sangkien.db"
    shutil.copyfile(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    async with Mailing(database, sandbox, tmp_path, seconds=0.4) as running:
        yield running
    database.close()


def reachable(mailing: Mailing) -> dict[str, bool]:
    with mailing.database.reading() as tx:
        rows = tx.connection.execute(select(CHAT.c.address, CHAT.c.reachable))
        return {row.address: row.reachable for row in rows}


def texts(person: Person) -> int:
    """How many messages of the bot are on the screen."""
    return len([message for message in person.screen() if message["from"]["is_bot"]])


def sends(sandbox: Sandbox) -> list[Any]:
    return [call for call in sandbox.calls if call.method == "sendMessage"]


class TestAPersonWhoBlockedTheBot:
    async def test_is_marked_in_the_middle_of_a_broadcast_and_the_others_get_theirs(
        self, mailing: Mailing, sandbox: Sandbox
    ) -> None:
        people = [opened(sandbox, f"Người {number}") for number in range(6)]
        await people[2].blocks()
        people[4].leaves_telegram()
        for person in people:
            await mailing.promises(person.id, SAID, SAID, priority=1)
        rows = await mailing.settled()
        gone = {str(people[2].id), str(people[4].id)}
        assert {row.address for row in rows if row.error == "unreachable"} == gone
        assert [row.state for row in rows if row.address in gone] == ["failed"] * 4
        assert [row.state for row in rows if row.address not in gone] == ["sent"] * 8
        assert {address for address, there in reachable(mailing).items() if not there} == gone
        # What waited behind the refused message was settled without another call.
        assert len([call for call in sends(sandbox) if call.status == 403]) == 2

    async def test_comes_back_by_writing(self, mailing: Mailing, sandbox: Sandbox) -> None:
        lan = opened(sandbox)
        await lan.blocks()
        await mailing.promises(lan.id, SAID)
        await mailing.settled()
        assert reachable(mailing) == {str(lan.id): False}
        await lan.unblocks()
        await lan.types("/menu")
        intake = Intake(mailing.ledger, mailing.delivery, lambda: None)
        updates = await mailing.channel.updates(None, 0)
        events = [read_update(mailing.channel, "1000", raw) for raw in updates]
        await intake.take(mailing.channel, [event for event in events if event is not None])
        await until(lambda: texts(lan) == 1)
        assert reachable(mailing) == {str(lan.id): True}


class TestAGroup:
    async def test_that_became_a_supergroup_is_followed(self, mailing: Mailing, sandbox: Sandbox) -> None:
        group = Group.founded(sandbox.world, "group", "Tổ may 1", [opened(sandbox).account])
        old = group.id
        group.upgrades()
        await mailing.promises(old, SAID, SAID)
        rows = await mailing.settled()
        assert [(row.state, row.address) for row in rows] == [("sent", str(group.id))] * 2
        assert reachable(mailing) == {str(group.id): True}


class TestTime:
    async def test_what_came_too_late_is_not_said(self, mailing: Mailing, sandbox: Sandbox) -> None:
        lan, now = opened(sandbox), clock.now()
        await mailing.promises(lan.id, SAID, expires_at=now - timedelta(seconds=1), priority=1)
        await mailing.promises(lan.id, SAID, expires_at=now + timedelta(hours=1), priority=1)
        rows = await mailing.settled()
        assert [row.state for row in rows] == ["expired", "sent"]
        assert texts(lan) == 1

    async def test_what_is_not_due_waits(self, mailing: Mailing, sandbox: Sandbox) -> None:
        lan, due = opened(sandbox), clock.now() + timedelta(seconds=0.5)
        await mailing.promises(lan.id, SAID, due_at=due)
        await mailing.settled()
        assert sends(sandbox)[0].at >= due


class TestWhatIsNeverTaken:
    async def test_is_kept_with_the_reason_and_the_next_goes(
        self, mailing: Mailing, sandbox: Sandbox
    ) -> None:
        lan = opened(sandbox)
        nameless = Button("menu|open|1", "button.see", {"code": " "})
        await mailing.promises(lan.id, Reply("failure.again", choices=((nameless,),)), SAID)
        rows = await mailing.settled()
        assert [(row.state, row.tries) for row in rows] == [("failed", 1), ("sent", 1)]
        assert rows[0].error.startswith("Rejected: ")
        assert reachable(mailing) == {str(lan.id): True}

    async def test_what_cannot_be_said_at_all_does_not_hold_what_comes_after(
        self, mailing: Mailing, sandbox: Sandbox
    ) -> None:
        lan = opened(sandbox)
        empty, unknown = Reply("button.see", {"code": " "}), Reply("no.such.text")
        await mailing.promises(lan.id, empty, unknown, SAID)
        rows = await mailing.settled()
        assert [row.state for row in rows] == ["failed", "failed", "sent"]
        assert [row.error for row in rows[:2]] == ["nothing to say", "UnknownText"]


class TestAnUnknownEnd:
    """It may have arrived: it is said so, and not said twice."""

    @pytest.mark.parametrize("kind", ["accept_then_hang", "accept_then_reset"])
    async def test_is_recorded_and_not_repeated(self, mailing: Mailing, sandbox: Sandbox, kind: str) -> None:
        lan = opened(sandbox)
        sandbox.faults.add(kind, "sendMessage")
        await mailing.promises(lan.id, SAID, SAID)
        rows = await mailing.settled()
        assert [row.state for row in rows] == ["unknown", "sent"]
        assert rows[0].error.startswith("Unknown")
        assert texts(lan) == 2


class TestABadMoment:
    """What surely was not sent is sent again."""

    @pytest.mark.parametrize("code", [500, 502, 503])
    async def test_a_page_instead_of_an_answer_is_outlasted(
        self, mailing: Mailing, sandbox: Sandbox, code: int
    ) -> None:
        lan = opened(sandbox)
        sandbox.faults.add("status", "sendMessage", code=code, times=3)
        await mailing.promises(lan.id, SAID, SAID)
        rows = await mailing.settled()
        assert [row.state for row in rows] == ["sent", "sent"]
        assert (rows[0].tries, texts(lan)) == (4, 2)

    async def test_a_server_that_is_away_is_outlasted(self, mailing: Mailing, sandbox: Sandbox) -> None:
        lan, port = opened(sandbox), int(sandbox.url.rpartition(":")[2])
        await sandbox.stop()
        await mailing.promises(lan.id, SAID)
        await until(lambda: mailing.rows()[0].tries >= 2)
        await sandbox.start(port=port)
        (row,) = await mailing.settled()
        assert (row.state, texts(lan)) == ("sent", 1)

    async def test_in_the_end_it_is_given_up_and_the_next_goes(
        self, mailing: Mailing, sandbox: Sandbox
    ) -> None:
        lan = opened(sandbox)
        sandbox.faults.add("status", "sendMessage")
        long_ago = clock.now() - delivery.GIVE_UP - timedelta(minutes=1)
        await mailing.promises(lan.id, SAID, created_at=long_ago)
        await mailing.promises(lan.id, SAID)
        rows = await mailing.settled()
        assert [row.state for row in rows] == ["failed", "sent"]
        assert rows[0].error.startswith("NotSent")


class TestTooManyRequests:
    async def test_on_one_chat_hold_nobody_else(self, mailing: Mailing, sandbox: Sandbox) -> None:
        lan, others = opened(sandbox), [opened(sandbox, f"Người {number}") for number in range(10)]
        await mailing.promises(lan.id, *[SAID] * 3)
        await mailing.settled()
        sandbox.faults.add("too_many", "sendMessage", chat_id=lan.id, seconds=2)
        await mailing.promises(lan.id, SAID)
        await until(lambda: any(call.status == 429 for call in sandbox.calls))
        (refused,) = [call for call in sandbox.calls if call.status == 429]
        for person in others:
            await mailing.promises(person.id, SAID)
        await until(lambda: all(texts(person) == 1 for person in others), 1.5)
        assert texts(lan) == 3
        rows = await mailing.settled()
        assert {row.state for row in rows} == {"sent"}
        assert (sends(sandbox)[-1].at - refused.at).total_seconds() >= 2

    async def test_on_everybody_hold_everybody(self, mailing: Mailing, sandbox: Sandbox) -> None:
        people = [opened(sandbox, f"Người {number}") for number in range(20)]
        sandbox.faults.add("too_many", "sendMessage", times=2, seconds=2)
        for person in people:
            await mailing.promises(person.id, SAID, priority=1)
        await mailing.settled()
        refused = [call.at for call in sandbox.calls if call.status == 429]
        assert len(refused) == 2
        # Those that were already on their way aside, nothing leaves until the time that was asked for.
        calls = [(call.at - refused[1]).total_seconds() for call in sends(sandbox)]
        assert [at for at in calls if 0.1 < at < 1.9] == []
        assert all(texts(person) == 1 for person in people)


async def test_what_is_half_sent_when_another_takes_over_is_left_to_it(
    mailing: Mailing, sandbox: Sandbox
) -> None:
    lan = opened(sandbox)
    sandbox.faults.add("slow", "sendMessage", seconds=0.5)
    await mailing.promises(lan.id, Reply("state.submitted", files=(Paper("poster"),)))
    await until(lambda: not sandbox.faults.coming)
    mailing.running.cancel()
    await asyncio.to_thread(mailing.ledger.close)
    await until(lambda: mailing.ledger.unsettled)
    (left,) = mailing.ledger.leave()
    assert (left.state, left.parts_sent) == ("waiting", 1)


async def test_the_answers_to_a_whole_batch_leave_together_and_a_broadcast_in_smaller_parts(
    sqlite_template: Path, tmp_path: Path
) -> None:
    file = tmp_path / "sangkien.db"
    shutil.copyfile(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    ledger, now = Ledger(database, house(), clock.now), clock.now()
    rows = [row(address, SAID, now, priority=0) for address in range(AT_ONCE)]
    rows += [row(address, SAID, now, priority=1) for address in range(AT_ONCE, 2 * AT_ONCE)]
    await ledger.within(lambda tx: tx.connection.execute(insert(OUTBOX), rows))
    answers, broadcast = await ledger.turn(), await ledger.turn(upto=1)
    ledger.close()
    database.close()
    assert [one.priority for one in answers.claimed] == [0] * AT_ONCE
    assert 0 < len(broadcast.claimed) < AT_ONCE
