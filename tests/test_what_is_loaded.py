"""What a serving process has loaded before its first message: memory is the machine's, and it is small."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.live import LONG_PROGRAMME, TOKEN

# Each with what it is for: none of it is needed to receive and answer.
NOT_BEFORE_IT_IS_NEEDED = {
    "typer": "the command line: what is served is not typed",
    "bot.cli": "other commands",
    "rich": "tables and progress of other commands",
    "pygments": "comes with rich",
    "httpx": "python-telegram-bot's own way to the network, which ours replaces",
    "bot.sandbox": "the demonstration and the tests",
    "bot.terminal": "the talk in a terminal",
    "alembic": "a start that has migrations to apply",
    "sqlalchemy.dialects.postgresql": "a database that is PostgreSQL",
    "psycopg": "a database that is PostgreSQL",
    "matplotlib": "pictures: a process of their own",
    "PIL": "comes with matplotlib",
    "segno": "codes of invitations: a process of their own",
    "aiohttp.web": "a bot that is called, or watched by a monitor",
    "typst": "posters: a process of their own",
    "xlsxwriter": "workbooks: a process of their own",
    "python_calamine": "lists of units that are handed in",
    "babel": "dates and numbers of papers",
    "prometheus_client": "nothing here measures",
    "pytest": "tests",
    "hypothesis": "tests",
}
STARTED = """
import json, os, sys
leave = os._exit
def told(code):
    print(json.dumps([name for name, module in sys.modules.items() if module]), flush=True)
    leave(code)
os._exit = told
from bot.__main__ import main
main()
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The modules of `sangkien run`, ended by tables of a newer program when everything is at hand."""
    folder = tmp_path_factory.mktemp("newer")
    with closing(sqlite3.connect(folder / "newer.db")) as tables:
        tables.execute("CREATE TABLE alembic_version AS SELECT '9999' AS version_num")
        tables.commit()
    config = folder / "config.toml"
    database = f'[database]\nurl = "sqlite:///{folder / "newer.db"}"\n'
    config.write_text(database + LONG_PROGRAMME, encoding="utf-8")
    command = [sys.executable, "-c", STARTED, "run", "--config", str(config)]
    environment = {**os.environ, "SANGKIEN_TELEGRAM__TOKEN": TOKEN}
    ended = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=folder)
    assert "database_unusable" in ended.stderr, ended.stderr
    return set(json.loads(ended.stdout))


def test_what_only_others_need_is_not_loaded(loaded: set[str]) -> None:
    known = {name: NOT_BEFORE_IT_IS_NEEDED[name] for name in loaded & NOT_BEFORE_IT_IS_NEEDED.keys()}
    assert known == {}


def test_what_serves_is_loaded_before_the_first_message(loaded: set[str]) -> None:
    # Otherwise the first person would wait for it, and nothing above would say anything.
    assert {"bot.app", "handlers.routes", "storage.transaction", "telegram", "aiohttp"} <= loaded
