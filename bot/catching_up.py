"""What a new version owes to the rows of older ones: done beside the talk, a little at a time."""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.ledger import Ledger
from handlers.lookalikes import remember_older
from storage.transaction import Transaction

log = structlog.get_logger()
# Which way of making look-alike keys the rows have; another number makes them anew.
NAME, VERSION, DONE = "likeness", "1", "done"
AT_ONCE = 50
PAUSE_SECONDS = 15.0


async def catch_up(ledger: Ledger) -> None:
    """Give look-alike keys to initiatives that have none, going on where a stop has interrupted it."""
    while True:
        try:
            while not await ledger.within(_step):
                pass
            break
        except SQLAlchemyError as failed:
            log.warning("database_away", reason=type(failed).__name__, pause=PAUSE_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)
    await asyncio.Event().wait()


def _step(tx: Transaction) -> bool:
    """The next few initiatives; whether all have their keys."""
    version, _, seen = (tx.heard.setting(NAME) or "").partition(":")
    if (version, seen) == (VERSION, DONE):
        return True
    last = remember_older(tx, int(seen) if version == VERSION else 0, AT_ONCE)
    tx.heard.settle_setting(NAME, f"{VERSION}:{last or DONE}")
    return not last
