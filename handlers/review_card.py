"""The card of one initiative for whoever decides: its words, what changed, look-alikes, notes, buttons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from handlers import rights
from handlers.difference import changes
from handlers.enclosures import MOST_FILES
from handlers.forms import INITIATIVE
from handlers.house import House
from handlers.lookalikes import SHOWN, Lookalike, lookalikes, portrait_of
from handlers.messages import Button, Note, Reply, day, moment, text
from handlers.moves import RULES, appealed, refused_before
from handlers.place import Place
from handlers.review_sight import Sight, desk_of, reads_all, sight
from handlers.secrecy import whole
from handlers.whose import typed_by
from storage.review_queue import Desk
from storage.reviews import Item, Moved
from storage.transaction import Transaction

LABELS = {"accept": "button.approve", "return": "button.return", "reject": "button.reject"}
OUTCOMES = ("returned", "rejected", "recognised", "valid")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at the card, and when."""

    worker_id: int
    house: House
    now: datetime
    desk: Desk


def reader(tx: Transaction, worker_id: int, house: House, now: datetime, desk: Desk | None = None) -> Reader:
    """Whoever looks at a card now; their desk is looked up unless it is known."""
    return Reader(worker_id, house, now, desk or desk_of(tx, worker_id, house))


def revision(tx: Transaction, item: Item) -> int:
    """What a button is drawn for: the last thing that happened to the initiative."""
    last = tx.reviews.last_move(item.id)
    return last.id if last else 0


def age(since: datetime | None, now: datetime) -> dict[str, object]:
    """How long ago something was, in words."""
    seconds = (now - since).total_seconds() if since else 0
    return {"$": "age", "seconds": max(0, int(seconds))}


def who_decided(tx: Transaction, actor_id: int | None) -> object:
    """The name of whoever decided; for what came from a list at the command line, that it did."""
    return text("review.office") if actor_id is None else tx.reviews.name_of(actor_id)


def card(tx: Transaction, item: Item, reader: Reader, *notes: Note) -> Reply:
    """Everything a reviewer needs, and a button for each thing they may do."""
    moves = tx.reviews.moves(item.id)
    last = next((move for move in reversed(moves) if move.after in OUTCOMES), None)
    seen = sight(tx, reader.worker_id, item, last.at if last else None, reader.now)
    lines = [*notes, *_head(tx, item, seen, reader), *_history(tx, item, moves)]
    if seen.before is not None:
        lines += [Note("review.changes.head"), *changes(INITIATIVE, seen.before, seen.place)]
    lines += [Note("review.text.head"), *whole(seen.place)]
    alike = alike_to(tx, item, seen.place, reader)
    if alike:
        lines += [Note("review.alike.head"), *(_alike_line(tx, one) for one in alike[:SHOWN])]
    lines += _own_notes(tx, item, reader)
    rows = (*decisions(tx, item, reader), *_ways_on(item, seen))
    reply = Reply("review.ask", {"code": item.code}, tuple(lines), rows, files=seen.files[:MOST_FILES])
    return reply.guarded() if item.sealed else reply


def _head(tx: Transaction, item: Item, seen: Sight, reader: Reader) -> list[Note]:
    waiting, oldest = tx.review_queue.count(reader.desk)
    found = [Note("review.queue.head", {"count": waiting, "age": age(oldest, reader.now)})] if waiting else []
    said = {
        "code": item.code,
        "author": seen.author or text("review.no_name"),
        "unit": seen.unit,
        "at": moment(item.submitted_at),
        "state": text(f"state.{item.state}"),
    }
    found.append(Note("review.one.head", said))
    found += typed_by(tx, item.id, named=bool(seen.author))
    if item.state == "submitted":
        found.append(Note("review.since", {"age": age(item.waiting_since, reader.now)}))
    if item.sealed:
        found.append(Note("review.sealed"))
    if item.interrupted:
        found.append(Note("review.interrupted"))
    if seen.cut:
        found.append(Note("review.cut"))
    if item.recognition_number and item.recognised_on:
        on = day(item.recognised_on.isoformat(), "day")
        found.append(Note("review.recognition", {"number": item.recognition_number, "day": on}))
    if item.portal_code:
        found.append(Note("review.portal_code", {"code": item.portal_code}))
    return found


def _history(tx: Transaction, item: Item, moves: list[Moved]) -> list[Note]:
    """What was decided before and why, and what the author appealed with."""
    found = []
    taken_back = {move.undoes_id for move in moves}
    for move in moves:
        if move.id in taken_back or not move.why:
            continue
        said = {"at": moment(move.at), "why": move.why, "who": who_decided(tx, move.actor_id)}
        if move.before == "rejected":
            found.append(Note("review.was_appealed", said))
        elif move.after in ("returned", "rejected"):
            found.append(Note(f"review.was_{move.after}", said))
    return found


