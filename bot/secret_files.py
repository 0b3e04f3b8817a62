"""Secret files under the first key: each rewritten whole under a new name, the old one wiped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.files import keep, place_of, wipe
from storage.database import Database
from storage.transaction import Transaction


def count_files(tx: Transaction) -> int:
    """How many secret files we hold."""
    return len(tx.attachments.encrypted())


def renew_files(database: Database, folder: Path) -> Iterator[int]:
    """Encrypt each secret file anew; 1 for each, 0 for one that is not there. Raises VaultClosed, OSError."""
    with database.reading() as tx:
        held = tx.attachments.encrypted()
    for digest in held:
        try:
            cipher = place_of(folder, digest).read_bytes()
        except FileNotFoundError:
            yield 0
            continue
        renewed = keep(folder, database.vault.seal_bytes(database.vault.open_bytes(cipher)))
        with database.transaction() as tx:
            tx.attachments.renamed(digest, renewed)
        wipe(folder, digest)
        yield 1
