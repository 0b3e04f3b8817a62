"""The doctor's look at the database, without changing it: its version, whether it takes a row, what waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.database_faults import SENTENCES, sentence_on
from bot.health import LAST_POLL, POLL_AGE, Finding, waiting_too_long
from storage.database import Database
from storage.faults import WrongEncoding
from storage.transaction import Transaction
from storage.upgrade import known_versions, newest_version, version_of

if TYPE_CHECKING:
    from bot.config import Config

Line = tuple[str, bool]
IMPORT = "sangkien units import DANH_SACH.csv"
_PROBE = "doctor"
WRITTEN_EVERY = timedelta(seconds=30)  # how old the last written sign of life may be
_FOUND = {
    "ok": "ok",
    "no_poll_seconds": "lâu không nhận được tin từ Telegram; kiểm tra mạng và token",
    "poll_elsewhere": "một chương trình khác đang nhận tin bằng cùng token; tắt chương trình ấy",
    "files_folder": "không ghi được thư mục tệp; kiểm tra [files].folder và quyền ghi",
    **{f"database_{name}": SENTENCES[name] for name in ("locked", "read_only", "full", "away")},
    "database_broken": "cơ sở dữ liệu không dùng được; xem dòng cơ sở dữ liệu ở trên và nhật ký",
    "unsettled_seconds": "có tin chờ gửi quá lâu; kiểm tra mạng",
    "dead_letters": "có tin không xử lý được; xem: sangkien dead-letters list",
    "disk_free_megabytes": "đĩa gần đầy; dọn đĩa",
}


class _Undone(Exception):
    """Leaves a transaction so that nothing of it stays."""


def strange_targets(tx: Transaction, config: Config) -> list[tuple[str, str]]:
    """Phase and unit of each target whose unit is not in the tree; nothing before a list was imported."""
    if tx.units.count() == 0:
        return []
    said = [(phase.code, target.unit) for phase in config.programme.phase for target in phase.target]
    return [(phase, unit) for phase, unit in dict.fromkeys(said) if tx.units.by_code(unit) is None]


def database_lines(config: Config, now: datetime) -> Iterator[Line]:
    """The doctor's lines on the database; a row is written to it and taken back, and nothing is migrated."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield from _looked_at(config, now)
    except (SQLAlchemyError, WrongEncoding, OSError) as error:
        yield f"cơ sở dữ liệu: {sentence_on(error)}", False


def _looked_at(config: Config, now: datetime) -> Iterator[Line]:
    database = Database(config.database.url, create=False)
    try:
        if database.file is not None and not database.file.exists():
            yield f"cơ sở dữ liệu: chưa có; tạo và nhập đơn vị: {IMPORT}", False
            return
        with database.reading() as tx:
            version = version_of(tx.connection)
        if version != newest_version():
            yield _of_another_version(version), False
            return
        found: list[Line] = []
        with suppress(_Undone), database.transaction() as tx:
            tx.heard.settle_setting(_PROBE, now.isoformat())
            found = list(_facts(tx, config, version))
            raise _Undone
        yield from found
    finally:
        database.close()


def _of_another_version(version: str | None) -> str:
    if version is None:
        return "cơ sở dữ liệu: chưa có bảng nào; chạy: sangkien db upgrade"
    if version in known_versions():
        return f"cơ sở dữ liệu: phiên bản {version}, cần {newest_version()}; chạy: sangkien db upgrade"
    return f"cơ sở dữ liệu: phiên bản {version} mới hơn chương trình; hãy nâng cấp chương trình"


def _facts(tx: Transaction, config: Config, version: str) -> Iterator[Line]:
    units, waiting = tx.units.count(), tx.outbox.open_count()
    facts = f"phiên bản {version}, {units} đơn vị, {waiting} tin chờ gửi"
    if units == 0:
        yield f"cơ sở dữ liệu: {facts}; chưa có đơn vị, chạy: {IMPORT}", False
        return
    yield f"cơ sở dữ liệu: ok ({facts})", True
    for phase, unit in strange_targets(tx, config):
        sentence = (
            f"chỉ tiêu: {phase} giao cho đơn vị {unit}, mà danh sách đơn vị không có mã này;"
            " sửa [[programme.phase.target]] unit hoặc nhập đơn vị ấy"
        )
        yield sentence, False


def explained(line: str) -> str:
    """A finding (its name, its figure) with the way out."""
    return f"{_FOUND.get(line.partition(' ')[0], line)} ({line})"


def running_lines(config: Config, now: datetime) -> Iterator[Line]:
    """How the running bot fares by what it has written into the database."""
    from sqlalchemy.exc import SQLAlchemyError

    database = Database(config.database.url, create=False)
    try:
        with database.reading() as tx:
            found = list(_findings(tx, now))
    except (SQLAlchemyError, WrongEncoding, OSError) as error:
        yield f"bot đang chạy: không xem được; {sentence_on(error)}", False
        return
    finally:
        database.close()
    for one in found:
        yield f"bot đang chạy: {explained(f'{one.name} {one.figure}')}", False
    if not found:
        yield "bot đang chạy: ok", True


def _findings(tx: Transaction, now: datetime) -> Iterator[Finding]:
    polled = tx.heard.setting(LAST_POLL)
    silence = (now - datetime.fromisoformat(polled)) if polled else None
    if silence is None or silence > POLL_AGE + WRITTEN_EVERY:
        yield Finding("no_poll_seconds", int(silence.total_seconds()) if silence else 0)
    yield from waiting_too_long(tx.outbox.oldest_open(), tx.dead_letters.count(), now)
