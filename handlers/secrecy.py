"""Reading what somebody has submitted: its author and the reviewers of its own unit, each reading noted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers import initiative
from handlers.enclosures import MOST_FILES, Enclosure
from handlers.forms import INITIATIVE, Text
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Reply
from handlers.place import Place
from handlers.promising import offer, promise
from handlers.questions import summary
from handlers.rights import may, refused
from handlers.whose import typed_by
from storage.people import Person
from storage.transaction import Transaction


def pressed(
    tx: Transaction, person: Person, _event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """The button `sealed|read.<id>|-`."""
    name, _, number = choice.partition(".")
    if name != "read" or not number.isdecimal() or len(number) > 18:
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    return read(tx, person, int(number), house, now)


def read(tx: Transaction, person: Person, initiative_id: int, house: House, now: datetime) -> Outcome:
    """Every word and file, to whoever may read it at this moment; of a sealed one that is written down."""
    item = tx.reviews.look(initiative_id)
    if item is None:
        return refused(tx, person, "read_sealed", None, house, now)
    deed = "read_sealed" if item.sealed else "review"
    own = item.author_id == person.worker_id
    if not own and not may(tx, person, deed, item.unit_id, now):
        return refused(tx, person, deed, item.unit_id, house, now)
    if item.sealed and not own:
        tx.audit.note(person.worker_id, "read", item.code, now)
    place = Place.of(tx.initiatives.content(item.id))
    files = tuple(enclosed(row) for row in tx.attachments.opened(item.id) if _sendable(row))[:MOST_FILES]
    rows: tuple[tuple[Button, ...], ...] = ()
    if may(tx, person, "disclose", item.unit_id, now):
        rows = ((Button(f"share|one.{item.id}|-", "button.share"),),)
    params = {"code": item.code, "title": item.title}
    reply = Reply("secrecy.content", params, (*typed_by(tx, item.id), *whole(place)), rows, files=files)
    reply = reply.guarded() if item.sealed else reply
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()


def button(initiative_id: int) -> Button:
    """What a reviewer presses to read the whole."""
    return Button(f"sealed|read.{initiative_id}|-", "button.read")


def whole(place: Place) -> list[Note]:
    """Every answer in full length; of a sealed one also what is not asked, if it was said."""
    texts = [step for step in INITIATIVE.steps if isinstance(step, Text) and step.key != "title"]
    said = [
        Note(f"{INITIATIVE.name}.{step.key}.line", {"value": place.value(step.key)})
        for step in texts
        if place.value(step.key)
    ]
    told = {note.key for note in said}
    return [*said, *(note for note in summary(INITIATIVE, place) if note.key not in told)]


def enclosed(row: Mapping[str, Any]) -> Enclosure:
    """A file of ours as it is sent; of a secret one the messenger's own copy, or ours decrypted."""
    return Enclosure(
        row["kind"],
        sha256=row["sha256"] or "",
        reference=row["reference"],
        channel=row["channel"],
        name=row["name"],
        media_type=row["media_type"],
        encrypted=row["encrypted"],
    )


def _sendable(row: Mapping[str, Any]) -> bool:
    return bool(row["sha256"] or row["reference"])
