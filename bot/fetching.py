"""Files people sent: fetched after the commit by a durable queue, kept under the name of their content."""

from __future__ import annotations

import asyncio
import errno
import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels import Channel, Rejected, Slower
from bot.database_faults import short_name
from bot.files import keep, place_of, sniffed, wipe
from bot.ledger import Ledger
from bot.logs import frames_of
from bot.stopping import to_the_end, uninterrupted
from handlers.alarming import tell_lost_file
from handlers.forms import LARGEST_FILE
from storage.attachments import Waiting
from storage.transaction import Transaction
from storage.vault import Vault

log = structlog.get_logger()
AT_ONCE = 4
WIPED_AT_ONCE = 100
IDLE_SECONDS = 5.0
TRIES = 12
PAUSES = (1.0, 5.0, 30.0, 120.0, 600.0, 3_600.0)


class Fetching:
    """Fetches waiting files, a few at once, never in the way of the talk."""

    def __init__(
        self,
        ledger: Ledger,
        channels: Mapping[str, Channel],
        folder: Path,
        vault: Vault,
        now: Callable[[], datetime],
        wake: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._channels = channels
        self._folder = folder
        self._vault = vault
        self._now = now
        self._wake = wake
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """A file may be waiting."""
        self._awake.set()

    async def run(self) -> None:
        """Fetch until cancelled."""
        while True:
            try:
                fetched = await self.once()
            except Exception as failed:
                trace = {} if isinstance(failed, SQLAlchemyError) else {"trace": frames_of(failed)}
                log.warning("files_wait_for_database", reason=short_name(failed), **trace)
                fetched = 0
            if not fetched:
                # See bot/delivery.py: `wait_for` may forget a cancel.
                with suppress(TimeoutError):
                    async with asyncio.timeout(IDLE_SECONDS):
                        await self._awake.wait()
                self._awake.clear()

    async def once(self) -> int:
        """Fetch a few whose turn it is; how many were tried."""
        due = await self._ledger.within(lambda tx: tx.attachments.due(self._now(), AT_ONCE))
        await asyncio.gather(*(self._fetch(waiting) for waiting in due))
        return len(due) + await self._wiped()

    async def _wiped(self) -> int:
        """Wipe files that no row names any more; nothing is being fetched meanwhile. How many."""
        let_go = await self._ledger.within(lambda tx: tx.attachments.discarded(WIPED_AT_ONCE))
        if not let_go:
            return 0
        for digest, named in let_go:
            if not named:
                await to_the_end(wipe, self._folder, digest)
        await self._ledger.within(lambda tx: tx.attachments.wiped([digest for digest, _ in let_go]))
        return len(let_go)

    async def _fetch(self, waiting: Waiting) -> None:
        tries = waiting.tries + 1
        try:
            content = await to_the_end(self._held, waiting)
            if content is None:
                channel = self._channels[waiting.channel]
                content = await uninterrupted(channel.fetch(waiting.reference, LARGEST_FILE))
            digest, plain_digest = await to_the_end(self._keep, content, waiting.sealed)
        except (Rejected, KeyError):
            log.warning("file_cannot_be_had", row=waiting.id)
            await self._lost(waiting)
            return
        except Exception as failed:  # the network, the disk, or an answer that makes no sense
            log.warning("file_waits", row=waiting.id, reason=_reason(failed), tries=tries)
            await self._again(waiting, failed, tries)
            return
        media_type, size = sniffed(content), len(content)
        await self._ledger.within(
            lambda tx: tx.attachments.stored(waiting.id, digest, size, media_type, plain_digest)
        )

    def _held(self, waiting: Waiting) -> bytes | None:
        """The content, when we hold it already and only its secrecy has changed. Raises OSError."""
        if waiting.sha256 is None:
            return None
        try:
            kept = place_of(self._folder, waiting.sha256).read_bytes()
        except FileNotFoundError:
            return None
        return self._vault.open_bytes(kept) if waiting.encrypted else kept

    def _keep(self, content: bytes, sealed: bool) -> tuple[str, str | None]:
        """Keep the content as it is, or as cipher text; the sha-256 of what is kept, of what is hidden."""
        if not sealed:
            return keep(self._folder, content), None
        # Named by the cipher text, which is never the same twice: the name gives no content away.
        return keep(self._folder, self._vault.seal_bytes(content)), hashlib.sha256(content).hexdigest()

    async def _lost(self, waiting: Waiting) -> None:
        """It can never be had: the person is told, so that they can send it again."""

        def lose(tx: Transaction) -> None:
            tx.attachments.failed(waiting.id)
            tell_lost_file(tx, waiting.id, self._now())

        await self._ledger.within(lose)
        self._wake()

    async def _again(self, waiting: Waiting, failed: Exception, tries: int) -> None:
        if tries >= TRIES:
            await self._lost(waiting)
            return
        pause = failed.seconds if isinstance(failed, Slower) else PAUSES[min(tries, len(PAUSES)) - 1]
        due = self._now() + timedelta(seconds=pause)
        await self._ledger.within(lambda tx: tx.attachments.again(waiting.id, due, tries))


def _reason(failed: Exception) -> str:
    """The kind of failure; of the disk's also which (ENOSPC, EDQUOT, EROFS …), never the path."""
    kind = type(failed).__name__
    number = failed.errno if isinstance(failed, OSError) else None
    return f"{kind} {errno.errorcode.get(number, number)}" if number is not None else kind
