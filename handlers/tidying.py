"""The daily tidying: what is old goes, drafts after a warning, and who has withdrawn is erased in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.erasure import erase
from handlers.house import House
from handlers.messages import Button, Reply, text
from handlers.promising import promise_once
from handlers.reminder_manners import quiet_in
from storage.retention import OldDraft
from storage.transaction import Transaction

WARNING = timedelta(days=14)
# Done a day before the law's date: a program that is off over a night is still in time.
EARLY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long each thing is kept; None for drafts that are kept until their author deletes them."""

    messages: timedelta
    heard: timedelta
    dead_letters: timedelta
    drafts: timedelta | None


@dataclass(frozen=True, slots=True)
class Tidied:
    """How much went."""

    messages: int = 0
    heard: int = 0
    dead_letters: int = 0
    warned: int = 0
    drafts: int = 0
    erased: int = 0


def tidy(tx: Transaction, keeping: Keeping, house: House, now: datetime) -> Tidied:
    """Tidy once. Safe at any moment and any number of times."""
    erased = _finish_withdrawals(tx, house, now)
    warned, drafts = _old_drafts(tx, keeping.drafts, house, now) if keeping.drafts is not None else (0, 0)
    messages = tx.retention.drop_messages(now - keeping.messages)
    heard = tx.retention.drop_heard(now - keeping.heard)
    dead_letters = tx.retention.drop_dead_letters(now - keeping.dead_letters)
    tx.scrubs = tx.scrubs or bool(messages or drafts or erased)
    return Tidied(messages, heard, dead_letters, warned, drafts, erased)


def _finish_withdrawals(tx: Transaction, house: House, now: datetime) -> int:
    """Erase everybody whose withdrawal is to be finished by now, and who has not agreed again."""
    due = [one for one in tx.privacy_requests.open() if one.kind == "withdraw"]
    due = [one for one in due if one.finish_by - EARLY <= now]
    for request in due:
        erase(tx, request.worker_id, house, now)
    return len(due)


def _old_drafts(tx: Transaction, kept_for: timedelta, house: House, now: datetime) -> tuple[int, int]:
    """Warn the authors of old drafts; drop those whose author was warned long enough ago."""
    warned = dropped = 0
    for draft in tx.retention.old_drafts(now - kept_for + WARNING):
        once = f"old_draft:{draft.id}:{draft.updated_at:%Y%m%d%H%M%S}"
        told = tx.retention.promised_at(once)
        if told is None:
            warned += _warn(tx, draft, once, house, now)
        elif now - told >= WARNING:
            tx.drafts.drop(draft.id)
            tx.audit.note(None, "draft_deleted", f"draft:{draft.id}", now, why="old")
            dropped += 1
    return warned, dropped


def _warn(tx: Transaction, draft: OldDraft, once: str, house: House, now: datetime) -> int:
    people = tx.people.of_worker(draft.worker_id)
    if not people:
        return 0
    person = next((one for one in people if one.reachable), people[0])
    rows = ((Button(f"menu|open.{draft.id}|-", "button.resume"),),)
    params = {"number": draft.id, "days": text("drafts.days_left", count=WARNING.days)}
    due_at = quiet_in(tx, house, [person.unit_id])[person.unit_id].sayable(now)
    promise_once(tx, person, Reply("drafts.old", params, (), rows), once, now, due_at)
    return 1
