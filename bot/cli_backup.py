"""`sangkien backup` and `sangkien restore`: one archive, without the keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.commands import ConfigOption, configured, fail, opened, say


def backup(
    file: Annotated[Path, typer.Argument(help="Tệp sao lưu sẽ ghi, ví dụ sao-luu.tar.")],
    config: ConfigOption = None,
) -> None:
    """Sao lưu cơ sở dữ liệu và tệp vào một tệp; không có khóa. Bot đang chạy vẫn chạy."""
    from rich.console import Console
    from rich.progress import Progress

    from bot import clock
    from bot.backup import NotPossible, make

    settings = configured(config)
    if not file.absolute().parent.is_dir():
        fail(f"Không có thư mục {file.absolute().parent}; tạo thư mục rồi chạy lại.", 2)
    database = opened(settings)
    count = 0
    console = Console(stderr=True)
    try:
        with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
            task = bar.add_task("", total=None)
            for count, total in make(database, settings.files.folder, file, clock.now().isoformat()):
                bar.update(task, completed=count, total=total)
    except NotPossible as why:
        fail(str(why))
    finally:
        database.close()
    say(f"ok {file} ({count} tệp)")
    say("Bản sao lưu không chứa khóa; giữ tệp khóa ở nơi khác.")


def restore(
    file: Annotated[Path, typer.Argument(help="Tệp do lệnh backup ghi.")], config: ConfigOption = None
) -> None:
    """Khôi phục từ một tệp sao lưu vào nơi chưa có dữ liệu; rồi đặt lại tệp khóa."""
    from bot.backup import NotPossible
    from bot.backup import restore as put_back
    from storage.database import Database

    settings = configured(config)
    if not file.is_file():
        fail(f"Không có tệp {file}.", 2)
    target = Database(settings.database.url, create=False)
    try:
        files, missing = put_back(target, settings.files.folder, file)
    except NotPossible as why:
        fail(str(why))
    finally:
        target.close()
    opened(settings).close()
    say(f"ok {files} tệp" + (f", thiếu {missing} tệp từ khi sao lưu" if missing else ""))
