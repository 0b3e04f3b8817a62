"""Joining a unit: by a code, said to be wrong in one way whatever is wrong with it, or by choice."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import alarming, rights
from handlers.codes import code_hash
from handlers.house import House
from handlers.messages import Event, Note, text
from storage.invitations import Invited
from storage.people import Person
from storage.transaction import Transaction

WINDOW = timedelta(hours=1)
# Wrong codes in an hour after which one chat is heard no more; fewer while many chats together try many.
MOST_WRONG, MOST_WRONG_UNDER_ATTACK = 5, 2
MANY_WRONG = 100
ALARMED = "codes.alarmed"  # the setting that says on which day the admins were told last

BAD, TOO_MANY = Note("start.bad_code"), Note("start.too_many_codes")


def invitation_said(
    tx: Transaction, event: Event, code: str, house: House, now: datetime
) -> tuple[Invited | None, tuple[Note, ...]]:
    """The invitation that somebody's code opens, or what to say of a code that opens nothing.

    A wrong, used up, expired code and one to a closed unit are told apart by nobody; each counts as a try.
    """
    who = house.mark(f"code.{event.channel}:{event.address}")
    return _tried(tx, who, code, house, now)


def by_code(tx: Transaction, person: Person, code: str, house: House, now: datetime) -> Note:
    """Join by a code; the note says how it went. One's own link pressed again is no mistake."""
    who = house.mark(f"code.{person.channel}:{person.address}")
    used = tx.invitations.used_for(code_hash(code), person.worker_id)
    if used is not None and _belongs(tx, person, used):
        return Note("start.joined", {"unit": tx.people.unit_name(used)})
    invited, notes = _tried(tx, who, code, house, now)
    return notes[0] if invited is None else join(tx, person, invited, house, now)[0]


def succeeded(note: Note) -> bool:
    """Whether a note of `by_code` says that somebody belongs somewhere now."""
    return note not in (BAD, TOO_MANY)


def _belongs(tx: Transaction, person: Person, unit_id: int) -> bool:
    held = tx.roles.of(person.worker_id)
    return person.unit_id == unit_id or any(one.unit_id == unit_id for one in held)


def _tried(
    tx: Transaction, who: str, code: str, house: House, now: datetime
) -> tuple[Invited | None, tuple[Note, ...]]:
    since = now - WINDOW
    total = tx.invitations.failures(since)
    most = MOST_WRONG if total < MANY_WRONG else MOST_WRONG_UNDER_ATTACK
    if tx.invitations.failures(since, who) >= most:
        return None, (TOO_MANY,)
    invited = tx.invitations.open(code_hash(code), now, house.programme.local_day(now))
    if invited is not None and _still_meant(tx, invited, now):
        return invited, ()
    tx.invitations.failed(who, now, since)
    if total + 1 >= MANY_WRONG:
        _alarm(tx, total + 1, house, now)
    return None, (BAD,)


def _still_meant(tx: Transaction, invited: Invited, now: datetime) -> bool:
    """A role is given only while whoever made the invitation could still give it; a worker's place always."""
    if invited.role == "worker" or invited.made_by is None:
        return True
    own = rights.highest(tx, invited.made_by, invited.unit_id)
    return rights.not_above(invited.role, own)


def _alarm(tx: Transaction, count: int, house: House, now: datetime) -> None:
    today = house.programme.local_day(now).isoformat()
    if tx.heard.setting(ALARMED) != today:
        tx.heard.settle_setting(ALARMED, today)
        tx.audit.note(None, "wrong_codes", "invitations", now, after=str(count))
        alarming.tell_wrong_codes(tx, count, now)


def still_open(tx: Transaction, invitation_id: int, house: House, now: datetime) -> Invited | None:
    """The invitation of that number, if its code would open it now."""
    invited = tx.invitations.still_open(invitation_id, now, house.programme.local_day(now))
    return invited if invited is not None and _still_meant(tx, invited, now) else None


def join(tx: Transaction, person: Person, invited: Invited, house: House, now: datetime) -> tuple[Note, ...]:
    """Use an invitation: what the person is told. An officer who has a unit of their own stays in it."""
    name_only = tx.entered.claimed_by(invited.id)
    if name_only is not None and invited.made_by == person.worker_id:
        return (Note("entry.own_code"),)
    first = tx.invitations.use(invited.id, person.worker_id, now)
    unit, role = tx.people.unit_name(invited.unit_id), invited.role
    appointed = first and role != "worker"
    ended: tuple[Note, ...] = ()
    if (role in ("worker", "lead") and name_only is None) or person.unit_id is None:
        ended = () if appointed else leave(tx, person, invited.unit_id, now)
        tx.people.join(person, invited.unit_id, now)
    if appointed:
        tx.roles.grant(person.worker_id, role, invited.unit_id, now)
    subject = f"worker:{person.worker_id}"
    tx.audit.note(person.worker_id, "joined", subject, now, after=str(invited.unit_id), why=role)
    if name_only is not None and first:
        from handlers import confirming  # it asks open questions again, which come back to joining

        return (confirming.claimed(tx, person, name_only, house, now), *ended)
    if appointed:
        return (Note("start.appointed", {"unit": unit, "role": text(f"role.{role}")}),)
    return (Note("start.joined", {"unit": unit}), *ended)


def choose(tx: Transaction, person: Person, unit_id: int, code: str, now: datetime) -> tuple[Note, ...]:
    """Move to a unit by one's own choice; initiatives stay where they were made."""
    ended: tuple[Note, ...] = ()
    if person.unit_id != unit_id:
        ended = leave(tx, person, unit_id, now)
        tx.people.join(person, unit_id, now)
        tx.audit.note(person.worker_id, "joined", f"worker:{person.worker_id}", now, after=code)
    return (Note("start.joined", {"unit": tx.people.unit_name(unit_id)}), *ended)


def leave(tx: Transaction, person: Person, unit_id: int, now: datetime) -> tuple[Note, ...]:
    """Whoever leaves a unit for another leads it no longer: what is sealed there is not theirs to read.

    Nor do they enter for its people any more.
    """
    if person.unit_id in (None, unit_id):
        return ()
    ended = [
        held
        for role in ("lead", "supporter")
        for held in tx.roles.revoke(person.worker_id, now, role=role, unit_id=person.unit_id)
    ]
    for held in ended:
        subject = f"worker:{person.worker_id}"
        tx.audit.note(
            person.worker_id, "role_ended", subject, now, before=f"{held.role}:{held.unit_id}", why="moved"
        )
    return tuple(
        Note(
            "start.lead_ended" if held.role == "lead" else "start.support_ended",
            {"unit": tx.people.unit_name(held.unit_id)},
        )
        for held in ended
    )
