"""config.toml, read and typed; every fault is named with its file, its key and the way out, all at once.

Secrets may come from the environment as `SANGKIEN_<SECTION>__<KEY>`; the environment wins over the file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from bot.config_faults import Fault, Key, described, faults_of, syntax_fault
from bot.config_sense import contradictions
from bot.config_tables import (
    ZONE,
    Alarms,
    Database,
    Files,
    Health,
    Logs,
    Privacy,
    Programme,
    Reminders,
    Secrets,
    Table,
    Telegram,
)
from bot.config_values import read_zone
from handlers import programme as facts
from handlers.quiet import Quiet

DEFAULT_PATH = Path("config.toml")
PREFIX = "SANGKIEN_"
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")


class ConfigError(Exception):
    """What is wrong with the configuration: one sentence a line, each with file, key and the way out."""


class Config(Table):
    """Everything an operator may set."""

    telegram: Telegram
    health: Health
    alarms: Alarms
    logs: Logs
    database: Database
    files: Files
    secrets: Secrets
    programme: Programme
    reminders: Reminders
    privacy: Privacy

    def require_token(self) -> str:
        """The bot's token; raises ConfigError when there is none, or what is there cannot be one."""
        token, name = self.telegram.token.get_secret_value(), _variable("telegram", "token")
        if not token:
            raise ConfigError(f"Chưa có telegram.token: lấy token từ @BotFather rồi đặt vào {name}.")
        if not _TOKEN.fullmatch(token):
            raise ConfigError(
                "telegram.token không đúng dạng: chép lại nguyên token từ @BotFather"
                f" vào {name}, ví dụ 123456:ABC-DEF."
            )
        return token

    def secret_words(self) -> tuple[str, ...]:
        """What must never be seen in a log."""
        database = urlsplit(self.database.url)
        password = database.password or dict(parse_qsl(database.query)).get("password", "")
        said = (
            self.telegram.token.get_secret_value(),
            self.telegram.webhook.secret.get_secret_value(),
            password,
            *self.secrets.key.get_secret_value().split(","),
        )
        return tuple(secret for secret in said if secret)

    def quiet_hours(self) -> Quiet | None:
        """When nothing unasked is said, in the programme's zone; None without quiet hours."""
        span, said = self.reminders.quiet, self.programme
        if span is None:
            return None
        return Quiet(said.time_zone, span.begins, span.ends, days_off=frozenset(said.days_off))

    def programme_facts(self) -> facts.Programme:
        """The programme as handlers know it, its phases in the order of their opening."""
        subsidies = tuple(facts.Subsidy(**subsidy.model_dump()) for subsidy in self.programme.subsidy)
        phases = (
            facts.Phase(
                **phase.model_dump(exclude={"target"}),
                targets=tuple(facts.Target(**target.model_dump()) for target in phase.target),
            )
            for phase in self.programme.phase
        )
        in_order = tuple(sorted(phases, key=lambda phase: phase.opens))
        said = self.programme
        return facts.Programme(
            said.name,
            said.time_zone,
            in_order,
            subsidies,
            said.valid_asks,
            said.return_reasons,
            said.refusal_reasons,
            frozenset(said.days_off),
            facts.Reminding(*self.reminders.model_dump().values()),
            said.proxy_needs,
        )


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """The configuration of `path` (config.toml when None) and the environment.

    Relative paths in it are relative to the folder of the file. Raises ConfigError with every fault.
    """
    file = path or DEFAULT_PATH
    settings, variables = _read(file), _said_in(environ)
    for key, value in variables.items():
        _set(settings, key, value)
    for section in Config.model_fields:
        settings.setdefault(section, {})
    zone = _zone_of(settings)
    faults: list[Fault] = []
    try:
        config = Config.model_validate(settings, context={"folder": file.absolute().parent, "zone": zone})
    except ValidationError as wrong:
        faults = faults_of(wrong, Config)
    faults += contradictions(settings, zone)
    if not faults:
        return config
    # Raised outside the handler: what was typed, secrets too, would hang on to the error as its context.
    sources: dict[Key, str] = {key: _variable(*key) for key in variables}
    raise ConfigError(
        "\n".join(described(fault, Config, sources.get(fault[0], str(file))) for fault in faults)
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        # utf-8-sig: Notepad begins its files with a byte order mark.
        return tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        fault = "không có tệp này; chép config.example.toml thành config.toml rồi sửa, hoặc dùng --config."
    except tomllib.TOMLDecodeError as wrong:
        fault = syntax_fault(str(wrong))
    except RecursionError:
        fault = "cấu trúc lồng nhau quá sâu; chép lại từ config.example.toml."
    except UnicodeDecodeError:
        fault = "tệp không phải UTF-8; mở ra và lưu lại với bảng mã UTF-8."
    except OSError as wrong:
        fault = f"không đọc được tệp ({wrong.strerror}); kiểm tra quyền đọc."
    raise ConfigError(f"{file}: {fault}")


def _said_in(environ: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """The settings of the environment by their path; an empty variable says nothing."""
    return {
        tuple(name.removeprefix(PREFIX).lower().split("__")): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and value
    }


def _set(settings: dict[str, Any], key: tuple[str, ...], value: str) -> None:
    table = settings
    for part in key[:-1]:
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            return  # the file has something else there: that is the fault to tell
        table = inner
    table[key[-1]] = value


def _variable(*key: str) -> str:
    return PREFIX + "__".join(key).upper()


def _zone_of(settings: Mapping[str, Any]) -> ZoneInfo:
    """The zone in which days and times are meant; a wrong one is told with the other faults."""
    programme = settings.get("programme")
    said = programme.get("time_zone", ZONE) if isinstance(programme, dict) else ZONE
    try:
        return read_zone(said)
    except PydanticCustomError:
        return ZoneInfo(ZONE)
