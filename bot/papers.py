"""Pictures and documents that the bot makes: handlers name them, painters draw them when they are sent.

A handler says `Reply(…, files=(Paper("progress_curve", {"points": […]}),))`. When the reply's turn comes, the
painter of that kind is called in one worker thread, away from the database and the event loop, so it may
take its time and import large libraries late. Painters are listed in `painters()`, the only place to add one.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from bot import charts
from bot.charts import Charts
from bot.documents.drawn import Drawn
from bot.documents.exported import Exported
from bot.documents.my_data import MyData
from bot.documents.poster import poster, words_for
from bot.documents.qr import qr_png
from bot.speech import Speech
from handlers.programme import Programme
from storage.database import Database

__all__ = ["Drawn", "NoSuchPaper", "Painter", "Papers", "ahead", "painters"]

REMEMBERED_BYTES = 8_000_000
MOST_BEGUN = 4  # slow papers that wait to be fetched


SLOW = frozenset({"export"})
"""Kinds that may take many seconds: drawn in a thread of their own, so that no picture waits for them."""

Painter = Callable[[Mapping[str, Any], str], Drawn]
"""Draws from params and the reader's language. Called in the papers' thread, one at a time."""


def painters(
    speech: Speech, database: Database, folder: Path, programme: Programme | None = None
) -> dict[str, Painter]:
    """Every kind of paper and who draws it. One that reads tables uses `database.reading()`.

    `folder` holds the files that people sent; without a programme nothing is exported.
    """
    exports = {} if programme is None else {"export": Exported(speech, database, programme)}
    return {
        **exports,
        "invitation_qr": lambda params, _language: _qr(params),
        "my_data": MyData(speech, database, folder),
        "proof": lambda params, _language: _proof(params),
        "poster": partial(_poster, speech),
        "progress_bars": Charts(speech).bars,
        "progress_curve": Charts(speech).curve,
    }


def ahead() -> dict[str, Callable[[], None]]:
    """What can be made ready as soon as a button (its action begins so) is offered, before it is pressed.

    Nobody pays for it, in memory or at the start, where nobody looks at the progress.
    """
    return {"progress|curve.": charts.load}


def _qr(params: Mapping[str, Any]) -> Drawn:
    return Drawn(qr_png(params["link"]), "ma-moi.png", "image/png", "photo")


def _proof(params: Mapping[str, Any]) -> Drawn:
    """The line itself and nothing else: its sha-256 is the fingerprint."""
    return Drawn(params["line"].encode(), f"{params['code']}.json", "application/json", personal=True)


def _poster(speech: Speech, params: Mapping[str, Any], language: str) -> Drawn:
    printed = poster(words_for(speech, params, language), params["link"], language)
    return Drawn(printed, "ap-phich.pdf", "application/pdf")


class NoSuchPaper(LookupError):
    """Nobody draws papers of this kind."""


class Papers:
    """Draws papers, one at a time, and remembers the last ones for those who ask for the same."""

    def __init__(
        self,
        known: Mapping[str, Painter],
        ahead: Mapping[str, Callable[[], None]] | None = None,
        *,
        most_bytes: int = REMEMBERED_BYTES,
    ) -> None:
        self._known, self._ahead = known, dict(ahead or {})
        self._most = most_bytes
        self._drawn: OrderedDict[str, Drawn] = OrderedDict()
        self._size = 0
        # Its thread begins with the first paper, and ends with the program.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="papers")
        self._slow_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="slow-papers")
        self._begun: OrderedDict[str, asyncio.Future[Drawn]] = OrderedDict()

    async def drawn(self, kind: str, params: Mapping[str, Any], language: str) -> Drawn:
        """The paper. Raises NoSuchPaper, and whatever its painter raises."""
        if kind in SLOW:
            try:
                return await asyncio.shield(self._begin(kind, params, language))
            finally:
                self._begun.pop(_key(kind, params, language), None)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._found, kind, params, language)

    async def ready(self, kind: str, params: Mapping[str, Any], language: str, patience: float) -> bool:
        """Whether `drawn` will not be long; a slow paper is begun, and waited for so many seconds."""
        if kind not in SLOW:
            return True
        await asyncio.wait([self._begin(kind, params, language)], timeout=patience)
        return self._begin(kind, params, language).done()

    def _begin(self, kind: str, params: Mapping[str, Any], language: str) -> asyncio.Future[Drawn]:
        key = _key(kind, params, language)
        if key not in self._begun:
            loop = asyncio.get_running_loop()
            self._begun[key] = loop.run_in_executor(self._slow_thread, self._found, kind, params, language)
            # What nobody came back for: the person has left, or the message was taken back.
            while len(self._begun) > MOST_BEGUN and next(iter(self._begun.values())).done():
                self._begun.popitem(last=False)
        return self._begun[key]

    def offered(self, actions: Iterable[str]) -> None:
        """Buttons have reached somebody; what they may soon want drawn is made ready, once a process."""
        if not self._ahead:
            return
        for begins in [one for one in self._ahead if any(action.startswith(one) for action in actions)]:
            self._thread.submit(self._ahead.pop(begins))

    def close(self) -> None:
        """Draw no more; what is being drawn is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._slow_thread.shutdown(wait=False, cancel_futures=True)

    def _found(self, kind: str, params: Mapping[str, Any], language: str) -> Drawn:
        """In the thread, so that two who ask for the same paper at once have it drawn once."""
        if kind not in self._known:
            raise NoSuchPaper(kind)
        key = _key(kind, params, language)
        if key in self._drawn:
            self._drawn.move_to_end(key)
            return self._drawn[key]
        drawn = self._known[kind](params, language)
        if drawn.personal:
            return drawn
        self._drawn[key] = drawn
        self._size += len(drawn.content)
        while self._size > self._most:
            self._size -= len(self._drawn.popitem(last=False)[1].content)
        return drawn


def _key(kind: str, params: Mapping[str, Any], language: str) -> str:
    plain = json.dumps([kind, params, language], sort_keys=True).encode()
    return hashlib.sha256(plain).hexdigest()
