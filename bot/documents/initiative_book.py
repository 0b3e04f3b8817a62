"""The workbook of an export: initiatives, drafts if asked for, how the units stand, and what it all means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from bot import export
from bot.documents.workbook import Workbook
from bot.export_columns import INITIATIVES, PROGRESS
from bot.export_progress import progress
from bot.speech import Speech
from handlers.disclosure import LEVELS
from handlers.programme import Programme
from storage.initiatives import UnitIds
from storage.transaction import Transaction

Lines = Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Scope:
    """What an export is of: units (None: all), a phase (None: all), drafts too or not.

    `units_said` and `by_said` are texts (key, blanks) that say which units, and by whose right.
    """

    programme: Programme
    at: datetime
    units: UnitIds | None
    units_said: tuple[str, Mapping[str, Any]]
    by_said: tuple[str, Mapping[str, Any]]
    phase: str | None = None
    drafts: bool = False


def write_book(
    out: Path | BinaryIO,
    tx: Transaction,
    scope: Scope,
    speech: Speech,
    language: str,
    watched: Callable[[Lines], Lines] = iter,
) -> int:
    """Write the workbook; how many initiatives and drafts are in it. `watched` sees each line go by."""
    levels: Counter[str] = Counter()
    with Workbook(out, speech, language, scope.programme.zone) as book:
        lines = watched(export.initiatives(tx, scope.units, scope.phase))
        count = book.table("export.sheet_initiatives", INITIATIVES, _counted(lines, levels))
        if scope.drafts:
            lines = watched(export.drafts(tx, scope.units))
            count += book.table("export.sheet_drafts", INITIATIVES, _counted(lines, levels))
        standing = progress(tx, scope.programme, scope.units, scope.phase)
        book.table("export.sheet_progress", PROGRESS, standing)
        book.explain("export.sheet_about", _about(scope, speech, language, count, levels))
    return count


def _counted(lines: Lines, levels: Counter[str]) -> Iterator[Mapping[str, Any]]:
    for line in lines:
        levels[line["disclosure"]] += 1
        yield line


def _about(
    scope: Scope, speech: Speech, language: str, count: int, levels: Counter[str]
) -> Iterator[tuple[str, str]]:
    def say(key: str, params: Mapping[str, Any] | None = None) -> str:
        return speech.say(language, key, params or {})

    phases = {phase.code: phase.name for phase in scope.programme.phases}
    phase = say("export.all_phases") if scope.phase is None else phases.get(scope.phase, scope.phase)
    moment = {"$": "moment", "at": scope.at.isoformat()}
    yield say("export.about_programme"), scope.programme.name
    yield say("export.about_time"), say("export.at", {"at": moment, "zone": scope.programme.zone.key})
    yield say("export.about_units"), say(*scope.units_said)
    yield say("export.about_phase"), phase
    yield say("export.about_rights"), say(*scope.by_said)
    yield say("export.about_count"), str(count)
    yield say("export.about_disclosure"), say("export.disclosure_rule")
    for level in LEVELS:
        yield "", f"{levels[level]} × {say(f'disclosure.{level}')}"
    yield say("export.about_sealed"), say("disclosure.sealed")
    yield say("export.about_measures"), say("export.measures_rule")
    yield say("export.about_benefit"), say("export.benefit_rule")
    yield say("export.about_long"), say("export.long_rule")
