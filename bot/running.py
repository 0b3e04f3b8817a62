"""Run the program until it is told to stop, and say in one sentence why it ended otherwise."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.app import App
from bot.channels import NotOurs
from bot.config import Config
from bot.keys import BadKeys
from bot.logs import settle_logs
from bot.webhook import CannotListen
from storage.upgrade import NewerDatabase


def run_app(config: Config) -> str | None:
    """Run the bot; None when it was told to stop, otherwise the sentence for the operator."""
    settle_logs(config.secret_words())
    try:
        app = App(config)
    except (SQLAlchemyError, OSError, ValueError) as error:
        reason = type(error).__name__
        return f"Không mở được cơ sở dữ liệu ({reason}); kiểm tra [database].url và quyền ghi."
    try:
        run_loop(app.run())
    except NotOurs:
        return (
            "Telegram từ chối token; lấy token đúng từ @BotFather rồi đặt vào SANGKIEN_TELEGRAM__TOKEN,"
            " và xem lại [telegram] api_url."
        )
    except BadKeys as bad:
        return str(bad)
    except NewerDatabase as newer:
        return f"Cơ sở dữ liệu do bản mới hơn ghi (phiên bản {newer}); hãy nâng cấp chương trình này."
    except CannotListen as taken:
        key = "[telegram.webhook] listen" if config.telegram.mode == "webhook" else "[health] listen"
        return f"Không mở được cổng {taken} ({key}): đã có chương trình khác dùng, hoặc sai địa chỉ."
    except (SQLAlchemyError, OSError) as error:
        reason = type(error).__name__
        return (
            f"Không mở được cơ sở dữ liệu ({reason}); kiểm tra [database].url, quyền ghi và dung lượng đĩa."
        )
    return None


def run_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where there is one."""
    if sys.platform == "win32":
        asyncio.run(work)
        return
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)
