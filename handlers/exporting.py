"""`/xuat`: initiatives of a unit as a workbook: leads their own unit's, officers theirs and all below it.

The right is looked up twice: when it is asked for, and when the file is made.
"""

from __future__ import annotations

from datetime import datetime

from handlers import initiative, rights
from handlers.enclosures import Paper
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Reply
from handlers.promising import offer, promise, promise_once
from handlers.unit_search import find_units
from storage.initiatives import UnitIds
from storage.people import Person
from storage.transaction import Transaction
from storage.units import UnitNode

SHOWN = 8
# So many rows are written while somebody waits; more take a while, and other talk goes before them.
AT_ONCE = 5_000


def within(tx: Transaction, worker_id: int, unit_id: int, now: datetime) -> tuple[UnitIds, str] | None:
    """Whose initiatives somebody may export at a unit, and in which role; None when nobody's."""
    if not rights.worker_may(tx, worker_id, "export", unit_id, now):
        return None
    role = rights.highest(tx, worker_id, unit_id)
    if role in ("officer", "admin"):
        return tx.tree.below(unit_id), role
    # What a merged unit left behind stands below the unit that took its place, and is looked after by it.
    below = tx.tree.ids_below(unit_id)
    return [unit for unit in below if unit == unit_id or tx.tree.present(unit) == unit_id], "lead"


def command(tx: Transaction, person: Person, argument: str, house: House, now: datetime) -> Outcome:
    """`/xuat`, perhaps with words of a unit's name or its code."""
    if not rights.may(tx, person, "export", None, now):
        return rights.refused(tx, person, "export", None, house, now)
    if not argument:
        found = rights.units_for(tx, person, "export")
    elif node := tx.units.by_code(argument):
        found = [node.id]
    else:
        today = house.programme.local_day(now)
        found = [unit.id for unit in find_units(tx, argument, SHOWN * 3, today=today)]
    units = [
        unit
        for number in found
        if rights.may(tx, person, "export", number, now) and (unit := tx.units.by_id(number))
    ][:SHOWN]
    if not units:
        return initiative.reply_and_ask_again(tx, person, Note("export.no_unit"), house=house, now=now)
    if len(units) == 1:
        return _make(tx, person, units[0], now)
    rows = tuple((_named(unit),) for unit in units)
    reply = Reply("export.which", {}, (), rows)
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()


def _named(unit: UnitNode) -> Button:
    return Button(f"export|unit.{unit.id}|-", "button.unit_named", {"unit": unit.name})


def pressed(
    tx: Transaction, person: Person, _event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """`unit.<id>`: the file of that unit, for who may."""
    name, _, number = choice.partition(".")
    if name != "unit" or not number.isdecimal() or len(number) > 18:
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    unit = tx.units.by_id(int(number))
    if unit is None or not rights.may(tx, person, "export", unit.id, now):
        return rights.refused(tx, person, "export", unit.id if unit else None, house, now)
    return _make(tx, person, unit, now)


def _make(tx: Transaction, person: Person, unit: UnitNode, now: datetime) -> Outcome:
    """Promise the file; it is drawn when its turn comes."""
    held = within(tx, person.worker_id, unit.id, now)
    count = 0 if held is None else tx.initiatives.count(held[0])
    tx.audit.note(person.worker_id, "exported", f"unit:{unit.id}", now, after=str(count))
    paper = Paper("export", {"worker": person.worker_id, "unit": unit.id, "at": now.isoformat()})
    done = Reply("export.made", {"unit": unit.name, "count": count}, files=(paper,))
    if count <= AT_ONCE:
        promise(tx, person, [done], now)
    else:
        promise(tx, person, [Reply("export.making", {"unit": unit.name, "count": count})], now)
        once = f"export:{person.worker_id}:{unit.id}:{now.isoformat()}"
        promise_once(tx, person, done, once, now)
    return Outcome()
