"""`sangkien export initiatives`: initiatives as JSON lines, CSV or a workbook, to a file or to stdout."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from bot.commands import ConfigOption, configured, fail, opened

if TYPE_CHECKING:
    from bot.config import Config
    from bot.documents.initiative_book import Scope
    from storage.transaction import Transaction

app = typer.Typer(help="Xuất dữ liệu.", no_args_is_help=True)
FORMATS = ("jsonl", "csv", "xlsx")
Lines = Iterable[Mapping[str, Any]]
Watch = Callable[[Lines], Lines]


@app.callback()
def group() -> None:
    """Xuất dữ liệu."""


@app.command()
def initiatives(  # noqa: PLR0913, PLR0917 - an option each
    drafts: Annotated[bool, typer.Option("--drafts", help="Kèm cả bản nháp.")] = False,
    unit: Annotated[str | None, typer.Option("--unit", help="Chỉ đơn vị này và bên dưới.")] = None,
    phase: Annotated[str | None, typer.Option("--phase", help="Chỉ giai đoạn này.")] = None,
    format_: Annotated[str, typer.Option("--format", help="jsonl, csv hoặc xlsx")] = "jsonl",
    out: Annotated[Path | None, typer.Option("-o", "--output", help="Ghi ra tệp này thay vì stdout.")] = None,
    bom: Annotated[bool, typer.Option("--bom", help="CSV mở đầu bằng BOM, cho Excel.")] = False,
    language: Annotated[str, typer.Option("--language", help="Chữ trong XLSX: vi hoặc en.")] = "vi",
    config: ConfigOption = None,
) -> None:
    """Xuất sáng kiến: JSON từng dòng, CSV hoặc XLSX; nội dung bí mật để trống."""
    settings = configured(config)
    _check(settings, format_, language, out, drafts=drafts, phase=phase, bom=bom)
    database = opened(settings)
    try:
        with database.reading() as tx:
            scope = _scope(tx, settings, unit, phase, drafts=drafts)
            with _target(out, format_) as file, _watching(tx, scope) as watched:
                _write(file, tx, scope, format_, watched, language=language, bom=bom)
    finally:
        database.close()


def _check(
    settings: Config,
    format_: str,
    language: str,
    out: Path | None,
    *,
    drafts: bool,
    phase: str | None,
    bom: bool,
) -> None:
    """End with 2 and the way out when it is asked wrongly."""
    if format_ not in FORMATS:
        fail(f"Chưa xuất được dạng “{format_}”; dùng --format jsonl, csv hoặc xlsx.", 2)
    if language not in ("vi", "en"):
        fail(f"Không có ngôn ngữ “{language}”; dùng --language vi hoặc en.", 2)
    if bom and format_ != "csv":
        fail("--bom chỉ dành cho CSV; bỏ --bom hoặc dùng --format csv.", 2)
    if drafts and phase is not None:
        fail("Bản nháp chưa thuộc giai đoạn nào; bỏ --drafts hoặc bỏ --phase.", 2)
    if phase is not None and phase not in [known.code for known in settings.programme.phase]:
        fail(f"Không có giai đoạn “{phase}” trong cấu hình.", 2)
    if out is None and format_ == "xlsx" and sys.stdout.isatty():
        fail("XLSX không in ra màn hình được; thêm -o TEP.xlsx.", 2)
    if out is not None and out.exists():
        fail(f"Đã có {out}; chọn tên khác, tệp cũ không bị ghi đè.", 2)
    if out is not None and not out.absolute().parent.is_dir():
        fail(f"Không có thư mục {out.absolute().parent}; tạo thư mục rồi chạy lại.", 2)


def _scope(tx: Transaction, settings: Config, unit: str | None, phase: str | None, *, drafts: bool) -> Scope:
    from bot import clock
    from bot.documents.initiative_book import Scope

    below, said = None, ("export.units_all", dict[str, Any]())
    if unit is not None:
        if (node := tx.units.by_code(unit)) is None:
            fail(f"Không có đơn vị mã {unit}; xem mã trong danh sách đã nhập (sangkien units import).", 2)
        below, said = tx.tree.below(node.id), ("export.units_below", {"unit": node.name})
    programme = settings.programme_facts()
    return Scope(programme, clock.now(), below, said, ("export.by_operator", {}), phase, drafts)


def _write(
    file: BinaryIO,
    tx: Transaction,
    scope: Scope,
    format_: str,
    watched: Watch,
    *,
    language: str,
    bom: bool,
) -> None:
    from bot import export

    if format_ == "xlsx":
        from bot.documents.initiative_book import write_book
        from bot.speech import Speech
        from bot.texts import load

        speech = Speech(load(), scope.programme.zone)
        write_book(file, tx, scope, speech, language, watched)
        return
    lines: Lines = export.initiatives(tx, scope.units, scope.phase)
    if scope.drafts:
        lines = chain(lines, export.drafts(tx, scope.units))
    if format_ == "jsonl":
        export.write_jsonl(watched(lines), file)
    else:
        from bot.export_columns import INITIATIVES
        from bot.export_csv import write_csv

        words = io.TextIOWrapper(file, "utf-8", newline="")
        write_csv(INITIATIVES, watched(lines), words, bom=bom)
        words.detach()


@contextmanager
def _target(out: Path | None, format_: str) -> Iterator[BinaryIO]:
    """Where to write: stdout, or a file that is there whole or not at all, and never in place of another."""
    if out is None and format_ != "xlsx":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif out is None:
        # A workbook is written here and there; a pipe takes only one byte after the other.
        with tempfile.TemporaryFile() as aside:
            yield aside
            aside.seek(0)
            shutil.copyfileobj(aside, sys.stdout.buffer)
            sys.stdout.buffer.flush()
    else:
        with tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix=".export-") as folder:
            unfinished = Path(folder) / out.name
            with unfinished.open("xb") as file:
                yield file
            if out.exists():  # since we looked
                fail(f"Đã có {out}; chọn tên khác, tệp cũ không bị ghi đè.", 2)
            unfinished.rename(out)


@contextmanager
def _watching(tx: Transaction, scope: Scope) -> Iterator[Watch]:
    """Lets lines go by, and shows how many have when a person watches."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield iter
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("xuất", total=tx.initiatives.count(scope.units, scope.phase))

        def watched(lines: Lines) -> Lines:
            for count, line in enumerate(lines, start=1):
                yield line
                if count % 200 == 0:
                    bar.advance(task, 200)

        yield watched
