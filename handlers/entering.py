"""Handing in what was typed for somebody else: whose it is, the receipt, how its author comes to confirm it.

It is handed in at once, marked as typed by another and not yet confirmed: reviewers see that, and it becomes
valid only after its author, or where the programme allows it a signed paper, has said that it is theirs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from handlers import confirming
from handlers.codes import code_hash, grouped
from handlers.house import House, Outcome
from handlers.messages import Button, Note, Reply, moment
from handlers.promising import offer, promise
from storage.entered import EntryLine
from storage.people import Person
from storage.transaction import Transaction

CODE_FOR = timedelta(days=90)


def known(tx: Transaction, person: Person, author: Person, now: datetime) -> Person:
    """The author with a number: a name nobody bears here yet becomes somebody known by name only."""
    draft = person.draft
    if author.worker_id or draft is None or draft.unit_id is None:
        return author
    number = tx.entered.placeholder(draft.for_name, draft.unit_id, person.language, now)
    tx.audit.note(person.worker_id, "named", f"worker:{number}", now, after=f"unit:{draft.unit_id}")
    return replace(author, worker_id=number)


def handed_in(
    tx: Transaction, person: Person, author: Person, initiative_id: int, house: House, now: datetime
) -> Outcome:
    """Write down who typed it, ask its author, and give whoever typed it the receipt."""
    tx.entered.note(initiative_id, person.worker_id, author.worker_id, now)
    line = tx.entered.line(initiative_id)
    assert line is not None  # noqa: S101 - it has just been handed in
    tx.audit.note(person.worker_id, "entered_for", line.code, now, after=f"worker:{author.worker_id}")
    return _receipt(tx, person, author, line, "proxy.receipt", house, now)


def corrected(
    tx: Transaction, person: Person, author: Person, initiative_id: int, house: House, now: datetime
) -> Outcome:
    """Whoever typed it has changed it: its author is asked anew."""
    tx.entered.reopen(initiative_id, now)
    tx.entered.own_files(initiative_id, author.worker_id)
    line = tx.entered.line(initiative_id)
    assert line is not None  # noqa: S101 - it has just been corrected
    return _receipt(tx, person, author, line, "proxy.corrected", house, now)


def _receipt(
    tx: Transaction, person: Person, author: Person, line: EntryLine, key: str, house: House, now: datetime
) -> Outcome:
    person.draft = None
    print_, at = tx.initiatives.fingerprint(line.id)
    said = {
        "code": line.code,
        "title": line.title,
        "name": author.name,
        "unit": tx.people.unit_name(author.unit_id),
        "at": moment(at or now),
        "fingerprint": print_ or "",
    }
    rows = [
        (
            Button(
                f"proxy|again.{author.unit_id}.{line.author_id}|-",
                "button.proxy_again",
                {"name": author.name},
            ),
        ),
        (Button(f"proxy|who.{author.unit_id}|-", "button.proxy_other"),),
        *ways_to_confirm(tx, line, house),
        (Button("proxy|list.0|-", "button.proxy_list"),),
    ]
    note = asked(tx, person, line, house, now)
    reply = Reply(key, said, (note,), tuple(rows))
    reply = reply.guarded() if line.sealed else reply
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()


def asked(tx: Transaction, person: Person, line: EntryLine, house: House, now: datetime) -> Note:
    """Ask the author; what to say to whoever typed it: that they are asked, or the code to give them."""
    whom = tx.entered.whom(line.author_id)
    if whom is None or not whom.placeholder:
        reached = confirming.ask(tx, line.author_id, house, now)
        return Note("proxy.asked" if reached else "proxy.not_reached", {"name": line.author})
    if tx.entered.has_code(whom.worker_id, now):
        return Note("proxy.code_out", {"name": line.author})
    return code_for(tx, person, whom.worker_id, f"entry:{line.id}", house, now)


def code_for(
    tx: Transaction, person: Person, worker_id: int, drawn: str, house: House, now: datetime
) -> Note:
    """A one-time code by which somebody known by name only becomes themselves; kept nowhere."""
    unit_id, name = tx.entered.unit_of(worker_id), tx.members.name(worker_id)
    if unit_id is None or tx.invitations.made_with(drawn):
        return Note("proxy.code_out", {"name": name})
    code, until = house.new_code(), now + CODE_FOR
    tx.invitations.make(code_hash(code), "worker", unit_id, 1, until, now)
    tx.invitations.made_in_chat(code_hash(code), person.worker_id, drawn)
    tx.entered.claims(code_hash(code), worker_id)
    tx.audit.note(person.worker_id, "code_made", f"worker:{worker_id}", now)
    said = {"name": name, "code": grouped(code), "link": f"{house.link}?start={code}"}
    return Note("proxy.code", said)


def ways_to_confirm(tx: Transaction, line: EntryLine, house: House) -> list[tuple[Button, ...]]:
    """For somebody without a phone: a signed paper, where the programme takes it, and a new code."""
    whom = tx.entered.whom(line.author_id)
    if whom is None or not whom.placeholder or line.confirmed or line.disowned:
        return []
    rows: list[tuple[Button, ...]] = [(Button(f"proxy|code.{line.id}|-", "button.proxy_code"),)]
    if house.programme.proxy_needs == "paper":
        rows.insert(0, (Button(f"proxy|paper.{line.id}|-", "button.proxy_paper"),))
    return rows
