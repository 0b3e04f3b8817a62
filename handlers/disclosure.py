"""How much of an initiative leaves its establishment: set by its lead, taken back, and what each level holds.

counted    that it is there: unit, state, kind, dates, money; no name and no words
summary    title, what came of it, authors
full       every word and file
published  the same, and may be printed
Of a sealed initiative never more than the summary, whatever is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from handlers import initiative
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Reply, text
from handlers.promising import offer, promise
from handlers.rights import may, refused
from storage.people import Person
from storage.transaction import Transaction

LEVELS = ("counted", "summary", "full", "published")
UNSET = "full"
MOST_SEALED = "summary"
_WORDS = frozenset({"before", "after", "conditions", "files"})
_SUMMARY = frozenset({"title", "effect", "author", "authors", "coauthors", "entered_by"})
HIDDEN: Mapping[str, frozenset[str]] = {
    "counted": _WORDS | _SUMMARY,
    "summary": _WORDS,
    "full": frozenset(),
    "published": frozenset(),
}


def level(own: str | None, units: str | None, *, sealed: bool) -> str:
    """The level in force: the initiative's own, else its unit's, else everything; a sealed one's is cut."""
    found = own or units or UNSET
    return min(found, MOST_SEALED, key=LEVELS.index) if sealed else found


def pressed(
    tx: Transaction, person: Person, _event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """Show or set the level of a unit (`unit.<id>`) or an initiative (`one.<id>`), `.level` sets it."""
    name, _, rest = choice.partition(".")
    number, _, wanted = rest.partition(".")
    if name not in ("unit", "one") or not number.isdecimal() or len(number) > 18:
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    item = tx.reviews.look(int(number)) if name == "one" else None
    unit_id = item.unit_id if item is not None else int(number)
    if (name == "one" and item is None) or not may(tx, person, "disclose", unit_id, now):
        return refused(tx, person, "disclose", unit_id if item or name == "unit" else None, house, now)
    subject = item.code if item is not None else f"unit:{unit_id}"
    initiative_id = item.id if item is not None else None
    if wanted in (*LEVELS, "none"):
        before = _own(tx, unit_id, initiative_id)
        after = None if wanted == "none" else wanted
        if after != before:
            tx.disclosures.decide(unit_id, initiative_id, after, person.worker_id, now)
            tx.audit.note(person.worker_id, "disclosure", subject, now, before=before, after=after)
    return _show(tx, person, name, int(number), unit_id, item.code if item else "", now)


def _own(tx: Transaction, unit_id: int, initiative_id: int | None) -> str | None:
    if initiative_id is None:
        return tx.disclosures.of_units([unit_id]).get(unit_id)
    return tx.disclosures.of_initiatives([initiative_id]).get(initiative_id)


def _show(
    tx: Transaction, person: Person, name: str, number: int, unit_id: int, code: str, now: datetime
) -> Outcome:
    """What is in force, and a button for each other level."""
    units = _own(tx, unit_id, None)
    own = _own(tx, unit_id, number) if name == "one" else units
    item = tx.reviews.look(number) if name == "one" else None
    in_force = level(own, units, sealed=item is not None and item.sealed)
    rows = [
        (Button(f"share|{name}.{number}.{one}|-", f"button.share_{one}"),) for one in LEVELS if one != own
    ]
    if own is not None:
        rows.append((Button(f"share|{name}.{number}.none|-", "button.share_none"),))
    params = {"unit": tx.people.unit_name(unit_id), "level": text(f"disclosure.{in_force}")}
    key = "disclosure.unit"
    if name == "one":
        key, params = "disclosure.one", {"code": code, "level": params["level"]}
    notes = (Note("disclosure.sealed"),) if item is not None and item.sealed else ()
    reply = Reply(key, params, notes, tuple(rows))
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()
