"""`sangkien progress`: the lines of `/tiendo` at the command line, or the same figures as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.commands import ConfigOption, configured, fail, opened, say

if TYPE_CHECKING:
    from datetime import date

    from bot.speech import Speech
    from handlers.messages import Note
    from handlers.programme import Phase, Programme
    from handlers.progress_figures import Progress
    from storage.transaction import Transaction
    from storage.units import UnitNode

LANGUAGE = "vi"  # that of the command line
SHOWN = 20
HEADS = ("code", "unit", "valid", "target", "share", "people", "target_people", "share_people")


def progress(
    unit: Annotated[str, typer.Argument(help="Mã đơn vị; ROOT là đơn vị gốc.")] = "ROOT",
    phase: Annotated[str | None, typer.Option("--phase", help="Chỉ giai đoạn này.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In một JSON cho chương trình đọc.")] = False,
    config: ConfigOption = None,
) -> None:
    """Tiến độ của một đơn vị: từng giai đoạn, cả chương trình, và các đơn vị trực thuộc."""
    from bot import clock
    from bot.speech import Speech
    from bot.texts import load
    from handlers.progress import said_of
    from handlers.progress_figures import progress_of
    from handlers.progress_plain import plain

    settings = configured(config)
    programme = settings.programme_facts()
    wanted = _phase(programme, phase)
    database, now = opened(settings), clock.now()
    try:
        with database.reading() as tx:
            node = _unit(tx, unit, programme.local_day(now))
            if as_json:
                say(json.dumps(plain(tx, node, wanted, programme, now), ensure_ascii=False, indent=2))
                return
            speech = Speech(load(), programme.zone)
            _print(speech, said_of(tx, node, wanted, programme, now))
            part = progress_of(tx, programme, node.id, wanted, now)
            lines, more = _below(tx, part, programme.local_day(now))
            _table(speech, lines, more)
    finally:
        database.close()


def _phase(programme: Programme, code: str | None) -> Phase | None:
    if code is None:
        return None
    found = next((one for one in programme.phases if one.code == code), None)
    if found is None:
        known = ", ".join(one.code for one in programme.phases)
        fail(f"Không có giai đoạn “{code}” trong cấu hình; có: {known}.", 2)
    return found


def _unit(tx: Transaction, typed: str, today: date) -> UnitNode:
    """The unit of that code or name; otherwise the end, with the nearest five."""
    from handlers.nearest_units import meant, suggested

    number, found = meant(tx, typed, today)
    node = None if number is None else tx.units.by_id(number)
    return node if node is not None else _unknown(typed, suggested(tx, typed, found, today)[1])


def _unknown(typed: str, found: Sequence[object]) -> NoReturn:
    if not found:
        fail("Chưa có danh sách đơn vị; nhập bằng sangkien units import.", 2)
    units = "; ".join(f"{getattr(one, 'code', '')} ({getattr(one, 'name', '')})" for one in found)
    fail(f"Không có đơn vị “{typed}”. Gần giống nhất: {units}.", 2)


def _print(speech: Speech, lines: Sequence[Note]) -> None:
    for place, line in enumerate(lines):
        if place and line.key.endswith(".head"):
            say("")
        say(speech.say(LANGUAGE, line.key, line.params).strip())


def _below(tx: Transaction, part: Progress, today: date) -> tuple[list[list[str]], int]:
    """Units below as cells: code, name, and of each measure done, target, per cent; and how many more."""
    from handlers.figures import decimal, grouped
    from handlers.progress_figures import MEASURES
    from handlers.rankings import both_of, share_of
    from storage.tallies import ALL

    code, measure = ALL if part.phase is None else part.phase.code, part.leading
    rows = []
    for child in tx.aims.children(part.unit_id, code, measure, today, SHOWN):
        row = [child.code, child.name]
        for one in MEASURES:
            (done, target), share = both_of(child, one), share_of(child, one)
            aim = "–" if target is None else grouped(target, LANGUAGE)
            percent = "–" if share is None else f"{decimal(share, LANGUAGE)} %"
            row += [grouped(done, LANGUAGE), aim, percent]
        rows.append(row)
    return rows, max(0, tx.aims.count_children(part.unit_id, today) - SHOWN)


def _table(speech: Speech, rows: Sequence[Sequence[str]], more: int) -> None:
    """A table when a person watches, cells apart by tabs for a program."""
    if not rows:
        return
    say("")
    heads = [speech.say(LANGUAGE, f"table.{name}", {}) for name in HEADS]
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table()
        for place, head in enumerate(heads):
            table.add_column(head, justify="right" if place > 1 else "left")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))  # what a unit is called is no markup
        Console().print(table)
    else:
        for row in (heads, *rows):
            say("\t".join(row))
    if more:
        say(speech.say(LANGUAGE, "table.more", {"count": more}))
