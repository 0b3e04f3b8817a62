"""What is kept about me: shown, handed over as a file at once, stopped at a word, or erased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from handlers import consent, start
from handlers.choosing import chosen
from handlers.commands import command_of
from handlers.enclosures import Paper
from handlers.folding import fold
from handlers.holidays import holidays_of
from handlers.house import CONSENT_VERSION, House, Outcome
from handlers.messages import Button, Event, Note, Pressed, Reply, Typed, moment, text
from handlers.promising import offer, promise
from handlers.working_days import working_days_after
from storage.consents import PROCESSING
from storage.people import Person
from storage.transaction import Transaction

# Law 91/2025 and Decree 356/2025: an answer within two working days; the end of it within so many days.
ANSWER_WORKING_DAYS = 2
FINISH_DAYS: Mapping[str, int] = {"export": 10, "withdraw": 15, "erase": 20}
# What stays open to somebody who has withdrawn.
STILL_OPEN = ("export", "erase", "erase_on", "really_erase", "keep")
DEEDS = {
    "xuat": "export", "tai": "export", "export": "export", "download": "export",
    "rut": "withdraw", "rut lai": "withdraw", "withdraw": "withdraw",
    "xoa": "erase", "erase": "erase", "delete": "erase",
}  # fmt: skip


def dates(kind: str, house: House, now: datetime) -> tuple[datetime, datetime]:
    """The moments before which a request is to be answered and finished: ends of local days."""
    zone = house.programme.zone
    today = now.astimezone(zone).date()
    holidays = holidays_of(today.year) | holidays_of(today.year + 1)
    answered = working_days_after(today, ANSWER_WORKING_DAYS, holidays)
    last = (answered, today + timedelta(days=FINISH_DAYS[kind]))
    answer, finish = (datetime.combine(day + timedelta(days=1), time(), zone) for day in last)
    return answer, finish


def command(tx: Transaction, person: Person, argument: str, house: House, now: datetime) -> Outcome:
    """The page of what is kept; with a word behind it (`/dulieu rut`) that deed at once."""
    return _deed(tx, person, DEEDS.get(fold(argument), "see"), house, now)


def _deed(tx: Transaction, person: Person, deed: str, house: House, now: datetime) -> Outcome:
    match deed:
        case "export":
            return export(tx, person, house, now)
        case "withdraw":
            return withdraw(tx, person, house, now)
        case "erase":
            from handlers import erasure  # it shows this page again when nothing is to be erased

            return erasure.ask(tx, person, house, now)
    return show(tx, person, now)


def show(tx: Transaction, person: Person, now: datetime, *notes: Note) -> Outcome:
    """What is kept, in counts and dates, and what can be done about it."""
    rows: list[tuple[Button, ...]] = [
        (Button("privacy|export|-", "button.export_mine"),),
        (Button("privacy|purposes|-", "button.purposes"),),
        (Button("privacy|withdraw|-", "button.withdraw_consent"), Button("privacy|erase|-", "button.erase")),
    ]
    if person.consent and person.consent != CONSENT_VERSION:
        agree = Button(f"start|agree.{person.language}|{CONSENT_VERSION}.", "button.agree_new")
        rows.insert(0, (agree,))
    if person.draft is not None:
        rows.append((Button("menu|continue|-", "button.continue"),))
    reply = Reply("privacy.ask", {}, (*notes, *_kept(tx, person)), tuple(rows))
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()


def _kept(tx: Transaction, person: Person) -> list[Note]:
    about = tx.own_data.summary(person.worker_id)
    unit = tx.people.unit_name(person.unit_id) or text("menu.no_unit")
    params = {"name": person.name or text("start.no_name"), "unit": unit, "since": moment(about.since)}
    notes = [
        Note("privacy.head"),
        Note("privacy.person", params),
        Note("privacy.chats", {"count": about.chats}),
    ]
    counts = {"drafts": about.drafts, "initiatives": about.initiatives, "files": about.files}
    notes += [Note("privacy.work", counts), Note("privacy.messages", {"count": about.messages})]
    given = tx.consents.of(person.worker_id)
    for purpose in (PROCESSING, *consent.OPTIONAL):
        name = text(f"consent.name_{purpose}")
        if purpose in given:
            held = {"purpose": name, "at": moment(given[purpose].given_at), "version": given[purpose].version}
            notes.append(Note("privacy.agreed", held))
        else:
            notes.append(Note("privacy.not_agreed", {"purpose": name}))
    for request in tx.privacy_requests.of(person.worker_id):
        if request.done_at is None:
            until = {"answer": moment(request.answer_by), "finish": moment(request.finish_by)}
            kind = text(f"privacy.request_{request.kind}")
            notes.append(Note("privacy.request", {"kind": kind, "at": moment(request.asked_at), **until}))
    return [*notes, Note("privacy.not_kept")]


def export(tx: Transaction, person: Person, house: House, now: datetime) -> Outcome:
    """Everything about the person as one file, with the very next message."""
    tx.privacy_requests.log(person.worker_id, "export", dates("export", house, now), now, done_at=now)
    tx.audit.note(person.worker_id, "own_data_exported", f"worker:{person.worker_id}", now)
    paper = Paper("my_data", {"worker": person.worker_id, "at": now.isoformat()})
    rows = ((Button("privacy|see|-", "button.privacy"),),)
    reply = Reply("privacy.exported", {}, (), rows, files=(paper,))
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()


def withdraw(tx: Transaction, person: Person, house: House, now: datetime) -> Outcome:
    """Every consent ends at this moment; what is kept is erased in time, unless they agree again."""
    if not person.consent:
        return stopped(tx, person, now)
    for purpose in (*consent.OPTIONAL, PROCESSING):
        consent.take_back(tx, person, purpose, now)
    legal = dates("withdraw", house, now)
    tx.privacy_requests.log(person.worker_id, "withdraw", legal, now)
    tx.outbox.drop_unasked(person.channel, person.address)
    return stopped(tx, person, now, Note("privacy.withdrawn", {"until": moment(legal[1])}))


def stopped(tx: Transaction, person: Person, now: datetime, *notes: Note) -> Outcome:
    """They have withdrawn: nothing is taken; they may agree again, take their data, or have it erased now."""
    agree = Button(f"start|agree.{person.language}|{CONSENT_VERSION}.", "button.agree_again")
    take = (Button("privacy|export|-", "button.export_mine"), Button("privacy|erase|-", "button.erase"))
    reply = Reply("privacy.stopped", {}, notes, ((agree,), take))
    promise(tx, person, [reply], now)
    tx.people.set_talk(person, {"offered": reply.offered()})
    return Outcome()


def after_withdrawal(tx: Transaction, person: Person, event: Event, house: House, now: datetime) -> Outcome:
    """Whatever somebody says who has withdrawn: only the three ways on are open to them."""
    what = event.what
    if isinstance(what, Typed):
        said = command_of(what.text)
        if said is not None and said[0] == "privacy" and (deed := DEEDS.get(fold(said[1]))):
            return _deed(tx, person, deed, house, now)
        offered = [Button(*plain) for plain in (person.talk.get("offered") or {}).get("buttons", ())]
        if button := chosen(what.text, offered, house.labels, indexed=event.lists):
            what = Pressed(button.action)
    if isinstance(what, Pressed):
        subject, choice, argument = (*what.action.split("|"), "", "")[:3]
        today = argument.partition(".")[0] == CONSENT_VERSION
        if subject == "start" and choice.startswith("agree") and today:
            return start.pressed(tx, person, replace(event, what=what), choice, house, now)
        if subject == "privacy" and choice in STILL_OPEN:
            return pressed(tx, person, replace(event, what=what), choice, house, now)
    return stopped(tx, person, now)


def pressed(
    tx: Transaction,
    person: Person,
    event: Event,
    choice: str,
    house: House,
    now: datetime,
) -> Outcome:
    """A button of these pages."""
    name, _, purpose = choice.partition(".")
    if name in ("give", "take") and purpose in consent.OPTIONAL:
        return _change(tx, person, event, choice, house, now)
    if name == "purposes":
        consent.purposes(tx, person, now)
        return Outcome()
    if name in ("erase", "erase_on", "really_erase", "keep"):
        from handlers import erasure

        return erasure.pressed(tx, person, event, name, house, now)
    return _deed(tx, person, name, house, now)


def _change(
    tx: Transaction,
    person: Person,
    event: Event,
    choice: str,
    house: House,
    now: datetime,
) -> Outcome:
    """Yes or no to one purpose; a yes counts only for the text that is shown today."""
    deed, _, purpose = choice.partition(".")
    version = event.what.action.rpartition("|")[2] if isinstance(event.what, Pressed) else ""
    name = text(f"consent.name_{purpose}")
    if deed == "take":
        consent.take_back(tx, person, purpose, now)
        note = Note("consent.taken", {"purpose": name})
    elif version != CONSENT_VERSION:
        note = Note("consent.changed")
    else:
        consent.give(tx, person, purpose, person.language, event, house, now)
        note = Note("consent.given", {"purpose": name})
    rows = ((Button("menu|continue|-", "button.continue"),),) if person.draft is not None else ()
    consent.purposes(tx, person, now, note, rows=rows, replaces=event.message or None)
    return Outcome()
