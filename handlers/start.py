"""The beginning: consent, language, and the unit somebody belongs to."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime

from handlers import codes, consent, initiative, joining, rights
from handlers.choosing import chosen
from handlers.commands import command_of
from handlers.cuts import presumed_cut
from handlers.folding import kept, plain_spaces
from handlers.house import CONSENT_VERSION, House, Outcome
from handlers.messages import (
    Attached,
    Button,
    Event,
    Left,
    Note,
    Pressed,
    Reply,
    Returned,
    Started,
    Typed,
    text,
)
from handlers.promising import offer, promise, promise_stranger
from handlers.unit_labels import labels
from handlers.unit_search import find_units
from storage.consents import PROCESSING
from storage.people import Person
from storage.transaction import Transaction

UNITS_SHOWN = 8
LONGEST_NAME = 100


def language_of(event: Event) -> str:
    """The language of somebody's phone, if we speak it; Vietnamese otherwise."""
    return "en" if event.language.lower().startswith("en") else "vi"


# --- somebody who has not agreed: nothing about them is kept, the buttons carry all there is -------------


def stranger(tx: Transaction, event: Event, house: House, now: datetime) -> Outcome:
    """Ask for consent; only *Đồng ý* to the question that was shown makes a worker of a stranger."""
    language, what = language_of(event), event.what
    if isinstance(what, Left | Returned):
        return Outcome()
    invitation, notes = _invitation_said(tx, event, house, now)
    if isinstance(what, Typed) and not invitation:
        reply = _consent(language, "", house)
        if button := chosen(what.text, reply.buttons(), house.labels, indexed=event.lists):
            what = Pressed(button.action)
    replaces = None
    if isinstance(what, Pressed):
        subject, choice, argument = (*what.action.split("|"), "", "")[:3]
        version, _, token = argument.partition(".")
        invitation = _invitation_of(token, event, house)
        if subject == "start" and choice.startswith("agree") and version == CONSENT_VERSION:
            return _agreed(tx, event, "en" if choice == "agree.en" else "vi", invitation, house, now)
        if subject == "start" and choice == "refuse":
            notes = (Note("start.refused"),)
        if subject == "start" and choice.startswith("in."):
            language, replaces = "en" if choice == "in.en" else "vi", event.message or None
    token = f"{invitation}.{house.mark(f'{event.address}.{invitation}')}" if invitation else ""
    slot = _one_deed(event)
    reply = replace(_consent(language, token, house), notes=notes, replaces=replaces)
    reply = replace(reply, slot=slot, after=1.5 if slot else 0.0)
    promise_stranger(tx, event, language, reply, now)
    return Outcome()


def _one_deed(event: Event) -> str | None:
    """The slot of what comes in several messages: a text that the app has cut, or an album."""
    match event.what:
        case Typed(words) if presumed_cut(words):
            return "pieces"
        case Attached(_, album) if album:
            return f"album:{album}"
    return None


def _invitation_said(
    tx: Transaction, event: Event, house: House, now: datetime
) -> tuple[int, tuple[Note, ...]]:
    """The invitation whose code came with the link or was typed; a code that opens nothing says so."""
    match event.what:
        case Started(payload) if payload:
            code = payload
        case Typed(words) if codes.looks_like_code(words):
            code = words
        case Typed(words) if (command := command_of(words)) and codes.looks_like_code(command[1]):
            code = command[1]
        case _:
            return 0, ()
    invited, notes = joining.invitation_said(tx, event, code, house, now)
    return (invited.id if invited else 0), notes


def _invitation_of(token: str, event: Event, house: House) -> int:
    """The invitation a button carries, if we drew it for this chat; its code is never on a button."""
    number, _, mark = token.partition(".")
    if not number.isdecimal() or len(number) > 18:
        return 0
    ours = house.mark(f"{event.address}.{int(number)}")
    return int(number) if hmac.compare_digest(mark.encode(), ours.encode()) else 0


