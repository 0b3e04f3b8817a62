"""What a serving process has loaded before its first message: memory is the machine's, and it is small."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

# Each with what it is for: none of it is needed to receive and answer.
NOT_BEFORE_IT_IS_NEEDED = {
    "rich": "tables and progress of other commands",
    "pygments": "comes with rich",
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
SERVING = """
import json, sys
from bot.unloaded import keep_out
import bot.cli
keep_out()
import bot.running
print(json.dumps([name for name, module in sys.modules.items() if module is not None]))
"""


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules of a process that has been told to run, as `sangkien run` loads them."""
    done = subprocess.run([sys.executable, "-c", SERVING], capture_output=True, check=True, text=True)
    return set(json.loads(done.stdout))


def test_what_only_others_need_is_not_loaded(loaded: set[str]) -> None:
    known = {name: NOT_BEFORE_IT_IS_NEEDED[name] for name in loaded & NOT_BEFORE_IT_IS_NEEDED.keys()}
    assert known == {}


def test_what_serves_is_loaded_before_the_first_message(loaded: set[str]) -> None:
    # Otherwise the first person would wait for it, and nothing above would say anything.
    assert {"bot.app", "handlers.routes", "storage.transaction", "telegram", "aiohttp"} <= loaded
