"""Groups bound to a unit: asked for in the group, confirmed in private by whoever leads the unit.

A group sees figures and links only: nobody is named and no content is taken. Whoever asks there without
the right is told in private.
"""

from __future__ import annotations

from datetime import datetime

from handlers import initiative, progress, rights
from handlers.commands import command_of
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Left, Migrated, Note, Reply, Returned, Started, Typed
from handlers.promising import offer, promise, promise_at, promise_stranger
from storage.groups import moved
from storage.people import Person
from storage.transaction import Transaction

SHOWN = 8
BIND, UNBIND, PROGRESS = "bind", "unbind", "progress"
LONGEST_ADDRESS = 20


def heard(tx: Transaction, event: Event, language: str, house: House, now: datetime) -> Outcome:
    """What happened in a group: it moved, we were put in or out, or somebody gave a command."""
    match event.what:
        case Migrated(new):
            moved(tx.connection, event.channel, event.address, new)
            tx.outbox.move(event.channel, event.address, new)
        case Left():
            _ended(tx, event, None, now)
        case Returned():
            _added(tx, event, house, now)
        case Started(payload) if payload == BIND:
            _asked(tx, event, BIND, language, house, now)
        case Started():
            _way(tx, event, language, house, now)
        case Typed(words) if _for_us(words, house):
            name, argument = command_of(words) or ("", "")
            if name in (BIND, UNBIND):
                _asked(tx, event, name, language, house, now)
            elif name == PROGRESS:
                _progress(tx, event, argument, language, house, now)
            else:
                _way(tx, event, language, house, now)
    return Outcome()


def _for_us(text: str, house: House) -> bool:
    """Whether a text in a group is one of our commands, and not addressed to another bot."""
    command = command_of(text)
    mention = text.split(None, 1)[0].partition("@")[2].lower() if text.split() else ""
    ours = house.link.rpartition("/")[2].lower()
    return command is not None and command[0] != "unknown" and mention in ("", ours)


def _way(tx: Transaction, event: Event, language: str, house: House, now: datetime) -> None:
    """The way to the private talk, and whose group this is."""
    bound = tx.groups.at(event.channel, event.address)
    unit = tx.people.unit_name(bound.unit_id) if bound else ""
    notes = (Note("group.of_unit", {"unit": unit}),) if bound else ()
    promise_stranger(tx, event, language, Reply("group.private", {"link": house.link}, notes), now)


def _progress(
    tx: Transaction, event: Event, argument: str, language: str, house: House, now: datetime
) -> None:
    """The figures of the group's unit and the way to the private talk; of no unit, only the way."""
    bound = tx.groups.at(event.channel, event.address)
    if bound is None:
        return _way(tx, event, language, house, now)
    lines = progress.in_group(tx, bound.unit_id, argument, house, now)
    reply = Reply("group.more", {"link": house.link}, lines, slot=PROGRESS)
    return promise_stranger(tx, event, language, reply, now)


def _asker(tx: Transaction, event: Event) -> Person | None:
    """Who gave the command: known by their private chat, whose address is their own number."""
    person = tx.people.behind(event.channel, event.sender) if event.sender else None
    return person if person is not None and person.consent else None


def _added(tx: Transaction, event: Event, house: House, now: datetime) -> None:
    """We were put into a group by somebody: if they may bind it, they are asked in private."""
    person = _asker(tx, event)
    known = tx.groups.at(event.channel, event.address) is not None
    if person is not None and not known and rights.units_for(tx, person, "bind_group"):
        promise(tx, person, [_which(tx, person, event.address, house)], now)


def _asked(tx: Transaction, event: Event, name: str, language: str, house: House, now: datetime) -> None:
    """A command to bind or unbind: the same short answer in the group for everybody, the rest in private."""
    promise_stranger(tx, event, language, Reply("group.confirm", {"link": house.link}), now)
    person, bound = _asker(tx, event), tx.groups.at(event.channel, event.address)
    if person is None:
        return
    unit_id = bound.unit_id if bound and name == UNBIND else None
    if not rights.may(tx, person, "bind_group", unit_id, now) or not rights.units_for(
        tx, person, "bind_group"
    ):
        rights.refused(tx, person, "bind_group", unit_id, house, now)
    elif name == BIND:
        promise(tx, person, [_which(tx, person, event.address, house)], now)
    elif bound is not None:
        promise(tx, person, [_unbinding(tx, bound.id, bound.unit_id)], now)


