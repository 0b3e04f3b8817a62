"""The quiet hours of one unit, for whoever leads it: a shift, hours that are typed, work on days off too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from handlers import initiative, rights
from handlers.house import House, Outcome
from handlers.messages import Button, Note, Reply, text
from handlers.promising import offer, promise
from handlers.reminder_moments import quiet_of
from storage.people import Person
from storage.reminder_choices import Hours
from storage.transaction import Transaction

SHIFTS = (("21:00", "06:30"), ("06:00", "14:30"), ("14:00", "22:30"), ("00:00", "00:00"))
DEED = "invite"
LONGEST_NUMBER = 18


def buttons(tx: Transaction, person: Person) -> list[tuple[Button, ...]]:
    """A button for each unit whose quiet hours are the person's to set."""
    units = rights.units_for(tx, person, DEED)[:8]
    return [
        (Button(f"remind|quiet.{unit}|-", "button.unit_quiet", {"unit": tx.people.unit_name(unit)}),)
        for unit in units
    ]


def show(
    tx: Transaction, person: Person, argument: str, house: House, now: datetime, *notes: Note
) -> Outcome:
    """`<unit>` shows its quiet hours; `<unit>.<place>` sets a shift, `.days` days off, `.none` clears."""
    number, _, wanted = argument.partition(".")
    if not number.isdecimal() or len(number) > LONGEST_NUMBER or tx.units.by_id(int(number)) is None:
        tx.people.set_talk(person, {})
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    unit = int(number)
    if not rights.may(tx, person, DEED, unit, now):
        tx.people.set_talk(person, {})  # else this very screen would be asked again
        return rights.refused(tx, person, DEED, unit, house, now)
    here = hours_of(tx, unit, house)
    if wanted == "none":
        return _set(tx, person, unit, None, house, now)
    if wanted == "days":
        return _set(tx, person, unit, here._replace(every_day=not here.every_day), house, now)
    if wanted.isdecimal() and len(wanted) == 1 and int(wanted) < len(SHIFTS):
        begins, ends = (time.fromisoformat(hour) for hour in SHIFTS[int(wanted)])
        return _set(tx, person, unit, here._replace(begins=begins, ends=ends), house, now)
    return _screen(tx, person, unit, here, house, now, *notes)


def hear(tx: Transaction, person: Person, hours: Sequence[time], house: House, now: datetime) -> Outcome:
    """Two times of day that were typed while the screen was open: from when until when."""
    unit = str(person.talk.get("remind_unit"))
    if len(hours) == 2 and unit.isdecimal() and rights.may(tx, person, DEED, int(unit), now):
        here = hours_of(tx, int(unit), house)
        return _set(tx, person, int(unit), here._replace(begins=hours[0], ends=hours[1]), house, now)
    return show(tx, person, unit, house, now, Note("remind.not_understood"))


def hours_of(tx: Transaction, unit: int, house: House) -> Hours:
    """The quiet hours that hold in a unit: its own, of the nearest above that has any, or the usual ones."""
    usual = quiet_of(house.programme)
    as_usual = Hours(usual.begins, usual.ends, not usual.working_days)
    return tx.reminder_choices.quiet_of([unit]).get(unit, as_usual)


def _screen(
    tx: Transaction, person: Person, unit: int, here: Hours, house: House, now: datetime, *notes: Note
) -> Outcome:
    rows: list[tuple[Button, ...]] = [
        (Button(f"remind|quiet.{unit}.{place}|-", "button.quiet_hours", {"begins": begins, "ends": ends}),)
        for place, (begins, ends) in enumerate(SHIFTS[:-1])
    ]
    rows.append((Button(f"remind|quiet.{unit}.{len(SHIFTS) - 1}|-", "button.no_quiet"),))
    if house.programme.reminding.working_days:
        mark = "button.ticked" if here.every_day else "button.unticked"
        label = {"label": text("remind.every_day")}
        rows.append((Button(f"remind|quiet.{unit}.days|-", mark, label),))
    rows.append((Button(f"remind|quiet.{unit}.none|-", "button.usual_quiet"),))
    rows.append((Button("menu|reminders|-", "button.back"),))
    said = {"unit": tx.people.unit_name(unit), "begins": f"{here.begins:%H:%M}", "ends": f"{here.ends:%H:%M}"}
    key = "remind.quiet" if here.begins != here.ends else "remind.never_quiet"
    reply = Reply(key, said, notes, tuple(rows), free=True)
    promise(tx, person, [reply], now)
    tx.people.set_talk(person, {})
    offer(tx, person, reply, about="remind", remind_unit=unit)
    return Outcome()


def _set(
    tx: Transaction, person: Person, unit: int, hours: Hours | None, house: House, now: datetime
) -> Outcome:
    before = tx.reminder_choices.quiet_of([unit]).get(unit)
    if hours is None:
        tx.reminder_choices.clear_quiet(unit)
    else:
        tx.reminder_choices.set_quiet(unit, hours, person.worker_id, now)
    after = tx.reminder_choices.quiet_of([unit]).get(unit)
    tx.audit.note(
        person.worker_id, "quiet_hours", f"unit:{unit}", now, before=_span(before), after=_span(after)
    )
    return show(tx, person, str(unit), house, now, Note("remind.kept"))


def _span(hours: Hours | None) -> str | None:
    if hours is None:
        return None
    return f"{hours.begins:%H:%M}-{hours.ends:%H:%M}{' every day' if hours.every_day else ''}"
