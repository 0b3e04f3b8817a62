"""`/donvi`: my unit and my name; for whoever leads it also the people, who is out of reach, removing."""

from __future__ import annotations

from datetime import datetime

from handlers import groups, handing_over, initiative, rights, start, unit_quiet
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Reply, day, text
from handlers.person_codes import code_of
from handlers.promising import offer, promise
from handlers.unit_search import find_units
from storage.members import Member
from storage.people import Person
from storage.transaction import Transaction

PAGE = 8
LONGEST_NUMBER = 18
DEED_OF = {
    "list": "see_people",
    "one": "see_people",
    "remove": "remove",
    "really_remove": "remove",
    "hand": "hand_over",
    "really_hand": "hand_over",
}


def command(tx: Transaction, person: Person, argument: str, house: House, now: datetime) -> Outcome:
    """Where the person belongs; the units they answer for; with words, the unit that these name."""
    if argument:
        found = find_units(tx, argument, PAGE, today=house.programme.local_day(now))
        seen = [unit.id for unit in found if rights.may(tx, person, "see_people", unit.id, now)]
        if seen:
            return _list(tx, person, seen[0], 0, now)
        return start.search_unit(tx, person, argument, house, now)
    params = {"name": person.name, "unit": tx.people.unit_name(person.unit_id) or text("menu.no_unit")}
    rows: list[tuple[Button, ...]] = [
        (Button("menu|change_unit|-", "button.change_unit"), Button("menu|rename|-", "button.rename"))
    ]
    led = rights.units_for(tx, person, "see_people")[:PAGE]
    for unit_id in led:
        label = {"unit": tx.people.unit_name(unit_id), "count": tx.members.count(unit_id)[0]}
        rows.append((Button(f"people|list.{unit_id}.0|-", "button.people", label),))
    for unit_id in rights.units_for(tx, person, "disclose")[:PAGE]:
        label = {"unit": tx.people.unit_name(unit_id)}
        rows.append((Button(f"share|unit.{unit_id}|-", "button.share_of", label),))
    rows += unit_quiet.buttons(tx, person)
    if led:
        rows.append((Button("menu|invite|-", "button.invite"),))
    if person.draft is not None:
        rows.append((Button("menu|continue|-", "button.continue"),))
    notes = _roles(tx, person)
    return _say(tx, person, Reply("menu.unit", params, notes, tuple(rows)), now)


def _roles(tx: Transaction, person: Person) -> tuple[Note, ...]:
    """One's own roles, a line each."""
    return tuple(
        Note(
            "people.role_line",
            {"role": text(f"role.{held.role}"), "unit": tx.people.unit_name(held.unit_id)},
        )
        for held in tx.roles.of(person.worker_id)
    )


def pressed(
    tx: Transaction, person: Person, event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """A button of the list of people: whoever drew it, rights are looked up now."""
    name, *given = choice.split(".")
    numbers = [int(part) for part in given if part.isdecimal() and len(part) <= LONGEST_NUMBER]
    if name in ("accept", "decline") and len(given) == len(numbers) == 1:
        return handing_over.decided(tx, person, name, numbers[0], house, now)
    if len(given) != 2 or len(numbers) != 2:
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    unit_id, other = numbers
    deed = DEED_OF.get(name)
    if deed is None:
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    if tx.units.by_id(unit_id) is None or not rights.may(tx, person, deed, unit_id, now):
        return rights.refused(tx, person, deed, unit_id, house, now)
    if name == "list":
        return _list(tx, person, unit_id, min(other, 100_000), now)
    member = tx.members.one(unit_id, other)
    if member is None:
        return _list(tx, person, unit_id, 0, now, Note("people.gone"))
    return _with_member(tx, person, name, unit_id, member, house, now)


def _with_member(
    tx: Transaction, person: Person, name: str, unit_id: int, member: Member, house: House, now: datetime
) -> Outcome:
    if name == "one":
        return _card(tx, person, unit_id, member, house, now)
    if name in ("hand", "really_hand"):
        return handing_over.offered(tx, person, name, unit_id, member, house, now)
    if not may_remove(tx, person, unit_id, member):
        return rights.refused(tx, person, "remove", unit_id, house, now)
    if name == "remove":
        said = {"name": member.name, "unit": tx.people.unit_name(unit_id)}
        row = (
            Button(f"people|really_remove.{unit_id}.{member.worker_id}|-", "button.really_remove"),
            Button(f"people|one.{unit_id}.{member.worker_id}|-", "button.back"),
        )
        return _say(tx, person, Reply("people.really_remove", said, (), (row,)), now)
    return _removed(tx, person, unit_id, member, now)


def may_remove(tx: Transaction, person: Person, unit_id: int, member: Member) -> bool:
    """Nobody removes themselves, nor somebody whose role here is as high as their own, but for an admin."""
    if member.worker_id == person.worker_id:
        return False
    own = rights.highest(tx, person.worker_id, unit_id)
    theirs = rights.highest(tx, member.worker_id, unit_id)
    return own == "admin" or rights.ROLES.index(own) > rights.ROLES.index(theirs)


def _removed(tx: Transaction, person: Person, unit_id: int, member: Member, now: datetime) -> Outcome:
    said = {"name": member.name, "unit": tx.people.unit_name(unit_id)}
    tx.members.remove(unit_id, member.worker_id, now)
    ended = tx.roles.revoke(member.worker_id, now, unit_id=unit_id)
    subject, roles = f"worker:{member.worker_id}", ",".join(held.role for held in ended)
    tx.audit.note(person.worker_id, "removed", subject, now, before=str(unit_id), why=roles or None)
    for other in tx.people.of_worker(member.worker_id):
        promise(tx, other, [Reply("people.removed_told", {"unit": said["unit"]})], now)
    return _list(tx, person, unit_id, 0, now, Note("people.removed", said))


def how_to_bind(tx: Transaction, person: Person, _argument: str, house: House, now: datetime) -> Outcome:
    """`/gannhom` belongs into a group: a link that puts the bot into one and asks."""
    if not rights.may(tx, person, "bind_group", None, now):
        return rights.refused(tx, person, "bind_group", None, house, now)
    note = Note("group.how", {"link": f"{house.link}?startgroup=bind"})
    return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)


