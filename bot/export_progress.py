"""How units stand, a row for each unit and phase: the same numbers and the same rounding as in the chat."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from handlers.figures import per_cent
from handlers.programme import Programme
from storage.aims import Standing
from storage.initiatives import UnitIds
from storage.tallies import ALL
from storage.transaction import Transaction


def progress(
    tx: Transaction, programme: Programme, units: UnitIds | None, phase: str | None = None
) -> Iterator[dict[str, Any]]:
    """Each of these units (None: every one), by code, in each phase and in all (`*`), or in one phase."""
    phases = [one.code for one in programme.phases] if phase is None else [phase]
    if phase is None:
        phases.append(ALL)
    for code in phases:
        for unit in tx.aims.all_of(units, code):
            yield _line(unit, code)


def _line(unit: Standing, phase: str) -> dict[str, Any]:
    figures = unit.figures
    return {
        "unit": unit.code,
        "unit_name": unit.name,
        "phase": phase,
        "valid": figures.valid,
        "target_initiatives": unit.initiatives,
        "share_initiatives": _share(figures.valid, unit.initiatives),
        "waiting": figures.waiting,
        "returned": figures.returned,
        "rejected": figures.rejected,
        "withdrawn": figures.withdrawn,
        "people": figures.people,
        "target_people": unit.people,
        "share_people": _share(figures.people, unit.people),
        "people_waiting": figures.people_waiting,
        "members": unit.members or None,
        "share_members": _share(figures.people, unit.members),
        "figures": figures.figures,
        "benefit_year": figures.benefit_year,
        "benefit_month": figures.benefit_month,
        "benefit_once": figures.benefit_once,
    }


def _share(part: int, whole: int | None) -> Decimal | None:
    return None if whole is None else per_cent(part, whole)
