"""The parts of a reminder: a draft, what was returned, a unit's standing, units that lag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from handlers.drafts import name_of
from handlers.figures import per_cent
from handlers.messages import Button, Note, moment, number, tenths, text
from handlers.programme import Phase
from handlers.reminder_pages import DraftFacts, Page
from storage.aims import Standing
from storage.reminders import Returned
from storage.review_queue import Desk
from storage.transaction import Transaction

MOST_DRAFTS, MOST_LINES = 3, 10
STALLS = timedelta(days=14)
MEASURES = ("initiatives", "people")
Row = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Lines and buttons; `hidden` when it names something that is sealed."""

    notes: tuple[Note, ...]
    rows: tuple[Row, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class At:
    """The phase that is spoken of, and the instant of speaking."""

    phase: Phase
    now: datetime

    @property
    def elapsed(self) -> Fraction:
        """How much of the phase is over, between 0 and 1: the required pace."""
        whole = (self.phase.closes - self.phase.opens) // timedelta(seconds=1)
        gone = (min(max(self.now, self.phase.opens), self.phase.closes) - self.phase.opens) // timedelta(
            seconds=1
        )
        return Fraction(gone, whole) if whole else Fraction(1)


def drafts(page: Page, worker: int) -> Iterator[Part]:
    """Which drafts, what each lacks, one tap to continue at that question."""
    own = page.drafts.get(worker, ())
    for draft in own[:MOST_DRAFTS]:
        yield _draft(draft)
    if len(own) > MOST_DRAFTS:
        rest = {"count": number(len(own) - MOST_DRAFTS)}
        yield Part((Note("reminder.drafts_more", rest),), ((Button("menu|drafts|-", "button.drafts"),),))


def _draft(draft: DraftFacts) -> Part:
    name = name_of(draft.place) or text("drafts.unnamed")
    steps = [text(f"initiative.{key}.name") for key in draft.lacking]
    note = Note("reminder.draft_complete.head", {"name": name})
    if steps:
        note = Note("reminder.draft.head", {"name": name, "steps": {"$": "list", "items": steps}})
    row = (Button(f"menu|open.{draft.id}|-", "button.resume_draft", {"name": name}),)
    return Part((note,), (row,), draft.place.sealed)


def returned(page: Page, worker: int) -> Iterator[Part]:
    """Which initiatives wait for their author, and what is to be completed."""
    for one in page.returned.get(worker, ())[:MOST_DRAFTS]:
        yield _returned(one)


def _returned(one: Returned) -> Part:
    said: dict[str, Any] = {"code": one.code, "title": one.title}
    steps = [text(f"initiative.{key}.name") for key in one.missing]
    note = Note("reminder.returned.head", said)
    if steps:
        note = Note("reminder.returned_missing.head", {**said, "steps": {"$": "list", "items": steps}})
    return Part((note,), ((Button(f"menu|correct.{one.id}|-", "button.complete", {"code": one.code}),),))


def lead(tx: Transaction, page: Page, worker: int, always: bool, only: int | None = None) -> Iterator[Part]:
    """A unit's line, what is missing in both measures, drafts that wait (a number), own reviews."""
    for unit in page.leads(worker) if only is None else [only]:
        standing = page.standings[unit]
        reviews = _reviews(tx, worker, unit) if unit in page.undecided else 0
        if met(standing) and not reviews and not always:
            continue
        notes = [Note("reminder.unit.head", {"unit": standing.name}), *lines(standing)]
        if not met(standing):
            notes += _lacking(standing)
            if count := page.drafts_in.get(unit):
                notes.append(Note("reminder.drafts_waiting", {"count": number(count)}))
        rows: tuple[Row, ...] = ()
        if reviews:
            notes.append(Note("reminder.reviews_waiting", {"count": number(reviews)}))
            rows = ((Button("menu|review|-", "button.review"),),)
        yield Part(tuple(notes), rows)


def _reviews(tx: Transaction, worker: int, unit: int) -> int:
    """How many wait in a unit for this very reviewer: their own are for somebody else."""
    desk = tx.review_queue.settled(Desk(worker, (unit,)))
    return tx.review_queue.count(desk)[0]


def met(standing: Standing) -> bool:
    """Whether the unit has a target and every target it has is met."""
    aims = [(standing.initiatives, standing.figures.valid), (standing.people, standing.figures.people)]
    set_ = [(aim, done) for aim, done in aims if aim]
    return bool(set_) and all(done >= aim for aim, done in set_)


def lines(standing: Standing) -> list[Note]:
    """Both measures, never mixed: valid against the target, what waits beside it."""
    figures, found = standing.figures, []
    both = (
        ("reminder.initiatives", figures.valid, figures.waiting, standing.initiatives),
        ("reminder.people", figures.people, figures.people_waiting, standing.people),
    )
    for key, done, waiting, target in both:
        said = {"done": number(done), "waiting": number(waiting)}
        share = per_cent(done, target or 0)
        if target and share is not None:
            found.append(Note(key, {**said, "target": number(target), "share": tenths(share)}))
        elif key == "reminder.initiatives":
            found.append(Note("reminder.initiatives_untargeted", said))
        else:
            found.append(Note("reminder.people_untargeted", said))
    return found


