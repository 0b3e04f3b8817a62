"""An officer's button: remind the leads of a unit that lags, or of all that do; once a day for each unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers import initiative, rights
from handlers.house import House, Outcome
from handlers.messages import Event, Note, Reply, number
from handlers.programme import Phase
from handlers.reminder_manners import quiet_in
from handlers.reminder_pages import Page, page_of
from handlers.reminder_parts import At, lagging, lead, left, met, until
from storage.people import Person
from storage.transaction import Transaction

KEY = "nudge"
MOST_UNITS = 500


@dataclass(slots=True)
class Nudged:
    """How many units were reminded, had been today already, or have nobody to remind."""

    told: int = 0
    already: int = 0
    nobody: int = 0


def pressed(
    tx: Transaction, person: Person, _event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """Remind one unit, or every unit directly below that lags behind the required pace."""
    name, _, rest = choice.partition(".")
    digits, _, code = rest.partition(".")
    if name not in ("u", "all") or not digits.isdecimal() or len(digits) > 18:
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    unit = int(digits)
    if not rights.may(tx, person, "nudge", unit, now):
        return rights.refused(tx, person, "nudge", unit, house, now)
    phase = house.programme.phase_at(now)
    if phase is None or phase.code != code:
        return initiative.reply_and_ask_again(tx, person, Note("reminder.nudge_over"), house=house, now=now)
    units = [unit] if name == "u" else lagging(tx, unit, At(phase, now), MOST_UNITS)
    done = Nudged()
    for one in units:
        _nudge(tx, one, phase, house, now, done)
    tx.audit.note(person.worker_id, "nudged", f"unit:{unit}", now, after=str(done.told))
    said = {"told": number(done.told), "already": number(done.already), "nobody": number(done.nobody)}
    note = Note("reminder.nudged", said)
    return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)


def _nudge(tx: Transaction, unit: int, phase: Phase, house: House, now: datetime, done: Nudged) -> None:
    """Promise each lead of a unit its standing, with the word that it was asked for from above."""
    leads = tx.roles.holders(unit, "lead") or tx.roles.holders(unit, "officer")
    page = page_of(tx, "digest", phase.code, leads)
    quiet = quiet_in(tx, house, [unit])[unit]
    due_at = quiet.sayable(now)
    if due_at >= phase.closes:
        due_at = quiet.any_day().sayable(now)
    due_at = due_at if due_at < phase.closes else now
    # Once a day on which it is said: two that are held over a weekend are one.
    on = house.programme.local_day(due_at).isoformat()
    rows = []
    for worker, reader in page.readers.items():
        rows.append(
            {
                "channel": reader.channel,
                "address": reader.address,
                "chat_id": reader.chat_id,
                "language": reader.language,
                "body": _said(tx, page, worker, (unit, phase), house, now).body(),
                "once": f"{KEY}:{phase.code}:{on}.{unit}:{worker}",
                "created_at": now,
                "due_at": due_at,
                "expires_at": phase.closes,
            }
        )
    made = tx.reminder_log.promise(rows)
    told = [worker for worker, new in zip(page.readers, made, strict=True) if new]
    tx.reminder_log.note((KEY, phase.code, ""), [(worker, "promised", "asked") for worker in told], now)
    done.nobody += not rows
    done.told += any(made)
    done.already += bool(rows) and not any(made)


def _said(
    tx: Transaction, page: Page, worker: int, about: tuple[int, Phase], house: House, now: datetime
) -> Reply:
    unit, phase = about
    ends = until(phase, house.programme.zone)
    head = {"phase": phase.name, "until": ends, "left": left(phase.closes, now)}
    parts = list(lead(tx, page, worker, always=True, only=unit))
    notes = [Note("reminder.nudge.head", head), *(note for part in parts for note in part.notes)]
    buttons = tuple({row[0].action: row for part in parts for row in part.rows}.values())
    return Reply("reminder.end", {}, tuple(notes), buttons)


def anew(tx: Transaction, house: House, once: str, now: datetime) -> Reply | None:
    """The same as things stand when it is sent; None when the phase is over or the unit has reached all."""
    code, _, rest = once.partition(":")[2].rpartition(":")[0].rpartition(":")
    worker, unit = once.rpartition(":")[2], rest.rpartition(".")[2]
    phase = house.programme.phase_at(now)
    if phase is None or phase.code != code or not worker.isdecimal() or not unit.isdecimal():
        return None
    page = page_of(tx, "digest", code, [int(worker)])
    standing = page.standings.get(int(unit))
    if standing is None or met(standing):
        return None
    return _said(tx, page, int(worker), (int(unit), phase), house, now)
