"""What the reminders of one round of sending are about, read for all of them together, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from handlers.house import House
from handlers.nudging import KEY as NUDGE
from handlers.programme import Phase
from handlers.reminder_moments import Moment, Moves, moments_of
from handlers.reminder_pages import KINDS, Page, page_of
from handlers.reminder_phases import known
from handlers.slow_reviews import KEY as SLOW
from storage.outbox import Promise
from storage.transaction import Transaction

Key = tuple[str, str, str]  # kind, phase, offset


class Told(NamedTuple):
    """A moment, the phase it belongs to and how its close was moved."""

    phase: Phase
    moves: Moves
    moment: Moment


class Facts:
    """Reads on demand, once for each moment and for all of its people; good for one open transaction.

    Whoever is about to look again at many messages says so at the beginning: then a page costs a page.
    """

    def __init__(
        self, tx: Transaction, house: House, now: datetime, promises: Sequence[Promise] = ()
    ) -> None:
        self._tx, self._house, self._now = tx, house, now
        self._told: dict[Key, Told] | None = None
        self._people: dict[tuple[str, str], list[int]] = {}
        self._pages: dict[tuple[str, str], Page] = {}
        for promise in promises:
            if (named := named_in(promise.once)) is not None:
                self._people.setdefault(named[0][:2], []).append(named[1])

    def told(self, key: Key) -> Told | None:
        """The moment that a key names; None when there is no such moment any more."""
        if self._told is None:
            self._told = self._all()
        return self._told.get(key)

    def _all(self) -> dict[Key, Told]:
        moves = known(self._tx, self._house.programme)
        found: dict[Key, Told] = {}
        for phase in self._house.programme.phases:
            its = moves.get(phase.code, Moves())
            for one in moments_of(self._house.programme, phase, its, self._now):
                found.setdefault((one.kind, one.phase, one.once or one.offset), Told(phase, its, one))
        return found

    def page(self, kind: str, phase: str, worker: int) -> Page:
        """What a worker has open, with that of everybody else who is in this round."""
        people = self._people.get((kind, phase), [])
        if worker not in people:
            return page_of(self._tx, kind, phase, [worker])
        if (kind, phase) not in self._pages:
            self._pages[kind, phase] = page_of(self._tx, kind, phase, people)
        return self._pages[kind, phase]


def named_in(once: str | None) -> tuple[Key, int] | None:
    """The kind, phase and offset of a reminder, and the worker, from the key of its row."""
    kind, _, rest = (once or "").partition(":")
    parts = rest.rsplit(":", 2)
    if kind not in KINDS or len(parts) != 3 or not parts[2].isdecimal():
        return None
    return (kind, parts[0], parts[1]), int(parts[2])


def noted_as(once: str | None) -> tuple[Key, int] | None:
    """Under which key, and for whom, `/visao` knows a message: reminders, slow reviews and nudges."""
    kind, _, rest = (once or "").partition(":")
    about, _, worker = rest.rpartition(":")
    if kind not in (SLOW, NUDGE) or not worker.isdecimal():
        return named_in(once)
    # slow:STAGE:SECONDS:WORKER and nudge:PHASE:DAY.UNIT:WORKER
    first = about.rpartition(":")[0]
    return ((kind, "", first) if kind == SLOW else (kind, first, "")), int(worker)
