"""The life of an initiative as one table: who may move it from where to where, what that needs, who is told.

Every change of state goes through `move`, so every one has who, when, from, to and why, and is in the
figures. Nobody decides on their own initiative; of two reviewers the first decision stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from handlers import rights
from handlers.house import House
from handlers.programme import Programme
from storage.reviews import Item, Moved
from storage.transaction import Transaction

UNDO = timedelta(minutes=10)
_UNDECIDED = {"decided_at": None, "confirmed_at": None, "officer_confirmed_at": None}
_UNKNOWN = {"recognition_number": None, "recognised_on": None, "portal_code": None}
DECIDED = ("recognised", "valid", "returned", "rejected")


@dataclass(frozen=True, slots=True)
class Rule:
    """One move: from any of `before` to `after`, by whom, what it needs, and who is told."""

    deed: str
    before: tuple[str, ...]
    after: str
    by: str  # author, reviewer (of the unit or above), officer (above the unit)
    needs: tuple[str, ...] = ()
    told: tuple[str, ...] = ("author",)


RULES: Mapping[str, Rule] = {
    rule.deed: rule
    for rule in (
        Rule("submit", ("draft",), "submitted", "author", told=("reviewers",)),
        Rule("correct", ("submitted", "returned"), "submitted", "author", told=("reviewers",)),
        # What somebody else typed: its author says that it is theirs, or that it is not.
        Rule("confirm", ("recognised",), "valid", "author", told=()),
        Rule("disown", ("submitted", "returned", "recognised"), "withdrawn", "author", told=()),
        Rule("withdraw", ("submitted", "returned"), "withdrawn", "author", told=()),
        # Accepting makes it valid when nothing else is asked for, and recognised until then.
        Rule("accept", ("submitted", "recognised"), "recognised", "reviewer"),
        Rule("return", ("submitted", "recognised"), "returned", "reviewer", ("why", "missing")),
        Rule("reject", ("submitted", "recognised", "returned"), "rejected", "reviewer", ("why",)),
        Rule("appeal", ("rejected",), "submitted", "author", ("why",), ("officers",)),
        Rule("undo", DECIDED, "", "decider"),
        Rule("strike", ("valid",), "rejected", "officer", ("why",)),
        # A number, a day, a portal code that come when it is valid already; nothing else changes.
        Rule("supplement", ("valid",), "valid", "reviewer", told=()),
    )
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides: the deed, the words for the author, what is missing, facts that come with it."""

    deed: str
    why: str = ""
    missing: tuple[str, ...] = ()
    number: str = ""
    day: date | None = None
    portal_code: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a decision.

    `refused` is empty when it was done; otherwise `own` (their own initiative), `decider` (they refused it
    and it was appealed), `rights`, `late` (somebody
    else was faster, or it is not in a state for this), `needs` (with `lacking`), `once` (appealed before),
    `gone`, `too_late_to_undo`.
    """

    refused: str = ""
    state: str = ""
    move_id: int = 0
    lacking: tuple[str, ...] = ()
    last: Moved | None = None
    told: tuple[str, ...] = field(default=())


def decide(
    tx: Transaction,
    worker_id: int | None,
    initiative_id: int,
    decision: Decision,
    house: House,
    now: datetime,
) -> Verdict:
    """Take a decision, if the worker may and nobody has decided before.

    No worker at all is the operator at the command line, who answers for every unit and is author of none.
    """
    item, rule = tx.reviews.look(initiative_id), RULES[decision.deed]
    if item is None:
        return Verdict("gone")
    officer = _is_officer(tx, worker_id, item)
    if refused := _not_allowed(tx, worker_id, item, rule, now, officer=officer):
        return Verdict(refused)
    if rule.deed == "appeal" and item.appealed_at is not None:
        return Verdict("once", item.state)
    if item.state not in rule.before:
        return Verdict("late", item.state, last=tx.reviews.last_move(item.id))
    if rule.deed == "undo":
        return _undo(tx, worker_id, item, now)
    facts = _facts(item, decision, rule, house.programme, now, officer=officer)
    needs = tuple(need for need in rule.needs if not getattr(decision, need))
    if lacking := needs + _lacking(rule, item, decision, house):
        return Verdict("needs", item.state, lacking=lacking)
    after = _after(tx, rule, item, facts, house.programme)
    if after == item.state and not _is_news(item, facts):
        return Verdict("late", item.state, last=tx.reviews.last_move(item.id))
    if after != item.state:
        facts["valid_on"] = house.programme.local_day(now) if after == "valid" else None
    with tx.tallies.counting(item.id):
        done = tx.reviews.change(item, after, facts)
    if not done:
        fresh = tx.reviews.look(item.id)
        return Verdict("late", fresh.state if fresh else "", last=tx.reviews.last_move(item.id))
    said = (decision.why, decision.missing)
    number = tx.reviews.note_move(item.id, (item.state, after), worker_id, now, said=said)
    why = decision.why or None
    tx.audit.note(worker_id, rule.deed, item.code, now, before=item.state, after=after, why=why)
    return Verdict("", after, number, told=rule.told)


def _is_news(item: Item, facts: Mapping[str, Any]) -> bool:
    """Whether accepting once more adds a fact that was not there."""
    return any(getattr(item, name) is None for name in facts if name != "decided_at")


def _not_allowed(
    tx: Transaction, worker_id: int | None, item: Item, rule: Rule, now: datetime, *, officer: bool
) -> str:
    """Why the worker may not: `own`, `decider` or `rights`; empty when they may."""
    if worker_id is None:
        return "rights" if rule.by in ("author", "decider") else ""
    authors = {item.author_id, *tx.reviews.authors(item.id)}
    if rule.by == "author":
        return "" if speaks_for_author(tx, worker_id, item, now) else "rights"
    if worker_id in authors:
        return "own"
    # After an appeal the level above decides, and another person than whoever refused.
    if appealed(item):
        return refused_before(tx, worker_id, item) if officer else "rights"
    if rule.by == "officer":
        return "" if officer else "rights"
    return "" if rights.worker_may(tx, worker_id, "review", item.unit_id, now) else "rights"


def appealed(item: Item) -> bool:
    """Whether it waits for the level above, because its author has appealed."""
    return item.appealed_at is not None and item.state == "submitted"


def refused_before(tx: Transaction, worker_id: int, item: Item) -> str:
    """`decider` for whoever has refused it before; empty for everybody else."""
    return "decider" if worker_id in tx.reviews.refusers(item.id) else ""


def speaks_for_author(tx: Transaction, worker_id: int, item: Item, now: datetime) -> bool:
    """The author, or whoever typed it for them and still may enter for others there."""
    if worker_id == item.author_id:
        return True
    entry = tx.entered.of(item.id)
    if entry is None or entry.entered_by != worker_id:
        return False
    return rights.worker_may(tx, worker_id, "enter_for_others", item.unit_id, now)


def _is_officer(tx: Transaction, worker_id: int | None, item: Item) -> bool:
    """Whether the worker answers for the unit from above it."""
    if worker_id is None:
        return True
    reaching = tx.roles.reaching(worker_id, item.unit_id)
    return any(held.role in ("officer", "admin") for held in reaching)


def _facts(
    item: Item, decision: Decision, rule: Rule, programme: Programme, now: datetime, *, officer: bool
) -> dict[str, Any]:
    """The columns that a decision fills beside the state."""
    if rule.deed in ("correct", "appeal"):
        appealed = {"appealed_at": now} if rule.deed == "appeal" else {}
        return {"waiting_since": now, **_UNDECIDED, **appealed}
    if rule.deed == "confirm":
        return {}
    if rule.deed not in ("accept", "supplement"):
        return {"decided_at": now}
    facts: dict[str, Any] = {}
    if rule.deed == "accept":
        facts = {"confirmed_at": item.confirmed_at or now, "decided_at": now}
    if rule.deed == "accept" and officer and "officer" in programme.asks:
        facts["officer_confirmed_at"] = item.officer_confirmed_at or now
    if decision.number:
        facts["recognition_number"], facts["recognised_on"] = decision.number, decision.day
    if decision.portal_code:
        facts["portal_code"] = decision.portal_code
    return facts


def _lacking(rule: Rule, item: Item, decision: Decision, house: House) -> tuple[str, ...]:
    """What accepting needs besides: the establishment's number and day, where the programme asks for them."""
    if rule.deed != "accept" or "recognition" not in house.programme.asks:
        return ()
    known = item.recognition_number or (decision.number and decision.day)
    return () if known else ("number", "day")


