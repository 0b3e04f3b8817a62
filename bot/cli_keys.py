"""`sangkien keys`: make the key of what is sealed, and put a new one in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from bot.commands import ConfigOption, configured, fail, opened, say

if TYPE_CHECKING:
    from bot.config import Config
    from storage.database import Database

app = typer.Typer(help="Khóa của nội dung bí mật.", no_args_is_help=True)
_OUTSIDE = (
    "Khóa đang lấy từ SANGKIEN_SECRETS__KEY; đặt khóa mới lên đầu, cách khóa cũ bằng dấu phẩy,"
    " rồi chạy: sangkien keys rotate"
)


@app.command()
def new(config: ConfigOption = None) -> None:
    """Tạo tệp khóa đầu tiên, chỉ chủ tệp đọc được; đã có thì không đụng tới."""
    from bot.keys import add_key

    settings = configured(config)
    if settings.secrets.key.get_secret_value():
        fail(_OUTSIDE, 2)
    file = settings.secrets.keys
    if file.exists():
        fail(f"Đã có tệp khóa {file}; muốn thay khóa thì chạy: sangkien keys rotate")
    add_key(file)
    say(f"ok {file}")
    say("Giữ một bản ở nơi khác, không chung với bản sao lưu: mất khóa là mất hẳn nội dung bí mật.")


@app.command()
def rotate(config: ConfigOption = None) -> None:
    """Thêm khóa mới lên đầu rồi mã hóa lại mọi dòng và tệp bí mật; bot đang chạy vẫn chạy."""
    from bot.keys import BadKeys, add_key, present_keys, settle_keys

    settings = configured(config)
    database = opened(settings)
    try:
        settle_keys(settings, database)
        if not settings.secrets.key.get_secret_value():
            add_key(settings.secrets.keys)
            # Read anew: what follows is under the new key.
            database.vault.forget_keys()
        done = _renewed(settings, database)
        total = len(present_keys(settings))
    except BadKeys as bad:
        fail(str(bad))
    finally:
        database.close()
    say(f"ok {done} mục, {total} khóa")
    if total > 1:
        say("Khởi động lại bot để dùng khóa mới; giữ các dòng khóa cũ chừng nào còn cần bản sao lưu cũ.")


def _renewed(settings: Config, database: Database) -> int:
    """Every row and file under the first key, with a bar when a person watches; how many."""
    from rich.console import Console
    from rich.progress import Progress

    from bot.secret_files import count_files, renew_files
    from storage.sealing import PROOF, count_sealed, renew

    with database.reading() as tx:
        total = count_sealed(tx) + count_files(tx)
    done = 0
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=total)
        for count in renew(database.transaction):
            done += count
            bar.update(task, completed=done)
        for count in renew_files(database, settings.files.folder):
            done += count
            bar.update(task, completed=done)
    with database.transaction() as tx:
        tx.heard.settle_setting(PROOF, tx.vault.seal_bytes(b"").decode())
    return done
