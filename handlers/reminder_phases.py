"""Whether a phase's dates have been changed in the configuration since the last look, and what follows."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from handlers.programme import Phase, Programme
from handlers.reminder_moments import Moves
from storage.transaction import Transaction

SETTING = "phases"


def watch(tx: Transaction, programme: Programme, now: datetime) -> dict[str, Moves]:
    """How often each phase's close was moved; a move that is new is written down.

    What waited to be said about the date that no longer holds is taken back.
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
    closes = phase.closes.isoformat()
    if kept is None:
        return {"closes": closes, "generation": 0}
    if kept["closes"] == closes:
        return kept
    tx.reminder_log.supersede(f"before:{phase.code}:")
    tx.reminder_log.supersede(f"moved:{phase.code}:")
    tx.reminder_log.thaw(phase.code)
    moved = {"generation": kept["generation"] + 1, "at": now.isoformat(), "was": kept["closes"]}
    tx.audit.note(None, "phase_moved", f"phase:{phase.code}", now, before=kept["closes"], after=closes)
    return {"closes": closes, **moved}


def _moves(kept: dict[str, Any]) -> Moves:
    if not kept.get("generation"):
        return Moves()
    at, was = datetime.fromisoformat(kept["at"]), datetime.fromisoformat(kept["was"])
    return Moves(kept["generation"], at, was)
