"""The engine and the one transaction: the only place in the program that commits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from storage.faults import WrongEncoding
from storage.transaction import Transaction
from storage.unit_index import UnitMemory
from storage.vault import Vault

PATIENCE = 10.0  # seconds that a statement waits for another writer of an SQLite file


class Database:
    """One database: an embedded SQLite file by default, PostgreSQL by its address.

    SQLite has one writer connection (WAL, `synchronous=FULL`: committed means on the disk) and separate
    connections for reading, which never wait for the writer.
    """

    def __init__(
        self, url: str, *, patience: float = PATIENCE, vault: Vault | None = None, create: bool = True
    ) -> None:
        self._busy = int(patience * 1000)
        self.vault = vault or Vault()
        self._traces = False
        self._units = UnitMemory()
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.url = parsed if self.is_sqlite else parsed.set(drivername="postgresql+psycopg")
        self.file = Path(parsed.database) if self.is_sqlite and parsed.database else None
        if self.file is not None and create:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            if not self.file.exists():
                self.file.touch(mode=0o600)  # it will hold personal data
        self._writer = self._engine(writing=True)
        self._reader = self._engine(writing=False)

    def _engine(self, *, writing: bool) -> Engine:
        if not self.is_sqlite:
            engine = create_engine(
                self.url,
                poolclass=QueuePool,
                pool_size=4,
                pool_pre_ping=True,
                connect_args=self.connection_settings(),
            )
            # Before SQLAlchemy asks anything: without an encoding the server's answers are not even text.
            event.listen(engine, "connect", _check_encoding, insert=True)
            return engine
        pool = StaticPool if writing else NullPool
        arguments = {"check_same_thread": False, "isolation_level": None, "timeout": self._busy / 1000}
        engine = create_engine(self.url, poolclass=pool, connect_args=arguments)
        event.listen(engine, "connect", self._settle_pragmas)
        # The driver's own transactions start late and lose updates silently; ours takes the lock at once.
        begin = "BEGIN IMMEDIATE" if writing else "BEGIN"
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine

    def connection_settings(self) -> dict[str, Any]:
        """Of PostgreSQL's driver: nothing waits for ever, for a server that is gone or for a lock."""
        if self.is_sqlite:
            return {}
        ours = {
            "connect_timeout": 5,  # seconds, like the next two
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 2,
            "tcp_user_timeout": 15_000,  # milliseconds, like the next
            "options": f"-c lock_timeout={self._busy}",
        }
        return {name: value for name, value in ours.items() if name not in self.url.query}

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Everything inside becomes true together when the block ends, or nothing does when it raises."""
        with self._writer.connect() as connection, connection.begin():
            tx = Transaction(connection, self.vault, self._units)
            yield tx
            tx.finish()
        if self.is_sqlite and (tx.scrubs or self._traces):
            self._traces = not self._scrubbed()

    def _scrubbed(self) -> bool:
        """Empty the write-ahead log, where old pages lie on; False while somebody reads from it.

        The pages themselves are overwritten as they are freed (`secure_delete`). On PostgreSQL that is
        the work of autovacuum and of whoever keeps its logs.
        """
        with self._writer.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None  # noqa: S101 - a connection that is open has one
            driver.execute("PRAGMA busy_timeout=0")
            busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            driver.execute(f"PRAGMA busy_timeout={self._busy}")
            return not busy

    def vacuum(self) -> None:
        """Write the tables anew without what was deleted; on PostgreSQL the space is given back for use."""
        engine = self._writer.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None  # noqa: S101 - a connection that is open has one
            driver.execute("VACUUM")
        if self.is_sqlite:
            self._traces = not self._scrubbed()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A consistent view that cannot change anything: whatever was written inside is rolled back."""
        with self._reader.connect() as connection:
            held = connection.begin()
            try:
                yield Transaction(connection, self.vault, self._units)
            finally:
                held.rollback()

    @contextmanager
    def schema_connection(self) -> Iterator[Connection]:
        """A bare connection for migrations, which order their own statements."""
        with self._writer.connect() as connection:
            yield connection

    def copy_to(self, target: Path) -> None:
        """A whole copy of an SQLite database as it stands now, while others write; no deleted rows in it."""
        with closing(sqlite3.connect(str(self.file), timeout=self._busy / 1000)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))

    def _settle_pragmas(self, connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={self._busy}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA trusted_schema=OFF")
        # What is deleted or sealed must not lie on in free pages or in files for sorting.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    def close(self) -> None:
        """Let go of every connection."""
        self._writer.dispose()
        self._reader.dispose()


def _check_encoding(connection: Any, _record: Any) -> None:
    """Vietnamese needs UTF-8. Raises WrongEncoding for a PostgreSQL database that was made with another."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise WrongEncoding(encoding)
