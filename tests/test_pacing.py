"""Speaking a little slower than is allowed, live replies first: shown in a time of our own."""

from __future__ import annotations

import asyncio
import heapq
import random
from itertools import count

import pytest

from bot.pacing import GROUP_SECONDS, LIVE_IN_A_ROW, OVERALL_GAP, Pacer


class Time:
    """Seconds that pass only when nobody has anything left to do."""

    def __init__(self) -> None:
        self.at = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def __call__(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.at + seconds, next(self._numbers), woken))
        await woken

    async def passes(self, until: float) -> None:
        while True:
            for _ in range(6):
                await asyncio.sleep(0)
            if not self._sleepers or self._sleepers[0][0] > until:
                break
            self.at, _, woken = heapq.heappop(self._sleepers)
            woken.set_result(None)
        self.at = until


class Street:
    """Chats that are written to, and when each message left."""

    def __init__(self) -> None:
        self.time = Time()
        self.pacer = Pacer(self.time, sleep=self.time.sleep)
        self.left: list[tuple[float, str, str]] = []
        self.arrived: list[float] = []
        self.longest_way, self.chance = 0.0, random.Random(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def sends(
        self, address: object, *, bulk: bool = False, more: bool = False, after: float = 0, every: float = 0
    ) -> None:
        """One message after a while, or one again and again."""

        async def send() -> None:
            await self.time.sleep(after)
            while True:
                async with self.pacer.turn(str(address), bulk=bulk, more=more):
                    self.left.append((self.time.at, str(address), "bulk" if bulk else "live"))
                    await self._travels()
                if not every:
                    return
                await self.time.sleep(every)

        task = asyncio.ensure_future(send())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _travels(self) -> None:
        """There, and back with the answer."""
        for way in ("there", "back"):
            if self.longest_way:
                await self.time.sleep(self.chance.uniform(0, self.longest_way))
            if way == "there":
                self.arrived.append(self.time.at)

    def times(self, kind: str = "", address: object = "") -> list[float]:
        return [at for at, to, its in self.left if kind in ("", its) and str(address) in ("", to)]

    async def ends(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest.fixture
def street() -> Street:
    return Street()


def busiest(times: list[float], seconds: float) -> int:
    """The most messages in any span of so many seconds."""
    return max(sum(1 for at in times if start <= at < start + seconds) for start in times)


class TestOverall:
    async def test_a_broadcast_keeps_below_thirty_a_second(self, street: Street) -> None:
        for person in range(300):
            street.sends(person, bulk=True)
        await street.time.passes(300 / 28)
        assert len(street.left) == 300
        assert busiest(street.times(), 1.0) <= 30
        assert busiest(street.times(), 10.0) <= 293

    async def test_a_turn_that_came_late_is_made_up_for_but_never_as_a_burst(self, street: Street) -> None:
        async def late(seconds: float) -> None:
            await exact(seconds + 0.006)

        exact = street.time.sleep
        street.pacer = Pacer(street.time, sleep=late)
        for person in range(290):
            street.sends(person, bulk=True)
        await street.time.passes(290 / 28)
        assert len(street.left) == 290
        assert busiest(street.times(), 1.0) <= 30

    async def test_an_answer_goes_at_once_when_nothing_is_broadcast(self, street: Street) -> None:
        for person in range(100):
            street.sends(person)
        await street.time.passes(0)
        assert len(street.left) == 100

    async def test_answers_keep_the_pace_too_while_something_is_broadcast(self, street: Street) -> None:
        for person in range(200):
            street.sends(person, bulk=True)
            street.sends(1_000 + person, after=person * 0.03)
        await street.time.passes(8)
        assert busiest(street.times(), 1.0) <= 30

    @pytest.mark.parametrize("longest", [0.01, 0.1, 0.6])
    async def test_however_uneven_the_way_never_more_than_thirty_a_second_arrive(
        self, street: Street, longest: float
    ) -> None:
        street.longest_way = longest
        for person in range(300):
            street.sends(person, bulk=True)
        for person in range(1_000, 1_060):
            street.sends(person, after=street.chance.uniform(1, 9))
        await street.time.passes(360 / 29.2 * (1.1 + longest))
        assert len(street.arrived) == 360
        assert busiest(street.arrived, 1.0) <= 30

    async def test_answers_given_at_once_leave_less_room_for_a_broadcast(self, street: Street) -> None:
        for person in range(20):
            street.sends(person)
        await street.time.passes(0.05)
        for person in range(100, 200):
            street.sends(person, bulk=True)
        await street.time.passes(6)
        assert len(street.arrived) == 120
        assert busiest(street.arrived, 1.0) <= 30

    async def test_what_hangs_does_not_hold_the_others_for_ever(self, street: Street) -> None:
        async def hangs(person: int) -> None:
            async with street.pacer.turn(str(person), bulk=True):
                await street.time.sleep(1_000)

        hanging = [asyncio.ensure_future(hangs(person)) for person in range(60)]
        await street.time.passes(8)
        street.sends(100)
        await street.time.passes(12)
        assert len(street.left) == 1
        for one in hanging:
            one.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


class TestOneChat:
    async def test_a_burst_of_three_then_about_one_a_second(self, street: Street) -> None:
        for _ in range(9):
            street.sends(7, bulk=True)
        await street.time.passes(20)
        assert len(street.left) == 9
        assert busiest(street.times(), 3.0) == 3

    async def test_the_parts_of_a_long_reply_keep_it_too(self, street: Street) -> None:
        street.sends(7)
        for _ in range(5):
            street.sends(7, more=True)
        await street.time.passes(20)
        assert len(street.left) == 6
        assert busiest(street.times(), 3.0) == 3

    async def test_parts_that_wait_hold_nobody_else(self, street: Street) -> None:
        for _ in range(6):
            street.sends(7, more=True)
        street.sends(8, after=1.0)
        await street.time.passes(20)
        assert street.times(address=8) == [1.0]

    async def test_a_group_gets_less_than_twenty_a_minute(self, street: Street) -> None:
        for _ in range(60):
            street.sends(-100)
        street.sends(5, after=2.0)
        await street.time.passes(200)
        assert len(street.times(address=-100)) == 60
        assert busiest(street.times(address=-100), 60.0) <= 20
        assert street.times(address=5) == [2.0]


class TestPrecedence:
    async def test_an_answer_waits_for_no_reminder(self, street: Street) -> None:
        for person in range(300):
            street.sends(person, bulk=True)
        street.sends(1_000, after=5.0)
        await street.time.passes(20)
        (answered,) = street.times("live")
        assert answered - 5.0 <= OVERALL_GAP * 1.01

    async def test_reminders_go_on_however_many_people_talk(self, street: Street) -> None:
        street.sends(0, bulk=True)
        for person in range(1, 200):
            street.sends(person, every=0.01)
        for person in range(1_000, 1_020):
            street.sends(person, bulk=True)
        await street.time.passes(20)
        await street.ends()
        assert len(street.times("bulk")) == 21
        between = [b - a for a, b in zip(street.times("bulk"), street.times("bulk")[1:], strict=False)]
        assert max(between) <= OVERALL_GAP * (LIVE_IN_A_ROW + 1.5)


class TestRefusals:
    async def test_a_chat_that_was_written_to_too_often_waits_alone(self, street: Street) -> None:
        for _ in range(4):
            street.sends(7)
        await street.time.passes(0.1)
        street.pacer.refused("7", 5)
        street.sends(7)
        street.sends(8)
        await street.time.passes(20)
        assert street.times(address=8) == [0.1]
        assert street.times(address=7)[-1] == pytest.approx(5.1, abs=0.1)

    async def test_an_unexplained_refusal_holds_all_for_a_moment(self, street: Street) -> None:
        street.sends(7)
        await street.time.passes(0.1)
        street.pacer.refused("7", 30)
        street.sends(7)
        street.sends(8)
        await street.time.passes(40)
        assert street.times(address=8) == [pytest.approx(1.1, abs=0.1)]
        assert street.times(address=7)[-1] == pytest.approx(30.1, abs=0.1)

    async def test_when_another_chat_is_refused_as_well_all_wait_as_long_as_was_asked(
        self, street: Street
    ) -> None:
        street.sends(7)
        await street.time.passes(0.1)
        street.pacer.refused("7", 30)
        street.sends(8)
        await street.time.passes(1.2)
        street.pacer.refused("8", 29)
        for person in range(10, 20):
            street.sends(person, bulk=person % 2 == 0)
        await street.time.passes(30.1)
        assert len(street.left) == 2
        await street.time.passes(40)
        assert len(street.left) == 12


class TestMemory:
    async def test_only_chats_of_the_last_minute_are_remembered(self, street: Street) -> None:
        for person in range(5_000):
            street.sends(person, after=person * 0.01)
        await street.time.passes(60)
        assert len(street.pacer._chats) == 5_000
        street.sends(-1)
        await street.time.passes(GROUP_SECONDS * 2)
        street.sends(9_999)
        await street.time.passes(GROUP_SECONDS * 3)
        assert len(street.pacer._chats) <= 2

    async def test_refusals_are_forgotten_when_they_are_over(self, street: Street) -> None:
        for person in range(1_000):
            street.pacer.refused(str(person), 1)
            street.time.at += 10
        assert len(street.pacer._chat_paused) == 1
        assert len(street.pacer._chat_strict) <= 61

    async def test_whoever_gives_up_leaves_the_queue(self, street: Street) -> None:
        street.pacer.refused("7", 2)
        for _ in range(3):
            street.sends(7)
        await street.time.passes(0.5)
        await street.ends()
        street.sends(8)
        await street.time.passes(10)
        assert [to for _, to, _ in street.left] == ["8"]
