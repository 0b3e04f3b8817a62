"""What every command does: read the configuration, open the database, say a line, fail with a sentence."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from bot.config import Config
    from storage.database import Database

_TOKEN = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{10,}")
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Tệp cấu hình; mặc định là config.toml nếu có.")
]


def fail(sentence: str, code: int = 1) -> NoReturn:
    """Say what went wrong and the way out, on stderr; end with 1 (failed) or 2 (asked wrongly)."""
    print(sentence, file=sys.stderr)  # noqa: T201 - the command line's own voice
    raise typer.Exit(code)


def say(line: str) -> None:
    """One line of a command's answer."""
    print(line)  # noqa: T201 - the command line's own voice


def configured(path: Path | None) -> Config:
    """The configuration, or the end with exit code 2 and every fault named."""
    from bot.config import ConfigError, load

    try:
        return load(path, os.environ)
    except ConfigError as wrong:
        fail(_TOKEN.sub("***", str(wrong)), 2)


def opened(config: Config) -> Database:
    """The database, upgraded; or the end with one sentence."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.database_faults import sentence_on
    from bot.keys import vault_of
    from storage.database import Database
    from storage.faults import WrongEncoding
    from storage.upgrade import NewerDatabase, upgrade_database

    try:
        database = Database(config.database.url, vault=vault_of(config))
        upgrade_database(database)
    except (SQLAlchemyError, WrongEncoding, NewerDatabase, OSError, ValueError) as error:
        fail(f"Cơ sở dữ liệu [database].url: {sentence_on(error)}.")
    return database
