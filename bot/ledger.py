"""The database thread: events heard, sends settled and messages claimed, together in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from bot.logs import frames_of
from bot.stopping import uninterrupted
from handlers.house import House, Outcome
from handlers.listening import listen
from handlers.messages import Event, Reply
from handlers.promising import promise, promise_stranger
from handlers.reminder_check import checked
from handlers.reminder_facts import Facts
from handlers.reminder_unsaid import unsaid
from handlers.start import language_of
from storage.database import Database
from storage.faults import is_the_databases
from storage.outbox import Promise, Settled
from storage.transaction import Transaction

CLAIM, CLAIM_ANSWERS = 64, 128  # at once; answers to the largest batch of updates leave together
# Longer than any send may take (connection and answer times of a channel), so that nobody sends it twice.
LEASE = timedelta(seconds=60)
# The clock is set back by hand, or by a server of time after a wrong start; less than this is ordinary drift.
PUT_BACK = timedelta(seconds=2)
T = TypeVar("T")
log = structlog.get_logger()


class LedgerClosed(Exception):
    """Nothing is written here any more: somebody else goes on, in this process or in the next."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An update that could not be understood: its number and why, without what it said."""

    channel: str
    bot: str
    number: str
    reason: str
    trace: str = ""


@dataclass(slots=True)
class Turned:
    """What one transaction left to do: outcomes in the order of the events, and messages to send now."""

    at: datetime
    outcomes: list[Outcome] = field(default_factory=list)
    claimed: list[Promise] = field(default_factory=list)
    next_due: datetime | None = None


class Ledger:
    """Runs everything that touches the database, one transaction after another, off the event loop."""

    def __init__(self, database: Database, house: House, now: Callable[[], datetime]) -> None:
        self._database = database
        self._house = house
        self._now = now
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._settled: list[Settled] = []
        self._latest: datetime | None = None
        self.commits = 0
        self.events = 0

    def settle_later(self, settled: Settled) -> None:
        """Remember how a send ended; it is written with the next transaction."""
        self._settled.append(settled)

    def leave(self) -> list[Settled]:
        """Ends of sends that could not be written, for whoever goes on after us."""
        left, self._settled = self._settled, []
        return left

    @property
    def unsettled(self) -> bool:
        """Whether ends of sends wait to be written."""
        return bool(self._settled)

    async def turn(self, incoming: Sequence[Event | Unreadable] = (), *, upto: int | None = 0) -> Turned:
        """Handle a batch, settle what was sent, claim what is to be sent; committed when this returns.

        `upto` is the priority up to which messages are claimed; None claims nothing.
        Raises what the database raises; then nothing has happened and the batch may be given again.
        """
        settled, self._settled = self._settled, []
        try:
            turned = await self.within(lambda tx: self._turn(tx, incoming, settled, upto))
        except BaseException:
            self._settled = settled + self._settled
            raise
        self._latest = turned.at
        return turned

    async def within(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in one transaction in the database thread. Raises LedgerClosed and what `work` does."""

        def run() -> T:
            with self._database.transaction() as tx:
                done = work(tx)
            self.commits += 1
            return done

        try:
            running = asyncio.get_running_loop().run_in_executor(self._thread, run)
        except RuntimeError:  # the thread takes nothing any more
            raise LedgerClosed from None
        return await uninterrupted(running)

    def close(self) -> None:
        """Wait for the transaction that is open, and end the thread."""
        self._thread.shutdown(wait=True)

    def _turn(
        self,
        tx: Transaction,
        incoming: Sequence[Event | Unreadable],
        settled: list[Settled],
        upto: int | None,
    ) -> Turned:
        now = self._now()
        if self._latest is not None and now < self._latest - PUT_BACK:
            # Nobody waits until the clock has come again to where it was.
            log.warning("clock_put_back", seconds=int((self._latest - now).total_seconds()))
            tx.outbox.hurry(now)
            tx.attachments.hurry(now)
        if settled:
            unsaid(tx, tx.outbox.settle(settled, now), "unreachable", now)
            tx.outbox.forget_strangers([one.id for one in settled if one.stranger])
        if upto is not None:
            tx.outbox.send_with_commit(now + LEASE)
        self.events += len(incoming)
        turned = Turned(now, [self._one(tx, event, now) for event in incoming])
        if upto is not None:
            if not incoming:
                unsaid(tx, tx.outbox.expire(now), "too_late", now)
            claimed = tx.outbox.claim(CLAIM if upto else CLAIM_ANSWERS, now, now + LEASE, upto)
            facts = Facts(tx, self._house, now, claimed)
            turned.claimed = [one for promise in claimed if (one := self._fresh(tx, promise, now, facts))]
            if not claimed:
                turned.next_due = tx.outbox.next_due(now)
            elif not turned.claimed:
                turned.next_due = now  # the next of those people's messages may be sent at once
        return turned

    def _fresh(self, tx: Transaction, promise: Promise, now: datetime, facts: Facts) -> Promise | None:
        """What nobody asked for, as things stand now; where that fails it is said as it was promised."""
        if promise.priority == 0:
            return promise
        try:
            with tx.savepoint():
                return checked(tx, self._house, promise, now, facts)
        except Exception as error:
            if is_the_databases(error):
                raise
            log.error("reminder_not_checked", row=promise.id, trace=frames_of(error))
            return promise

    def _one(self, tx: Transaction, event: Event | Unreadable, now: datetime) -> Outcome:
        if isinstance(event, Unreadable):
            if tx.heard.first_time(event.channel, event.bot, event.number, now):
                where = (event.channel, event.bot, event.number)
                tx.dead_letters.bury(where, event.reason, event.trace, now)
            return Outcome()
        try:
            with tx.savepoint():
                return listen(tx, event, self._house, now)
        except (Exception, asyncio.CancelledError) as error:
            if is_the_databases(error):
                raise  # locked, full, away: nothing of the batch may be confirmed
            self._bury(tx, event, error, now)
            return Outcome()

    def _bury(self, tx: Transaction, event: Event, error: BaseException, now: datetime) -> None:
        """A handler failed: keep the trace without the person's words, tell them, go on with the others."""
        tx.heard.first_time(event.channel, event.bot, event.number, now)
        person = tx.people.behind(event.channel, event.address) if event.private else None
        where = (event.channel, event.bot, event.number)
        chat_id = person.chat_id if person else None
        tx.dead_letters.bury(where, type(error).__name__, frames_of(error), now, chat_id)
        if person is not None:
            promise(tx, person, [Reply("failure.handler")], now)
        elif event.private:
            promise_stranger(tx, event, language_of(event), Reply("failure.handler"), now)