def alike_to(tx: Transaction, item: Item, place: Place, reader: Reader) -> list[Lookalike]:
    """What tells of the same improvement, within what the reviewer may see; what defeats it first."""
    portrait = portrait_of(place)
    if portrait is None:
        return []
    found = lookalikes(tx, portrait, item.unit_id, itself=item.id, before=item.submitted_at)
    seen = {item.unit_id} | tx.review_queue.reached(reader.desk, {one.unit_id for one in found})
    return [one for one in found if one.unit_id in seen]


def _alike_line(tx: Transaction, one: Lookalike) -> Note:
    said = {"code": one.code, "title": one.title, "at": moment(one.submitted_at)}
    if one.defeats:
        return Note("review.alike.defeats", said)
    return Note("review.alike.hint", {**said, "unit": tx.people.unit_name(one.unit_id)})


def _own_notes(tx: Transaction, item: Item, reader: Reader) -> list[Note]:
    """What reviewers wrote for each other; about a sealed one only among those who may read it."""
    if item.sealed and not reads_all(tx, reader.worker_id, item, reader.now):
        return []
    lines = [
        Note("review.note_line", {"who": who, "at": moment(at), "words": words})
        for who, at, words in tx.reviews.notes(item.id)
    ]
    return [Note("review.notes.head"), *lines] if lines else []


# --- buttons ---------------------------------------------------------------------------------------------


def possible(tx: Transaction, item: Item, reader: Reader) -> list[str]:
    """The decisions the reviewer may take now; empty where it is not theirs to decide."""
    worker = reader.worker_id
    if worker in (item.author_id, *tx.reviews.authors(item.id)):
        return []
    if not rights.worker_may(tx, worker, "review", item.unit_id, reader.now):
        return []
    officer = any(held.role in ("officer", "admin") for held in tx.roles.reaching(worker, item.unit_id))
    if appealed(item) and (not officer or refused_before(tx, worker, item)):
        return []
    deeds = [deed for deed in LABELS if item.state in RULES[deed].before]
    if item.state == "recognised" and not _addable(item, reader.house, officer=officer):
        deeds.remove("accept")
    return [*deeds, "strike"] if item.state == "valid" and officer else deeds


def _addable(item: Item, house: House, *, officer: bool) -> bool:
    """Whether accepting once more would add something."""
    asks = house.programme.asks
    return (
        ("portal" in asks and not item.portal_code)
        or ("recognition" in asks and not item.recognition_number)
        or ("officer" in asks and officer and item.officer_confirmed_at is None)
    )


def decisions(tx: Transaction, item: Item, reader: Reader) -> tuple[tuple[Button, ...], ...]:
    """Buttons of what may be decided; each carries what it was drawn for."""
    drawn_for = revision(tx, item)
    deeds = possible(tx, item, reader)

    def made(deed: str, label: str) -> Button:
        return Button(f"queue|{deed}.{item.id}|{drawn_for}", label)

    rows: list[tuple[Button, ...]] = []
    if "accept" in deeds:
        rows.append((made("accept", "button.approve"),))
    others = tuple(made(deed, LABELS[deed]) for deed in ("return", "reject") if deed in deeds)
    rows += [others] if others else []
    if "strike" in deeds:
        rows.append((made("strike", "button.strike"),))
    return tuple(rows)


def _ways_on(item: Item, seen: Sight) -> tuple[tuple[Button, ...], ...]:
    following = Button(f"queue|next.{item.id}|-", "button.next_one")
    note = Button(f"queue|note.{item.id}|-", "button.note")
    rows: list[tuple[Button, ...]] = [(following, note), (Button("queue|list.0|-", "button.queue_list"),)]
    left = len(seen.files) - MOST_FILES
    if left > 0:
        more = Button(f"queue|files.{item.id}.1|-", "button.more_files", {"count": left})
        rows.insert(0, (more,))
    return tuple(rows)


def files_page(tx: Transaction, item: Item, page: int, reader: Reader) -> Reply:
    """Further files of an initiative that has more than one message carries."""
    seen = sight(tx, reader.worker_id, item, None, reader.now)
    shown = seen.files[page * MOST_FILES : (page + 1) * MOST_FILES]
    rows = [*decisions(tx, item, reader), *_ways_on(item, replace(seen, files=()))]
    if len(seen.files) > (page + 1) * MOST_FILES:
        left = {"count": len(seen.files) - (page + 1) * MOST_FILES}
        rows.insert(0, (Button(f"queue|files.{item.id}.{page + 1}|-", "button.more_files", left),))
    reply = Reply("review.more_files", {"code": item.code}, (), tuple(rows), files=shown)
    return reply.guarded() if item.sealed else reply
