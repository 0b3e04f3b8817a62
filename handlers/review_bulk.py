"""The queue as a list, ten on a page, and accepting all that a page shows: what was done, what not, why."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from handlers import initiative, review_facts, rights
from handlers.house import House, Outcome
from handlers.messages import Button, Note, Reply, text
from handlers.moves import Decision, decide
from handlers.place import Place
from handlers.review_card import age, alike_to, possible, reader, revision
from handlers.review_deciding import what_happened
from handlers.review_notices import tell_author
from handlers.review_showing import nothing_left, say
from handlers.review_sight import desk_of, reads_all
from storage.people import Person
from storage.reviews import Item
from storage.transaction import Transaction

PAGE = 10
MOST_MOVES = 1_000  # others move theirs in between
LONGEST_NUMBER = 18
Shown = Sequence[tuple[int, int]]  # an initiative, and what was the last to happen to it when it was shown


def show(
    tx: Transaction,
    person: Person,
    page: int,
    house: House,
    now: datetime,
    *notes: Note,
    portal: bool = False,
) -> Outcome:
    """One page of the queue: code, name, unit, how long it has waited, and a button to open each."""
    desk = desk_of(tx, person.worker_id, house, portal=portal)
    count, oldest = tx.review_queue.count(desk)
    if not count:
        return nothing_left(tx, person, house, now, *notes)
    page = min(page, (count - 1) // PAGE)
    items = tx.review_queue.page(desk, PAGE, page * PAGE)
    head = "review.portal.head" if portal else "review.queue.head"
    lines = [*notes, Note(head, {"count": count, "age": age(oldest, now)})]
    rows: list[tuple[Button, ...]] = []
    for number, item in enumerate(items, page * PAGE + 1):
        lines.append(_line(tx, person, number, item, now))
        rows.append((Button(f"queue|open.{item.id}|-", "button.open_one", {"code": item.code}),))
    shown = [(item.id, revision(tx, item)) for item in items]
    rows = [tuple(one for row in rows[start : start + 2] for one in row) for start in range(0, len(rows), 2)]
    if not portal:
        many = {"count": len(items)}
        rows.append((Button(f"queue|all.{page}|{mark_of(shown)}", "button.approve_all", many),))
    rows += _pages(page, count, portal=portal)
    say(tx, person, Reply("review.list.ask", {}, tuple(lines), tuple(rows)), now, review=_state(shown, now))
    return Outcome()


def _line(tx: Transaction, person: Person, number: int, item: Item, now: datetime) -> Note:
    hides = item.sealed and not reads_all(tx, person.worker_id, item, now)
    said = {
        "number": number,
        "code": item.code,
        "title": text("review.sealed_title") if hides else item.title,
        "unit": tx.people.unit_name(item.unit_id),
        "age": age(item.waiting_since, now),
        "mark": " 🔒" if item.sealed else "",
    }
    return Note("review.list.line", said)


def _pages(page: int, count: int, *, portal: bool) -> list[tuple[Button, ...]]:
    kind, row = ".portal" if portal else "", []
    if page > 0:
        row.append(Button(f"queue|list.{page - 1}{kind}|-", "button.page_before"))
    if count > (page + 1) * PAGE:
        row.append(Button(f"queue|list.{page + 1}{kind}|-", "button.more"))
    return (
        [tuple(row), (Button("queue|oldest|-", "button.one_by_one"),)]
        if row
        else [(Button("queue|oldest|-", "button.one_by_one"),)]
    )


def _state(shown: Shown, now: datetime) -> dict[str, Any]:
    return {"at": now.isoformat(), "list": [list(one) for one in shown]}


def mark_of(shown: Shown) -> str:
    """A mark of exactly this list: a button that carries it was drawn under it."""
    return hashlib.sha256(repr([tuple(one) for one in shown]).encode()).hexdigest()[:12]


def pressed(
    tx: Transaction,
    person: Person,
    pressed_: tuple[str, int, list[str], str],
    house: House,
    now: datetime,
) -> Outcome:
    """`list.<page>`, `all.<page>` (asks), `sure_all.<page>` (does), `undo_all.<first move>.<last>`."""
    name, number, given, mark = pressed_
    if name == "list":
        return show(tx, person, min(number, 100_000), house, now, portal=given[:1] == ["portal"])
    if name == "undo_all":
        last = given[0] if given and given[0].isdecimal() and len(given[0]) <= LONGEST_NUMBER else "0"
        return _undo_all(tx, person, number, int(last), house, now)
    state = person.talk.get("review") or {}
    shown = [(one[0], one[1]) for one in state.get("list", ())]
    if not shown or mark != mark_of(shown):
        return show(tx, person, min(number, 100_000), house, now, Note("review.list.changed"))
    page = min(number, 100_000)
    if name == "all":
        state = _state(shown, now)
    return go_on(tx, person, page, {**state, "page": page, "sure": name == "sure_all"}, house, now)


def go_on(
    tx: Transaction,
    person: Person,
    page: int,
    state: dict[str, Any],
    house: House,
    now: datetime,
    *notes: Note,
) -> Outcome:
    """Ask for the decision's number and day where the programme wants them, then once more, then do it."""
    shown = [(one[0], one[1]) for one in state["list"]]
    items = [item for number, _ in shown if (item := tx.reviews.look(number)) is not None]
    asked = review_facts.asked_of(items, house, portal=False)
    back = Button(f"queue|list.{page}|-", "button.back")
    if fact := review_facts.next_asked(asked, state):
        kept = {**state, "deed": "all", "ask": fact, "at": now.isoformat()}
        reply = review_facts.question(fact, back, None, *notes)
        say(tx, person, reply, now, about="review", review=kept)
        return Outcome()
    if state["sure"]:
        return _all(tx, person, shown, review_facts.decision(state), house, now)
    yes = Button(f"queue|sure_all.{page}|{mark_of(shown)}", "button.sure_all", {"count": len(shown)})
    reply = Reply(
        "review.all.sure", {"count": len(shown)}, tuple(review_facts.said(state)), ((yes,), (back,))
    )
    say(tx, person, reply, now, review={**state, "at": now.isoformat()})
    return Outcome()


