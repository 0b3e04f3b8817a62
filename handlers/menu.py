"""The commands and the buttons of lists: each works at any step and leaves the draft standing."""

from __future__ import annotations

from datetime import datetime

from handlers import drafts, initiative, mine, rights, start
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Reply
from handlers.place import is_blank
from handlers.promising import offer, promise
from storage.people import Person
from storage.transaction import Transaction

LANGUAGES = ("vi", "en")
SHORTEST_ANSWER = 10
# Of those who answer for others: the command, its button, and the deed they must be allowed somewhere.
ANSWERING = (
    (("review", "button.review", "review"), ("proxy", "button.proxy", "enter_for_others")),
    (("invite", "button.invite", "invite"), ("export", "button.sheet", "export")),
    (("preview", "button.preview", "preview"),),
)
PAGED = {"drafts": drafts.show, "mine": mine.show}


def pressed(
    tx: Transaction, person: Person, event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """Do what a button of the menu or of a list asks; what it names may be gone by now."""
    name, _, argument = choice.partition(".")
    from handlers import routes  # the table of commands names this module

    if not argument and name in routes.COMMANDED:
        return routes.command(tx, person, name, "", house, now)
    if name == "continue":
        return initiative.reply_and_ask_again(tx, person, house=house, now=now)
    if name == "in" and argument in LANGUAGES:
        tx.people.speak(person, argument)
        note = Note("menu.language_set")
        return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)
    if name == "change_unit":
        return start.ask_unit(tx, person, house, now)
    if name == "rename":
        return start.ask_name(tx, person, house, now)
    if argument.isdecimal() and len(argument) <= 18:
        number = int(argument)
        if name in PAGED:
            return PAGED[name](tx, person, house, now, min(number, 1_000))
        if name in ("open", "delete", "really_delete", "keep"):
            return drafts.pressed(tx, person, name, number, house, now)
        if name in ("see", "proof", "correct", "withdraw", "really_withdraw"):
            return mine.pressed(tx, person, name, number, house, now)
    return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)


def new(tx: Transaction, person: Person, words: str, house: House, now: datetime) -> Outcome:
    """A new initiative; words after the command are its first answer, and an older draft stays."""
    others = person.draft is not None and not is_blank(initiative.place_of(person.draft))
    notes = (Note("drafts.previous_kept"),) if others else ()
    outcome = initiative.begin(tx, person, house, now, *notes)
    if len(words) < SHORTEST_ANSWER or person.draft is None:
        return outcome
    return initiative.say(tx, person, words, house, now)


def _say(tx: Transaction, person: Person, reply: Reply, now: datetime) -> Outcome:
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()


def menu(tx: Transaction, person: Person, _argument: str, house: House, now: datetime) -> Outcome:
    """What can be done, as buttons."""
    count = len(tx.drafts.of(person.worker_id))
    rows: list[tuple[Button, ...]] = []
    if person.draft is not None:
        rows.append((Button("menu|continue|-", "button.continue"),))
    rows += [
        (Button("menu|new|-", "button.new"),),
        (
            Button("menu|drafts|-", "button.drafts_count", {"count": count}),
            Button("menu|mine|-", "button.mine"),
        ),
        (Button("menu|unit|-", "button.my_unit"), Button("menu|language|-", "button.language")),
        (Button("menu|progress|-", "button.progress"), Button("menu|reminders|-", "button.reminders")),
        (Button("menu|help|-", "button.help"), Button("privacy|see|-", "button.privacy")),
    ]
    for row in ANSWERING:
        allowed = [(name, key) for name, key, deed in row if rights.may(tx, person, deed, None, now)]
        rows += [tuple(Button(f"menu|{name}|-", key) for name, key in allowed)] if allowed else []
    return _say(tx, person, Reply("menu.menu", {}, (), tuple(rows)), now)


def help_(tx: Transaction, person: Person, _argument: str, house: House, now: datetime) -> Outcome:
    """How it goes, and who helps."""
    reply = Reply("help.help", {"contact": house.contact or "—"})
    promise(tx, person, [reply], now)
    if person.draft is not None:
        return initiative.reply_and_ask_again(tx, person, house=house, now=now)
    return Outcome()


def languages(tx: Transaction, person: Person, _argument: str, house: House, now: datetime) -> Outcome:
    """Choose the language to read."""
    row = tuple(Button(f"menu|in.{language}|-", f"button.in_{language}") for language in LANGUAGES)
    return _say(tx, person, Reply("menu.language", {}, (), (row,)), now)


def cancel(tx: Transaction, person: Person, _argument: str, house: House, now: datetime) -> Outcome:
    """A way out of whatever is open; nothing is deleted without asking."""
    if person.talk.get("about"):
        return start.ready(tx, person, house, now)
    if person.draft is None:
        return initiative.nothing_open(tx, person, now, Note("menu.nothing_to_cancel"))
    draft_id = person.draft.id
    if is_blank(initiative.place_of(person.draft)):
        tx.drafts.drop(draft_id)
        person.draft = None
        return initiative.nothing_open(tx, person, now, Note("menu.cancelled"))
    tx.drafts.keep(draft_id, person.draft.place, None, now)
    tx.people.open_draft(person, None)
    person.draft = None
    row = (
        Button(f"menu|open.{draft_id}|-", "button.resume"),
        Button(f"menu|delete.{draft_id}|-", "button.delete"),
    )
    menu = (Button("menu|menu|-", "button.menu"),)
    return _say(tx, person, Reply("drafts.left", {}, (Note("menu.cancelled"),), (row, menu)), now)


def back(tx: Transaction, person: Person, _argument: str, house: House, now: datetime) -> Outcome:
    """One question back; out of what the talk is about besides the draft."""
    if person.talk.get("about"):
        return start.ready(tx, person, house, now)
    return initiative.step_back(tx, person, house, now)


def contact(tx: Transaction, person: Person, _argument: str, house: House, now: datetime) -> Outcome:
    """Who helps, in flesh and blood."""
    note = Note("help.person", {"contact": house.contact or "—"})
    return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)


def unknown(tx: Transaction, person: Person, _argument: str, house: House, now: datetime) -> Outcome:
    """A command we do not have."""
    return initiative.reply_and_ask_again(tx, person, Note("menu.unknown"), house=house, now=now)
