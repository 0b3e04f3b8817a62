"""What I submitted: where each initiative stands; correct or withdraw one that nobody has decided on."""

from __future__ import annotations

from datetime import datetime

from handlers import initiative, review_author
from handlers.correcting import correct
from handlers.enclosures import Paper
from handlers.fingerprint import canonical, submitted
from handlers.forms import INITIATIVE
from handlers.house import House, Outcome
from handlers.life import life
from handlers.messages import Button, Note, Reply, moment, text
from handlers.moves import Decision, decide
from handlers.place import Place
from handlers.promising import offer, promise
from handlers.questions import summary
from handlers.secrecy import whole
from handlers.submitting import CORRECTABLE
from storage.initiatives import InitiativeLine
from storage.people import Person
from storage.transaction import Transaction

SHOWN = 10


def command(tx: Transaction, person: Person, _argument: str, house: House, now: datetime) -> Outcome:
    """The first page of the list."""
    return show(tx, person, house, now)


def show(tx: Transaction, person: Person, house: House, now: datetime, page: int = 0) -> Outcome:
    """List what the worker submitted, newest first, each with its state, ten on a page."""
    lines = tx.initiatives.of(person.worker_id)
    if not lines:
        return initiative.reply_and_ask_again(tx, person, Note("mine.none"), house=house, now=now)
    page = min(page, (len(lines) - 1) // SHOWN)
    shown = lines[page * SHOWN : (page + 1) * SHOWN]
    notes = [Note("mine.head", {"count": len(lines)}), *(_line(tx, line, house) for line in shown)]
    rows: list[tuple[Button, ...]] = []
    if waiting := tx.entered.count_waiting(person.worker_id):
        notes.append(Note("mine.waits", {"count": waiting}))
        rows.append((Button("entry|list.0|-", "button.entries"),))
    rows += [(Button(f"menu|see.{line.id}|-", "button.see", {"code": line.code}),) for line in shown]
    turn = [Button(f"menu|mine.{page - 1}|-", "button.newer")] if page else []
    if len(lines) > (page + 1) * SHOWN:
        turn.append(Button(f"menu|mine.{page + 1}|-", "button.more"))
    rows += [tuple(turn)] if turn else []
    if person.draft is not None:
        rows.append((Button("menu|continue|-", "button.continue"),))
    return _say(tx, person, Reply("mine.ask", {}, tuple(notes), tuple(rows)), now)


def _line(tx: Transaction, line: InitiativeLine, house: House) -> Note:
    said = {"code": line.code, "title": line.title, "state": text(f"state.{line.state}")}
    lived = life(tx.reviews.moves(line.id), house.programme, reasons=not line.sealed)
    return Note("mine.line", {**said, "life": lived})


def _say(tx: Transaction, person: Person, reply: Reply, now: datetime) -> Outcome:
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()


def pressed(tx: Transaction, person: Person, name: str, number: int, house: House, now: datetime) -> Outcome:
    """Look at, correct or withdraw one of the worker's own initiatives."""
    line = tx.initiatives.own(person.worker_id, number)
    if line is None:
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    if name == "proof":
        return _prove(tx, person, line, now)
    if name == "see":
        return _see(tx, person, line, house, now)
    if line.state not in CORRECTABLE:
        return initiative.reply_and_ask_again(tx, person, Note("mine.too_late"), house=house, now=now)
    if name == "correct":
        return correct(tx, person, line, house, now)
    if name == "withdraw":
        yes = Button(f"menu|really_withdraw.{line.id}|-", "button.really_withdraw")
        no = Button(f"menu|see.{line.id}|-", "button.keep")
        return _say(tx, person, Reply("mine.really_withdraw", {"code": line.code}, (), ((yes, no),)), now)
    decide(tx, person.worker_id, line.id, Decision("withdraw"), house, now)
    tx.likeness.forget(line.id)
    note = Note("mine.withdrawn", {"code": line.code})
    return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)


def _see(tx: Transaction, person: Person, line: InitiativeLine, house: House, now: datetime) -> Outcome:
    """One initiative: its life, what it says, and what its author may do now."""
    rows: list[tuple[Button, ...]] = []
    waits = tx.entered.unconfirmed(line.id) and line.state not in ("withdrawn", "rejected")
    if waits:
        rows.append((Button(f"entry|see.{line.id}|-", "button.entry_confirm"),))
    if line.state in CORRECTABLE:
        fix = Button(f"menu|correct.{line.id}|-", "button.correct")
        rows.append((fix, Button(f"menu|withdraw.{line.id}|-", "button.withdraw")))
    item = tx.reviews.look(line.id)
    if item is not None and review_author.may_appeal(item, person.worker_id):
        rows.append((review_author.appeal_button(line.id),))
    if "proof" in line.place:
        rows.append((Button(f"menu|proof.{line.id}|-", "button.proof"),))
    notes = [Note("mine.life", {"life": life(tx.reviews.moves(line.id), house.programme)})]
    notes += [Note("mine.unconfirmed")] if waits else []
    said = {"code": line.code, "title": line.title, "state": text(f"state.{line.state}")}
    reply = Reply(
        "mine.one", {**said, "at": moment(line.submitted_at)}, (*notes, *_said(tx, line)), tuple(rows)
    )
    return _say(tx, person, reply.guarded() if line.sealed else reply, now)


def _prove(tx: Transaction, person: Person, line: InitiativeLine, now: datetime) -> Outcome:
    """The very line whose sha-256 is the fingerprint, as a file."""
    print_, at = tx.initiatives.fingerprint(line.id)
    if "proof" not in line.place or at is None:
        return _say(tx, person, Reply("mine.no_proof", {"code": line.code}), now)
    content = canonical(submitted(Place.of(line.place), line.place["proof"])).decode()
    paper = Paper("proof", {"code": line.code, "line": content})
    params = {"code": line.code, "at": moment(at), "fingerprint": print_}
    reply = Reply("mine.proof", params, files=(paper,))
    return _say(tx, person, reply.guarded() if line.sealed else reply, now)


def _said(tx: Transaction, line: InitiativeLine) -> tuple[Note, ...]:
    """What it says, and the proof of when it was said."""
    place = Place.of(line.place)
    notes = whole(place) if line.sealed else summary(INITIATIVE, place)
    print_, at = tx.initiatives.fingerprint(line.id)
    if print_ is None or at is None or "proof" not in line.place:
        return tuple(notes)
    proof = {"fingerprint": print_, "at": moment(at), "salt": line.place["proof"]["salt"]}
    return (*notes, Note("mine.fingerprint", proof))
