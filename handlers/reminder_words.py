"""One person's reminder: what concerns them now, most urgent first, in one message; or why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.final_report import kept, report
from handlers.house import House
from handlers.messages import Button, Note, Reply, moment
from handlers.programme import Phase, Programme
from handlers.reminder_manners import comes_late
from handlers.reminder_moments import Moment, Moves
from handlers.reminder_pages import KINDS, Page
from handlers.reminder_parts import At, Part, drafts, lead, left, met, officer, returned, until
from storage.transaction import Transaction

MOST_ROWS = 24
NEWS = ("opens", "half", "closes", "moved")  # said late they say so; the others say how long is left


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is to be said to a worker, or (None) why nothing is."""

    reply: Reply | None
    reason: str


def compose(
    tx: Transaction, house: House, moment_: Moment, moves: Moves, page: Page, worker: int, now: datetime
) -> Spoken:
    """A worker's reminder as things stand at this instant. Safe to ask at any time: it promises nothing."""
    phase = next((one for one in house.programme.phases if one.code == moment_.phase), None)
    if phase is None or now >= moment_.until:
        return Spoken(None, "too_late")
    if worker not in page.readers:
        return Spoken(None, "unreachable")
    head = _head(house, moment_, moves, phase, now)
    if moment_.kind == "idle":
        return _idle(head, page, worker)
    parts = list(_parts(tx, house.programme, moment_.kind, page, worker, At(phase, now)))
    news = KINDS[moment_.kind].news and _concerned(moment_.kind, page, worker)
    if not parts and not news:
        return Spoken(None, _silence(page, worker))
    if moment_.kind in NEWS and comes_late(tx, house, moment_, page.readers[worker], now):
        head.append(Note("reminder.late", {"at": moment(moment_.at)}))
    return Spoken(_merged(head, parts), "")


def _concerned(kind: str, page: Page, worker: int) -> bool:
    """News of a phase are for those who answer for others, and for the willing who have yet to take part."""
    return worker in page.grants or (worker in page.willing and worker not in page.taken_part)


def _silence(page: Page, worker: int) -> str:
    answering = [*page.leads(worker), *page.watches(worker)]
    if answering and all(met(page.standings[unit]) for unit in answering):
        return "target_met"
    return "nothing_open"


def _parts(
    tx: Transaction, programme: Programme, kind: str, page: Page, worker: int, at: At
) -> Iterator[Part]:
    """Most urgent first: what only this person can finish, then their unit, then the units below."""
    always = kind in ("digest", "half", "moved", "opens")
    for part in KINDS[kind].parts:
        match part:
            case "returned":
                yield from returned(page, worker)
            case "draft":
                yield from drafts(page, worker)
            case "lead":
                yield from lead(tx, page, worker, always)
            case "officer":
                yield from officer(tx, page, worker, at, always)
            case "report":
                yield from report(tx, page, worker, kind, at, programme)
            case "kept":
                yield from kept(page, worker, at, programme)


def _head(house: House, its: Moment, moves: Moves, phase: Phase, now: datetime) -> list[Note]:
    """What it is about."""
    zone = house.programme.zone
    ends = {"phase": phase.name, "until": until(phase, zone)}
    match its.kind:
        case "before" | "digest" | "half":
            notes = [Note(f"reminder.{its.kind}.head", {**ends, "left": left(phase.closes, now)})]
        case "moved":
            notes = list(_moved(moves, phase, ends))
        case _:
            notes = [Note(f"reminder.{its.kind}.head", ends)]
    return notes


def _moved(moves: Moves, phase: Phase, ends: dict[str, Any]) -> Iterator[Note]:
    """The dates that have changed, the old one beside the new."""
    if moves.was is not None:
        key = "reminder.moved.head" if moves.was < phase.closes else "reminder.moved_earlier.head"
        yield Note(key, {**ends, "was": moment(moves.was)})
    if moves.opens_was is not None:
        opens = {"phase": phase.name, "opens": moment(phase.opens), "was": moment(moves.opens_was)}
        yield Note("reminder.opening_moved.head", opens)


def _merged(head: list[Note], parts: list[Part]) -> Reply:
    notes = [*head, *(note for part in parts for note in part.notes)]
    rows = tuple({row[0].action: row for part in parts for row in part.rows}.values())
    reply = Reply("reminder.end", {}, tuple(notes), rows[:MOST_ROWS])
    return reply.guarded() if any(part.hidden for part in parts) else reply


def _idle(head: list[Note], page: Page, worker: int) -> Spoken:
    """Somebody who agreed to be asked, has handed in nothing and has nothing begun: once in a phase."""
    if worker not in page.willing:
        return Spoken(None, "no_consent")
    if worker in page.taken_part:
        return Spoken(None, "taken_part")
    if page.drafts.get(worker) or page.grants.get(worker):
        return Spoken(None, "told_otherwise")
    unit = page.standings.get(page.readers[worker].unit_id or 0)
    if unit is not None and met(unit):
        return Spoken(None, "target_met")
    part = Part((), ((Button("menu|new|-", "button.new"),),))
    return Spoken(_merged(head, [part]), "")
