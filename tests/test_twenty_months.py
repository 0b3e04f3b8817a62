"""Twenty months under a moved clock: every message, and every silence, is right and explained."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.ledger import Ledger
from handlers.messages import Reply
from handlers.reminder_facts import noted_as
from handlers.reminder_why import MOST, lines
from handlers.reminders import tick
from handlers.slow_reviews import remind_slow
from handlers.tidying import Keeping, tidy
from storage.database import Database
from storage.outbox import Promise, Settled
from tests.months import AWAY, BEGINS, DAY, ENDS, MOVED_AT, Somebody, World
from tests.months_oracle import IN_TURN, Oracle, day_off, never_free, quiet, whole_calendar
from tests.phone import SPEECH

LOOK = timedelta(days=2)  # the program looks every twenty seconds; nothing here needs that
PACE = timedelta(seconds=2.2)  # for sixty-four messages
KEEPING = Keeping(90 * DAY, 30 * DAY, 30 * DAY, None)
KINDS = {*IN_TURN, "idle"}
PROMPT = timedelta(minutes=15)
Key = tuple[str, str, str]
NOTES = (
    'SELECT id, kind, phase, "offset", worker_id, outcome, reason FROM reminder_note WHERE id > {} ORDER BY 1'
)


def same(kind: str, phase: str, offset: str) -> Key:
    """A distance before a moved close is told apart by the move, or by the new date."""
    distance, moved, _ = offset.partition(".")
    return (kind, phase, f"{distance}.1" if moved and kind == "before" else offset)


class Months:
    """Runs the alarm clock and the sending side over a world, and holds all they do to the oracle's word."""

    def __init__(self, world: World) -> None:
        self.world, self.oracle, self.dice = world, Oracle(world), Random(3)
        self.now = BEGINS
        self.ledger = Ledger(world.database, world.house, lambda: self.now)
        self.spent: Counter[str] = Counter()
        self.sent: dict[tuple[Key, int], datetime] = {}
        self.said_beside: set[tuple[Key, int]] = set()  # what stands in no calendar: reviews that take long
        self.failed: set[tuple[Key, int]] = set()
        self.others: Counter[str] = Counter()
        self.at_once: Counter[tuple[int, datetime]] = Counter()
        self.joined: set[tuple[Key, int]] = set()  # said together with another message, in this round
        self.last: dict[tuple[Key, int], tuple[str, str]] = {}
        self.seen: dict[Key, tuple[str, str, datetime]] = {}  # moments: done or skipped, why, when
        self.swept: set[Key] = set()
        self.wrong: list[str] = []
        self.read, self.steps = 0, 0

    def finds(self, what: str, *about: object) -> None:
        self.wrong.append(" ".join([what, *map(str, about), f"at {self.now}"]))

    @contextmanager
    def spending(self, what: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.spent[what] += time.perf_counter() - begun

    # --- the program at work

    async def run(self) -> None:
        tidied, wake, held, moved = BEGINS, None, None, False
        while self.now < ENDS:
            change = None if moved else MOVED_AT
            soon = [at for at in (wake, held, change, self.now + LOOK) if at is not None and at > self.now]
            self.now = next((ended for begun, ended in AWAY if begun <= min(soon) < ended), min(soon))
            self.steps += 1
            with self.spending("people"):
                await self.ledger.within(self.world.lives_until(self.now))
            if not moved and self.now >= MOVED_AT:
                moved = True
                self._starts_anew()
            wake = await self._looks()
            held = await self._sends()
            if self.now - tidied >= DAY:
                with self.spending("tidying"):
                    await self.ledger.within(lambda tx: tidy(tx, KEEPING, self.world.house, self.now))
                tidied = self.now
        self.ledger.close()

    def _starts_anew(self) -> None:
        self.ledger.close()
        self.world.moves_the_close()
        self.ledger = Ledger(self.world.database, self.world.house, lambda: self.now)

    async def _looks(self) -> datetime | None:
        with self.spending("ticks"):
            await self.ledger.within(lambda tx: remind_slow(tx, self.world.house, self.now))
            ticked = await self.ledger.within(lambda tx: tick(tx, self.world.house, self.now))
            while ticked.more:
                ticked = await self.ledger.within(lambda tx: tick(tx, self.world.house, self.now))
        with self.spending("oracle"):
            await self._reads_notes()
            await self._hears_of_moments()
        return ticked.next_at

    async def _sends(self) -> datetime | None:
        """Everything that is due; when the next message is."""
        while True:
            with self.spending("sending"):
                turned = await self.ledger.turn(upto=1)
            with self.spending("oracle"):
                await self._reads_notes(sending=True)
                for promise in turned.claimed:
                    self._leaves(promise)
                self.joined.clear()
            if turned.claimed:
                self.now += PACE
            elif turned.next_due is None or turned.next_due > self.now:
                return turned.next_due

    # --- what is held to the oracle's word

    def _leaves(self, promise: Promise) -> None:
        """The messenger takes it, unless the person has blocked the bot."""
        kind, _, rest = (promise.once or "other").partition(":")
        noted = noted_as(promise.once)
        one = self.world.people[int(promise.address)]
        if one.blocking:
            one.reachable = False
            self.ledger.settle_later(Settled(promise.id, "failed", error="Unreachable", parts_sent=0,
                                             gone=(promise.channel, promise.address)))  # fmt: skip
        else:
            self.ledger.settle_later(Settled(promise.id, "sent", message="1", parts_sent=1))
        keys = [key for key, who in self.joined if who == one.id]
        if kind in KINDS:
            phase_code, offset, _ = rest.rsplit(":", 2)
            keys.append(same(kind, phase_code, offset))
        else:
            self.others[kind] += 1
            keys += [noted[0]] if noted is not None else []
        self.at_once[one.id, self.now] += 1
        for key in keys:
            if one.blocking:
                self.failed.add((key, one.id))
            elif self.last.get((key, one.id), ("", ""))[0] != "superseded" or (key, one.id) in self.joined:
                self._is_said(key, one)

    def _is_said(self, key: Key, one: Somebody) -> None:
        kind, phase_code, offset = key
        if kind not in KINDS:
            self.said_beside.add((key, one.id))
            return
        if (key, one.id) in self.sent:
            self.finds("twice", key, one.id)
        self.sent[key, one.id] = self.now
        phase = self._phase(phase_code)
        if why := self.oracle.told(kind, phase, one, self.now):
            self.finds("sent, though", why, key, one.id)
        if kind not in ("closes", "reviewed") and self.now >= phase.closes:
            self.finds("after the close", key, one.id)
        last, place = kind == "before" and offset.startswith("3h"), self.world.places.get(one.unit)
        if quiet(self.now, place) and not last:
            self.finds("in quiet hours", key, one.id)
        if day_off(self.now, place) and not last and kind != "moved":
            self.finds("on a day off", key, one.id)

    async def _reads_notes(self, *, sending: bool = False) -> None:
        rows = await self.ledger.within(
            lambda tx: tx.connection.exec_driver_sql(NOTES.format(self.read)).all()
        )
        for self.read, kind, phase, offset, worker, outcome, reason in rows:
            key = same(kind, phase, offset)
            if worker is None:
                self.seen[key] = (outcome, reason, self.now)
                continue
            self.last[key, worker] = (outcome, reason)
            if sending and outcome == "superseded":
                self._is_withheld(key, self.world.people[worker], reason)

    def _is_withheld(self, key: Key, one: Somebody, reason: str) -> None:
        """Something promised is not said after all: the reason is true now."""
        if reason == "merged":
            self.joined.add((key, one.id))
        elif reason == "too_late":
            if self.now < whole_calendar()[key][1]:
                self.finds("not too late at all:", key, one.id)
        elif reason == "unreachable":
            if not one.blocking and one.reachable:
                self.finds("not unreachable at all:", key, one.id)
        elif key[0] not in KINDS:
            if reason != "nothing_open":
                self.finds("withheld because", reason, key, one.id)
        elif reason != "moved":
            told = self.oracle.told(key[0], self._phase(key[1]), one, self.now)
            if told != reason:
                self.finds("withheld because", reason, "but", told or "they should hear", key, one.id)

    async def _hears_of_moments(self) -> None:
        states = await self.ledger.within(lambda tx: tx.reminder_log.moments())
        for key, mark in states.items():
            if key[2].endswith(".late"):
                if key not in self.swept and mark.state == "done":
                    self._are_swept(key)
            elif key not in self.seen and mark.state != "open":
                self.seen[key] = (mark.state, "", self.now)
                if key[0] == "closes":
                    self.oracle.closes(key[1])
                for one in self.world.people.values():
                    if self.oracle.audience(key[0], key[1], one):
                        self._is_noted(key, one)

    def _are_swept(self, key: Key) -> None:
        """Half an hour before a close nobody has a draft without having been promised its last warning."""
        self.swept.add(key)
        for one in self.world.people.values():
            its = (key[0], key[1], key[2].removesuffix(".late"))
            promised = self.last.get((its, one.id), ("",))[0] == "promised" or (its, one.id) in self.sent
            if (
                one.drafts
                and not self.oracle.told(key[0], self._phase(key[1]), one, self.now)
                and not promised
            ):
                self.finds("a late draft without a warning", key, one.id)

    def _is_noted(self, key: Key, one: Somebody) -> None:
        """Whoever may expect a word is promised one, or it is written down why not; and that is so."""
        once = (key[0], key[1], "0") if key[0] == "reviewed" else key
        outcome, reason = self.last.get((key, one.id), ("", ""))
        should = self.oracle.told(key[0], self._phase(key[1]), one, self.now)
        if key[0] == "reviewed":
            if not should and not outcome and (once, one.id) not in self.sent:
                self.finds("not told", key, one.id)
        elif not should and outcome != "promised":
            if not self._wished(key, one, reason):
                self.finds("not told", key, one.id, outcome, reason)
        elif should and (outcome, reason) != ("silent", should):
            self.finds("should be silent because", should, key, one.id, outcome, reason)

    def _wished(self, key: Key, one: Somebody, reason: str) -> bool:
        """Whether the silence is what this person chose."""
        match reason:
            case "not_chosen":
                return bool(one.choice.left_out)
            case "snoozed":
                return one.choice.snoozed_until is not None and one.choice.snoozed_until > self.now
            case "quiet":
                place, (_, until) = self.world.places.get(one.unit), whole_calendar()[key]
                return never_free(self.now, until, place)
        return False

    # --- the end

    def ends(self) -> None:
        """Nothing is missing, nothing is left over, and what was promised and never said is explained."""
        self.has_every_moment()
        self.can_all_be_read()
        with self.world.database.reading() as tx:
            rows = tx.connection.exec_driver_sql(
                "SELECT once FROM outbox WHERE state IN ('waiting', 'claimed') AND once IS NOT NULL"
            )
            kept = [noted for (once,) in rows if (noted := noted_as(once)) is not None]
        waiting = {(same(*key), worker) for key, worker in kept}
        for (key, worker), (outcome, reason) in self.last.items():
            once = (key[0], key[1], "0") if key[0] == "reviewed" else key
            said = (once, worker) in self.sent or (key, worker) in self.said_beside
            if outcome == "promised" and not said and (once, worker) not in waiting:
                self.finds("promised, never said, and nobody knows why", key, worker, reason)
        for (worker, at), count in self.at_once.items():
            if count > 1:
                self.finds("at once", count, worker, at)

    def can_all_be_read(self) -> None:
        """`/visao` has a line for each note, in words."""
        with self.world.database.reading() as tx:
            for worker in list(self.world.people)[:60]:
                notes = lines(tx, worker, self.world.house)
                words = SPEECH.render(Reply("reminder.end", {}, tuple(notes)), "vi").text
                if words.count("• ") != len(tx.reminder_log.notes(worker, MOST)) or "{" in words:
                    self.finds("cannot be read:", worker, words)

    def has_every_moment(self) -> None:
        """Each instant of the calendar was seen to then, or after an absence, or it is known why not."""
        for (kind, code, offset), (at, until) in whole_calendar().items():
            found = self.seen.get((kind, code, offset))
            if found is None:
                self.finds("never seen to", kind, code, offset)
                continue
            state, reason, seen_at = found
            back = next((ended for begun, ended in AWAY if begun <= at < ended), at)
            if abs(seen_at - back) > PROMPT and not (state == "skipped" and seen_at >= at):
                self.finds("seen to at the wrong time", kind, code, offset, at)
            gone = back >= until or back != at
            if state == "skipped" and not gone and reason != "told_by_notice":
                self.finds("skipped without need", kind, code, offset, reason)

    def _phase(self, code: str):
        return next(phase for phase in self.world.programme.phases if phase.code == code)


def lived(database: Database, units: int) -> Months:
    """Live through all of it."""
    months = Months(World(database, units))
    with asyncio.Runner() as runner:
        runner.run(months.run())
    months.ends()
    return months


def test_in_twenty_months_everybody_hears_what_concerns_them_once_and_every_silence_is_explained(
    database: Database,
) -> None:
    if not database.is_sqlite:
        pytest.skip("one kind of database is enough here; the whole programme is lived on both")
    months = lived(database, 10)
    assert months.wrong == []
    assert {key[0] for key, _ in months.sent} == KINDS and len(months.sent) > 500
    assert {key[0] for key, _ in months.said_beside} == {"slow"}
    assert {why for _, why in months.last.values()} >= {"target_met", "nothing_open", "too_late"}


@pytest.mark.long
@pytest.mark.timeout(7_200)
def test_six_thousand_units_live_through_twenty_months(database: Database) -> None:
    begun = time.perf_counter()
    months = lived(database, 6_000)
    took = time.perf_counter() - begun
    memory = int(Path("/proc/self/status").read_text("ascii").split("VmHWM:")[1].split()[0]) // 1_024
    spent = ", ".join(f"{what} {seconds:,.0f} s" for what, seconds in months.spent.most_common())
    count, said = len(months.world.people), len(months.sent)
    print(f"{count:,} people, {said:,} said, {months.read:,} notes: {took:,.0f} s")
    print(f"{spent}; {memory} MB at the most")
    assert months.wrong == []
