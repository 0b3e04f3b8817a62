"""The tables of config.toml: every key an operator may set, its default and a right example."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.config_values import (
    Address,
    Chats,
    Count,
    DatabaseUrl,
    Day,
    Days,
    Digest,
    Distances,
    Dong,
    Folder,
    Instant,
    Listen,
    Percent,
    Quiet,
    Span,
    Weekly,
    Zone,
)

ZONE = "Asia/Ho_Chi_Minh"


class Table(BaseModel):
    """A table of config.toml: no key but those declared, nothing changed after it is read."""

    # Built when the file is read: most commands' --help never read it.
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)


class Webhook(Table):
    """Where Telegram brings messages, for `mode = "webhook"`."""

    url: str = Field("", examples=["https://bot.example.vn/telegram"])
    listen: Listen = Field("127.0.0.1:8443", examples=["127.0.0.1:8443"])
    secret: SecretStr = Field(SecretStr(""), examples=["mot-chuoi-ngau-nhien-dai"])


class Telegram(Table):
    """How to speak with Telegram."""

    token: SecretStr = Field(SecretStr(""), examples=["123456:ABC-DEF"])
    username: str = Field("", examples=["sangkien_bot"], pattern="^(?:[A-Za-z][A-Za-z0-9_]{3,31})?$")
    api_url: Address = Field("https://api.telegram.org", examples=["https://api.telegram.org"])
    mode: Literal["polling", "webhook"] = Field("polling", examples=["polling"])
    webhook: Webhook = Webhook()


class Health(Table):
    """Where `/healthz` answers in polling mode; with a webhook it answers beside it."""

    listen: Listen = Field("", examples=["127.0.0.1:8081"])


class Alarms(Table):
    """Who is told that something is not well, besides everybody who holds the role of admin."""

    chats: Chats = Field((), examples=[[123456789]])


class Logs(Table):
    """What the program writes about itself on stderr; never what a person said, at any level."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", examples=["info"])


class Database(Table):
    """Where everything is remembered. The address may hold a password: it is not shown."""

    url: DatabaseUrl = Field(
        "sqlite:///data/sangkien.db",
        examples=["sqlite:///data/sangkien.db"],
        repr=False,
        validate_default=True,
    )


class Files(Table):
    """Where photos and documents are kept."""

    folder: Folder = Field(Path("data/files"), examples=["data/files"], validate_default=True)


class Secrets(Table):
    """The keys of what is sealed: in a file, or in the environment, which wins."""

    keys: Folder = Field(Path("data/keys"), examples=["data/keys"], validate_default=True)
    key: SecretStr = Field(SecretStr(""), examples=["khoa-do-sangkien-keys-new-tao"])


class Target(Table):
    """One thing to be reached."""

    measure: Literal["initiatives", "people"] = Field(examples=["initiatives"])
    count: Count | None = Field(None, examples=[20000])
    percent: Percent | None = Field(None, examples=[15])
    unit: str = Field("ROOT", examples=["ROOT"], min_length=1)
    each: bool = Field(False, examples=[True], strict=True)


class Phase(Table):
    """One phase of the programme."""

    code: str = Field(examples=["gd1"], pattern="^[A-Za-z0-9_-]{1,32}$")
    name: str = Field(examples=["Giai đoạn 1"], min_length=1)
    opens: Instant = Field(examples=["0 giờ 00 ngày 01/9/2021"])
    closes: Instant = Field(examples=["24 giờ 00 ngày 31/5/2022"])
    applied_from: Day = Field(examples=["01/9/2021"])
    applied_to: Day = Field(examples=["31/5/2022"])
    target: tuple[Target, ...] = ()


class Subsidy(Table):
    """Money owed to an author, in đồng."""

    payer: str = Field(examples=["superior"], pattern="^[a-z_]{1,32}$")
    when: Literal["recognised", "valid", "registered"] = Field(examples=["registered"])
    amount: Dong | None = Field(None, examples=[100000])
    up_to: Dong | None = Field(None, examples=[200000])


Asked = Literal["unit", "recognition", "portal", "officer"]


class Programme(Table):
    """The campaign."""

    name: str = Field(examples=["01 triệu sáng kiến"], min_length=1)
    time_zone: Zone = Field(ZoneInfo(ZONE), examples=[ZONE])
    contact: str = Field("", examples=["Ban Chính sách - Pháp luật, 0225 000 000"])
    valid_asks: tuple[Asked, ...] = Field(("unit",), examples=[["unit", "recognition"]], min_length=1)
    return_reasons: tuple[str, ...] = Field((), examples=[["Chưa nêu rõ cách làm trước đây."]])
    refusal_reasons: tuple[str, ...] = Field((), examples=[["Trùng với sáng kiến đã có của đơn vị."]])
    days_off: tuple[Day, ...] = Field((), examples=[["16/02/2026"]])
    proxy_needs: Literal["worker", "paper"] = Field("paper", examples=["paper"])
    phase: tuple[Phase, ...] = Field(min_length=1)
    subsidy: tuple[Subsidy, ...] = ()


class Privacy(Table):
    """How long things are kept, in days, and what stays when a person is erased."""

    keep_recognised: bool = Field(True, examples=[True])
    messages_days: Days = Field(90, examples=[90], ge=30)
    heard_days: Days = Field(30, examples=[30], ge=2)
    dead_letters_days: Days = Field(90, examples=[90])
    drafts_days: int = Field(365, examples=[365], ge=0)


_BEFORE = (*(timedelta(days=days) for days in (30, 14, 7, 3, 1)), timedelta(hours=3))


class Reminders(Table):
    """What the bot says first, and when it keeps quiet."""

    before: Distances = Field(_BEFORE, examples=[["30d", "7d", "1d", "3h"]])
    quiet: Quiet = Field(Span(time(21), time(6, 30)), examples=["21:00-06:30"])
    digest: Digest = Field(Weekly(0, time(8)), examples=["mon 08:00"])
    working_days: bool = Field(True, examples=[True])