def heard_fact(
    tx: Transaction, person: Person, state: dict[str, Any], typed: str, house: House, now: datetime
) -> Outcome:
    """The typed number or day of the decision that all of the list share."""
    value, refused = review_facts.heard(state["ask"], typed, house, now)
    if refused:
        return go_on(tx, person, state["page"], state, house, now, Note(refused))
    return go_on(tx, person, state["page"], {**state, state["ask"]: value, "sure": False}, house, now)


def _all(
    tx: Transaction, person: Person, shown: Shown, decision: Decision, house: House, now: datetime
) -> Outcome:
    """Accept each that may be accepted unread in a list; the others are named, each with the reason."""
    done: list[str] = []
    moves: list[int] = []
    lines: list[Note] = []
    for number, drawn_for in shown:
        item = tx.reviews.look(number)
        if item is None or not rights.may(tx, person, "review", item.unit_id, now):
            tx.audit.note(person.worker_id, "refused", f"initiative:{number}", now, why="review")
            continue
        if (why_not := _why_not(tx, person, item, drawn_for, house, now)) is not None:
            lines.append(why_not)
            continue
        verdict = decide(tx, person.worker_id, item.id, decision, house, now)
        if verdict.refused:
            lines.append(what_happened(tx, item))
            continue
        tell_author(tx, item, decision, verdict, house, now)
        done.append(item.code)
        moves.append(verdict.move_id)
    said = {"count": len(done), "of": len(shown), "codes": ", ".join(done)}
    head = [Note("review.all.done" if done else "review.all.none", said)]
    head += [Note("review.all.not"), *lines] if lines else []
    rows: list[tuple[Button, ...]] = []
    if done:
        undo = f"queue|undo_all.{moves[0]}.{moves[-1]}|-"
        rows.append((Button(undo, "button.undo_all", {"count": len(done)}),))
    rows.append(
        (Button("queue|list.0|-", "button.queue_list"), Button("queue|oldest|-", "button.one_by_one"))
    )
    say(tx, person, Reply("review.all.ask", {}, tuple(head), tuple(rows)), now)
    return Outcome()


def _why_not(
    tx: Transaction, person: Person, item: Item, drawn_for: int, house: House, now: datetime
) -> Note | None:
    """Why one of a list is not accepted with the others; None when it may be."""
    looks = reader(tx, person.worker_id, house, now)
    if revision(tx, item) != drawn_for:
        return what_happened(tx, item)
    if item.sealed:
        return Note("review.all.sealed", {"code": item.code})
    if "accept" not in possible(tx, item, looks):
        return Note("review.all.not_yours", {"code": item.code})
    alike = alike_to(tx, item, Place.of(tx.initiatives.content(item.id)), looks)
    earlier = next((one for one in alike if one.defeats), None)
    if earlier is not None:
        return Note("review.all.alike", {"code": item.code, "other": earlier.code})
    return None


def _undo_all(tx: Transaction, person: Person, first: int, last: int, house: House, now: datetime) -> Outcome:
    """Take back everything of one list, where nothing has happened since."""
    undone = 0
    for move in tx.reviews.made(person.worker_id, first, min(last, first + MOST_MOVES)):
        item = tx.reviews.look(move.initiative_id)
        if item is None or revision(tx, item) != move.id or move.undoes_id is not None:
            continue
        verdict = decide(tx, person.worker_id, item.id, Decision("undo"), house, now)
        if not verdict.refused:
            tell_author(tx, item, Decision("undo"), verdict, house, now)
            undone += 1
    if not undone:
        return initiative.reply_and_ask_again(
            tx, person, Note("review.too_late_to_undo"), house=house, now=now
        )
    return show(tx, person, 0, house, now, Note("review.all.undone", {"count": undone}))
