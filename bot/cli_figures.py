"""`sangkien recount`: prove the kept figures from the rows, and mend them."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.commands import ConfigOption, configured, fail, opened, say


def add_to(app: typer.Typer) -> None:
    """Give the command line what has to do with figures."""
    app.command()(recount)


def recount(
    repair: Annotated[bool, typer.Option("--repair", help="Ghi lại số liệu đã đếm lại.")] = False,
    config: ConfigOption = None,
) -> None:
    """Đếm lại mọi số liệu tiến độ từ từng sáng kiến; khác thì liệt kê và thoát với mã 1."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from bot import clock
    from handlers.aims import settle_aims
    from storage.recount import STEPS, Recount

    settings = configured(config)
    database, programme = opened(settings), settings.programme_facts()
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("đếm lại", total=len(STEPS))
            with database.transaction() as tx:
                found = Recount(tx.connection).differences(lambda _: bar.advance(task), keep=repair)
                if repair:
                    settle_aims(tx, programme, programme.local_day(clock.now()))
    finally:
        database.close()
    for line in found:
        say(line)
    if found and not repair:
        fail(f"Có {len(found)} chỗ lệch. Chạy lại với --repair để ghi số đã đếm lại.")
    say("ok 0 chỗ lệch" if not found else f"ok đã sửa {len(found)} chỗ lệch")
