"""A new phone or account: its owner says who they were, the unit's lead says so too, and all is theirs again.

The lead sees a name and the unit, nothing of what was written; drafts, history and roles then move to the
new chat, the old account is cut off, and there are as many people as before.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import initiative, rights, start
from handlers.folding import fold, kept
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Reply
from handlers.promising import offer, promise, promise_at
from handlers.unit_search import find_units
from storage.people import Person
from storage.petitions import Asked
from storage.relinking import relink
from storage.transaction import Transaction

OPEN_FOR = timedelta(days=3)
MOST_A_DAY = 3
SHOWN, PAGE = 8, 8


# --- the one with the new phone --------------------------------------------------------------------------


def ask(tx: Transaction, person: Person, house: House, now: datetime, *notes: Note) -> Outcome:
    """Ask for the unit they were in; their name is the one that stands now."""
    rows = ((Button("menu|rename|-", "button.rename"),), (Button("start|later|-", "button.later"),))
    reply = Reply("relink.ask", {"name": person.name}, notes, rows, free=True)
    promise(tx, person, [reply], now)
    offer(tx, person, reply, about="relink")
    return Outcome()


def hear(tx: Transaction, person: Person, typed: str, house: House, now: datetime) -> Outcome:
    """The unit's name, or its code."""
    found = find_units(tx, typed, SHOWN, today=house.programme.local_day(now))
    if not found:
        return ask(tx, person, house, now, Note("relink.no_unit", {"typed": kept(typed)[:60]}))
    rows = [
        (Button(f"relink|unit.{u.id}|-", "button.unit", {"name": u.name, "above": u.parent_name}),)
        for u in found
    ]
    later = (Button("start|later|-", "button.later"),)
    reply = Reply("relink.which", {}, (), (*rows, later))
    promise(tx, person, [reply], now)
    offer(tx, person, reply, about="relink")
    return Outcome()


def _petition(tx: Transaction, person: Person, unit_id: int, house: House, now: datetime) -> Outcome:
    """Put it to whoever answers for the unit; the asker is told the same whether the name is known or not."""
    day = timedelta(days=1)
    if tx.petitions.asked_since("relink", person.worker_id, now - day) >= MOST_A_DAY:
        return start.ready(tx, person, house, now, Note("relink.too_often"))
    number = tx.petitions.ask("relink", unit_id, person.worker_id, person.name, now, now + OPEN_FOR)
    tx.audit.note(person.worker_id, "relink_asked", f"unit:{unit_id}", now)
    asked = tx.petitions.one(number)
    deciders = [one for one in _deciders(tx, unit_id) if one.worker_id != person.worker_id]
    for decider in deciders:
        promise(tx, decider, [_question(tx, asked, 0)] if asked else [], now)
    said = {"unit": tx.people.unit_name(unit_id), "contact": house.contact or "—"}
    return start.ready(tx, person, house, now, Note("relink.sent" if deciders else "relink.nobody", said))


def _deciders(tx: Transaction, unit_id: int) -> list[Person]:
    """The unit's leads; where there is none, the officers over it; where there is none either, the admins."""
    workers = tx.roles.holders(unit_id, "lead") or tx.roles.officers_over(unit_id)
    people = [one for worker in workers for one in tx.people.of_worker(worker)]
    return people or tx.people.with_role("admin")


# --- the one who decides ---------------------------------------------------------------------------------


def _question(tx: Transaction, asked: Asked, page: int) -> Reply:
    """Who is it? Those of that name first; then, page by page, everybody of the unit."""
    names = [(number, name) for number, name in tx.members.names(asked.unit_id) if number != asked.asker_id]
    alike = [one for one in names if fold(one[1]) == fold(asked.name)]
    ordered = alike + [one for one in names if one not in alike]
    first = alike[:PAGE] if page == 0 and alike else ordered[page * PAGE : (page + 1) * PAGE]
    rows = [
        (Button(f"relink|same.{asked.id}.{number}|-", "button.person_of", {"name": name}),)
        for number, name in first
    ]
    if len(ordered) > page * PAGE + len(first):
        rows.append((Button(f"relink|list.{asked.id}.{page + 1}|-", "button.more"),))
    rows.append((Button(f"relink|refuse.{asked.id}.0|-", "button.decline_relink"),))
    said = {"name": asked.name, "unit": tx.people.unit_name(asked.unit_id)}
    return Reply("relink.question", said, (), tuple(rows))


