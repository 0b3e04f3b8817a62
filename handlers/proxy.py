"""`/nophoi`: entering for somebody else, one after another: for which unit, and whom.

People are found by name among those of the unit, never merged by it: of two who are called the same a lead
sees the last digits of their numbers here, and nothing else about them.
"""

from __future__ import annotations

import re
from datetime import datetime

from handlers import initiative, proxy_entries, rights, start
from handlers.folding import fold, kept, plain_spaces
from handlers.forms import INITIATIVE
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Reply
from handlers.place import Place, is_blank, opened
from handlers.promising import offer, promise
from handlers.unit_search import find_units
from storage.entered import Whom
from storage.people import Person
from storage.transaction import Transaction

SHOWN = 8
DEED = "enter_for_others"
_CODE = re.compile(r"sk[- ]?0*(\d{1,12})")


def command(tx: Transaction, person: Person, argument: str, house: House, now: datetime) -> Outcome:
    """For which unit: the one led; with words, units these name; with a code, that entry."""
    if not rights.may(tx, person, DEED, None, now):
        return rights.refused(tx, person, DEED, None, house, now)
    if argument and _CODE.fullmatch(fold(argument)):
        return proxy_entries.by_code(tx, person, argument, house, now)
    if argument:
        today = house.programme.local_day(now)
        found = [unit.id for unit in find_units(tx, argument, SHOWN * 3, today=today)]
    else:
        found = rights.units_for(tx, person, DEED)
    units = [number for number in found if _enters(tx, person, number, house, now)][:SHOWN]
    if not units:
        return initiative.reply_and_ask_again(tx, person, Note("proxy.no_unit"), house=house, now=now)
    if len(units) == 1:
        return ask_who(tx, person, units[0], house, now)
    rows = [
        (Button(f"proxy|who.{number}|-", "button.unit_named", {"unit": tx.people.unit_name(number)}),)
        for number in units
    ]
    return _say(tx, person, Reply("proxy.unit", {}, (), tuple(rows)), now)


def _enters(tx: Transaction, person: Person, unit_id: int, house: House, now: datetime) -> bool:
    """Whether the unit is there today and the person may enter for its people."""
    unit, today = tx.units.by_id(unit_id), house.programme.local_day(now)
    closed = unit is None or (unit.valid_to is not None and unit.valid_to <= today)
    return not closed and rights.may(tx, person, DEED, unit_id, now)


def ask_who(
    tx: Transaction, person: Person, unit_id: int, house: House, now: datetime, *notes: Note
) -> Outcome:
    """Ask whose initiative it is."""
    rows: list[tuple[Button, ...]] = []
    if tx.entered.count_by(person.worker_id):
        rows.append((Button("proxy|list.0|-", "button.proxy_list"),))
    rows.append((Button("start|later|-", "button.later"),))
    reply = Reply("proxy.who", {"unit": tx.people.unit_name(unit_id)}, notes, tuple(rows), free=True)
    return _say(tx, person, reply, now, about="proxy", unit=unit_id)


def ask_again(tx: Transaction, person: Person, house: House, now: datetime, *notes: Note) -> Outcome:
    """The same question once more."""
    unit_id = int(person.talk.get("unit") or 0)
    if not _enters(tx, person, unit_id, house, now):
        tx.people.set_talk(person, {})
        return start.ready(tx, person, house, now, *notes)
    return ask_who(tx, person, unit_id, house, now, *notes)


