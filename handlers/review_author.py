"""The author's way on from a decision: completing what is missing, appealing once in their own words."""

from __future__ import annotations

from datetime import datetime

from handlers import correcting, initiative, review_notices, rights
from handlers.folding import kept
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Reply
from handlers.moves import RULES, Decision, decide
from handlers.promising import offer, promise
from storage.people import Person
from storage.reviews import Item
from storage.transaction import Transaction

SHORTEST, LONGEST = 10, 2_000


def appeal_button(initiative_id: int) -> Button:
    """What the author of a refused initiative may press, once."""
    return Button(f"author|appeal.{initiative_id}|-", "button.appeal")


def may_appeal(item: Item, worker_id: int) -> bool:
    """Whether the worker's own initiative was refused and was never appealed."""
    own = item.author_id == worker_id
    return own and item.state in RULES["appeal"].before and item.appealed_at is None


def pressed(
    tx: Transaction, person: Person, event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """`author|fix.<id>|-` and `author|appeal.<id>|-`, for nobody but the author."""
    name, _, number = choice.partition(".")
    if name not in ("fix", "appeal") or not number.isdecimal() or len(number) > 18:
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    line = tx.initiatives.own(person.worker_id, int(number))
    item = tx.reviews.look(int(number))
    if line is None or item is None:
        return rights.refused(tx, person, name, item.unit_id if item else None, house, now)
    tx.people.set_talk(person, {})
    if name == "appeal":
        return ask_words(tx, person, item, house, now)
    if line.state not in RULES["correct"].before:
        return initiative.reply_and_ask_again(tx, person, Note("mine.too_late"), house=house, now=now)
    return correcting.correct(tx, person, line, house, now)


def ask_words(
    tx: Transaction, person: Person, item: Item, house: House, now: datetime, *notes: Note
) -> Outcome:
    """Ask why it should be looked at once more."""
    if not may_appeal(item, person.worker_id):
        tx.people.set_talk(person, {})
        key = "appeal.once" if item.appealed_at is not None else "mine.too_late"
        return initiative.reply_and_ask_again(tx, person, Note(key), house=house, now=now)
    row = (Button("menu|cancel|-", "button.keep_it"),)
    reply = Reply("appeal.ask", {"code": item.code, "shortest": SHORTEST}, notes, (row,), free=True)
    promise(tx, person, [reply], now)
    offer(tx, person, reply, about="appeal", appeal=item.id)
    return Outcome()


def ask_again(tx: Transaction, person: Person, house: House, now: datetime, *notes: Note) -> Outcome:
    """The same question once more."""
    item = tx.reviews.look(int(person.talk.get("appeal", 0)))
    if item is None:
        tx.people.set_talk(person, {})
        return initiative.reply_and_ask_again(tx, person, *notes, house=house, now=now)
    return ask_words(tx, person, item, house, now, *notes)


def hear(tx: Transaction, person: Person, typed: str, house: House, now: datetime) -> Outcome:
    """The author's words: the level above decides anew, and is told."""
    item = tx.reviews.look(int(person.talk.get("appeal", 0)))
    words = kept(typed).strip()
    if item is None or not SHORTEST <= len(words) <= LONGEST:
        note = Note("appeal.refused", {"shortest": SHORTEST, "longest": LONGEST})
        return ask_again(tx, person, house, now, note)
    tx.people.set_talk(person, {})
    verdict = decide(tx, person.worker_id, item.id, Decision("appeal", words), house, now)
    if verdict.refused == "rights":
        return rights.refused(tx, person, "appeal", item.unit_id, house, now)
    if verdict.refused:
        key = "appeal.once" if verdict.refused == "once" else "mine.too_late"
        return initiative.reply_and_ask_again(tx, person, Note(key), house=house, now=now)
    heard = review_notices.tell_officers(tx, item, words, verdict, house, now)
    done = Note("appeal.sent" if heard else "appeal.nobody", {"code": item.code})
    return initiative.reply_and_ask_again(tx, person, done, house=house, now=now)
