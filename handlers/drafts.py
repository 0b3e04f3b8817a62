"""The list of drafts: how old each is, what it still lacks; continue one or delete it."""

from __future__ import annotations

from datetime import datetime

from handlers import initiative, whose
from handlers.folding import plain_spaces
from handlers.forms import INITIATIVE
from handlers.house import House, Outcome
from handlers.messages import Button, Note, Reply, text
from handlers.place import Place, missing
from handlers.promising import offer, promise
from storage.drafts import DraftLine
from storage.people import Person
from storage.transaction import Transaction

SHOWN = 10


def command(tx: Transaction, person: Person, _argument: str, house: House, now: datetime) -> Outcome:
    """The first page of the list."""
    return show(tx, person, house, now)


def show(tx: Transaction, person: Person, house: House, now: datetime, page: int = 0) -> Outcome:
    """List the drafts, the one touched last first, ten on a page."""
    lines = tx.drafts.of(person.worker_id)
    if not lines:
        return initiative.nothing_open(tx, person, now, Note("drafts.none"))
    page = min(page, (len(lines) - 1) // SHOWN)
    notes = [Note("drafts.head", {"count": len(lines)})]
    rows: list[tuple[Button, ...]] = []
    for number, line in list(enumerate(lines, start=1))[page * SHOWN : (page + 1) * SHOWN]:
        notes.append(Note("drafts.line", _about(line, number, now)))
        label = {"number": number}
        rows.append(
            (
                Button(f"menu|open.{line.id}|-", "button.open_draft", label),
                Button(f"menu|delete.{line.id}|-", "button.delete_draft", label),
            )
        )
    turn = [Button(f"menu|drafts.{page - 1}|-", "button.page_before")] if page else []
    if len(lines) > (page + 1) * SHOWN:
        turn.append(Button(f"menu|drafts.{page + 1}|-", "button.more"))
    rows += [tuple(turn)] if turn else []
    reply = Reply("drafts.ask", {}, tuple(notes), tuple(rows))
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()


def name_of(place: Place) -> str:
    """What a draft is recognised by: its title, or the beginning of what was written; never a secret."""
    for key in ("title", "effect") if place.sealed else ("title", "after", "before", "effect"):
        if value := place.value(key):
            words = plain_spaces(value)
            return words if len(words) <= 60 else words[:60].rsplit(" ", 1)[0] + "…"
    return ""


def _about(line: DraftLine, number: int, now: datetime) -> dict[str, object]:
    place = Place.of(line.place)
    lacking = [text(f"initiative.{step.key}.name") for step in missing(INITIATIVE, place)]
    return {
        "number": number,
        "name": _named(line, place),
        "age": {"$": "age", "seconds": int((now - line.updated_at).total_seconds())},
        "missing": text("drafts.lacks", steps={"$": "list", "items": lacking})
        if lacking
        else text("drafts.complete"),
    }


def _named(line: DraftLine, place: Place) -> object:
    name = name_of(place) or text("drafts.unnamed")
    return text("proxy.draft", whom=line.for_name, name=name) if line.for_other else name


def pressed(
    tx: Transaction, person: Person, name: str, draft_id: int, house: House, now: datetime
) -> Outcome:
    """Continue or delete a draft; deleting is asked twice, and once done it is done."""
    line = tx.drafts.one(person.worker_id, draft_id)
    if line is None:
        submitted = tx.initiatives.of_draft(draft_id)
        note = Note("drafts.gone")
        if submitted is not None and whose.line_of(tx, person, submitted.id, now):
            note = Note("submit.already", {"code": submitted.code})
        return initiative.reply_and_ask_again(tx, person, note, house=house, now=now)
    if name == "open":
        return initiative.continue_with(tx, person, line.id, house, now)
    if name == "delete":
        params = {"name": name_of(Place.of(line.place)) or text("drafts.unnamed")}
        yes = Button(f"menu|really_delete.{line.id}|-", "button.really_delete")
        no = Button(f"menu|keep.{line.id}|-", "button.keep")
        reply = Reply("drafts.really_delete", params, (), ((yes, no),))
        promise(tx, person, [reply], now)
        offer(tx, person, reply)
        return Outcome()
    if name == "really_delete":
        tx.drafts.drop(line.id)
        tx.audit.note(person.worker_id, "draft_deleted", f"draft:{line.id}", now)
        if person.draft is not None and person.draft.id == line.id:
            person.draft = None
        return initiative.reply_and_ask_again(tx, person, Note("drafts.deleted"), house=house, now=now)
    return initiative.reply_and_ask_again(tx, person, Note("drafts.kept"), house=house, now=now)
