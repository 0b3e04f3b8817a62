"""The keys of what is sealed: a file beside the database, never in it and never in its backups."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from storage.vault import Vault, VaultClosed, WrongKey, check_key, new_key

if TYPE_CHECKING:
    from bot.config import Config
    from storage.database import Database

PRIVATE = 0o600


class BadKeys(Exception):
    """The keys cannot be used: one sentence for the operator, with the way out."""


def vault_of(config: Config) -> Vault:
    """The vault of this configuration; its keys are read when something secret is first met."""
    return Vault(partial(present_keys, config))


def present_keys(config: Config) -> list[str]:
    """The keys, newest first: of the environment, or of the file; none when there is no file yet."""
    said = config.secrets.key.get_secret_value()
    where = "SANGKIEN_SECRETS__KEY" if said else str(config.secrets.keys)
    try:
        lines = said.split(",") if said else config.secrets.keys.read_text("ascii").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        reason = type(error).__name__
        raise BadKeys(f"Không đọc được khóa ở {where} ({reason}); kiểm tra quyền đọc tệp.") from None
    keys = [line.strip() for line in lines if line.strip()]
    for number, key in enumerate(keys, start=1):
        try:
            check_key(key)
        except WrongKey:
            raise BadKeys(
                f"Khóa thứ {number} ở {where} không đúng dạng (44 ký tự); lấy lại từ bản lưu khóa."
            ) from None
    return keys


def add_key(file: Path) -> int:
    """Put a new key before the others, whole or not at all; how many there are now."""
    file.parent.mkdir(parents=True, exist_ok=True)
    before = file.read_text("ascii").split() if file.exists() else []
    unfinished = file.with_name(f".{file.name}.new")
    with suppress(FileNotFoundError):
        unfinished.unlink()
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write("\n".join([new_key(), *before]) + "\n")
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(file)
    return len(before) + 1


def readable_by_others(file: Path) -> bool:
    """Whether the file of keys is open to others than its owner (where the system knows such a thing)."""
    return os.name == "posix" and file.exists() and bool(file.stat().st_mode & 0o077)


def settle_keys(config: Config, database: Database) -> str:
    """See to it before anything runs that what is sealed can be opened: `made`, or an empty text.

    Makes the first key where nothing is sealed yet. Raises BadKeys when sealed rows have lost their key.
    """
    from storage.sealing import PROOF, seal_what_is_open

    made = ""
    proven = check_keys(config, database)
    if not present_keys(config):
        try:
            add_key(config.secrets.keys)
        except OSError as error:
            reason = type(error).__name__
            raise BadKeys(
                f"Không tạo được tệp khóa {config.secrets.keys} ({reason}); đặt [secrets] keys vào thư mục"
                " ghi được, hoặc đặt khóa vào SANGKIEN_SECRETS__KEY."
            ) from None
        made = "made"
    if not proven:
        with database.transaction() as tx:
            seal_what_is_open(tx)
            tx.heard.settle_setting(PROOF, tx.vault.seal_bytes(b"").decode())
    return made


def check_keys(config: Config, database: Database) -> bool:
    """Whether the keys are proven to fit; raises BadKeys when they do not and something is sealed."""
    from storage.sealing import PROOF, any_sealed

    vault = vault_of(config)
    with database.reading() as tx:
        proof, secret = tx.heard.setting(PROOF), any_sealed(tx)
    try:
        if secret is not None:
            vault.open(secret)
        if proof is not None:
            vault.open_bytes(proof.encode())
    except VaultClosed:
        if secret is not None:
            raise BadKeys(_lost(config)) from None
        return False
    return proof is not None


def _lost(config: Config) -> str:
    where = "SANGKIEN_SECRETS__KEY" if config.secrets.key.get_secret_value() else str(config.secrets.keys)
    return (
        f"Có sáng kiến bí mật nhưng khóa ở {where} không có hoặc không mở được;"
        " chép lại tệp khóa đã lưu rồi chạy lại."
    )
