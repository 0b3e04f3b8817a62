"""Consent: one purpose at a time, each a yes or a no of its own, with the proof of what was shown."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from handlers.house import CONSENT_VERSION, House
from handlers.messages import Button, Event, Note, Reply, text
from handlers.promising import offer, promise
from storage.consents import PROCESSING, Proof
from storage.people import Person
from storage.transaction import Transaction

# Asked apart from the processing, and nothing else depends on them; silence is a no.
OPTIONAL = ("honour", "reminders")
ASK_AGAIN = timedelta(days=1)


def shown(purpose: str, house: House) -> tuple[str, Mapping[str, Any]]:
    """The key and blanks of the text with which a purpose is asked for."""
    if purpose == PROCESSING:
        return "start.consent", {"programme": house.programme.name}
    return f"consent.{purpose}", {}


def give(
    tx: Transaction, person: Person, purpose: str, language: str, event: Event, house: House, now: datetime
) -> None:
    """Keep a yes: to which text, in which words, said when and by which event."""
    key, params = shown(purpose, house)
    words = house.labels.say(language, key, params)
    text_hash = hashlib.sha256(words.encode()).hexdigest()
    proof = Proof(CONSENT_VERSION, text_hash, f"{event.channel}:{event.number}")
    tx.consents.give(person.worker_id, purpose, proof, now)
    subject = f"worker:{person.worker_id}"
    tx.audit.note(person.worker_id, "consent", subject, now, after=CONSENT_VERSION, why=purpose)
    if purpose == PROCESSING:
        person.consent = CONSENT_VERSION
        tx.privacy_requests.finish(person.worker_id, "withdraw", now)


def take_back(tx: Transaction, person: Person, purpose: str, now: datetime) -> bool:
    """End a consent at once; whether there was one."""
    if not tx.consents.withdraw(person.worker_id, purpose, now):
        return False
    tx.audit.note(person.worker_id, "consent_withdrawn", f"worker:{person.worker_id}", now, why=purpose)
    if purpose == PROCESSING:
        person.consent = ""
    return True


def purposes(
    tx: Transaction,
    person: Person,
    now: datetime,
    *notes: Note,
    rows: tuple[tuple[Button, ...], ...] = (),
    replaces: str | None = None,
) -> None:
    """Show what is asked apart, what holds now, and a button to change each."""
    given = tx.consents.of(person.worker_id)
    said = [*notes]
    said.append(Note("consent.apart"))
    buttons: list[tuple[Button, ...]] = []
    for purpose in OPTIONAL:
        answer = text("consent.yes" if purpose in given else "consent.no")
        said += [Note(f"consent.{purpose}"), Note("consent.now", {"answer": answer})]
        deed = "take" if purpose in given else "give"
        action = f"privacy|{deed}.{purpose}|{CONSENT_VERSION}"
        buttons.append((Button(action, f"button.{deed}_{purpose}"),))
    reply = Reply("consent.ask", {}, tuple(said), (*buttons, *rows), replaces=replaces)
    promise(tx, person, [reply], now)
    offer(tx, person, reply)


def ask_once(tx: Transaction, person: Person) -> tuple[tuple[Button, ...], ...]:
    """A button under the first receipt that asks for the purposes apart, while nothing was said yet."""
    if not tx.initiatives.only_one(person.worker_id) or tx.consents.ever(person.worker_id, OPTIONAL):
        return ()
    return ((Button("privacy|purposes|-", "button.purposes_asked"),),)


def ask_about_new_text(tx: Transaction, person: Person, house: House, now: datetime) -> None:
    """The text has changed since they agreed: ask again, a day apart; what they said is handled meanwhile."""
    if not person.consent or person.consent == CONSENT_VERSION:
        return
    asked = tx.consents.asked_at(person.worker_id)
    if asked is not None and now - asked < ASK_AGAIN:
        return
    tx.consents.asked(person.worker_id, now)
    key, params = shown(PROCESSING, house)
    agree = Button(f"start|agree.{person.language}|{CONSENT_VERSION}.", "button.agree")
    see = Button("privacy|see|-", "button.privacy")
    reply = Reply(key, params, (Note("consent.changed"),), ((agree,), (see,)), slot="consent")
    promise(tx, person, [reply], now)
