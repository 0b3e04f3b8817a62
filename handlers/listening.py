"""The front door: one event, once, to the handler it belongs to."""

from __future__ import annotations

from datetime import datetime

from handlers import codes, consent, groups, initiative, joining, privacy, routes, start
from handlers.choosing import chosen, key_of, may_be
from handlers.commands import command_of
from handlers.house import CONSENT_VERSION, House, Outcome
from handlers.messages import (
    Attached,
    Button,
    Edited,
    Event,
    Left,
    Note,
    Pressed,
    Returned,
    Started,
    Typed,
    Unsupported,
)
from storage.people import Person
from storage.transaction import Transaction

LONGEST_NAME = 300  # a longer text names no button
# Reserved on every messenger, as whole messages only.
RESERVED = {
    "0": "cancel",
    "huy": "cancel",
    "huy bo": "cancel",
    "menu": "menu",
    "gap nguoi": "person",
    "quay lai": "back",
}
LONGEST_RESERVED = max(map(len, RESERVED))


def listen(tx: Transaction, event: Event, house: House, now: datetime) -> Outcome:
    """Handle one event inside the open transaction. A repeated delivery has no second effect."""
    if not tx.heard.first_time(event.channel, event.bot, event.number, now):
        return Outcome(repeated=True)
    if not event.private:
        return groups.heard(tx, event, start.language_of(event), house, now)
    person = tx.people.behind(event.channel, event.address)
    if person is None:
        return start.stranger(tx, event, house, now)
    if isinstance(event.what, Left | Returned):
        tx.people.reachable(person, reachable=isinstance(event.what, Returned))
        return Outcome()
    tx.people.reachable(person, reachable=True)
    ended = bool(person.talk.get("unit_ended"))
    outcome = _from_somebody(tx, person, event, house, now)
    if ended:
        start.ask_after_the_end(tx, person, house, now)
    outcome.language = person.language
    return outcome


def _from_somebody(tx: Transaction, person: Person, event: Event, house: House, now: datetime) -> Outcome:
    """Somebody who is remembered: agrees to today's text, to an older one, or has withdrawn."""
    if person.consent == CONSENT_VERSION:
        return _from_a_worker(tx, person, event, house, now)
    if not person.consent:
        return privacy.after_withdrawal(tx, person, event, house, now)
    outcome = _from_a_worker(tx, person, event, house, now)
    consent.ask_about_new_text(tx, person, house, now)
    return outcome


def _from_a_worker(tx: Transaction, person: Person, event: Event, house: House, now: datetime) -> Outcome:
    match event.what:
        case Started(payload):
            return start.again(tx, person, payload, house, now)
        case Typed(text):
            return _typed(tx, person, event, text, house, now)
        case Pressed():
            return _pressed(tx, person, event, house, now)
        case Attached() | Edited():
            return initiative.hear(tx, person, event, house, now)
        case Unsupported(kind):
            return initiative.reply_and_ask_again(
                tx, person, Note(f"unsupported.{kind}"), house=house, now=now
            )
    return Outcome()


def _typed(tx: Transaction, person: Person, event: Event, text: str, house: House, now: datetime) -> Outcome:
    if command := command_of(text):
        name, argument = command
        return routes.command(tx, person, name, argument, house, now)
    if (button := _named(person, event, text, house)) is not None:
        return _pressed(tx, person, _as_pressed(event, button), house, now)
    reserved = RESERVED.get(key_of(text)) if may_be(text, LONGEST_RESERVED) else None
    if reserved and not (text.strip() == "0" and initiative.expects_amount(person)):
        return routes.command(tx, person, reserved, "", house, now)
    if (topic := routes.TOPICS.get(person.talk.get("about", ""))) is not None:
        return topic.hear(tx, person, text, house, now)
    if codes.looks_like_code(text):
        note = joining.by_code(tx, person, text, house, now)
        if joining.succeeded(note) or person.draft is None:
            return start.ready(tx, person, house, now, note)
    return initiative.hear(tx, person, event, house, now)


def _named(person: Person, event: Event, text: str, house: House) -> Button | None:
    """The button on offer that the text names, if the whole of it does."""
    offered = person.talk.get("offered") or (person.draft.offered if person.draft else None)
    if not offered or len(text) > LONGEST_NAME:
        return None
    buttons = [Button(*plain) for plain in offered["buttons"]]
    indexed = event.lists  # elsewhere nobody has seen a number beside a choice
    return chosen(text, buttons, house.labels, by_word=offered["by_word"], indexed=indexed)


def _as_pressed(event: Event, button: Button) -> Event:
    fields = {name: getattr(event, name) for name in Event.__dataclass_fields__}
    return Event(**{**fields, "what": Pressed(button.action), "message": ""})


def _pressed(tx: Transaction, person: Person, event: Event, house: House, now: datetime) -> Outcome:
    assert isinstance(event.what, Pressed)  # noqa: S101 - both callers have just seen to it
    subject, _, rest = event.what.action.partition("|")
    choice = rest.partition("|")[0]
    if (tapped := routes.TAPPED.get(subject)) is not None:
        return tapped(tx, person, event, choice, house, now)
    return initiative.hear(tx, person, event, house, now)
