"""The progress of a unit as plain values for programs: the same numbers, rounded by the same rule."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from handlers.figures import per_cent, rounded
from handlers.programme import Phase, Programme
from handlers.progress_figures import Measured, Progress, parts_of, progress_of
from storage.aims import Standing
from storage.tallies import ALL
from storage.transaction import Transaction
from storage.units import UnitNode


def plain(
    tx: Transaction, unit: UnitNode, phase: Phase | None, programme: Programme, now: datetime
) -> dict[str, Any]:
    """A unit in one phase, or in each and together, with the units directly below, furthest behind first."""
    parts = (
        parts_of(tx, programme, unit.id, now)
        if phase is None
        else [progress_of(tx, programme, unit.id, phase, now)]
    )
    size = parts[-1].size
    code, today = ALL if phase is None else phase.code, programme.local_day(now)
    count = tx.aims.count_children(unit.id, today)
    children = tx.aims.children(unit.id, code, parts[-1].leading, today, count) if count else []
    return {
        "unit": {"code": unit.code, "name": unit.name},
        "at": now.isoformat(),
        "members": size.members or None,
        "members_counted_from": size.counted_from and size.counted_from.isoformat(),
        "members_counted_to": size.counted_to and size.counted_to.isoformat(),
        "parts": [_part(part) for part in parts],
        "units": [_child(child) for child in children],
    }


def _part(part: Progress) -> dict[str, Any]:
    """One phase; `phase` null is all of them together."""
    phase, figures = part.phase, part.figures
    return {
        "phase": phase and phase.code,
        "name": phase and phase.name,
        "opens": part.opens and part.opens.isoformat(),
        "closes": part.closes and part.closes.isoformat(),
        "state": "coming" if part.coming else "closed" if part.seconds_left is None else "open",
        "days_left": part.days_left,
        "initiatives": _measured(part.initiatives),
        "people": {**_measured(part.people), "percent_of_members": _shown(part.members_share)},
        "returned": figures.returned,
        "rejected": figures.rejected,
        "pace": _shown(part.pace),
        "pace_needed": _shown(part.pace_needed),
        "reached_on": part.reached_on and part.reached_on.isoformat(),
        "benefit": {
            "year": figures.benefit_year,
            "month": figures.benefit_month,
            "once": figures.benefit_once,
            "entries_with_a_figure": figures.figures,
        },
    }


def _measured(one: Measured) -> dict[str, Any]:
    return {
        "valid": one.done,
        "waiting": one.waiting,
        "target": one.target,
        "percent": _shown(one.share),
        "lacking": None if one.target is None else one.lacking,
        "units_with_target": one.units.aimed,
        "units_reached": one.units.reached,
    }


def _child(child: Standing) -> dict[str, Any]:
    figures = child.figures
    return {
        "code": child.code,
        "name": child.name,
        "valid": figures.valid,
        "waiting": figures.waiting,
        "target": child.initiatives,
        "percent": _shown(None if child.initiatives is None else per_cent(figures.valid, child.initiatives)),
        "people": figures.people,
        "people_waiting": figures.people_waiting,
        "people_target": child.people,
        "people_percent": _shown(None if child.people is None else per_cent(figures.people, child.people)),
        "members": child.members or None,
        "percent_of_members": _shown(per_cent(figures.people, child.members)),
    }


def _shown(number: Decimal | None) -> float | None:
    """One decimal, as it is written everywhere else."""
    return None if number is None else float(rounded(number))
