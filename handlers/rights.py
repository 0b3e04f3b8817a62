"""Who may do what, where: one table, looked up at the moment of the tap and never remembered.

A lead's role reaches the lead's own unit, as that of a support group does, which only enters for others; an
officer's its unit and all below; an admin's everything, but for the texts of sealed initiatives, which only
the reviewers of the initiative's own unit may read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from handlers.house import House, Outcome
from handlers.messages import Note
from storage.people import Person
from storage.transaction import Transaction

ROLES = ("worker", "supporter", "lead", "officer", "admin")  # each gives no more than the one after it
NUMBERED = ("worker", "lead", "officer", "admin", "supporter")  # as buttons know them; only ever added to

_LEADS = frozenset({"lead", "officer", "admin"})
_OFFICERS = frozenset({"officer", "admin"})
DEEDS: Mapping[str, frozenset[str]] = {
    "see_progress": frozenset(ROLES),  # units only, and for everybody
    "invite": _LEADS,
    "see_people": _LEADS,
    "remove": _LEADS,
    "hand_over": _LEADS,
    "relink": _LEADS,
    "review": _LEADS,
    "enter_for_others": _LEADS | {"supporter"},
    "export": _LEADS,
    "bind_group": _LEADS,
    "bulk": _LEADS,
    "awards": _OFFICERS,
    "nudge": _OFFICERS,
    "preview": _OFFICERS,
    "read_sealed": frozenset({"lead", "officer"}),  # and only for that very unit: see OWN_UNIT_ONLY
    "disclose": frozenset({"lead", "officer"}),  # the establishment itself says how much leaves it
    "admin": frozenset({"admin"}),
}
OWN_UNIT_ONLY = frozenset({"read_sealed", "disclose"})


def may(tx: Transaction, person: Person, deed: str, unit_id: int | None, now: datetime) -> bool:
    """Whether the person may do a deed for a unit at this moment; with no unit, for any unit at all."""
    return worker_may(tx, person.worker_id, deed, unit_id, now)


def worker_may(tx: Transaction, worker_id: int, deed: str, unit_id: int | None, now: datetime) -> bool:
    """The same for somebody who is not at a messenger just now; raises KeyError for a deed nobody named."""
    allowed = DEEDS[deed]
    if "worker" in allowed:
        return True
    if unit_id is None:
        return any(held.role in allowed for held in tx.roles.anywhere(worker_id))
    if _reached(tx, worker_id, deed, unit_id):
        return True
    # What was made in a unit that was merged is looked after by the unit that took its place.
    present = tx.tree.present(unit_id)
    return present != unit_id and _reached(tx, worker_id, deed, present)


def _reached(tx: Transaction, worker_id: int, deed: str, unit_id: int) -> bool:
    allowed, own = DEEDS[deed], deed in OWN_UNIT_ONLY
    reaching = tx.roles.reaching(worker_id, unit_id)
    return any(held.role in allowed and (held.here or not own) for held in reaching)


def highest(tx: Transaction, worker_id: int, unit_id: int | None = None) -> str:
    """The highest role that reaches a unit (any unit, when none is named)."""
    roles = tx.roles
    held = roles.anywhere(worker_id) if unit_id is None else roles.reaching(worker_id, unit_id)
    return max((one.role for one in held), key=ROLES.index, default="worker")


def not_above(role: str, own: str) -> bool:
    """Whether somebody whose highest role is `own` may give `role` to another."""
    return own in _LEADS and role in ROLES and ROLES.index(role) <= ROLES.index(own)


def units_for(tx: Transaction, person: Person, deed: str) -> list[int]:
    """The units a person holds a role for that allows the deed, the oldest first; not those below them."""
    allowed = DEEDS[deed]
    return list(dict.fromkeys(held.unit_id for held in tx.roles.of(person.worker_id) if held.role in allowed))


def refused(
    tx: Transaction, person: Person, deed: str, unit_id: int | None, house: House, now: datetime
) -> Outcome:
    """Refuse in one sentence, and write down that it was tried; an open question is shown again."""
    from handlers import initiative  # what is asked again comes back to rights

    subject = "unit:-" if unit_id is None else f"unit:{unit_id}"
    tx.audit.note(person.worker_id, "refused", subject, now, why=deed)
    return initiative.reply_and_ask_again(tx, person, Note("rights.refused"), house=house, now=now)