def pressed(
    tx: Transaction, person: Person, event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """A button of either side; who may decide is looked up now."""
    name, *given = choice.split(".")
    numbers = [int(part) for part in given if part.isdecimal() and len(part) <= 18]
    if name == "start" and not given:
        return ask(tx, person, house, now)
    if name == "unit" and len(numbers) == len(given) == 1 and tx.units.by_id(numbers[0]) is not None:
        return _petition(tx, person, numbers[0], house, now)
    if name not in ("list", "same", "yes", "refuse") or not len(numbers) == len(given) == 2:
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    asked = tx.petitions.one(numbers[0])
    if asked is None or asked.kind != "relink" or asked.asker_id == person.worker_id:
        return rights.refused(tx, person, "relink", None, house, now)
    if not rights.may(tx, person, "relink", asked.unit_id, now):
        return rights.refused(tx, person, "relink", asked.unit_id, house, now)
    if asked.state != "waiting" or asked.expires_at <= now:
        return initiative.reply_and_ask_again(tx, person, Note("relink.over"), house=house, now=now)
    if name == "list":
        return _say(tx, person, _question(tx, asked, min(numbers[1], 10_000)), now)
    if name == "refuse":
        return _refused(tx, person, asked, house, now)
    return _same(tx, person, name, asked, numbers[1], house, now)


def _same(
    tx: Transaction, person: Person, name: str, asked: Asked, old: int, house: House, now: datetime
) -> Outcome:
    member = tx.members.one(asked.unit_id, old)
    if member is None or old == asked.asker_id:
        return initiative.reply_and_ask_again(tx, person, Note("people.gone"), house=house, now=now)
    above = [h for h in tx.roles.of(old) if not _could_give(tx, person, h.role, h.unit_id)]
    if above:
        # A role is not moved by somebody who could not have given it: whoever could is asked instead.
        _ask_above(tx, person, asked, now)
        return rights.refused(tx, person, "relink", asked.unit_id, house, now)
    said = {"name": member.name, "unit": tx.people.unit_name(asked.unit_id)}
    if name == "same":
        row = (
            Button(f"relink|yes.{asked.id}.{old}|-", "button.relink_yes"),
            Button(f"relink|list.{asked.id}.0|-", "button.back"),
        )
        return _say(tx, person, Reply("relink.sure", said, (), (row,)), now)
    tx.petitions.decide(asked.id, "granted", person.worker_id, now)
    tx.audit.note(
        person.worker_id,
        "relinked",
        f"worker:{old}",
        now,
        before=f"worker:{asked.asker_id}",
        after=f"worker:{old}",
    )
    language = person.language
    for owner in tx.people.of_worker(old):
        language = owner.language
    for channel, address in relink(tx.connection, old, asked.asker_id, now):
        promise_at(tx, channel, address, language, Reply("relink.cut_off"), now)
    for owner in tx.people.of_worker(old):
        owner.talk = {}
        initiative.reply_and_ask_again(tx, owner, Note("relink.done", said), house=house, now=now)
    return initiative.reply_and_ask_again(tx, person, Note("relink.granted", said), house=house, now=now)


def _could_give(tx: Transaction, person: Person, role: str, unit_id: int) -> bool:
    return rights.not_above(role, rights.highest(tx, person.worker_id, unit_id))


def _ask_above(tx: Transaction, person: Person, asked: Asked, now: datetime) -> None:
    officers = [
        one for worker in tx.roles.officers_over(asked.unit_id) for one in tx.people.of_worker(worker)
    ]
    for other in officers or tx.people.with_role("admin"):
        if other.worker_id not in (person.worker_id, asked.asker_id):
            promise(tx, other, [_question(tx, asked, 0)], now)


def _refused(tx: Transaction, person: Person, asked: Asked, house: House, now: datetime) -> Outcome:
    tx.petitions.decide(asked.id, "refused", person.worker_id, now)
    tx.audit.note(person.worker_id, "relink_refused", f"worker:{asked.asker_id}", now)
    for owner in tx.people.of_worker(asked.asker_id):
        promise(tx, owner, [Reply("relink.refused_told", {"contact": house.contact or "—"})], now)
    return initiative.reply_and_ask_again(tx, person, Note("relink.refused"), house=house, now=now)


def _say(tx: Transaction, person: Person, reply: Reply, now: datetime) -> Outcome:
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()
