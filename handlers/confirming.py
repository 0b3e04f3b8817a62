"""The author's word on what somebody typed for them: theirs, not theirs, or theirs with corrections.

What is asked is shown whole. A tap on a text that was changed since shows the new one instead.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import initiative, rights
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Reply, text
from handlers.moves import Decision, decide
from handlers.place import Place
from handlers.promising import offer, promise
from handlers.secrecy import whole
from handlers.telling import tell
from storage.entered import Entry, EntryLine
from storage.people import Person
from storage.transaction import Transaction

PAGE = 8
SLOT = "entries"
GATHERED = timedelta(minutes=10)  # several entries for one person within that time are one message


def ask(tx: Transaction, author_id: int, house: House, now: datetime) -> bool:
    """Ask an author who has a phone, in one chat of theirs; False when nothing reaches them."""
    found = [to for to in tx.unasked.addressees([author_id]) if to.reachable]
    waiting = tx.entered.waiting_for(author_id, 2)
    if not found or not waiting:
        return bool(found)
    to = found[0]
    if len(waiting) == 1:
        (line,) = waiting
        tell(tx, to, _question(tx, line), house, now)
        return True
    row = (Button("entry|list.0|-", "button.entries"),)
    count = tx.entered.count_waiting(author_id)
    tx.outbox.supersede(to.channel, to.address, [SLOT])
    reply = Reply("entry.several", {"count": count}, (), (row,), slot=SLOT)
    tell(tx, to, reply, house, now, wait=GATHERED)
    return True


def _question(tx: Transaction, line: EntryLine, *notes: Note) -> Reply:
    """The whole text, who typed it, and the three answers."""
    entry = tx.entered.of(line.id)
    assert entry is not None  # noqa: S101 - it is in a list of entries
    by = tx.members.name(entry.entered_by) or text("entry.somebody")
    place = Place.of(tx.initiatives.content(line.id))
    stamp = _stamp(entry)
    row = (
        Button(f"entry|yes.{line.id}.{stamp}|-", "button.entry_yes"),
        Button(f"entry|no.{line.id}.{stamp}|-", "button.entry_no"),
    )
    fix = (Button(f"menu|correct.{line.id}|-", "button.correct"),)
    said = {"code": line.code, "title": line.title, "name": by}
    reply = Reply("entry.ask", said, (*notes, *whole(place)), (row, fix))
    return reply.guarded() if place.sealed else reply


def _stamp(entry: Entry) -> int:
    """What a button was drawn for: the text of that moment."""
    return int(entry.entered_at.timestamp())


def pressed(
    tx: Transaction, person: Person, _event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """A button of the author: only their own entries, and only the text they were shown."""
    name, *given = choice.split(".")
    numbers = [int(part) for part in given if part.isdecimal() and len(part) <= 18]
    if not numbers or len(numbers) != len(given):
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    if name == "list":
        return listed(tx, person, min(numbers[0], 1_000), house, now)
    if name == "all":
        return _all(tx, person, numbers[0], house, now)
    line, entry = tx.entered.line(numbers[0]), tx.entered.of(numbers[0])
    if line is None or entry is None or line.author_id != person.worker_id:
        return rights.refused(tx, person, "confirm", None, house, now)
    if name == "see":
        return _say(tx, person, _question(tx, line), now)
    if not entry.waits or line.state in ("withdrawn", "rejected"):
        return _over(tx, person, line, house, now)
    if len(numbers) < 2 or numbers[1] != _stamp(entry):
        return _say(tx, person, _question(tx, line, Note("entry.changed", {"code": line.code})), now)
    if name == "yes":
        confirm(tx, person.worker_id, line, "tap", house, now)
        return _over(tx, person, line, house, now)
    if name == "no":
        yes = Button(f"entry|really_no.{line.id}.{numbers[1]}|-", "button.entry_really_no")
        back = Button(f"entry|see.{line.id}|-", "button.keep")
        return _say(tx, person, Reply("entry.really_no", {"code": line.code}, (), ((yes, back),)), now)
    if name == "really_no":
        return _disowned(tx, person, line, entry, house, now)
    return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)


def confirm(tx: Transaction, actor_id: int, line: EntryLine, how: str, house: House, now: datetime) -> bool:
    """It is the author's; what waited for nothing else is valid from now on."""
    if not tx.entered.confirm(line.id, how, now):
        return False
    tx.audit.note(actor_id, "confirmed", line.code, now, why=how)
    decide(tx, actor_id, line.id, Decision("confirm"), house, now)
    return True


