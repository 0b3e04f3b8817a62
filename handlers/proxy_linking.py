"""Somebody known by name only has come in person: a lead says who it is, never the name by itself."""

from __future__ import annotations

from datetime import datetime

from handlers import confirming, proxy, proxy_entries
from handlers.folding import fold
from handlers.house import House, Outcome
from handlers.messages import Button, Note, Reply
from handlers.promising import offer, promise
from storage.entered import EntryLine, Whom
from storage.people import Person
from storage.transaction import Transaction

PAGE = 8


def pressed(
    tx: Transaction, person: Person, name: str, line: EntryLine, number: int, house: House, now: datetime
) -> Outcome:
    """Whom to choose from (a page), the one chosen, and the one agreed on twice (a number)."""
    item, whom = tx.reviews.look(line.id), tx.entered.whom(line.author_id)
    if item is None or whom is None or not whom.placeholder:
        return proxy_entries.show(tx, person, line, house, now)
    if name == "link":
        return _who_is_it(tx, person, line, item.unit_id, number, now)
    real = next((one for one in tx.entered.people(item.unit_id) if one.worker_id == number), None)
    if real is None or real.placeholder or real.worker_id == person.worker_id:
        return proxy_entries.show(tx, person, line, house, now, Note("people.gone"))
    if name == "same":
        yes = Button(f"proxy|really_same.{line.id}.{real.worker_id}|-", "button.proxy_really_same")
        back = Button(f"proxy|see.{line.id}|-", "button.back")
        shown = proxy.label(real)
        said = {"name": line.author, "other": real.name, "digits": shown["digits"]}
        return _say(tx, person, Reply("proxy.same", said, (), ((yes,), (back,))), now)
    return _same(tx, person, line, whom, real, house, now)


def _same(
    tx: Transaction, person: Person, line: EntryLine, whom: Whom, real: Whom, house: House, now: datetime
) -> Outcome:
    """All that was entered is the worker's, who is asked to confirm what nobody has confirmed yet."""
    moved = tx.entered.merge(whom.worker_id, real.worker_id)
    subject = f"worker:{whom.worker_id}"
    tx.audit.note(person.worker_id, "merged", subject, now, after=f"worker:{real.worker_id}")
    confirming.ask(tx, real.worker_id, house, now)
    note = Note("proxy.linked", {"name": real.name, "count": len(moved)})
    return proxy_entries.show(tx, person, line, house, now, note)


def _who_is_it(
    tx: Transaction, person: Person, line: EntryLine, unit_id: int, page: int, now: datetime
) -> Outcome:
    """People of the unit who have come themselves, those of that name first."""
    alike = {one.worker_id for one in proxy.named(tx, unit_id, line.author)}
    people = [one for one in tx.entered.people(unit_id) if not one.placeholder]
    people = [one for one in people if one.worker_id != person.worker_id]
    people.sort(key=lambda one: (one.worker_id not in alike, fold(one.name), one.worker_id))
    page = min(page, len(people) // PAGE)
    rows: list[tuple[Button, ...]] = [
        (Button(f"proxy|same.{line.id}.{one.worker_id}|-", "button.proxy_for", proxy.label(one)),)
        for one in people[page * PAGE : (page + 1) * PAGE]
    ]
    if len(people) > (page + 1) * PAGE:
        rows.append((Button(f"proxy|link.{line.id}.{page + 1}|-", "button.more"),))
    rows.append((Button(f"proxy|see.{line.id}|-", "button.back"),))
    return _say(tx, person, Reply("proxy.link", {"name": line.author}, (), tuple(rows)), now)


def _say(tx: Transaction, person: Person, reply: Reply, now: datetime) -> Outcome:
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()
