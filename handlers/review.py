"""`/duyet`: the queue of a lead or officer, oldest first; one after another, or one by its code."""

from __future__ import annotations

import re
from datetime import datetime

from handlers import initiative, review_bulk, review_deciding, review_reasons, rights
from handlers.house import House, Outcome
from handlers.messages import Event, Note, Pressed
from handlers.review_card import files_page, reader
from handlers.review_notices import WAITING_SLOT
from handlers.review_showing import first, onward, open_one, say
from storage.people import Person
from storage.reviews import Item
from storage.transaction import Transaction

_CODE = re.compile(r"(?:[A-Za-z]+\s*-?\s*)?0*([0-9]{1,15})")
_LONGEST = 18


def command(tx: Transaction, person: Person, argument: str, house: House, now: datetime) -> Outcome:
    """The oldest that waits; with a code, that initiative."""
    if not rights.may(tx, person, "review", None, now):
        return rights.refused(tx, person, "review", None, house, now)
    tx.outbox.supersede(person.channel, person.address, [WAITING_SLOT])
    if not argument:
        return first(tx, person, house, now)
    if argument.strip().lower() in ("ds", "list"):
        return review_bulk.show(tx, person, 0, house, now)
    item = _by_code(tx, argument)
    if item is None:
        return initiative.reply_and_ask_again(tx, person, Note("review.no_such"), house=house, now=now)
    return open_one(tx, person, item.id, house, now)


def _by_code(tx: Transaction, typed: str) -> Item | None:
    """An initiative by its code as people type it: SK-00012, sk12, 12."""
    match = _CODE.fullmatch(typed.strip())
    return tx.reviews.find(f"SK-{int(match.group(1)):05d}") if match else None


def pressed(
    tx: Transaction, person: Person, event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """A button of the queue: whoever drew it and whenever, rights and states are looked up now."""
    assert isinstance(event.what, Pressed)  # noqa: S101 - routes sends nothing else here
    name, *given = choice.split(".")
    drawn_for = event.what.action.rpartition("|")[2]
    if name == "oldest":
        return command(tx, person, "", house, now)
    if not given or any(not _number(part) for part in given[:1]):
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    if not rights.may(tx, person, "review", None, now):
        return rights.refused(tx, person, "review", None, house, now)
    number = int(given[0])
    if name in ("list", "all", "sure_all", "undo_all"):
        return review_bulk.pressed(tx, person, (name, number, given[1:], drawn_for), house, now)
    item = tx.reviews.look(number)
    if item is None or not rights.may(tx, person, "review", item.unit_id, now):
        return rights.refused(tx, person, "review", item.unit_id if item else None, house, now)
    rev = int(drawn_for) if _number(drawn_for) else -1
    return _with_item(tx, person, event, (name, given[1:], rev), item, house, now)


def _with_item(
    tx: Transaction,
    person: Person,
    event: Event,
    pressed_: tuple[str, list[str], int],
    item: Item,
    house: House,
    now: datetime,
) -> Outcome:
    name, given, rev = pressed_
    match name:
        case "open":
            return open_one(tx, person, item.id, house, now)
        case "next":
            return onward(tx, person, item, house, now)
        case "files" if given and _number(given[0]):
            page = min(int(given[0]), 100)
            say(tx, person, files_page(tx, item, page, reader(tx, person.worker_id, house, now)), now)
            return Outcome()
        case "note":
            return review_deciding.ask_note(tx, person, item, now)
        case "undo":
            return review_deciding.undo(tx, person, item, rev, house, now)
        case "accept" | "sure" | "no_code":
            return review_deciding.accept(tx, person, name, item, rev, house, now)
        case "return" | "reject" | "strike" | "tick" | "send":
            return review_reasons.pressed(tx, person, event, (name, given, rev), item, house, now)
    return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)


def _number(part: str) -> bool:
    return part.isascii() and part.isdecimal() and len(part) <= _LONGEST