def hear(tx: Transaction, person: Person, typed: str, house: House, now: datetime) -> Outcome:
    """A name, or the code of something entered before."""
    unit_id, name = int(person.talk.get("unit") or 0), plain_spaces(kept(typed))
    if not _enters(tx, person, unit_id, house, now):
        tx.people.set_talk(person, {})
        return rights.refused(tx, person, DEED, unit_id or None, house, now)
    if _CODE.fullmatch(fold(name)):
        return proxy_entries.by_code(tx, person, name, house, now)
    if not start.is_name(name):
        return ask_who(tx, person, unit_id, house, now, Note("proxy.name_refused"))
    found = [whom for whom in named(tx, unit_id, name) if whom.worker_id != person.worker_id]
    rows = [
        (Button(f"proxy|for.{unit_id}.{whom.worker_id}|-", "button.proxy_for", label(whom)),)
        for whom in found[:SHOWN]
    ]
    rows.append((Button(f"proxy|new.{unit_id}|-", "button.proxy_new", {"name": name}),))
    rows.append((Button("start|later|-", "button.later"),))
    notes = (Note("proxy.more", {"count": len(found) - SHOWN}),) if len(found) > SHOWN else ()
    key = "proxy.found" if found else "proxy.not_found"
    reply = Reply(key, {"name": name, "count": len(found)}, notes, tuple(rows), free=True)
    return _say(tx, person, reply, now, about="proxy", unit=unit_id, name=name)


def named(tx: Transaction, unit_id: int, typed: str) -> list[Whom]:
    """People of the unit in whose names every typed word is found, whole words and the right order first."""
    wanted = fold(typed)
    words, ranked = wanted.split(), []
    for whom in tx.entered.people(unit_id):
        name = fold(whom.name)
        if name == wanted:
            rank = 0
        elif all(word in name.split() for word in words):
            rank = 1
        elif all(word in name for word in words):
            rank = 2
        else:
            continue
        ranked.append((rank, whom.name, whom.worker_id, whom))
    return [one[-1] for one in sorted(ranked, key=lambda one: one[:3])]


def label(whom: Whom) -> dict[str, object]:
    """How somebody is shown to a lead: the name, and the last digits of their number here."""
    return {"name": whom.name, "digits": f"{whom.worker_id % 1_000:03d}"}


def pressed(
    tx: Transaction, person: Person, event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """A button of entering for others: whoever drew it, rights are looked up now."""
    name, *given = choice.split(".")
    numbers = [int(part) for part in given if part.isdecimal() and len(part) <= 18]
    if len(numbers) != len(given) or not numbers:
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    if name not in ("who", "new", "for", "again"):
        return proxy_entries.pressed(tx, person, name, numbers, house, now)
    unit_id = numbers[0]
    if not _enters(tx, person, unit_id, house, now):
        return rights.refused(tx, person, DEED, unit_id, house, now)
    if name == "who":
        return ask_who(tx, person, unit_id, house, now)
    if name == "new":
        return _new(tx, person, unit_id, house, now)
    whom = tx.entered.whom(numbers[1]) if len(numbers) == 2 else None
    known = whom is not None and any(one.worker_id == whom.worker_id for one in tx.entered.people(unit_id))
    if whom is None or not known or whom.worker_id == person.worker_id:
        return ask_who(tx, person, unit_id, house, now, Note("people.gone"))
    return begin(tx, person, (unit_id, whom.worker_id, whom.name), house, now)


def _new(tx: Transaction, person: Person, unit_id: int, house: House, now: datetime) -> Outcome:
    """Somebody who is not in the list: the name that was typed just now."""
    name = str(person.talk.get("name") or "")
    if not start.is_name(name):
        return ask_who(tx, person, unit_id, house, now)
    return begin(tx, person, (unit_id, None, name), house, now)


def begin(
    tx: Transaction, person: Person, whom: tuple[int, int | None, str], house: House, now: datetime
) -> Outcome:
    """A new draft for somebody (unit, number, name); a blank one of that kind is taken up again."""
    blank = (line for line in tx.drafts.of(person.worker_id) if is_blank(Place.of(line.place)))
    taken = next((line.id for line in blank if line.for_other and line.corrects_id is None), None)
    place = opened(INITIATIVE, Place())
    draft_id = taken or tx.drafts.begin(person.worker_id, INITIATIVE.name, place.plain(), now)
    tx.drafts.enter_for(draft_id, *whom)
    return initiative.continue_with(tx, person, draft_id, house, now)


def _say(tx: Transaction, person: Person, reply: Reply, now: datetime, **talk: object) -> Outcome:
    promise(tx, person, [reply], now)
    tx.people.set_talk(person, {})
    offer(tx, person, reply, **talk)
    return Outcome()
