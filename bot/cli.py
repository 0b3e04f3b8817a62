"""The command line: each command does one thing, and an error is one sentence with the way out."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import (
    cli_backup,
    cli_dead_letters,
    cli_export,
    cli_figures,
    cli_fingerprint,
    cli_keys,
    cli_privacy,
    cli_progress,
    cli_reminders,
    cli_review,
)
from bot.commands import ConfigOption, configured, fail, opened, say
from bot.console import to_its_end
from bot.serving import serve

app = typer.Typer(
    help="Sáng kiến: bot nhận sáng kiến của người lao động.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
units_app = typer.Typer(help="Cây đơn vị công đoàn.", no_args_is_help=True)
db_app = typer.Typer(help="Cơ sở dữ liệu.", no_args_is_help=True)
app.add_typer(units_app, name="units")
app.add_typer(cli_export.app, name="export")
app.add_typer(cli_review.app, name="review")
app.add_typer(db_app, name="db")
app.add_typer(cli_dead_letters.app, name="dead-letters")
app.add_typer(cli_keys.app, name="keys")
app.add_typer(cli_privacy.audit_app, name="audit")
app.add_typer(cli_privacy.privacy_app, name="privacy")
app.command()(cli_privacy.tidy)
app.command()(cli_reminders.preview_reminders)
cli_figures.add_to(app)
app.command()(cli_progress.progress)
app.command()(cli_backup.backup)
app.command()(cli_fingerprint.fingerprint)
app.command()(cli_backup.restore)


@app.command()
def run(config: ConfigOption = None) -> None:
    """Chạy bot với Telegram thật (hoặc máy chủ nói Bot API)."""
    serve(config)


@app.command()
def demo(port: Annotated[int, typer.Option(min=0, max=65_535, help="Cổng của trang thử.")] = 8080) -> None:
    """Chạy thử: máy chủ giả, điện thoại trong trình duyệt, không cần token và mạng."""
    from bot.demo import run_demo

    run_demo(port)


@app.command()
def chat(config: ConfigOption = None) -> None:
    """Trò chuyện với bot ngay trong cửa sổ lệnh: không nút bấm, không sửa tin."""
    from bot.terminal import run_chat

    run_chat(configured(config) if config is not None else None)


@units_app.command("import")
def import_units(
    file: Annotated[Path, typer.Argument(help="Danh sách đơn vị: CSV UTF-8 hoặc XLSX.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ xem sẽ thay đổi gì.")] = False,
    config: ConfigOption = None,
) -> None:
    """Nhập danh sách đơn vị; có lỗi thì liệt kê hết từng dòng và không nhập gì."""
    from bot import clock
    from bot.unit_import import import_file
    from handlers.unit_rows import UnitListFaults

    settings = configured(config)
    database, now = opened(settings), clock.now()
    programme = settings.programme_facts()
    try:
        for line in import_file(database, file, now, dry_run=dry_run, programme=programme):
            say(line)
    except UnitListFaults as wrong:
        from bot.unit_files import describe

        for fault in wrong.faults:
            print(describe(fault), file=sys.stderr)  # noqa: T201 - every fault, one a line
        fail(f"Có {len(wrong.faults)} lỗi, chưa nhập gì. Sửa danh sách rồi chạy lại.")
    finally:
        database.close()


@app.command()
def invite(
    role: Annotated[str, typer.Argument(help="worker, supporter, lead, officer hoặc admin")],
    unit: Annotated[str, typer.Argument(help="Mã đơn vị; ROOT là đơn vị gốc.")],
    uses: Annotated[int, typer.Option(min=1, max=100_000, help="Số lượt dùng.")] = 1,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Số ngày còn hạn.")] = 30,
    poster: Annotated[Path | None, typer.Option("--poster", help="Ghi áp phích A4 (PDF) ra tệp này.")] = None,
    config: ConfigOption = None,
) -> None:
    """Làm một mã mời: in mã và đường dẫn, mỗi thứ một dòng."""
    from bot.invitations import NoBotName, UnitClosed, invite_to
    from storage.models import ROLES

    if role not in ROLES:
        fail(f"Vai trò “{role}” không có; dùng một trong: {', '.join(ROLES)}.", 2)
    settings = configured(config)
    database = opened(settings)
    try:
        code, link = invite_to(settings, database, (role, unit, uses, days), poster)
    except LookupError:
        fail(f"Không có đơn vị mã {unit}; xem mã trong danh sách đã nhập (sangkien units import).", 2)
    except UnitClosed:
        fail(f"Đơn vị {unit} không còn hoạt động; mời vào đơn vị hiện nay.", 2)
    except NoBotName:
        fail("Chưa biết tên bot để in áp phích; ghi [telegram].username, hoặc chạy bot một lần.", 2)
    finally:
        database.close()
    say(f"code {code}")
    say(f"link {link}")


@app.command()
def doctor(
    live: Annotated[bool, typer.Option("--live", help="Hỏi cả bot đang chạy.")] = False,
    config: ConfigOption = None,
) -> None:
    """Kiểm tra cấu hình, cơ sở dữ liệu, token, đồng hồ, thư mục: mỗi thứ một dòng."""
    from bot.doctor import examine

    healthy, configured_well = True, True
    for line, well in examine(config, os.environ, live=live):
        say(line)
        healthy = healthy and well
        configured_well = configured_well and (well or not line.startswith("cấu hình:"))
    raise typer.Exit(0 if healthy else 1 if configured_well else 2)


@db_app.command("upgrade")
def upgrade(config: ConfigOption = None) -> None:
    """Đưa các bảng lên phiên bản của chương trình này (khi chạy bot cũng tự làm)."""
    from storage.upgrade import newest_version

    opened(configured(config)).close()
    say(f"ok {newest_version()}")


def main() -> None:
    """The entry point of every command."""
    # The demonstration has an event loop of its own, which hears the stop.
    to_its_end(app, cut_off=sys.argv[1:2] != ["demo"])
