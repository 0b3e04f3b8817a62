"""What a new version owes to the rows of older ones: done beside the talk, a little at a time."""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.ledger import Ledger
from handlers.aims import settle_aims
from handlers.lookalikes import remember_older
from handlers.programme import Programme
from storage.recount import Recount
from storage.transaction import Transaction

log = structlog.get_logger()
# Which way of making look-alike keys the rows have; another number makes them anew.
NAME, VERSION, DONE = "likeness", "1", "done"
FIGURES, FIGURES_VERSION = "figures", "1"
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


def settle_figures(tx: Transaction, programme: Programme, now: datetime) -> None:
    """Before the talk begins: count what an older version did not, and work out what units are to reach.

    The programme's targets may have been changed since the last start.
    """
    if tx.heard.setting(FIGURES) != FIGURES_VERSION:
        Recount(tx.connection).rebuild()
        tx.heard.settle_setting(FIGURES, FIGURES_VERSION)
    settle_aims(tx, programme, programme.local_day(now))


def _step(tx: Transaction) -> bool:
    """The next few initiatives; whether all have their keys."""
    version, _, seen = (tx.heard.setting(NAME) or "").partition(":")
    if (version, seen) == (VERSION, DONE):
        return True
    last = remember_older(tx, int(seen) if version == VERSION else 0, AT_ONCE)
    tx.heard.settle_setting(NAME, f"{VERSION}:{last or DONE}")
    return not last
