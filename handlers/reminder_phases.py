"""Whether a phase's dates have been changed in the configuration since the last look, and what follows."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from handlers.programme import Phase, Programme
from handlers.reminder_moments import Moves
from storage.transaction import Transaction

SETTING = "phases"


UNHEARD = timedelta(days=3)  # a notice held longer than this was said, or will never be


def watch(tx: Transaction, programme: Programme, now: datetime) -> dict[str, Moves]:
    """How each phase's dates were moved; a move that is new is written down.

    What waited to be said about a date that no longer holds is taken back.
    """
    kept = json.loads(tx.heard.setting(SETTING) or "{}")
    changed = dict(kept)
    for phase in programme.phases:
        changed[phase.code] = _seen(tx, phase, kept.get(phase.code), now)
    if changed != kept:
        tx.heard.settle_setting(SETTING, json.dumps(changed, sort_keys=True))
    return {phase.code: _moves(changed[phase.code]) for phase in programme.phases}


def known(tx: Transaction, programme: Programme) -> dict[str, Moves]:
    """The same as it was written down last; nothing is written."""
    kept = json.loads(tx.heard.setting(SETTING) or "{}")
    return {phase.code: _moves(kept.get(phase.code, {})) for phase in programme.phases}


def _seen(tx: Transaction, phase: Phase, kept: dict[str, Any] | None, now: datetime) -> dict[str, Any]:
    opens, closes = phase.opens.isoformat(), phase.closes.isoformat()
    if kept is None:
        return {"opens": opens, "closes": closes, "generation": 0}
    before = {"opens": opens, "told": kept["generation"], "told_at": kept.get("at"), **kept}
    if (before["opens"], before["closes"]) == (opens, closes):
        return before
    unheard = _unheard(tx, phase.code, before, now)
    _take_back(tx, f"moved:{phase.code}:", now)
    found = {**before, "opens": opens, "closes": closes}
    found |= {"told": before["told"] + 1, "told_at": now.isoformat()}
    if before["closes"] != closes:
        found |= _closes_moved(tx, phase.code, before, closes, now)
    known_close = (unheard and before.get("was")) or before["closes"]
    found["was"] = known_close if known_close != closes else None
    found |= _opening(phase, before, unheard, now)
    return found


def _closes_moved(
    tx: Transaction, code: str, before: dict[str, Any], closes: str, now: datetime
) -> dict[str, Any]:
    """Reminders of the old close are taken back, and what was kept of its figures."""
    _take_back(tx, f"before:{code}:", now)
    tx.reminder_log.thaw(code)
    tx.audit.note(None, "phase_moved", f"phase:{code}", now, before=before["closes"], after=closes)
    first = before.get("first") or before["closes"]
    return {"generation": before["generation"] + 1, "at": now.isoformat(), "first": first}


def _opening(phase: Phase, before: dict[str, Any], unheard: bool, now: datetime) -> dict[str, Any]:
    """An opening that is still to come is told of; one that had come and was put off is said once more."""
    opens, times = phase.opens.isoformat(), before.get("opening", 0)
    known_open = (unheard and before.get("opens_was")) or before["opens"]
    news = known_open != opens and phase.opens > now
    if before["opens"] != opens and phase.opens > now >= datetime.fromisoformat(before["opens"]):
        times += 1
    elif unheard and known_open == opens != before["opens"]:
        times = before.get("opening_was", times)  # as if nothing had been
    was = {"opens_was": known_open if news else None}
    return {**was, "opening": times, "opening_was": before.get("opening", 0)}


def _unheard(tx: Transaction, code: str, kept: dict[str, Any], now: datetime) -> bool:
    """Whether the last notice has reached nobody yet: then people know the dates before it."""
    if not kept["told_at"] or now - datetime.fromisoformat(kept["told_at"]) > UNHEARD:
        return False
    return not tx.reminder_log.said(f"moved:{code}:{kept['told']}:")


def _take_back(tx: Transaction, prefix: str, now: datetime) -> None:
    """What waits under keys that begin so speaks of a date that no longer holds; it is written down."""
    notes: dict[tuple[str, str, str], list[tuple[int | None, str, str]]] = {}
    for once in tx.reminder_log.supersede(prefix):
        kind, _, rest = once.partition(":")
        phase, offset, worker = rest.rsplit(":", 2)
        notes.setdefault((kind, phase, offset), []).append((int(worker), "superseded", "moved"))
    for key, outcomes in notes.items():
        tx.reminder_log.note(key, outcomes, now)


def _moves(kept: dict[str, Any]) -> Moves:
    told = kept.get("told", kept.get("generation", 0))
    if not told:
        return Moves()
    first = kept.get("first")
    closes = datetime.fromisoformat(kept["closes"])
    tag = "" if first is None or first == kept["closes"] else f".{closes:%Y%m%dT%H%M%S}"
    return Moves(
        kept.get("generation", 0), _instant(kept.get("at")), _instant(kept.get("was")), told,
        _instant(kept.get("told_at", kept.get("at"))), _instant(kept.get("opens_was")),
        kept.get("opening", 0), tag,
    )  # fmt: skip


def _instant(kept: str | None) -> datetime | None:
    return None if kept is None else datetime.fromisoformat(kept)
