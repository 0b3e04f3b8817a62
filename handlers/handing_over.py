"""Handing over the lead of a unit: one lead offers, a member accepts by a tap."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import initiative, rights
from handlers.house import House, Outcome
from handlers.messages import Button, Note, Reply
from handlers.promising import offer, promise
from storage.members import Member
from storage.people import Person
from storage.petitions import Asked
from storage.roles import Held
from storage.transaction import Transaction

OPEN_FOR = timedelta(days=7)


def may_hand(tx: Transaction, person: Person, unit_id: int, member: Member) -> bool:
    """A lead of this very unit may offer the role to another of its members."""
    leads = tx.roles.holders(unit_id, "lead")
    return person.worker_id in leads and member.worker_id not in leads


def offered(
    tx: Transaction, person: Person, name: str, unit_id: int, member: Member, house: House, now: datetime
) -> Outcome:
    """Ask the lead once more, then the member; nothing changes until the member accepts."""
    if not may_hand(tx, person, unit_id, member):
        return rights.refused(tx, person, "hand_over", unit_id, house, now)
    said = {"name": member.name, "unit": tx.people.unit_name(unit_id)}
    if name == "hand":
        row = (
            Button(f"people|really_hand.{unit_id}.{member.worker_id}|-", "button.hand_over"),
            Button(f"people|one.{unit_id}.{member.worker_id}|-", "button.back"),
        )
        reply = Reply("people.really_hand", said, (), (row,))
        promise(tx, person, [reply], now)
        offer(tx, person, reply)
        return Outcome()
    number = tx.petitions.ask(
        "hand_over", unit_id, person.worker_id, "", now, now + OPEN_FOR, subject_id=member.worker_id
    )
    tx.audit.note(person.worker_id, "lead_offered", f"worker:{member.worker_id}", now, after=str(unit_id))
    row = (
        Button(f"people|accept.{number}|-", "button.accept"),
        Button(f"people|decline.{number}|-", "button.decline"),
    )
    for other in tx.people.of_worker(member.worker_id):
        asked = Reply("people.offered", {"name": person.name, "unit": said["unit"]}, (), (row,))
        promise(tx, other, [asked], now)
    return initiative.reply_and_ask_again(tx, person, Note("people.handed", said), house=house, now=now)


def decided(tx: Transaction, person: Person, name: str, number: int, house: House, now: datetime) -> Outcome:
    """The member's answer; the lead must still be lead, and the member still a member."""
    asked = tx.petitions.one(number)
    if asked is None or asked.kind != "hand_over" or asked.subject_id != person.worker_id:
        return rights.refused(tx, person, "hand_over", None, house, now)
    if asked.state != "waiting" or asked.expires_at <= now or not _still_possible(tx, asked):
        return initiative.reply_and_ask_again(tx, person, Note("people.over"), house=house, now=now)
    said = {"unit": tx.people.unit_name(asked.unit_id), "name": person.name}
    tx.petitions.decide(number, "granted" if name == "accept" else "refused", person.worker_id, now)
    if name == "decline":
        _tell(tx, asked.asker_id, Reply("people.declined_told", said), now)
        note = Note("people.declined")
        return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)
    tx.roles.grant(person.worker_id, "lead", asked.unit_id, now)
    tx.roles.revoke(asked.asker_id, now, role="lead", unit_id=asked.unit_id)
    subject, was = f"unit:{asked.unit_id}", f"worker:{asked.asker_id}"
    tx.audit.note(
        person.worker_id, "lead_handed_over", subject, now, before=was, after=f"worker:{person.worker_id}"
    )
    _tell(tx, asked.asker_id, Reply("people.accepted_told", said), now)
    note = Note("people.accepted", {"unit": said["unit"]})
    return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)


def _still_possible(tx: Transaction, asked: Asked) -> bool:
    leads = Held(asked.asker_id, "lead", asked.unit_id) in tx.roles.of(asked.asker_id)
    belongs = asked.subject_id is not None and tx.members.one(asked.unit_id, asked.subject_id) is not None
    return leads and belongs


def _tell(tx: Transaction, worker_id: int, reply: Reply, now: datetime) -> None:
    for person in tx.people.of_worker(worker_id):
        promise(tx, person, [reply], now)