def _which(tx: Transaction, person: Person, address: str, house: House) -> Reply:
    """Which unit the group is of; the mark proves that we drew the button, for this person and this group."""
    rows = tuple(
        (
            Button(
                f"group|bind.{unit}.{address}.{_mark(house, person, unit, address)}|-",
                "button.unit_named",
                {"unit": tx.people.unit_name(unit)},
            ),
        )
        for unit in rights.units_for(tx, person, "bind_group")[:SHOWN]
    )
    later = (Button("group|later|-", "button.not_now"),)
    return Reply("group.which", {}, (), (*rows, later), slot="group")


def _mark(house: House, person: Person, unit_id: int, address: str) -> str:
    return house.mark(f"room|{person.chat_id}.{unit_id}.{address}")[:16]


def _unbinding(tx: Transaction, number: int, unit_id: int) -> Reply:
    row = (Button(f"group|unbind.{number}|-", "button.unbind"), Button("group|later|-", "button.not_now"))
    return Reply("group.really_unbind", {"unit": tx.people.unit_name(unit_id)}, (), (row,))


def listed(tx: Transaction, person: Person, unit_id: int) -> list[tuple[Button, ...]]:
    """For `/donvi`: a button for each group of the unit, to unbind it."""
    groups = tx.groups.of_unit(unit_id)[:SHOWN]
    return [
        (Button(f"group|see.{group.id}|-", "button.group", {"number": number}),)
        for number, group in enumerate(groups, 1)
    ]


def pressed(
    tx: Transaction, person: Person, event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """A button of ours in the private talk; the right to bind is looked up now."""
    name, *given = choice.split(".")
    if name == "later":
        return initiative.reply_and_ask_again(tx, person, house=house, now=now)
    if name == "bind" and len(given) == 3 and given[0].isdecimal() and len(given[0]) <= 18:
        return _bind(tx, person, int(given[0]), given[1], given[2], house, now)
    number = int(given[0]) if len(given) == 1 and given[0].isdecimal() and len(given[0]) <= 18 else 0
    bound = tx.groups.one(number) if name in ("see", "unbind") else None
    if bound is None:
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    if not rights.may(tx, person, "bind_group", bound.unit_id, now):
        return rights.refused(tx, person, "bind_group", bound.unit_id, house, now)
    if name == "see":
        reply = _unbinding(tx, bound.id, bound.unit_id)
        promise(tx, person, [reply], now)
        offer(tx, person, reply)
        return Outcome()
    unit = tx.people.unit_name(bound.unit_id)
    tx.groups.unbind(bound.channel, bound.address, now)
    tx.audit.note(person.worker_id, "group_unbound", f"unit:{bound.unit_id}", now)
    said = Reply("group.unbound_there", {"unit": unit})
    promise_at(tx, bound.channel, bound.address, person.language, said, now)
    return initiative.reply_and_ask_again(
        tx, person, Note("group.unbound", {"unit": unit}), house=house, now=now
    )


def _bind(
    tx: Transaction, person: Person, unit_id: int, address: str, mark: str, house: House, now: datetime
) -> Outcome:
    ours = len(address) <= LONGEST_ADDRESS and mark == _mark(house, person, unit_id, address)
    unit = tx.units.by_id(unit_id) if ours else None
    today = house.programme.local_day(now)
    closed = unit is None or (unit.valid_to is not None and unit.valid_to <= today)
    if unit is None or closed or not rights.may(tx, person, "bind_group", unit_id, now):
        return rights.refused(tx, person, "bind_group", unit_id, house, now)
    present = tx.groups.at(person.channel, address)
    # A group of another unit is not taken from it by somebody who could not unbind it there.
    if present is not None and not rights.may(tx, person, "bind_group", present.unit_id, now):
        return rights.refused(tx, person, "bind_group", present.unit_id, house, now)
    if tx.groups.bind(person.channel, address, unit_id, person.worker_id, now):
        tx.audit.note(person.worker_id, "group_bound", f"unit:{unit_id}", now)
        said = Reply("group.bound_there", {"unit": unit.name, "link": house.link})
        promise_at(tx, person.channel, address, person.language, said, now)
    note = Note("group.bound", {"unit": unit.name})
    return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)


def _ended(tx: Transaction, event: Event, actor_id: int | None, now: datetime) -> None:
    """We were put out of the group: nothing is sent there any more."""
    unit_id = tx.groups.unbind(event.channel, event.address, now)
    if unit_id is not None:
        tx.audit.note(actor_id, "group_unbound", f"unit:{unit_id}", now, why="removed")