def _over(tx: Transaction, person: Person, line: EntryLine, house: House, now: datetime) -> Outcome:
    """How it stands; what is left to confirm comes next."""
    fresh = tx.entered.line(line.id) or line
    key = "entry.confirmed" if fresh.confirmed else "entry.over"
    note = Note(key, {"code": fresh.code, "state": text(f"state.{fresh.state}")})
    if tx.entered.count_waiting(person.worker_id):
        return listed(tx, person, 0, house, now, note)
    return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)


def _disowned(
    tx: Transaction, person: Person, line: EntryLine, entry: Entry, house: House, now: datetime
) -> Outcome:
    """It is not theirs: it is taken back, and whoever typed it is told."""
    if decide(tx, person.worker_id, line.id, Decision("disown"), house, now).refused:
        return _over(tx, person, line, house, now)
    tx.entered.disown(line.id, now)
    tx.likeness.forget(line.id)
    for typist in tx.unasked.addressees([entry.entered_by]):
        said = {"code": line.code, "name": line.author}
        tell(tx, typist, Reply("entry.disowned_told", said), house, now)
    note = Note("entry.disowned", {"code": line.code})
    return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)


def listed(tx: Transaction, person: Person, page: int, house: House, now: datetime, *notes: Note) -> Outcome:
    """What waits for the author's word, a page at a time; all that was listed may be confirmed at once."""
    count = tx.entered.count_waiting(person.worker_id)
    page = min(page, max(0, count - 1) // PAGE)
    lines = tx.entered.waiting_for(person.worker_id, PAGE, page * PAGE)
    if not lines:
        note = Note("entry.none")
        return initiative.reply_and_ask_again(tx, person, *notes, note, house=house, now=now)
    said = [*notes, Note("entry.head", {"count": count})]
    said += [Note("entry.line", {"code": line.code, "title": line.title}) for line in lines]
    rows: list[tuple[Button, ...]] = []
    rows += [(Button(f"entry|see.{line.id}|-", "button.see", {"code": line.code}),) for line in lines]
    turn = [Button(f"entry|list.{page - 1}|-", "button.page_before")] if page else []
    if count > (page + 1) * PAGE:
        turn.append(Button(f"entry|list.{page + 1}|-", "button.more"))
    rows += [tuple(turn)] if turn else []
    upto = page * PAGE + len(lines)
    rows.append((Button(f"entry|all.{lines[-1].id}|-", "button.entry_all", {"count": upto}),))
    return _say(tx, person, Reply("entry.choose", {}, tuple(said), tuple(rows)), now)


def _all(tx: Transaction, person: Person, upto: int, house: House, now: datetime) -> Outcome:
    """Confirm what was listed; what has come since waits to be shown."""
    done = [
        line
        for line in tx.entered.waiting_for(person.worker_id, 10_000, upto=upto)
        if confirm(tx, person.worker_id, line, "tap", house, now)
    ]
    note = Note("entry.all_confirmed", {"count": len(done)})
    if tx.entered.count_waiting(person.worker_id):
        return listed(tx, person, 0, house, now, note)
    return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)


def claimed(tx: Transaction, person: Person, name_only: int, house: House, now: datetime) -> Note:
    """Somebody came with the code made for them: what was entered is theirs, shown, and confirmed by it."""
    waiting = tx.entered.waiting_for(name_only, 10_000)
    tx.entered.merge(name_only, person.worker_id)
    tx.audit.note(person.worker_id, "claimed", f"worker:{name_only}", now, after=f"worker:{person.worker_id}")
    for line in waiting:
        if tx.entered.of(line.id) is not None:
            confirm(tx, person.worker_id, line, "code", house, now)
    for line in waiting[:1]:
        place = Place.of(tx.initiatives.content(line.id))
        row = (Button(f"menu|correct.{line.id}|-", "button.correct"),)
        reply = Reply("entry.yours", {"code": line.code, "title": line.title}, tuple(whole(place)), (row,))
        promise(tx, person, [reply.guarded() if place.sealed else reply], now)
    return Note("entry.claimed", {"count": len(waiting)})


def _say(tx: Transaction, person: Person, reply: Reply, now: datetime) -> Outcome:
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()
