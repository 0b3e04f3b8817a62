"""The doctor: configuration, database, token, clock and folder looked at, each in one line."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot import clock

if TYPE_CHECKING:
    from bot.config import Config

Line = tuple[str, bool]
CLOCK_SECONDS = 5.0  # more than this and deadlines are off
PATIENCE = 15.0


def examine(path: Path | None, environ: Mapping[str, str], *, live: bool = False) -> Iterator[Line]:
    """One line for each thing, and whether it is well."""
    from bot.config import ConfigError, load
    from bot.probing import database_lines

    try:
        config = load(path, environ)
    except ConfigError as wrong:
        yield f"cấu hình: {wrong}", False
        return
    yield "cấu hình: ok", True
    yield from database_lines(config, clock.now())
    yield _keys(config)
    yield from asyncio.run(_messenger(config))
    yield _folder(config)
    if live:
        yield from asyncio.run(_running(config))


def _keys(config: Config) -> Line:
    """Whether what is sealed can be opened, and by nobody who should not."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.keys import BadKeys, check_keys, present_keys, readable_by_others
    from storage.database import Database

    try:
        keys = present_keys(config)
        database = Database(config.database.url, create=False)
        if database.file is None or database.file.exists():
            check_keys(config, database)
        database.close()
    except BadKeys as bad:
        return f"khóa: {bad}", False
    except (SQLAlchemyError, OSError):
        return "khóa: chưa xem được, vì cơ sở dữ liệu không mở được", False
    file = config.secrets.keys
    if not keys:
        return f"khóa: chưa có {file}; bot sẽ tự tạo khi chạy, hoặc: sangkien keys new", True
    if readable_by_others(file):
        return f"khóa: người khác đọc được {file}; chạy: chmod 600 {file}", False
    return f"khóa: ok ({len(keys)} khóa; nhớ giữ một bản ở nơi khác)", True


async def _messenger(config: Config) -> list[Line]:
    from bot.channels import CallFailed, NotOurs
    from bot.channels.telegram_calls import TelegramChannel
    from bot.config import ConfigError

    try:
        channel = TelegramChannel(config.require_token(), config.telegram.api_url)
    except ConfigError as wrong:
        return [(f"token: {wrong}", False), _clock(None)]
    try:
        await asyncio.wait_for(channel.open(), PATIENCE)
        token = (f"token: ok ({channel.link})", True)
    except NotOurs:
        token = ("token: bị từ chối; lấy token đúng từ @BotFather", False)
    except (CallFailed, TimeoutError) as failed:
        reason = type(failed).__name__
        token = (f"token: chưa hỏi được {config.telegram.api_url} ({reason}); kiểm tra mạng", False)
    finally:
        await channel.close()
    return [token, _clock(await _server_time(config.telegram.api_url))]


async def _server_time(api_url: str) -> float | None:
    """How many seconds our clock is ahead of the messenger's server, by its Date header."""
    import aiohttp

    try:
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(api_url) as answer:
            said = answer.headers.get("Date")
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None
    return (clock.now() - parsedate_to_datetime(said)).total_seconds() if said else None


def _clock(ahead: float | None) -> Line:
    now = clock.now().isoformat(timespec="seconds")
    if ahead is None:
        return f"đồng hồ: {now}; không so được với máy chủ", True
    if abs(ahead) > CLOCK_SECONDS:
        return f"đồng hồ: lệch {ahead:+.0f} giây so với máy chủ; bật đồng bộ giờ (NTP)", False
    return f"đồng hồ: ok ({now})", True


async def _running(config: Config) -> list[Line]:
    """What the running bot says of itself at `/healthz`; or what it has written down."""
    import aiohttp

    from bot.probing import explained, running_lines

    webhook = config.telegram.mode == "webhook"
    listen = config.telegram.webhook.listen if webhook else config.health.listen
    if not listen:
        return list(running_lines(config, clock.now()))
    try:
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"http://{listen}/healthz") as answer,
        ):
            said, well = (await answer.text()).split("\n"), answer.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError) as failed:
        reason = type(failed).__name__
        return [(f"bot đang chạy: không trả lời ở {listen} ({reason}); chạy: sangkien run", False)]
    return [(f"bot đang chạy: {explained(line)}", well) for line in said if line]


def _folder(config: Config) -> Line:
    from bot.health import LEAST_FREE

    folder = config.files.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return f"thư mục tệp: không ghi được {folder} ({type(error).__name__}); kiểm tra quyền", False
    if free < LEAST_FREE:
        return f"thư mục tệp: chỉ còn {free // 1_000_000} MB; dọn đĩa", False
    return f"thư mục tệp: ok (còn {free // 1_000_000_000} GB)", True
