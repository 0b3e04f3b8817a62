"""Who would be told what on a day and why, as things stand now; it only reads.

The final report after the reviews is left out: whether they are done that day nobody knows before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from handlers import initiative, rights
from handlers.dates import read_date
from handlers.house import House, Outcome
from handlers.messages import Note, day, moment, number, text
from handlers.person_codes import code_of
from handlers.programme import Phase
from handlers.reminder_manners import manners_of
from handlers.reminder_moments import Moment, Moves, choose, moments_of
from handlers.reminder_pages import KINDS
from handlers.reminder_phases import known
from handlers.reminder_why import before
from handlers.reminders import due_among
from storage.people import Person
from storage.transaction import Transaction

PAGE = 500
MOST_READ = 5_000  # people, in the talk; the command line reads everybody
MOST_NAMED = 20
FARTHEST = timedelta(days=3_660)
Sees = Callable[[int | None], bool]


@dataclass(frozen=True, slots=True)
class One:
    """A worker who would be told, when, and of which parts the message consists (keys of texts)."""

    worker_id: int
    at: datetime
    parts: tuple[str, ...]


@dataclass(slots=True)
class Previewed:
    """A moment of the day: who is told, how many are not and why; `skipped`: why nobody is."""

    moment: Moment
    skipped: str = ""
    told: list[One] = field(default_factory=list)
    silent: Counter[str] = field(default_factory=Counter)
    cut: bool = False


def preview(
    tx: Transaction, house: House, on: date, now: datetime, sees: Sees | None = None, most: int | None = None
) -> list[Previewed]:
    """Every moment that comes on a local day, and what would follow; `sees` says which units are shown."""
    begin, end = begin_of(on, house), begin_of(on + timedelta(days=1), house)
    moves = known(tx, house.programme)
    found = []
    for phase in house.programme.phases:
        its = moves.get(phase.code, Moves())
        for one in _of_day(house, phase, its, begin, end):
            found.append(_previewed(tx, house, phase, one, its, sees, most))
    return sorted(found, key=lambda one: one.moment.at)


def _of_day(house: House, phase: Phase, moves: Moves, begin: datetime, end: datetime) -> list[Moment]:
    both = [
        *moments_of(house.programme, phase, moves, begin),
        *moments_of(house.programme, phase, moves, end),
    ]
    named = {
        one.key: one for one in both if begin <= one.at < end and one.kind != "reviewed" and not one.sweep
    }
    return list(named.values())


def _previewed(
    tx: Transaction,
    house: House,
    phase: Phase,
    one: Moment,
    moves: Moves,
    sees: Sees | None,
    most: int | None,
) -> Previewed:
    found = Previewed(one)
    moments = moments_of(house.programme, phase, moves, one.at)
    # What came before that day is taken as seen to: it would not be said again.
    seen = {other.key for other in moments if other.at < one.at}
    chosen = choose(moments, seen, moves, one.at)
    if one.key not in {due.key for due in chosen.due}:
        found.skipped = next((why for other, why in chosen.skipped if other.key == one.key), "nearer")
        return found
    cursor, read = 0, 0
    while workers := tx.reminders.page(KINDS[one.kind].audiences, phase.code, cursor, PAGE):
        cursor, read = workers[-1], read + len(workers)
        if sees is not None:
            readers = tx.reminders.readers(workers)
            workers = [worker for worker in workers if worker in readers and sees(readers[worker].unit_id)]
        _add(tx, house, one, moves, workers, found)
        if most is not None and read >= most:
            found.cut = True
            break
    return found


def _add(
    tx: Transaction, house: House, one: Moment, moves: Moves, workers: list[int], found: Previewed
) -> None:
    spoken = due_among(tx, house, one, moves, workers, one.at)
    manners = manners_of(tx, house, {worker: reader for worker, reader, _ in spoken if reader is not None})
    for worker, reader, said in spoken:
        if reader is None or said.reply is None:
            found.silent[said.reason or "unreachable"] += 1
            continue
        at, why = manners[worker].say_at(one, one.at)
        if at is None:
            found.silent[why] += 1
        else:
            heads = (note.key for note in said.reply.notes[1:] if note.key.endswith(".head"))
            found.told.append(One(worker, at, tuple(dict.fromkeys(heads))))


def command(tx: Transaction, person: Person, argument: str, house: House, now: datetime) -> Outcome:
    """`/xemtruoc [date]`: counts first, then names, of the units the officer answers for and no others."""
    if not rights.may(tx, person, "preview", None, now):
        return rights.refused(tx, person, "preview", None, house, now)
    today = house.programme.local_day(now)
    on = day_named(argument, today, house)
    if (refused := "preview.which_day" if on is None else not_seen(on, today)) or on is None:
        return initiative.reply_and_ask_again(tx, person, Note(refused), house=house, now=now)
    known_units: dict[int | None, bool] = {None: False}

    def sees(unit: int | None) -> bool:
        if unit not in known_units:
            known_units[unit] = rights.may(tx, person, "preview", unit, now)
        return known_units[unit]

    found = preview(tx, house, on, now, sees, MOST_READ)
    notes = lines(tx, house, on, found)
    return initiative.reply_and_ask_again(tx, person, *notes, house=house, now=now)


def not_seen(on: date, today: date) -> str:
    """Why a day cannot be foreseen, as the key of a text; empty when it can."""
    if on < today:
        return "preview.past"
    return "preview.too_far" if on - today > FARTHEST else ""


def day_named(argument: str, today: date, house: House) -> date | None:
    """The day somebody means: today for nothing, an ISO date, or a date as people write it."""
    if not argument.strip():
        return today
    try:
        return date.fromisoformat(argument.strip())
    except ValueError:
        pass
    for near in (today, today + timedelta(days=365)):  # a day without a year may lie ahead
        heard = read_date(argument[:100], near, house.programme.zone)
        days = [one.day for one in (heard.value, *heard.readings) if one is not None]
        ahead = [one for one in days if one >= today]
        if ahead:
            return ahead[0]
        if days and any(part == str(days[0].year) for part in re.split(r"\D+", argument)):
            return days[0]  # with its year: it is over
    return None


def begin_of(on: date, house: House) -> datetime:
    """The first instant of a local day."""
    return datetime.combine(on, time(0), house.programme.zone).astimezone(UTC)


def lines(tx: Transaction, house: House, on: date, found: list[Previewed]) -> list[Note]:
    """What the talk shows: each moment with its counts, then the first names."""
    names = {phase.code: phase.name for phase in house.programme.phases}
    notes = [Note("preview.head", {"day": day(on.isoformat(), "day")})]
    if not found:
        over = all(phase.closes < begin_of(on, house) for phase in house.programme.phases)
        return [*notes, Note("preview.after_all" if over else "preview.nothing")]
    for one in found:
        said = {
            "what": text(f"why.kind_{one.moment.kind}"), "phase": names[one.moment.phase],
            "offset": before(one.moment.kind, one.moment.offset),
            "at": moment(one.moment.at),
        }  # fmt: skip
        if one.skipped:
            notes.append(Note("preview.skipped", {**said, "why": text(f"why.for_{one.skipped}")}))
            continue
        told, silent = number(len(one.told)), number(sum(one.silent.values()))
        notes.append(Note("preview.line", {**said, "told": told, "silent": silent}))
        for why, count in one.silent.most_common():
            notes.append(Note("preview.silent", {"count": number(count), "why": text(f"why.for_{why}")}))
        for told_ in one.told[:MOST_NAMED]:
            name = tx.reviews.name_of(told_.worker_id)
            who = {"name": name, "code": code_of(told_.worker_id)}
            notes.append(Note("preview.told", {**who, "at": moment(told_.at)}))
        if len(one.told) > MOST_NAMED or one.cut:
            notes.append(Note("preview.more"))
    return notes
