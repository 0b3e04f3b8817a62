"""Returning, refusing, striking: ticks of what is missing, ready-made reasons, the reviewer's own words.

The ticks are in the buttons themselves, so that two messages never mix; the words are in the talk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.folding import kept
from handlers.forms import INITIATIVE, Choice
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Reply, moment, text
from handlers.moves import RULES, Decision
from handlers.place import Place, relevant
from handlers.review_card import alike_to, reader, revision
from handlers.review_deciding import LONGEST_WORDS, carried_out, known_of, overtaken
from handlers.review_notices import steps_named
from handlers.review_showing import say
from storage.people import Person
from storage.reviews import Item
from storage.transaction import Transaction

MOST_REASONS = 20
_DEEDS = {"return": "t", "reject": "j", "strike": "s"}
_BY_LETTER = {letter: deed for deed, letter in _DEEDS.items()}


@dataclass(frozen=True, slots=True)
class Option:
    """Something to tick: a question of the form, or a ready-made reason."""

    step: str = ""
    reason: str = ""


def options(
    tx: Transaction, person: Person, item: Item, deed: str, house: House, now: datetime
) -> list[Option]:
    """What may be ticked, always in the same order: questions first, a look-alike's ground last."""
    programme = house.programme
    if deed == "return":
        steps = relevant(INITIATIVE, Place(sealed=item.sealed))
        keys = [step.key for step in steps if not (isinstance(step, Choice) and step.completes)]
        reasons = programme.return_reasons[:MOST_REASONS]
        return [*(Option(step=key) for key in keys), *(Option(reason=reason) for reason in reasons)]
    found = [Option(reason=reason) for reason in programme.refusal_reasons[:MOST_REASONS]]
    return [*found, *(Option(reason=ground) for ground in _grounds(tx, person, item, house, now))]


def _grounds(tx: Transaction, person: Person, item: Item, house: House, now: datetime) -> list[str]:
    """An earlier one of the same unit defeats it: said in the author's language."""
    if item.sealed:
        return []
    place = Place.of(tx.initiatives.content(item.id))
    alike = alike_to(tx, item, place, reader(tx, person.worker_id, house, now))
    earlier = next((one for one in alike if one.defeats), None)
    if earlier is None:
        return []
    readers = tx.unasked.addressees([item.author_id])
    language = readers[0].language if readers else "vi"
    said = {"code": earlier.code, "at": moment(earlier.submitted_at)}
    return [house.labels.say(language, "review.ground", said)]


def pressed(
    tx: Transaction,
    person: Person,
    event: Event,
    pressed_: tuple[str, list[str], int],
    item: Item,
    house: House,
    now: datetime,
) -> Outcome:
    """`return`, `reject`, `strike` open the ticks; `tick.<letter>.<ticks>` changes them, `send` decides."""
    name, given, rev = pressed_
    if rev != revision(tx, item):
        return overtaken(tx, person, item, house, now)
    deed, ticks = name, 0
    if name in ("tick", "send"):
        letter, mask, *_ = [*given, "", ""]
        deed, ticks = _BY_LETTER.get(letter, ""), _unpacked(mask)
    if deed not in _DEEDS or ticks < 0 or item.state not in RULES[deed].before:
        return overtaken(tx, person, item, house, now)
    known = {**known_of(person, deed, item, rev), "ticks": ticks}
    if name == "send":
        return _send(tx, person, item, known, house, now)
    replaces = event.message if name == "tick" else None
    return ask(tx, person, item, known, house, now, replaces=replaces)


def ask(
    tx: Transaction,
    person: Person,
    item: Item,
    known: dict[str, Any],
    house: House,
    now: datetime,
    *notes: Note,
    replaces: str | None = None,
) -> Outcome:
    """Show what is ticked, what the author will read, and the button that sends it."""
    deed, ticks, rev = known["deed"], known["ticks"], known["rev"]
    found = options(tx, person, item, deed, house, now)
    rows: list[tuple[Button, ...]] = []
    steps: list[Button] = []
    for place, option in enumerate(found):
        action = f"queue|tick.{item.id}.{_DEEDS[deed]}.{ticks ^ 1 << place:x}|{rev}"
        key = "button.ticked" if ticks >> place & 1 else "button.unticked"
        label = text(f"initiative.{option.step}.name") if option.step else option.reason
        button = Button(action, key, {"label": label})
        steps.append(button) if option.step else rows.append((button,))
    rows = [*(tuple(steps[start : start + 2]) for start in range(0, len(steps), 2)), *rows]
    send = Button(f"queue|send.{item.id}.{_DEEDS[deed]}.{ticks:x}|{rev}", f"button.send_{deed}")
    rows += [(send,), (Button(f"queue|open.{item.id}|-", "button.back"),)]
    lines = (*notes, *_preview(found, known))
    reply = Reply(f"review.{deed}.ask", {"code": item.code}, lines, tuple(rows), free=True, replaces=replaces)
    reply = reply.guarded() if item.sealed else reply
    say(tx, person, reply, now, about="review", review={**known, "at": now.isoformat()})
    return Outcome()


def _chosen(found: list[Option], known: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    """The questions to complete, and the words for the author."""
    ticked = [option for place, option in enumerate(found) if known["ticks"] >> place & 1]
    missing = tuple(option.step for option in ticked if option.step)
    reasons = [option.reason for option in ticked if option.reason]
    return missing, "\n".join([*reasons, *filter(None, [known.get("words", "")])])


def _preview(found: list[Option], known: dict[str, Any]) -> list[Note]:
    missing, why = _chosen(found, known)
    lines = [Note("review.will_complete", {"missing": steps_named(missing)})] if missing else []
    return [*lines, Note("review.will_read", {"why": why})] if why else lines


def _send(
    tx: Transaction, person: Person, item: Item, known: dict[str, Any], house: House, now: datetime
) -> Outcome:
    deed = known["deed"]
    missing, why = _chosen(options(tx, person, item, deed, house, now), known)
    if deed == "return" and not missing:
        return ask(tx, person, item, known, house, now, Note("review.tick_missing"))
    if not why:
        return ask(tx, person, item, known, house, now, Note("review.say_why"))
    return carried_out(tx, person, item, Decision(deed, why, missing), house, now)


def heard(
    tx: Transaction,
    person: Person,
    item: Item,
    state: dict[str, Any],
    typed: str,
    house: House,
    now: datetime,
) -> Outcome:
    """The reviewer's own words: they take the place of those typed before."""
    if state["rev"] != revision(tx, item):
        return overtaken(tx, person, item, house, now)
    words = kept(typed).strip()
    if not words or len(words) > LONGEST_WORDS:
        note = Note("review.words_refused", {"longest": LONGEST_WORDS})
        return ask(tx, person, item, state, house, now, note)
    return ask(tx, person, item, {**state, "words": words}, house, now)


def _unpacked(mask: str) -> int:
    """The ticks of a button, or −1 when somebody else has written it."""
    try:
        return int(mask, 16) if 0 < len(mask) <= 16 else -1
    except ValueError:
        return -1
