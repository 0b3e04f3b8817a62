"""The tick: asks the tables who is due at this instant and promises each of them one message, once.

Safe to call at any moment, any number of times, and in two processes: what was promised has a unique key,
and how far a moment has come is written in the same transaction. One call sees to one page of people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.house import House
from handlers.messages import Reply
from handlers.reminder_manners import last_of, manners_of
from handlers.reminder_moments import Chosen, Moment, Moves, choose, moments_of
from handlers.reminder_pages import KINDS, page_of
from handlers.reminder_phases import watch
from handlers.reminder_words import Spoken, compose
from storage.reminders import Reader
from storage.transaction import Transaction

PAGE = 500
SWEPT_BY = ("drafts",)  # whoever began something after the last warning
QUIETLY = frozenset({"reviewed"})  # is looked for every morning: only what is said is written down


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick did: how many were promised, whether another page waits, when to look again."""

    promised: int = 0
    more: bool = False
    next_at: datetime | None = None


def tick(tx: Transaction, house: House, now: datetime, most: int = PAGE) -> Ticked:
    """See to the next page of whoever is due. Nothing is doubled by calling it again."""
    moves = watch(tx, house.programme, now)
    chosen = plan(tx, house, moves, now)
    for one in chosen:
        for moment, reason in one.skipped:
            if tx.reminder_log.hold(moment.key, now).state == "open":
                tx.reminder_log.settle(moment.key, "skipped", now, reason=reason)
                if not moment.sweep:
                    tx.reminder_log.note(moment.key, [(None, "skipped", reason)], now)
    due = [moment for one in chosen for moment in one.due]
    next_at = min((one.next_at for one in chosen if one.next_at is not None), default=None)
    if not due:
        return Ticked(next_at=next_at)
    promised, finished = _page(tx, house, due[0], moves.get(due[0].phase, Moves()), now, most)
    return Ticked(promised, len(due) > 1 or not finished, next_at)


def plan(tx: Transaction, house: House, moves: dict[str, Moves], now: datetime) -> list[Chosen]:
    """What each phase has to say at this instant, what it does not say any more, and what comes next."""
    settled = {key for key, mark in tx.reminder_log.moments().items() if mark.state != "open"}
    found = []
    for phase in house.programme.phases:
        its = moves.get(phase.code, Moves())
        found.append(choose(moments_of(house.programme, phase, its, now), settled, its, now))
    return found


def _page(
    tx: Transaction, house: House, moment: Moment, moves: Moves, now: datetime, most: int
) -> tuple[int, bool]:
    """One page of one moment: how many were promised, and whether that was the last page."""
    mark = tx.reminder_log.hold(moment.key, now)
    if mark.state != "open":  # another process has just finished it
        return 0, True
    if moment.kind == "closes" and mark.cursor == 0:
        tx.reminder_log.freeze(moment.phase, "closes", now)
    audiences = SWEPT_BY if moment.sweep else KINDS[moment.kind].audiences
    workers = tx.reminders.page(audiences, moment.phase, mark.cursor, most)
    finished = len(workers) < most
    if not workers:
        tx.reminder_log.settle(moment.key, "done", now, cursor=mark.cursor)
        return 0, True
    spoken = due_among(tx, house, moment, moves, workers, now)
    promised = _promise(tx, house, moment, spoken, now)
    cursor = workers[-1] if workers else mark.cursor
    tx.reminder_log.settle(moment.key, "done" if finished else "open", now, cursor=cursor)
    return promised, finished


def due_among(
    tx: Transaction, house: House, moment: Moment, moves: Moves, workers: Sequence[int], now: datetime
) -> list[tuple[int, Reader | None, Spoken]]:
    """Of these workers, who would be told what, or why not. It promises nothing."""
    if moment.kind == "reviewed":
        told = tx.reminder_log.told(moment.kind, moment.phase, workers)
        workers = [worker for worker in workers if worker not in told]
    page = page_of(tx, moment.kind, moment.phase, workers)
    return [
        (worker, page.readers.get(worker), compose(tx, house, moment, moves, page, worker, now))
        for worker in workers
    ]


def _promise(
    tx: Transaction,
    house: House,
    moment: Moment,
    spoken: Sequence[tuple[int, Reader | None, Spoken]],
    now: datetime,
) -> int:
    """Outbox rows and the note of what became of each; which rows are new is what counts."""
    manners = manners_of(tx, house, {worker: reader for worker, reader, _ in spoken if reader is not None})
    ahead = last_of(tx, house, moment, now)
    rows, notes, early = [], [], []
    reason = "late" if moment.late(now) else ""
    for worker, reader, one in spoken:
        if reader is None or one.reply is None:
            if moment.kind not in QUIETLY and not moment.sweep:
                notes.append((worker, "silent", one.reason))
            continue
        manner = manners[worker]
        due_at, why = manner.say_at(moment, now)
        if due_at is None:
            notes.append((worker, "silent", why))
        else:
            rows.append((worker, _row(reader, one.reply, moment, now, due_at)))
        if ahead is not None and (at := manner.ahead_of(ahead, now)) is not None:
            early.append((worker, _row(reader, one.reply, ahead, now, at)))
    count = _kept(tx, moment, rows, notes, reason, now)
    return count + (_kept(tx, ahead, early, [], "before_quiet", now) if ahead is not None else 0)


def _kept(
    tx: Transaction,
    moment: Moment,
    rows: Sequence[tuple[int, dict[str, object]]],
    notes: Sequence[tuple[int | None, str, str]],
    reason: str,
    now: datetime,
) -> int:
    """Promise what was not promised before, and note it; how many were new."""
    made = tx.reminder_log.promise([row for _, row in rows])
    new = [(worker, "promised", reason) for (worker, _), fresh in zip(rows, made, strict=True) if fresh]
    tx.reminder_log.note(moment.noted, [*notes, *new], now)
    return len(new)


def _row(reader: Reader, reply: Reply, moment: Moment, now: datetime, due_at: datetime) -> dict[str, object]:
    return {
        "channel": reader.channel,
        "address": reader.address,
        "chat_id": reader.chat_id,
        "language": reader.language,
        "body": reply.body(),
        "once": moment.once_for(reader.worker_id),
        "created_at": now,
        "due_at": due_at,
        "expires_at": moment.until,
    }
