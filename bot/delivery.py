"""Out: the only place a message leaves from. Claim, send with no transaction open, settle."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels import CallFailed, Channel, Moved, NotOurs, NotSent, Rejected, Slower, Unknown, Unreachable
from bot.database_faults import short_name
from bot.ledger import CLAIM_ANSWERS, Ledger, LedgerClosed, Turned
from bot.logs import frames_of
from bot.pacing import Pacer
from bot.parcels import Parcels
from bot.speech import Captioned, Speech, Spoken
from bot.stopping import Interrupted, uninterrupted
from handlers.enclosures import Enclosure
from handlers.messages import Reply
from storage.outbox import Promise, Settled
from storage.transaction import Transaction

log = structlog.get_logger()
BULK_AT_ONCE = 48  # unasked messages under way: enough to keep the pace, few enough to stop quickly
IDLE_SECONDS = 5.0  # how long rows that another process promised may wait
LINGER_SECONDS = 0.004  # ends of sends that come this close together share a transaction
CROWD, LINGERS = 4, 6  # while more than so many are being sent, their ends are waited for so many times
# While batches of many are heard one after another, each writes down what ended before it.
CROWDED_SECONDS, CROWDED_LINGER_SECONDS = 0.15, 0.05
LOOK_SECONDS = 0.25  # how long others may do our work before we look for what is due or too late
PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)  # seconds before a send is tried again
PATIENCE_SECONDS = 1.0  # for a paper that takes long to draw, before others go first
# A messenger that is away comes back: what it did not take is tried for as long as it is worth reading.
GIVE_UP = timedelta(days=2)


class Delivery:
    """Sends what the outbox promises: a person's messages in their order, people beside each other."""

    def __init__(
        self,
        ledger: Ledger,
        channels: Mapping[str, Channel],
        speech: Speech,
        now: Callable[[], datetime],
        pacer: Pacer,
        parcels: Parcels,
    ) -> None:
        self._ledger = ledger
        self._channels = channels
        self._speech = speech
        self._now = now
        self._awake = asyncio.Event()
        self._asked = True  # somebody wants us to look, and not only to write down an end
        self._crowded_at = self._looked_at = float("-inf")
        self._sending: set[asyncio.Task[None]] = set()
        self._pacer = pacer
        self._parcels = parcels
        self._bulk = 0
        self._refused: NotOurs | None = None
        self.sent = 0

    def wake(self) -> None:
        """Something may be waiting to be sent."""
        self._asked = True
        self._awake.set()

    def heard(self, turned: Turned) -> None:
        """A batch was heard: send what it claimed; where it left something, we look ourselves."""
        if len(turned.claimed) > CROWD:
            self._crowded_at = asyncio.get_running_loop().time()
        self.start(turned.claimed)
        if not 0 < len(turned.claimed) < CLAIM_ANSWERS:
            self.wake()

    def words(self, language: str, key: str) -> str:
        """A short text said at once rather than promised."""
        return self._speech.say(language, key, {})

    def start(self, claimed: Sequence[Promise]) -> None:
        """Send claimed messages, beside each other."""
        for promise in claimed:
            self._bulk += promise.priority > 0
            task = asyncio.ensure_future(self._deliver(promise))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def run(self) -> None:
        """Send until cancelled. Raises NotOurs when the token is refused."""
        released, failures, pause = False, 0, 0.0
        while True:
            await self._wait(pause)
            if self._refused is not None:
                raise self._refused
            try:
                if released and self._is_done_by_others():
                    pause = LOOK_SECONDS
                    continue
                if not released:
                    if self._ledger.unsettled:  # what was sent before the database was away
                        await self._ledger.turn(upto=None)
                    await self._ledger.within(lambda tx: tx.outbox.release(self._now()))
                    released = True
                self._asked, self._looked_at = False, asyncio.get_running_loop().time()
                turned = await self._ledger.turn(upto=1 if self._bulk < BULK_AT_ONCE else 0)
            except Exception as failed:
                failures += 1
                pause = min(15.0, 0.5 * 2 ** min(failures, 5))
                trace = {} if isinstance(failed, SQLAlchemyError) else {"trace": frames_of(failed)}
                log.warning("outbox_away", reason=short_name(failed), pause=pause, **trace)
                await asyncio.sleep(pause)
                continue
            failures = 0
            self.start(turned.claimed)
            pause = self._until(turned.next_due) if not turned.claimed else IDLE_SECONDS

    def _until(self, due: datetime | None) -> float:
        if due is None:
            return IDLE_SECONDS
        return min(IDLE_SECONDS, max(0.0, (due - self._now()).total_seconds()))

    def _is_done_by_others(self) -> bool:
        """Whether every end was written with a batch that was heard, and we have looked a moment ago."""
        just_now = asyncio.get_running_loop().time() - self._looked_at < LOOK_SECONDS
        return just_now and not self._asked and not self._ledger.unsettled

    async def _wait(self, seconds: float) -> None:
        try:
            # Not `wait_for`: on Python 3.11 it forgets a cancel that comes together with a wake.
            async with asyncio.timeout(seconds):
                await self._awake.wait()
            if asyncio.get_running_loop().time() - self._crowded_at < CROWDED_SECONDS:
                await asyncio.sleep(CROWDED_LINGER_SECONDS)
            await asyncio.sleep(LINGER_SECONDS)
            for _ in range(LINGERS):
                if len(self._sending) <= CROWD:
                    break
                await asyncio.sleep(LINGER_SECONDS)
        except TimeoutError:
            self._asked = True  # something may be due
        self._awake.clear()

    async def _deliver(self, promise: Promise) -> None:
        try:
            settled = await uninterrupted(self._send(promise))
        except Interrupted:
            settled = Settled(promise.id, "unknown", error="interrupted", parts_sent=promise.parts_sent)
        except Exception as error:
            log.error("reply_not_rendered", row=promise.id, reason=type(error).__name__)
            settled = Settled(promise.id, "failed", error=type(error).__name__)
        self._bulk -= promise.priority > 0
        if promise.chat_id is None:
            settled = replace(settled, stranger=True)
        self._ledger.settle_later(settled)
        self._awake.set()

    async def _send(self, promise: Promise) -> Settled:
        channel = self._channels.get(promise.channel)
        if channel is None:
            return Settled(promise.id, "failed", error="no such channel")
        spoken = self._speech.render(Reply.of(promise.body), promise.language)
        return await self._send_parts(promise, channel, spoken)

    async def _send_parts(self, promise: Promise, channel: Channel, spoken: Spoken) -> Settled:
        """Words first, then each file; what has left is written down before the next part leaves."""
        part, message, unknown = promise.parts_sent, None, None
        texts = channel.parts(spoken)
        parts = texts + len(spoken.files)
        if not parts:
            return Settled(promise.id, "failed", error="nothing to say")
        if not await self._parcels.ready(spoken.files, PATIENCE_SECONDS):
            # Meanwhile the person is answered: what waits with a lower priority does not hold live replies.
            return replace(self._later(promise, promise.parts_sent, PATIENCE_SECONDS), uncounted=True)
        try:
            for part in range(promise.parts_sent, parts):
                if part > promise.parts_sent:
                    await self._ledger.within(partial(_went, promise.id, part))
                try:
                    async with self._pacer.turn(promise.address, bulk=promise.priority > 0, more=part > 0):
                        if part < texts:
                            message = await channel.send(promise.address, spoken, part)
                        else:
                            await self._send_file(promise, channel, spoken, spoken.files[part - texts])
                except Unknown as failed:  # it may have arrived: it is not repeated, the rest still follows
                    unknown = failed
        except CallFailed as failed:
            return self._failed(promise, failed, part)
        except (SQLAlchemyError, LedgerClosed):
            return self._later(promise, part, 0.0)
        if unknown is not None:
            return self._failed(promise, unknown, parts)
        self.sent += 1
        self._parcels.offered(spoken)
        return Settled(promise.id, "sent", message=message, parts_sent=parts)

    async def _send_file(self, promise: Promise, channel: Channel, spoken: Spoken, given: Captioned) -> None:
        """In the first way the messenger takes it; when there is none, the person is told."""
        async for parcel in self._parcels.ways(channel.name, given, protected=spoken.protected):
            try:
                _, reference = await channel.send_file(promise.address, parcel)
            except Rejected as refused:
                log.warning("file_refused", row=promise.id, kind=parcel.kind, reason=str(refused)[:100])
                continue
            self._parcels.remember(channel.name, parcel, reference)
            return
        await channel.send(promise.address, self._unsent(given), 0)

    def _unsent(self, given: Captioned) -> Spoken:
        """What stands where a file should be."""
        kind = given.file.kind if isinstance(given.file, Enclosure) else "document"
        name = given.caption or self._speech.say(given.language, f"files.{kind}", {})
        return Spoken(self._speech.say(given.language, "files.unsent", {"name": name}))

    def _failed(self, promise: Promise, failed: CallFailed, part: int) -> Settled:
        """Each failure has its own consequence."""
        reason = f"{type(failed).__name__}: {failed}"[:300]
        log.warning("send_failed", row=promise.id, reason=type(failed).__name__)
        if isinstance(failed, NotOurs):
            # It waits for a token that is taken; nobody else can be sent anything either.
            self._refused = failed
            return self._later(promise, part, 0.0)
        if isinstance(failed, Slower):
            self._pacer.refused(promise.address, failed.seconds)
            return replace(self._later(promise, part, failed.seconds), uncounted=True)
        if isinstance(failed, Moved):
            moved = (promise.channel, promise.address, failed.address)
            return replace(self._later(promise, part, 0.0), moved=moved)
        if isinstance(failed, NotSent):
            if promise.created_at is not None and self._now() - promise.created_at > GIVE_UP:
                return Settled(promise.id, "failed", error=reason, parts_sent=part)
            tries = min(max(promise.tries, 1), len(PAUSES))
            return self._later(promise, part, PAUSES[tries - 1])
        if isinstance(failed, Unknown):
            return Settled(promise.id, "unknown", error=reason, parts_sent=part)
        if isinstance(failed, Unreachable):
            gone = (promise.channel, promise.address)
            return Settled(promise.id, "failed", error="unreachable", parts_sent=part, gone=gone)
        return Settled(promise.id, "failed", error=reason, parts_sent=part)

    def _later(self, promise: Promise, part: int, seconds: float) -> Settled:
        due = self._now() + timedelta(seconds=seconds)
        return Settled(promise.id, "waiting", due_at=due, parts_sent=part)

    async def say_at_once(self, where: tuple[str, str, str], reply: Reply) -> None:
        """Say to a channel, address and language what cannot be promised while the database is away.

        It may get lost. Raises CallFailed.
        """
        name, address, language = where
        async with self._pacer.turn(address, bulk=False):
            await self._channels[name].send(address, self._speech.render(reply, language), 0)

    async def close(self, until: float) -> None:
        """Let the sends under way end, at the latest at `until` (the loop's time); write how they ended."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=max(0.0, until - asyncio.get_running_loop().time()))
        if self._ledger.unsettled:
            await self._ledger.turn(upto=None)


def _went(row: int, parts: int, tx: Transaction) -> None:
    tx.outbox.went(row, parts)