def _lacking(standing: Standing) -> list[Note]:
    """What is still missing, in both measures."""
    initiatives = (standing.initiatives or 0) - standing.figures.valid
    people = (standing.people or 0) - standing.figures.people
    found = []
    if initiatives > 0:
        found.append(Note("reminder.lacking_initiatives", {"count": number(initiatives)}))
    if people > 0:
        found.append(Note("reminder.lacking_people", {"count": number(people)}))
    return found


def officer(tx: Transaction, page: Page, worker: int, at: At, always: bool) -> Iterator[Part]:
    """The units behind the required pace, worst first, a button to remind each; reviews that stall."""
    for unit in page.watches(worker):
        standing = page.standings[unit]
        notes, rows = [], []
        for measure in MEASURES:
            more, buttons = _behind(tx, unit, measure, at)
            notes += more
            rows += buttons
        if rows:
            rows.append((Button(f"nudge|all.{unit}.{at.phase.code}|-", "button.nudge_all"),))
        if stalled := tx.reminders.stalling(unit, at.now - STALLS):
            notes.append(Note("reminder.stalling", {"count": number(stalled), "days": STALLS.days}))
        if not notes and met(standing) and not always:
            continue
        head = Note("reminder.unit.head", {"unit": standing.name})
        yield Part((head, *lines(standing), *notes), tuple(rows))


def _behind(tx: Transaction, unit: int, measure: str, at: At) -> tuple[list[Note], list[Row]]:
    """The worst of the units directly below that have done less than the time that is over asks for."""
    today = at.now.date()
    worst = tx.aims.children(unit, at.phase.code, measure, today, MOST_LINES)
    slow = [one for one in worst if _lags(one, measure, at)]
    if not slow:
        return [], []
    total = len(slow)
    if total == MOST_LINES:
        share = at.elapsed
        total = tx.reminders.behind(unit, at.phase.code, measure, share.numerator, share.denominator)
    key = "reminder.behind.head" if measure == "initiatives" else "reminder.behind_people.head"
    expected = _share(at.elapsed.numerator, at.elapsed.denominator)
    notes = [Note(key, {"count": number(total), "share": tenths(expected)})]
    rows: list[Row] = []
    for place, one in enumerate(slow, start=1):
        done, target = _done(one, measure)
        said = {"number": place, "unit": one.name, "done": number(done), "target": number(target)}
        notes.append(Note("reminder.behind_line", {**said, "share": tenths(_share(done, target))}))
        rows.append((Button(f"nudge|u.{one.unit_id}.{at.phase.code}|-", "button.nudge", {"unit": one.name}),))
    return notes, rows


def _share(part: int, whole: int) -> Decimal:
    return per_cent(part, whole) or Decimal(0)


def lagging(tx: Transaction, unit: int, at: At, most: int) -> list[int]:
    """The units directly below that are behind the required pace in either measure, worst first."""
    found: dict[int, None] = {}
    for measure in MEASURES:
        worst = tx.aims.children(unit, at.phase.code, measure, at.now.date(), most)
        found |= dict.fromkeys(one.unit_id for one in worst if _lags(one, measure, at))
    return list(found)


def _done(one: Standing, measure: str) -> tuple[int, int]:
    if measure == "initiatives":
        return one.figures.valid, one.initiatives or 0
    return one.figures.people, one.people or 0


def _lags(one: Standing, measure: str, at: At) -> bool:
    done, target = _done(one, measure)
    return target > 0 and done < target * at.elapsed


def left(closes: datetime, now: datetime) -> dict[str, Any]:
    """How long until a close, as people say it: days (today counted), then hours, then minutes.

    Of hours and minutes never more than there are: who hears of three has three.
    """
    seconds = max(0, int((closes - now).total_seconds()))
    if seconds > 48 * 3_600:
        return span("days", -(-seconds // 86_400))
    if seconds > 3_600:
        return span("hours", seconds // 3_600)
    return span("minutes", seconds // 60)


def span(unit: str, count: int) -> dict[str, Any]:
    """So many days, hours or minutes."""
    return text(f"reminder.{unit}_one" if count == 1 else f"reminder.{unit}", count=count)


def distance(written: str) -> dict[str, Any]:
    """7d as people say it."""
    unit = {"d": "days", "h": "hours", "m": "minutes"}[written[-1]]
    return span(unit, int(written[:-1]))


def until(phase: Phase, zone: Any) -> dict[str, Any]:
    """A closing instant as decisions write it: midnight is 24:00 of the day before."""
    closes = phase.closes.astimezone(zone)
    if closes.hour == closes.minute == closes.second == 0:
        eve = (closes - timedelta(days=1)).date().isoformat()
        return text("reminder.end_of", day={"$": "day", "day": eve, "precision": "day"})
    return moment(phase.closes)
