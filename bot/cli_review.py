"""`sangkien review import`: decisions of an establishment's council, shown row by row, then carried out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands import ConfigOption, configured, fail, opened, say

if TYPE_CHECKING:
    from bot.config import Config
    from bot.decision_report import Voice
    from handlers.decision_import import Weighed
    from handlers.decision_rows import DecisionRow
    from handlers.house import House
    from handlers.unit_rows import Fault
    from storage.database import Database

app = typer.Typer(help="Xét sáng kiến.", no_args_is_help=True)
AT_ONCE = 100  # rows in one transaction: the running bot never waits long for the database
MOST_NAMED = 10
YES = ("có", "co", "yes", "y")


@app.command("import")
def import_decisions(
    file: Annotated[Path, typer.Argument(help="Quyết định của hội đồng: XLSX hoặc CSV.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ xem sẽ thay đổi gì.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Xem xong làm luôn, không hỏi.")] = False,
    as_: Annotated[
        str, typer.Option("--as", help="Người quyết định: số hoặc họ tên; trống là người vận hành.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Mỗi dòng một JSON.")] = False,
    config: ConfigOption = None,
) -> None:
    """Nhập quyết định của hội đồng: xem từng dòng thay đổi gì trước, đồng ý rồi mới ghi."""
    from bot import clock
    from bot.decision_report import summary

    settings = configured(config)
    database, now = opened(settings), clock.now()
    try:
        house, voice = _house(settings, database)
        actor = _actor(database, as_)
        rows, faults = _read(file, house, voice, now)
        found = list(_within(database, rows, lambda tx, row: _weigh(tx, row, actor, house, now)))
        broken = _show(found, faults, voice, as_json=as_json)
        todo = [one for one in found if one.outcome == "change"]
        if dry_run or not todo:
            _end(summary(found, broken, done=not dry_run), broken, as_json=as_json)
            return
        _settle(summary(found, broken, done=False), yes=yes, as_json=as_json)
        later = clock.now()  # somebody may have looked at it for long
        done = list(_within(database, todo, lambda tx, one: _carry_out(tx, one, actor, house, later)))
        lost = [one for one in done if one.outcome == "fault"]
        with database.transaction() as tx:
            changed = f"+{len(done) - len(lost)} -{broken + len(lost)}"
            tx.audit.note(actor, "decisions_imported", "initiatives", later, after=changed)
        _show(lost, [], voice, as_json=as_json)
        rest = [one for one in found if one.outcome != "change"]
        _end(summary([*done, *rest], broken + len(lost), done=True), broken + len(lost), as_json=as_json)
    finally:
        database.close()


def _weigh(tx: Any, row: DecisionRow, actor: int | None, house: House, now: datetime) -> Weighed:
    from handlers.decision_import import weigh

    return weigh(tx, row, actor, house, now)


def _carry_out(tx: Any, one: Weighed, actor: int | None, house: House, now: datetime) -> Weighed:
    from handlers.decision_import import carry_out

    return carry_out(tx, one, actor, house, now)


def _house(settings: Config, database: Database) -> tuple[House, Voice]:
    from bot.decision_report import Voice
    from bot.invitations import signing_key
    from bot.speech import Speech
    from bot.texts import load
    from handlers.house import House

    programme = settings.programme_facts()
    speech = Speech(load(), programme.zone)
    contact, key = settings.programme.contact, signing_key(database)
    house = House(programme, speech, contact, "", key, quiet=settings.quiet_hours())
    return house, Voice(speech, programme)


def _actor(database: Database, named: str) -> int | None:
    """Who decides: by number or whole name among those with a role; nobody is the operator."""
    from handlers.folding import fold

    if not named:
        return None
    with database.reading() as tx:
        people = tx.roles.everybody()
    found = [number for number, name in people if named == str(number) or fold(name) == fold(named)]
    if not found:
        fail(f"Không có ai tên hay số “{named}” đang giữ vai trò; xem lại, hoặc bỏ --as.", 2)
    if len(found) > 1:
        numbers = ", ".join(map(str, found))
        fail(f"Có {len(found)} người tên “{named}”; dùng số của một người: {numbers}.", 2)
    return found[0]


def _read(file: Path, house: House, voice: Voice, now: datetime) -> tuple[list[DecisionRow], list[Fault]]:
    """The rows and the faults of the list; the end when the file cannot be read at all."""
    from bot.decision_files import read_decision_file
    from bot.decision_report import describe
    from bot.texts import load
    from handlers.unit_rows import UnitListFaults

    try:
        decisions = read_decision_file(file, load(), house, now)
    except UnitListFaults as wrong:
        for fault in wrong.faults:
            print(describe(fault, voice), file=sys.stderr)  # noqa: T201 - every fault, one a line
        fail("Chưa đọc được danh sách, chưa ghi gì. Sửa tệp rồi chạy lại.")
    if decisions.ignored:
        names = ", ".join(f"«{name}»" for name in decisions.ignored)
        print(f"lưu ý: không dùng các cột {names}", file=sys.stderr)  # noqa: T201
    if decisions.loose:
        lines = ", ".join(map(str, decisions.loose[:MOST_NAMED])) + (
            "…" if len(decisions.loose) > MOST_NAMED else ""
        )
        print(f"lưu ý: bỏ qua dòng không có mã và quyết định: {lines}", file=sys.stderr)  # noqa: T201
    return decisions.rows, decisions.faults


def _within(
    database: Database, several: Sequence[Any], does: Callable[[Any, Any], Weighed]
) -> Iterator[Weighed]:
    """Do something with each, a hundred in a transaction, with a bar on long work when a person watches."""
    with _bar(len(several)) as advance:
        for start in range(0, len(several), AT_ONCE):
            some = several[start : start + AT_ONCE]
            with database.transaction() as tx:
                done = [does(tx, one) for one in some]
            yield from done
            advance(len(some))


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    quiet = not console.is_terminal or total <= AT_ONCE
    with Progress(console=console, disable=quiet, transient=True) as bar:
        task = bar.add_task("xét từng dòng", total=total)
        yield lambda count: bar.advance(task, count)


def _show(found: Sequence[Weighed], faults: Sequence[Fault], voice: Voice, *, as_json: bool) -> int:
    """Every row in the order of the file; how many cannot be carried out."""
    from bot.decision_report import describe, fault_of, line_of

    rows: list[tuple[Weighed | None, Fault]] = [(one, fault_of(one)) for one in found]
    rows += [(None, fault) for fault in faults]
    broken = 0
    for one, fault in sorted(rows, key=lambda row: row[1].line):
        wrong = one is None or one.outcome == "fault"
        broken += wrong
        words = describe(fault, voice) if wrong or one is None else line_of(one, voice)
        if as_json:
            say(json.dumps(_plain(one, fault, words), ensure_ascii=False))
        elif wrong:
            print(words, file=sys.stderr)  # noqa: T201 - a fault, beside what will change
        else:
            say(words)
    return broken


def _plain(one: Weighed | None, fault: Fault, words: str) -> dict[str, Any]:
    if one is None:
        return {"line": fault.line, "outcome": "fault", "reason": fault.reason, "words": words}
    plain = {"line": one.row.line, "code": one.row.code, "outcome": one.outcome, "reason": one.reason}
    return {**plain, "before": one.before, "after": one.after, "words": words}


def _settle(sums: str, *, yes: bool, as_json: bool) -> None:
    """Go on only when whoever started this agrees."""
    if yes:
        return
    if as_json or not _somebody_types():
        fail(f"{sums}. Xem kỹ rồi chạy lại với --yes để ghi.")
    say(sums)
    typed = typer.prompt("Ghi những thay đổi trên? Gõ có để ghi", default="không")
    if typed.strip().casefold() not in YES:
        fail("Chưa ghi gì.")


def _somebody_types() -> bool:
    return sys.stdin.isatty()


def _end(sums: str, broken: int, *, as_json: bool) -> None:
    print(sums, file=sys.stderr if as_json else sys.stdout)
    if broken:
        fail(f"Có {broken} dòng không đổi được; sửa rồi chạy lại, dòng đã xong không làm hai lần.")
