"""Which handler a command, a button or typed words belong to: one table each, a line for every feature.

A command's handler takes its argument; a button's the event and its choice (`subject|choice|revision`);
a topic is what the talk is about besides the draft (`talk["about"]`): how typed words are heard, and how
its question is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers import (
    confirming,
    disclosure,
    drafts,
    exporting,
    groups,
    inviting,
    members,
    menu,
    mine,
    nudging,
    privacy,
    progress,
    proxy,
    rankings,
    relinking,
    reminder_preview,
    reminder_why,
    reminder_wishes,
    review,
    review_author,
    review_talk,
    secrecy,
    start,
)
from handlers.house import House, Outcome
from handlers.messages import Event, Note
from storage.people import Person
from storage.transaction import Transaction

Commanded = Callable[[Transaction, Person, str, House, datetime], Outcome]
Tapped = Callable[[Transaction, Person, Event, str, House, datetime], Outcome]
Heard = Callable[[Transaction, Person, str, House, datetime], Outcome]
Asked = Callable[..., Outcome]  # (tx, person, house, now, *notes)


@dataclass(frozen=True, slots=True)
class Topic:
    """What a talk can be about besides a draft: hearing the words, asking again."""

    hear: Heard
    ask: Asked


COMMANDED: Mapping[str, Commanded] = {
    "start": start.again,
    "new": menu.new,
    "drafts": drafts.command,
    "mine": mine.command,
    "invite": inviting.command,
    "proxy": proxy.command,
    "unit": members.command,
    "reminders": reminder_wishes.command,
    "preview": reminder_preview.command,
    "why": reminder_why.command,
    "review": review.command,
    "progress": progress.command,
    "ranking": rankings.command,
    "export": exporting.command,
    "bind": members.how_to_bind,
    "unbind": members.how_to_bind,
    "privacy": privacy.command,
    "language": menu.languages,
    "menu": menu.menu,
    "help": menu.help_,
    "cancel": menu.cancel,
    "back": menu.back,
    "person": menu.contact,
    "unknown": menu.unknown,
}
TAPPED: Mapping[str, Tapped] = {
    "sealed": secrecy.pressed,
    "share": disclosure.pressed,
    "invite": inviting.pressed,
    "proxy": proxy.pressed,
    "entry": confirming.pressed,
    "people": members.pressed,
    "queue": review.pressed,
    "author": review_author.pressed,
    "group": groups.pressed,
    "progress": progress.pressed,
    "rank": rankings.pressed,
    "export": exporting.pressed,
    "relink": relinking.pressed,
    "remind": reminder_wishes.pressed,
    "start": start.pressed,
    "menu": menu.pressed,
    "nudge": nudging.pressed,
    "privacy": privacy.pressed,
}
TOPICS: Mapping[str, Topic] = {
    "unit": Topic(start.search_unit, start.ask_unit),
    "proxy": Topic(proxy.hear, proxy.ask_again),
    "relink": Topic(relinking.hear, relinking.ask),
    "remind": Topic(reminder_wishes.hear, reminder_wishes.ask),
    "review": Topic(review_talk.hear, review_talk.ask),
    "appeal": Topic(review_author.hear, review_author.ask_again),
    "progress": Topic(progress.hear, progress.ask),
    "name": Topic(start.rename, start.ask_name),
}


def command(
    tx: Transaction, person: Person, name: str, argument: str, house: House, now: datetime
) -> Outcome:
    """Do what a command asks; what nobody offers is said to be unknown."""
    return COMMANDED.get(name, menu.unknown)(tx, person, argument, house, now)


def ask_about(
    tx: Transaction, person: Person, about: str, house: House, now: datetime, *notes: Note
) -> Outcome:
    """Ask again what the talk is about; a topic we no longer have is dropped."""
    topic = TOPICS.get(about)
    if topic is not None:
        return topic.ask(tx, person, house, now, *notes)
    tx.people.set_talk(person, {})
    return start.ready(tx, person, house, now, *notes)
