"""The kinds of values a configuration holds, each read from one written form or refused with a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Past every phase that can be written: in a configuration no day is "still to come".
_NEVER_FUTURE = date(2100, 12, 31)
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_CLOCK = r"([01]?[0-9]|2[0-3]):([0-5][0-9])"
_QUIET = re.compile(rf"{_CLOCK} ?- ?{_CLOCK}")
_DIGEST = re.compile(rf"({'|'.join(WEEKDAYS)}) {_CLOCK}")
_DISTANCE = re.compile(r"([1-9][0-9]{0,3})([dhm])")
_LISTEN = re.compile(r"(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})")
_CHAT = re.compile(r"-?[1-9][0-9]{2,19}")
_HTTP = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?")
_POSTGRES = re.compile(r"postgres(?:ql)?(?:\+psycopg)?://[^\s]*[^\s/]/?[^\s]*")


class Span(NamedTuple):
    """Local times of a day; where `ends` is the earlier one, it is on the next day."""

    begins: time
    ends: time


class Weekly(NamedTuple):
    """A moment of the week in local time; weekday 0 is Monday."""

    weekday: int
    at: time


def _refuse(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("refused", "{sentence}", {"sentence": sentence})


def _given(info: ValidationInfo) -> Mapping[str, Any]:
    """The folder of the configuration and the zone of its days, as `load` passes them."""
    return info.context or {}


def read_zone(value: Any) -> ZoneInfo:
    """A name of the IANA time zone database."""
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise _refuse("không có múi giờ này") from None


def read_moment(value: Any, zone: ZoneInfo) -> datetime:
    """An instant in UTC: in the words of a decision, ISO 8601 with an offset, or TOML's own form of it."""
    from handlers.dates import NotAnInstant, read_instant

    try:
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(UTC)
        return read_instant(str(value), zone).astimezone(UTC)
    except (NotAnInstant, OverflowError):
        raise _refuse("không đọc được thời điểm này; cần đủ giờ, ngày, tháng và năm") from None


def read_day(value: Any, zone: ZoneInfo) -> date:
    """A whole day with its year; TOML's own dates too."""
    from handlers.dates import Precision, read_date
    from handlers.heard import Decision

    if isinstance(value, datetime):
        raise _refuse("cần một ngày, không kèm giờ")
    heard = read_date(str(value), _NEVER_FUTURE, zone)
    when = heard.value
    if heard.reason == "no_such_day":
        raise _refuse("không có ngày này trên lịch")
    sure = heard.decision is Decision.ACCEPT and re.search("[0-9]{4}", str(value))
    if when is None or not sure or when.precision is not Precision.DAY or when.instant is not None:
        raise _refuse("không đọc được ngày này; cần đủ ngày, tháng và năm")
    return when.day


def _distance(value: Any) -> timedelta:
    found = _DISTANCE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _refuse("không đọc được khoảng cách này; viết số kèm d (ngày), h (giờ) hoặc m (phút)")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _listed(value: Any) -> Any:
    """One text is a list: the form of an environment variable, "30d, 7d"."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _once_each(distances: Sequence[timedelta]) -> tuple[timedelta, ...]:
    if len(set(distances)) < len(distances):
        raise _refuse("có khoảng cách bị lặp; bỏ bớt một")
    return tuple(sorted(distances, reverse=True))


def _quiet(value: Any) -> Span | None:
    if value == "":
        return None
    found = _QUIET.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _refuse("không đọc được giờ yên lặng; viết từ giờ-đến giờ, hoặc để trống nếu không cần")
    hours = [int(part) for part in found.groups()]
    span = Span(time(hours[0], hours[1]), time(hours[2], hours[3]))
    if span.begins == span.ends:
        raise _refuse("giờ yên lặng bắt đầu và kết thúc cùng lúc; để trống nếu không cần")
    return span


def _digest(value: Any) -> Weekly | None:
    if value == "":
        return None
    found = _DIGEST.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _refuse(
            f"không đọc được; viết thứ ({', '.join(WEEKDAYS)}) rồi giờ, hoặc để trống nếu không cần"
        )
    return Weekly(WEEKDAYS.index(found[1]), time(int(found[2]), int(found[3])))


def _address(value: str) -> str:
    if not _HTTP.fullmatch(value):
        raise _refuse("không phải địa chỉ http:// hay https://")
    try:
        port = urlsplit(value).port
    except ValueError:
        port = 0
    if port == 0:
        raise _refuse("cổng phải là số từ 1 đến 65535")
    return value.rstrip("/")


def _chats(value: Any) -> Any:
    """Numbers of chats; one text is a list: the form of an environment variable."""
    said = [str(part) for part in _listed(value)] if isinstance(value, str | list | tuple) else value
    if isinstance(said, list) and not all(_CHAT.fullmatch(part) for part in said):
        raise _refuse("cần số của cuộc trò chuyện trên Telegram, không phải tên")
    return said


def _listen(value: str) -> str:
    if not value:
        return value
    found = _LISTEN.fullmatch(value)
    if found is None or not 0 < int(found[1]) < 65_536:
        raise _refuse("không phải địa chỉ:cổng")
    return value


def _database(value: str, info: ValidationInfo) -> str:
    """An SQLite file, made absolute from the folder of the configuration; or PostgreSQL as written."""
    kind, _, rest = value.partition("://")
    if kind in ("sqlite", "sqlite+pysqlite"):
        file, _, query = rest.removeprefix("/").partition("?")
        if not rest.startswith("/") or file in ("", ":memory:"):
            raise _refuse("cần tên tệp, để dữ liệu còn lại khi tắt máy")
        absolute = (Path(_given(info)["folder"]) / file).as_posix()
        return f"sqlite:///{absolute}" + (f"?{query}" if query else "")
    if _POSTGRES.fullmatch(value):
        return f"postgresql://{rest}"
    raise _refuse("chỉ dùng được SQLite hoặc PostgreSQL")


def _folder(value: Path, info: ValidationInfo) -> Path:
    return Path(_given(info)["folder"]) / value


def _number(value: Any) -> Any:
    """15 and 15.5 of TOML as a person wrote them, never as the nearest binary fraction."""
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


Zone = Annotated[ZoneInfo, BeforeValidator(read_zone)]
Instant = Annotated[datetime, BeforeValidator(lambda value, info: read_moment(value, _given(info)["zone"]))]
Day = Annotated[date, BeforeValidator(lambda value, info: read_day(value, _given(info)["zone"]))]
Distance = Annotated[timedelta, BeforeValidator(_distance)]
Distances = Annotated[tuple[Distance, ...], BeforeValidator(_listed), AfterValidator(_once_each)]
Quiet = Annotated[Span | None, BeforeValidator(_quiet)]
Digest = Annotated[Weekly | None, BeforeValidator(_digest)]
Address = Annotated[str, AfterValidator(_address)]
Listen = Annotated[str, AfterValidator(_listen)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
Chats = Annotated[tuple[str, ...], BeforeValidator(_chats)]
Folder = Annotated[Path, AfterValidator(_folder)]
Percent = Annotated[Decimal, BeforeValidator(_number), Field(gt=0, le=100, strict=True)]
# Strict: "20.000" in quotation marks would otherwise be taken for 20.
Days = Annotated[int, Field(gt=0)]  # a variable of the environment is a text
Count = Annotated[int, Field(gt=0, strict=True)]
Dong = Count
