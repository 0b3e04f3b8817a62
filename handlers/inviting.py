"""Inviting by `/moi`: for which unit, in which role, how often, how long; then link, code, picture, poster.

Every tap asks anew whether the person may invite there and give that role; the code is said once and kept
nowhere, not even in the outbox after it was sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers import initiative, rights
from handlers.codes import code_hash, grouped
from handlers.enclosures import Paper
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Reply, day, text
from handlers.promising import offer, promise
from handlers.unit_search import find_units
from storage.people import Person
from storage.transaction import Transaction
from storage.units import UnitNode

USES = (1, 10, 50, 500)
DAYS = (1, 7, 30, 90)
SHOWN = 8


def command(tx: Transaction, person: Person, argument: str, house: House, now: datetime) -> Outcome:
    """`/moi`, perhaps with words of a unit's name: an officer invites for any unit below their own."""
    if not rights.may(tx, person, "invite", None, now):
        return rights.refused(tx, person, "invite", None, house, now)
    today = house.programme.local_day(now)
    if argument:
        found = [unit.id for unit in find_units(tx, argument, SHOWN * 3, today=today)]
    else:
        found = rights.units_for(tx, person, "invite")
    units = [unit for number in found if (unit := _unit(tx, person, number, house, now))][:SHOWN]
    if not units:
        note = Note("invite.no_unit")
        return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)
    if len(units) == 1:
        return _ask_role(tx, person, units[0], now)
    rows = tuple(
        (Button(f"invite|unit.{unit.id}|-", "button.unit_named", {"unit": unit.name}),) for unit in units
    )
    return _say(tx, person, Reply("invite.unit", {}, (), rows), now)


def _named(unit: UnitNode) -> Button:
    return Button(f"invite|unit.{unit.id}|-", "button.unit_named", {"unit": unit.name})


def _unit(tx: Transaction, person: Person, number: int, house: House, now: datetime) -> UnitNode | None:
    """The unit, if it is there today and the person may invite to it."""
    unit, today = tx.units.by_id(number), house.programme.local_day(now)
    closed = unit is None or (unit.valid_to is not None and unit.valid_to <= today)
    return None if closed or not rights.may(tx, person, "invite", number, now) else unit


def pressed(
    tx: Transaction, person: Person, event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """One step further; a forged or outlived button meets the same questions as a fresh one."""
    name, *given = choice.split(".")
    numbers = [int(part) for part in given if part.isdecimal() and len(part) <= 18]
    if name not in ("unit", "role", "uses", "days") or len(numbers) != len(given) or not numbers:
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    unit = _unit(tx, person, numbers[0], house, now)
    if unit is None:
        return rights.refused(tx, person, "invite", numbers[0], house, now)
    if len(numbers) == 1:
        return _ask_role(tx, person, unit, now)
    role = rights.NUMBERED[numbers[1]] if numbers[1] < len(rights.NUMBERED) else ""
    if not rights.not_above(role, rights.highest(tx, person.worker_id, unit.id)):
        return rights.refused(tx, person, "invite", unit.id, house, now)
    if len(numbers) == 2:
        return _ask_uses(tx, person, unit, role, now)
    if len(numbers) == 3 and numbers[2] in USES:
        return _ask_days(tx, person, event, unit, role, numbers[2], now)
    if len(numbers) == 5 and numbers[2] in USES and numbers[3] in DAYS:
        return _make(tx, person, unit, role, numbers[2:], house, now)
    return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)


def _ask_role(tx: Transaction, person: Person, unit: UnitNode, now: datetime) -> Outcome:
    own = rights.highest(tx, person.worker_id, unit.id)
    rows = tuple(
        (Button(f"invite|role.{unit.id}.{rights.NUMBERED.index(role)}|-", f"button.role_{role}"),)
        for role in rights.ROLES
        if rights.not_above(role, own)
    )
    return _say(tx, person, Reply("invite.role", {"unit": unit.name}, (), rows), now)


def _ask_uses(tx: Transaction, person: Person, unit: UnitNode, role: str, now: datetime) -> Outcome:
    stem = f"invite|uses.{unit.id}.{rights.NUMBERED.index(role)}"
    row = tuple(Button(f"{stem}.{uses}|-", "button.uses", {"count": uses}) for uses in USES)
    reply = Reply("invite.uses", {"role": text(f"role.{role}")}, (), (row,), by_word=True)
    return _say(tx, person, reply, now)


def _ask_days(
    tx: Transaction, person: Person, event: Event, unit: UnitNode, role: str, uses: int, now: datetime
) -> Outcome:
    # The number of the event makes these buttons unlike those of another invitation: each makes one.
    drawn = int(event.number) if event.number.isdecimal() else int(now.timestamp())
    stem = f"invite|days.{unit.id}.{rights.NUMBERED.index(role)}.{uses}"
    row = tuple(Button(f"{stem}.{days}.{drawn % 10**12}|-", "button.days", {"count": days}) for days in DAYS)
    return _say(tx, person, Reply("invite.days", {"count": uses}, (), (row,), by_word=True), now)


def _make(
    tx: Transaction, person: Person, unit: UnitNode, role: str, terms: list[int], house: House, now: datetime
) -> Outcome:
    uses, days, drawn = terms
    mark = f"{person.chat_id}.{drawn}"
    if tx.invitations.made_with(mark):
        return Outcome(toast="toast.already")
    code, until = house.new_code(), now + timedelta(days=days)
    tx.invitations.make(code_hash(code), role, unit.id, uses, until, now)
    tx.invitations.made_in_chat(code_hash(code), person.worker_id, mark)
    tx.audit.note(person.worker_id, "invited", f"unit:{unit.code}", now, after=role, why=f"uses:{uses}")
    until_day = house.programme.local_day(until).isoformat()
    said = {
        "unit": unit.name,
        "role": text(f"role.{role}"),
        "code": grouped(code),
        "link": f"{house.link}?start={code}",
        "count": uses,
        "until": day(until_day, "day"),
    }
    printed = on_poster(house.programme.name, unit.name, role, code, house.link, until_day)
    files = (Paper("invitation_qr", {"link": said["link"]}), Paper("poster", printed))
    reply = Reply("invite.made", said, (), ((Button("menu|menu|-", "button.menu"),),), files=files)
    return _say(tx, person, reply, now)


def on_poster(programme: str, unit: str, role: str, code: str, bot_link: str, until: str) -> dict[str, Any]:
    """What the painter of posters is told; `until` is the last day as ISO 8601."""
    return {
        "programme": programme,
        "unit": unit,
        "role": role,
        "code": code,
        "link": f"{bot_link}?start={code}",
        "bot": bot_link.rpartition("/")[2],
        "until": day(until, "day"),
    }


def _say(tx: Transaction, person: Person, reply: Reply, now: datetime) -> Outcome:
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()
