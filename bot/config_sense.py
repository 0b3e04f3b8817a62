"""What no configuration can mean: settings that are right one by one and contradict each other.

Judged on the settings as written, so that a fault elsewhere never hides a contradiction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic_core import PydanticCustomError

from bot.config_faults import Fault, Key
from bot.config_values import read_day, read_moment

# Bot API, setWebhook: 1-256 characters of A-Z, a-z, 0-9, _ and -.
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_ONE_TARGET = "cần đúng một trong hai khóa count (số lượng) và percent (phần trăm đoàn viên)"
_ONE_SUM = "cần đúng một trong hai khóa amount (mức chi) và up_to (mức cao nhất), tính bằng đồng"

Written = Mapping[str, Any]


def contradictions(settings: Written, zone: ZoneInfo) -> list[Fault]:
    """Every contradiction; what cannot be read at all is left to those who judge single keys."""
    programme = _table(settings, "programme")
    return [
        *_webhook(_table(settings, "telegram")),
        *_phases(_tables(programme, "phase"), zone),
        *_one_of(programme, ("programme",), "subsidy", ("amount", "up_to"), _ONE_SUM),
    ]


def _table(settings: Written, key: str) -> Written:
    found = settings.get(key)
    return found if isinstance(found, Mapping) else {}


def _tables(settings: Written, key: str) -> list[Written]:
    found = settings.get(key)
    return [part if isinstance(part, Mapping) else {} for part in found] if isinstance(found, list) else []


def _webhook(telegram: Written) -> Iterator[Fault]:
    if telegram.get("mode") != "webhook":
        return
    webhook = _table(telegram, "webhook")
    if not _is_https(webhook.get("url")):
        yield ("telegram", "webhook", "url"), "chế độ webhook cần một địa chỉ https://"
    if webhook.get("listen") == "":
        yield ("telegram", "webhook", "listen"), "chế độ webhook cần nơi lắng nghe"
    if not _WEBHOOK_SECRET.fullmatch(str(webhook.get("secret", ""))):
        problem = "chế độ webhook cần 1-256 chữ không dấu, số, _ hoặc -"
        yield ("telegram", "webhook", "secret"), problem


def _is_https(url: Any) -> bool:
    """Plain http only where a Bot API server runs on this very machine."""
    try:
        address = urlsplit(url if isinstance(url, str) else "")
        host = address.hostname
    except ValueError:
        return False
    return bool(host) and (address.scheme == "https" or (address.scheme == "http" and host in _THIS_MACHINE))


def _phases(phases: list[Written], zone: ZoneInfo) -> Iterator[Fault]:
    codes: set[str] = set()
    for index, phase in enumerate(phases):
        key = ("programme", "phase", index)
        code = phase.get("code")
        # In columns and commands letters of either case mean the same.
        if isinstance(code, str) and code.casefold() in codes:
            yield (
                (*key, "code"),
                f"mã “{code}” đã dùng cho giai đoạn khác (hoa, thường như nhau); đặt mã riêng",
            )
        codes.add(str(code).casefold())
        yield from _backwards(phase, key, zone)
        yield from _one_of(phase, key, "target", ("count", "percent"), _ONE_TARGET)
    yield from _overlaps(phases, zone)


def _backwards(phase: Written, key: Key, zone: ZoneInfo) -> Iterator[Fault]:
    opens, closes = _moment(phase, "opens", zone), _moment(phase, "closes", zone)
    if opens and closes and closes <= opens:
        yield (*key, "closes"), "giai đoạn kết thúc trước khi bắt đầu; xem lại opens và closes"
    with suppress(PydanticCustomError):
        if read_day(phase.get("applied_to"), zone) < read_day(phase.get("applied_from"), zone):
            yield (*key, "applied_to"), "sớm hơn applied_from; xem lại hai ngày này"


def _moment(phase: Written, name: str, zone: ZoneInfo) -> datetime | None:
    with suppress(PydanticCustomError):
        return read_moment(phase.get(name), zone)
    return None


def _overlaps(phases: list[Written], zone: ZoneInfo) -> Iterator[Fault]:
    """Each phase that opens while one that opened before it is still open."""
    spans = [
        (opens, closes, index)
        for index, phase in enumerate(phases)
        if (opens := _moment(phase, "opens", zone)) and (closes := _moment(phase, "closes", zone))
    ]
    for (_, closes, before), (opens, _, index) in pairwise(sorted(spans)):
        if opens < closes:
            name = phases[before].get("name", before + 1)
            problem = f"mở khi “{name}” chưa kết thúc; hai giai đoạn không được chồng nhau"
            yield ("programme", "phase", index, "opens"), problem


def _one_of(table: Written, key: Key, name: str, choices: tuple[str, str], problem: str) -> Iterator[Fault]:
    for index, part in enumerate(_tables(table, name)):
        if sum(choice in part for choice in choices) != 1:
            yield (*key, name, index), problem
