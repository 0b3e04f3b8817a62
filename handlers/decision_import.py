"""Decisions of an establishment's council, row by row: what each would change, and then the change itself.

What is shown is found by taking the decision and letting it go again, so nothing is foretold that would not
happen. What happened to an initiative between the showing and the doing is respected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from handlers import moves
from handlers.decision_rows import DecisionRow
from handlers.house import House
from handlers.moves import Decision, Verdict, decide
from handlers.review_card import revision
from handlers.review_notices import tell_author
from storage.reviews import Item
from storage.transaction import Transaction
from storage.vault import VaultClosed


@dataclass(frozen=True, slots=True)
class Weighed:
    """What becomes of one row.

    `outcome`: `change`, `already` (it is so), `undecided` (the row says nothing yet), `fault` (with
    `reason`). `lacking` is what the programme still asks for before it is valid; `drawn_for` the last thing
    that had happened when this was found.
    """

    row: DecisionRow
    outcome: str
    reason: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    before: str = ""
    after: str = ""
    lacking: tuple[str, ...] = ()
    drawn_for: int = 0


class _LetGo(Exception):
    """Ends a decision that was taken only to see what it would do."""


def weigh(tx: Transaction, row: DecisionRow, actor: int | None, house: House, now: datetime) -> Weighed:
    """What a row would change; nothing is changed. `actor` None is the operator at the command line."""
    found = Weighed(row, "fault")
    try:
        with tx.savepoint():
            found = _done(tx, row, actor, house, now)
            raise _LetGo
    except _LetGo:
        return found
    except VaultClosed:
        return replace(found, reason="locked", params={"code": row.code})


def carry_out(tx: Transaction, shown: Weighed, actor: int | None, house: House, now: datetime) -> Weighed:
    """Do what was shown, unless something has happened to the initiative since."""
    row = shown.row
    item = tx.reviews.find(row.code)
    if item is None or revision(tx, item) != shown.drawn_for:
        state = item.state if item is not None else ""
        return replace(shown, outcome="fault", reason="changed_since", params={"code": row.code, "is": state})
    try:
        with tx.savepoint():
            return _done(tx, row, actor, house, now)
    except VaultClosed:
        return replace(shown, outcome="fault", reason="locked", params={"code": row.code})


def _done(tx: Transaction, row: DecisionRow, actor: int | None, house: House, now: datetime) -> Weighed:
    item = tx.reviews.find(row.code)
    if item is None:
        return Weighed(row, "fault", "no_such", {"code": row.code, "column": "code"})
    found = Weighed(row, "fault", before=item.state, after=item.state, drawn_for=revision(tx, item))
    if not row.said:
        return replace(found, outcome="undecided")
    if before := _before_all(tx, item, row):
        reason, params = before
        return replace(found, outcome="fault" if reason else "already", reason=reason, params=params)
    decision = _fitting(item, row.decision)
    verdict = decide(tx, actor, item.id, decision, house, now)
    if verdict.refused:
        return _refused(found, item, verdict)
    if verdict.told:
        tell_author(tx, item, decision, verdict, house, now)
    fresh = tx.reviews.look(item.id) or item
    waits = ("author",) if tx.entered.unconfirmed(item.id) else ()
    lacking = (*_still_asked(fresh, house), *waits) if verdict.state == "recognised" else ()
    return replace(found, outcome="change", after=verdict.state, lacking=lacking)


def _fitting(item: Item, decision: Decision) -> Decision:
    """What comes to light about one that is valid already is added to it."""
    if decision.deed == "accept" and item.state == "valid":
        return replace(decision, deed="supplement")
    return decision


def _before_all(tx: Transaction, item: Item, row: DecisionRow) -> tuple[str, dict[str, Any]] | None:
    """Why there is nothing to decide: an empty reason when it is so already; None when there is."""
    decision = row.decision
    if decision.deed != "accept":
        return _decided_so(tx, item, decision)
    for name, kept, said in (
        ("number", item.recognition_number, decision.number),
        ("day", item.recognised_on, decision.day),
        ("portal", item.portal_code, decision.portal_code),
    ):
        if kept and said and kept != said:
            return "differs", {"column": name, "kept": kept, "typed": said, "code": item.code}
    news = (decision.number and not item.recognition_number) or (
        decision.portal_code and not item.portal_code
    )
    return ("", {}) if item.state == "valid" and not news else None


def _decided_so(tx: Transaction, item: Item, decision: Decision) -> tuple[str, dict[str, Any]] | None:
    """The very same refusal was given before: it is not given twice, whatever its author did since."""
    after = moves.RULES[decision.deed].after
    life = tx.reviews.moves(item.id)
    taken_back = {move.undoes_id for move in life}
    same = [
        move
        for move in life
        if move.after == after and move.why == decision.why and move.id not in taken_back
    ]
    if not same:
        return None
    if item.state == after:
        return "", {}
    return "decided_before", {"code": item.code, "at": same[-1].at, "is": item.state}


def _refused(found: Weighed, item: Item, verdict: Verdict) -> Weighed:
    """The reason why a decision was not taken, as a row shows it."""
    said = {"code": item.code, "is": item.state}
    accepted = found.row.decision.deed == "accept" and item.state == "recognised"
    if verdict.refused == "late" and accepted:
        return replace(found, outcome="already")
    if verdict.refused == "needs":
        return replace(found, reason="needs", params={**said, "lacking": verdict.lacking})
    return replace(found, reason=verdict.refused, params=said)


def _still_asked(item: Item, house: House) -> tuple[str, ...]:
    names = ("confirmed_at", "recognition_number", "portal_code", "officer_confirmed_at")
    return moves.still_asked({name: getattr(item, name) for name in names}, house.programme)
