"""What commands are given and open: the configuration, the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.console import configured, fail, say

if TYPE_CHECKING:
    from bot.config import Config
    from storage.database import Database

__all__ = ["ConfigOption", "configured", "fail", "opened", "say"]

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Tệp cấu hình; mặc định là config.toml nếu có.")
]


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