def _consent(language: str, token: str, house: House) -> Reply:
    carried = f"{CONSENT_VERSION}.{token}"
    other = "vi" if language == "en" else "en"
    agree = Button(f"start|agree.{language}|{carried}", "button.agree")
    refuse = Button(f"start|refuse|{carried}", "button.refuse")
    switch = Button(f"start|in.{other}|{carried}", f"button.in_{other}")
    params = {"programme": house.programme.name}
    return Reply("start.consent", params, (), ((agree,), (refuse, switch)))


def _agreed(
    tx: Transaction, event: Event, language: str, invitation: int, house: House, now: datetime
) -> Outcome:
    name = plain_spaces(event.name)[:LONGEST_NAME].strip()
    person = tx.people.welcome(event.channel, event.address, name, language, now)
    consent.give(tx, person, PROCESSING, language, event, house, now)
    if invitation and (invited := joining.still_open(tx, invitation, house, now)):
        return ready(tx, person, house, now, *joining.join(tx, person, invited, house, now))
    return ask_unit(tx, person, house, now, Note("start.welcome"))


# --- a worker --------------------------------------------------------------------------------------------


def ask_after_the_end(tx: Transaction, person: Person, house: House, now: datetime) -> None:
    """Ask somebody for their unit whose unit has ended without just one other in its place.

    Not in the middle of an initiative: then the question waits, and submitting asks it in any case.
    """
    if person.unit_id is not None or not person.consent:
        return
    if person.draft is None:
        ask_unit(tx, person, house, now, Note("start.unit_ended"))
    else:
        tx.people.set_talk(person, {**person.talk, "unit_ended": True})


def again(tx: Transaction, person: Person, payload: str, house: House, now: datetime) -> Outcome:
    """Start once more, perhaps with a code: join, and return to the question that is open."""
    if payload:
        return ready(tx, person, house, now, joining.by_code(tx, person, payload, house, now))
    if person.unit_id is None:
        return ask_unit(tx, person, house, now, Note("start.welcome"))
    return ready(tx, person, house, now)


def ready(tx: Transaction, person: Person, house: House, now: datetime, *notes: Note) -> Outcome:
    """Say where the person belongs and what can be done; an open question is shown again."""
    tx.people.set_talk(person, {})
    if not is_name(person.name):
        return ask_name(tx, person, house, now, *notes)
    if person.draft is not None:
        return initiative.reply_and_ask_again(
            tx, person, *(notes or (Note("start.here"),)), house=house, now=now
        )
    params = {"name": person.name, "unit": tx.people.unit_name(person.unit_id) or text("menu.no_unit")}
    rows: tuple[tuple[Button, ...], ...]
    rows = ((Button("menu|new|-", "button.new"),), (Button("menu|menu|-", "button.menu"),))
    if rights.may(tx, person, "review", None, now):
        row = (Button("menu|review|-", "button.review"), Button("menu|progress|-", "button.progress"))
        rows = (row, *rows)
    reply = Reply("start.ready", params, notes, rows)
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()


def ask_unit(tx: Transaction, person: Person, house: House, now: datetime, *notes: Note) -> Outcome:
    """Ask which unit somebody works in; where no list has been imported there is nothing to ask."""
    if tx.units.root() is None:
        return ready(tx, person, house, now, *notes)
    rows: tuple[tuple[Button, ...], ...] = ((Button("start|later|-", "button.later"),),)
    if person.unit_id is None:
        rows = ((Button("relink|start|-", "button.relink"),), *rows)
    reply = Reply("start.unit", {}, notes, rows, free=True)
    promise(tx, person, [reply], now)
    offer(tx, person, reply, about="unit")
    return Outcome()