def still_asked(item_facts: Mapping[str, Any], programme: Programme) -> tuple[str, ...]:
    """What the programme asks for before `valid` and is not there yet."""
    there = {
        "unit": item_facts["confirmed_at"] is not None,
        "recognition": bool(item_facts["recognition_number"]),
        "portal": bool(item_facts["portal_code"]),
        "officer": item_facts["officer_confirmed_at"] is not None,
    }
    return tuple(ask for ask in programme.asks if not there[ask])


def _after(tx: Transaction, rule: Rule, item: Item, facts: Mapping[str, Any], programme: Programme) -> str:
    if rule.deed not in ("accept", "confirm"):
        return rule.after
    names = ("confirmed_at", "recognition_number", "portal_code", "officer_confirmed_at")
    now_known = {name: facts.get(name, getattr(item, name)) for name in names}
    # What somebody else typed counts only when its author has said that it is theirs.
    waits = tx.entered.unconfirmed(item.id)
    return "recognised" if waits or still_asked(now_known, programme) else "valid"


def _undo(tx: Transaction, worker_id: int | None, item: Item, now: datetime) -> Verdict:
    """Take back one's own decision of the last ten minutes; the author is told of that too."""
    last = tx.reviews.last_move(item.id)
    if last is None or last.actor_id != worker_id or last.undoes_id is not None or last.before == "draft":
        return Verdict("rights", item.state, last=last)
    if last.before == last.after == "valid":
        return Verdict("late", item.state, last=last)
    if now - last.at > UNDO:
        return Verdict("too_late_to_undo", item.state, last=last)
    # What a mistaken acceptance brought along is asked for again with the next one.
    first = {**_UNDECIDED, **_UNKNOWN}
    facts = first if last.before == "submitted" else {"officer_confirmed_at": None}
    with tx.tallies.counting(item.id):
        done = tx.reviews.change(item, last.before, {**facts, "valid_on": None})
    if not done:
        return Verdict("late", item.state, last=last)
    number = tx.reviews.note_move(item.id, (item.state, last.before), worker_id, now, undoes_id=last.id)
    tx.audit.note(worker_id, "undo", item.code, now, before=item.state, after=last.before)
    return Verdict("", last.before, number, told=("author",))
