"""Run the program until it is told to stop, and say in one sentence why it ended otherwise."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.app import App
from bot.channels import NotOurs
from bot.config import Config
from bot.console import end
from bot.database_faults import sentence_on, short_name
from bot.keys import BadKeys
from bot.logs import frames_of, kinds_of, loop_trouble, settle_logs
from bot.webhook import CannotListen
from storage.faults import WrongEncoding
from storage.upgrade import NewerDatabase

log = structlog.get_logger()


def run_app(config: Config) -> None:
    """Run the bot until it is told to stop, or until it cannot go on; the process ends with it."""
    settle_logs(config.secret_words(), level=config.logs.level)
    run_loop(_lived(config))


async def _lived(config: Config) -> None:
    """The whole life. It ends in here, while the loop still hears signals: a second one finds nobody dead."""
    problem = None
    try:
        await App(config).run()
    except Exception as error:
        problem = _sentence(error, config)
    end(problem)


def _sentence(error: Exception, config: Config) -> str:
    """Why the bot cannot go on, and what to do; never the error's own words, which may be a person's."""
    if isinstance(error, NotOurs):
        log.critical("token_refused")
        return (
            "Telegram từ chối token; lấy token đúng từ @BotFather rồi đặt vào SANGKIEN_TELEGRAM__TOKEN,"
            " và xem lại [telegram] api_url."
        )
    if isinstance(error, BadKeys):
        return str(error)
    if isinstance(error, CannotListen):
        key = "[telegram.webhook] listen" if config.telegram.mode == "webhook" else "[health] listen"
        return f"Không mở được cổng {error} ({key}): đã có chương trình khác dùng, hoặc sai địa chỉ."
    if isinstance(error, SQLAlchemyError | OSError | NewerDatabase | WrongEncoding):
        log.critical("database_unusable", reason=short_name(error))
        return f"Cơ sở dữ liệu [database].url: {sentence_on(error)}."
    log.critical("ended", reason=kinds_of(error), trace=frames_of(error))
    kind = type(error).__name__
    return f"Lỗi trong chương trình ({kind}); gửi dòng “ended” trong nhật ký cho người phát triển."


def run_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where there is one."""
    if sys.platform == "win32":
        asyncio.run(work)
        return
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.get_loop().set_exception_handler(loop_trouble)
        runner.run(work)