def search_unit(tx: Transaction, person: Person, typed: str, house: House, now: datetime) -> Outcome:
    """Find the unit by what was typed: an invitation's code, a unit's code, or words of its name."""
    tried: tuple[Note, ...] = ()
    if codes.looks_like_code(typed):
        note = joining.by_code(tx, person, typed, house, now)
        if joining.succeeded(note):
            return ready(tx, person, house, now, note)
        tried = (note,)
    day = house.programme.local_day(now)
    found = find_units(tx, typed, UNITS_SHOWN, today=day)
    later = (Button("start|later|-", "button.later"),)
    if not found:
        reply = Reply("start.unit_not_found", {"typed": kept(typed)[:60]}, tried, (later,), free=True)
    else:
        rows = [
            (Button(f"start|unit.{unit.id}|-", "button.unit", {"name": name, "above": above}),)
            for unit, (name, above) in zip(found, labels(found), strict=True)
        ]
        reply = Reply("start.unit_found", {"count": len(found)}, (), (*rows, later))
    promise(tx, person, [reply], now)
    offer(tx, person, reply, about="unit")
    return Outcome()


def is_name(name: str) -> bool:
    """Whether it can stand on an initiative: 2 to 100 characters, letters among them."""
    return 2 <= len(name) <= LONGEST_NAME and any(letter.isalpha() for letter in name)


def rename(tx: Transaction, person: Person, typed: str, house: House, now: datetime) -> Outcome:
    """Take the name as given; capitals and spelling are the person's own."""
    name = plain_spaces(typed)
    if not is_name(name):
        reply = Reply("start.name_refused", {}, (), _without_naming(person), free=True)
        promise(tx, person, [reply], now)
        offer(tx, person, reply, about="name")
        return Outcome()
    tx.people.rename(person, name)
    return ready(tx, person, house, now, Note("start.renamed", {"name": name}))


def ask_name(tx: Transaction, person: Person, _house: House, now: datetime, *notes: Note) -> Outcome:
    """Ask for the name that is to stand on initiatives."""
    params = {"name": person.name or text("start.no_name")}
    reply = Reply("start.name", params, notes, _without_naming(person), free=True)
    promise(tx, person, [reply], now)
    offer(tx, person, reply, about="name")
    return Outcome()


def _without_naming(person: Person) -> tuple[tuple[Button, ...], ...]:
    """The way past the question: a name that can stay stays; without one the menu is still there."""
    later = Button("start|later|-", "button.later")
    return ((later if is_name(person.name) else Button("menu|menu|-", "button.menu"),),)


def pressed(
    tx: Transaction, person: Person, event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """A button of the beginning, pressed by somebody who is already remembered."""
    name, _, argument = choice.partition(".")
    if name == "unit" and argument.isdecimal() and len(argument) <= 18:
        unit = tx.units.by_id(int(argument))
        if unit is None or (unit.valid_to is not None and unit.valid_to <= house.programme.local_day(now)):
            return ask_unit(tx, person, house, now, Note("start.unit_closed"))
        return ready(tx, person, house, now, *joining.choose(tx, person, unit.id, unit.code, now))
    if name == "agree" and person.consent != CONSENT_VERSION:
        return _agreed_anew(tx, person, event, argument, house, now)
    if name == "agree":
        return Outcome(toast="toast.already")
    if name == "refuse":
        return ready(tx, person, house, now, Note("start.refused_later"))
    if name == "later":
        return ready(tx, person, house, now)
    return again(tx, person, "", house, now)


def _agreed_anew(
    tx: Transaction, person: Person, event: Event, language: str, house: House, now: datetime
) -> Outcome:
    """A yes to a newer text; a button that was drawn for an older one is not taken for it."""
    what = event.what
    version = what.action.rpartition("|")[2].partition(".")[0] if isinstance(what, Pressed) else ""
    if version != CONSENT_VERSION:
        return ready(tx, person, house, now, Note("form.stale"))
    consent.give(tx, person, PROCESSING, language or "vi", event, house, now)
    return initiative.reply_and_ask_again(tx, person, Note("consent.thanks"), house=house, now=now)
