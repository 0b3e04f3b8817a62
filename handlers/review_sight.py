"""What somebody who reviews may see: whose queue is theirs, and how much of one initiative is shown to them.

The one place that opens what is sealed for a reviewer: the reviewers of its own unit read every word, each
reading of a sealed one is written down; everybody above sees what the establishment lets out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from handlers import disclosure, rights
from handlers.enclosures import Enclosure
from handlers.house import House
from handlers.place import Place
from handlers.secrecy import enclosed
from storage.review_queue import Desk
from storage.reviews import Item
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Sight:
    """What is shown: the answers, what they were at the last decision or version, and the files.

    `cut`: the establishment lets out less than everything; `author` is empty when names stay inside.
    """

    place: Place
    before: Place | None
    files: tuple[Enclosure, ...]
    author: str
    unit: str
    cut: bool


def desk_of(tx: Transaction, worker_id: int, house: House, *, portal: bool = False) -> Desk:
    """Whose queue: units led, units answered for from above; an admin answers for all."""
    held = tx.roles.of(worker_id)
    led = tuple(one.unit_id for one in held if one.role == "lead")
    over = tuple(one.unit_id for one in held if one.role == "officer")
    root = tx.units.root() if any(one.role == "admin" for one in held) else None
    if root is not None:
        over = (root.id,)
    confirms = "officer" in house.programme.asks
    return tx.review_queue.settled(Desk(worker_id, led, over, confirms, portal))


def reads_all(tx: Transaction, worker_id: int, item: Item, now: datetime) -> bool:
    """Whether somebody reviews for the very unit where it was made."""
    return rights.worker_may(tx, worker_id, "read_sealed", item.unit_id, now)


def sight(tx: Transaction, worker_id: int, item: Item, since: datetime | None, now: datetime) -> Sight:
    """What of an initiative is shown to a reviewer; reading a sealed one is written down.

    `since` is the last decision: what was changed after it is shown. Raises VaultClosed.
    """
    author, unit = tx.reviews.names(item.id)
    if reads_all(tx, worker_id, item, now):
        if item.sealed:
            tx.audit.note(worker_id, "read", item.code, now)
        return _whole(tx, item, since, author, unit)
    level = disclosure.level(
        tx.disclosures.of_initiatives([item.id]).get(item.id),
        tx.disclosures.of_units([item.unit_id]).get(item.unit_id),
        sealed=item.sealed,
    )
    hidden = disclosure.HIDDEN[level]
    if not hidden:
        return _whole(tx, item, since, author, unit)
    answers = {key: value for key, value in tx.initiatives.outline(item.id).items() if key not in hidden}
    place = Place(answers={key: {"value": value, "typed": []} for key, value in answers.items()})
    place = replace(place, sealed=item.sealed)
    return Sight(place, None, (), "" if "author" in hidden else author, unit, cut=True)


def _whole(tx: Transaction, item: Item, since: datetime | None, author: str, unit: str) -> Sight:
    place = Place.of(tx.initiatives.content(item.id))
    earlier = tx.initiatives.said_at(item.id, since)
    files = (row for row in tx.attachments.opened(item.id) if row["sha256"] or row["reference"])
    return Sight(place, _read(earlier), tuple(enclosed(row) for row in files), author, unit, cut=False)


def _read(plain: dict[str, Any] | None) -> Place | None:
    return None if plain is None else Place.of(plain)