def _list(tx: Transaction, person: Person, unit_id: int, page: int, now: datetime, *notes: Note) -> Outcome:
    """One page of a unit's people, those out of reach first; drafts as a number only."""
    count, unreachable = tx.members.count(unit_id)
    said = {"unit": tx.people.unit_name(unit_id), "count": count, "unreachable": unreachable}
    lines: list[Note] = [*notes, Note("people.head", said)]
    rows: list[tuple[Button, ...]] = []
    for number, member in enumerate(tx.members.page(unit_id, page * PAGE, PAGE), page * PAGE + 1):
        lines.append(Note("people.line", {"number": number, **_about(tx, unit_id, member)}))
        label = {"number": number, "name": member.name}
        rows.append((Button(f"people|one.{unit_id}.{member.worker_id}|-", "button.person_named", label),))
    if count > (page + 1) * PAGE:
        rows.append((Button(f"people|list.{unit_id}.{page + 1}|-", "button.more"),))
    rows += groups.listed(tx, person, unit_id)
    rows.append((Button("menu|bind|-", "button.bind"),))
    rows.append((Button("menu|unit|-", "button.my_unit"), Button("menu|invite|-", "button.invite")))
    return _say(tx, person, Reply("people.ask", {}, tuple(lines), tuple(rows)), now)


def _about(tx: Transaction, unit_id: int, member: Member) -> dict[str, object]:
    held = [one.role for one in tx.roles.of(member.worker_id) if one.unit_id == unit_id]
    role = max(held, key=rights.ROLES.index, default="worker")
    return {
        "name": member.name,
        "role": text(f"role.{role}"),
        "mark": text("people.out_of_reach" if not member.reachable else "people.in_reach"),
        "drafts": member.drafts,
    }


def _card(
    tx: Transaction, person: Person, unit_id: int, member: Member, house: House, now: datetime
) -> Outcome:
    rows: list[tuple[Button, ...]] = []
    if handing_over.may_hand(tx, person, unit_id, member):
        hand = Button(f"people|hand.{unit_id}.{member.worker_id}|-", "button.hand_over")
        rows.append((hand,))
    if may_remove(tx, person, unit_id, member):
        rows.append((Button(f"people|remove.{unit_id}.{member.worker_id}|-", "button.remove_person"),))
    rows.append((Button(f"people|list.{unit_id}.0|-", "button.back"),))
    since = day(house.programme.local_day(member.since).isoformat(), "day")
    who = {"unit": tx.people.unit_name(unit_id), "code": code_of(member.worker_id)}
    said = {**_about(tx, unit_id, member), **who, "since": since}
    return _say(tx, person, Reply("people.one", said, (), tuple(rows)), now)


def _say(tx: Transaction, person: Person, reply: Reply, now: datetime) -> Outcome:
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()
