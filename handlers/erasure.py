"""Erasing what is kept about a person: asked twice, then done, with a receipt of what stays and why."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import initiative, privacy
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Pressed, Reply, moment
from handlers.moves import Decision, decide
from handlers.promising import offer, promise, promise_at
from storage.erasing import Remains
from storage.people import Person
from storage.transaction import Transaction

# The second button is good for so long: one found weeks later in the chat erases nothing.
GOOD_FOR = timedelta(hours=1)


def ask(tx: Transaction, person: Person, house: House, now: datetime, *notes: Note) -> Outcome:
    """The first question: what would go, what would stay and why."""
    about = tx.own_data.summary(person.worker_id)
    counts = {"drafts": about.drafts, "files": about.files, "messages": about.messages}
    goes = Note("erase.goes", counts)
    left = tx.erasing.foresee(person.worker_id, keep_recognised=house.keep_recognised)
    rows = ((Button("privacy|erase_on|-", "button.erase_on"), Button("privacy|keep|-", "button.keep")),)
    return _say(tx, person, Reply("erase.ask", {}, (*notes, goes, *_stays(left)), rows), now)


def _stays(left: Remains) -> tuple[Note, ...]:
    """What stays, each with its reason."""
    notes = [Note("erase.stays")]
    if left.kept:
        notes.append(Note("erase.stays_recognised", {"count": left.kept}))
    if left.counted:
        notes.append(Note("erase.stays_counted", {"count": left.counted}))
    return (*notes, Note("erase.stays_proof"), Note("erase.stays_audit"))


def _ask_again(tx: Transaction, person: Person, now: datetime) -> Outcome:
    """The second question; its button says when it was drawn."""
    drawn = int(now.timestamp()) // 60
    rows = (
        (Button("privacy|keep|-", "button.keep"),),
        (Button(f"privacy|really_erase|{drawn}", "button.really_erase"),),
    )
    return _say(tx, person, Reply("erase.ask_again", {}, (), rows), now)


def _say(tx: Transaction, person: Person, reply: Reply, now: datetime) -> Outcome:
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()


def pressed(tx: Transaction, person: Person, event: Event, name: str, house: House, now: datetime) -> Outcome:
    """A button of the two questions."""
    argument = event.what.action.rpartition("|")[2] if isinstance(event.what, Pressed) else ""
    match name:
        case "erase_on":
            return _ask_again(tx, person, now)
        case "keep" if not person.consent:
            return privacy.stopped(tx, person, now)
        case "keep":
            return initiative.reply_and_ask_again(tx, person, Note("erase.kept"), house=house, now=now)
        case "really_erase" if _fresh(argument, now):
            legal = privacy.dates("erase", house, now)
            tx.privacy_requests.log(person.worker_id, "erase", legal, now)
            erase(tx, person.worker_id, house, now)
            return Outcome(language=person.language)
    notes = (Note("erase.too_late"),) if name == "really_erase" else ()
    return ask(tx, person, house, now, *notes)


def _fresh(drawn: str, now: datetime) -> bool:
    if not drawn.isdecimal() or len(drawn) > 12:
        return False
    age = now.timestamp() - int(drawn) * 60
    return 0 <= age <= GOOD_FOR.total_seconds()


def erase(tx: Transaction, worker_id: int, house: House, now: datetime) -> None:
    """Erase somebody; a receipt goes to where they could be written to, and is itself not kept."""
    addresses = [(one.channel, one.address, one.language) for one in tx.people.of_worker(worker_id)]
    left = tx.erasing.foresee(worker_id, keep_recognised=house.keep_recognised)
    for number in left.undecided:
        decide(tx, worker_id, number, Decision("withdraw"), house, now)
    tx.erasing.erase(worker_id, now, keep_recognised=house.keep_recognised, mark=house.mark)
    tx.scrubs = True
    for kind in ("erase", "withdraw"):
        tx.privacy_requests.finish(worker_id, kind, now)
    tx.audit.note(None, "erased", f"worker:{worker_id}", now)
    receipt = Reply("erase.receipt", {"at": moment(now), "number": worker_id}, _stays(left))
    for channel, address, language in addresses:
        promise_at(tx, channel, address, language, receipt, now)
