"""Every sealed value there is: whether there are any, sealing what is still clear, renewing all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Column, Text, func, or_, select, type_coerce, update

from storage.initiatives import CONTENT
from storage.models import metadata
from storage.transaction import Transaction
from storage.vault import is_sealed

PROOF = "vault.proof"  # a setting under the key: shows at the start whether the keys fit
AT_ONCE = 200
_TABLES = metadata.tables
# Where cipher text lies, each a column of JSON.
SEALED: tuple[Column[Any], ...] = (
    _TABLES["draft"].c.place,
    _TABLES["initiative"].c.place,
    _TABLES["initiative_version"].c.place,
    _TABLES["outbox"].c.body,
    _TABLES["attachment"].c.secret,
)


def _is_cipher(column: Column[Any]) -> Any:
    return type_coerce(column, Text).startswith('{"#":', autoescape=True)


def any_sealed(tx: Transaction) -> Any:
    """Some sealed value, as it is kept; None when there is none."""
    found = (tx.connection.execute(select(one).where(_is_cipher(one)).limit(1)).scalar() for one in SEALED)
    return next((kept for kept in found if kept is not None), None)


def count_sealed(tx: Transaction) -> int:
    """How many values are sealed: the length of a rotation."""
    counts = (select(func.count()).select_from(one.table).where(_is_cipher(one)) for one in SEALED)
    return sum(tx.connection.execute(count).scalar_one() for count in counts)


def renew(transaction: Callable[[], Any]) -> Iterator[int]:
    """Every sealed value under the first key, a block in a transaction; how many were done, each time."""
    for column in SEALED:
        last: int | None = 0
        while last is not None:
            with transaction() as tx:
                last, done = _renew_block(tx, column, last)
            yield done


def _renew_block(tx: Transaction, column: Column[Any], after: int) -> tuple[int | None, int]:
    number = column.table.c.id
    rows = select(number, column).where(number > after, _is_cipher(column)).order_by(number).limit(AT_ONCE)
    found = tx.connection.execute(rows).all()
    for row, kept in found:
        changed = update(_TABLES[column.table.name]).where(number == row)
        tx.connection.execute(changed.values({column: tx.vault.renewed(kept)}))
    return (found[-1][0] if len(found) == AT_ONCE else None), len(found)


def seal_what_is_open(tx: Transaction) -> None:
    """Seal rows that an earlier version of the program has left in clear."""
    drafts, initiatives = _TABLES["draft"], _TABLES["initiative"]
    said = type_coerce(drafts.c.place, Text).contains('"sealed":true', autoescape=True)
    for number, worker, place in tx.connection.execute(
        select(drafts.c.id, drafts.c.worker_id, drafts.c.place).where(said)
    ).all():
        if not is_sealed(place) and place.get("sealed"):
            _set(tx, drafts, number, {"place": tx.vault.seal(place)})
            _seal_files(tx, _TABLES["attachment"].c.draft_id == number)
            tx.outbox.protect(worker)
    clear = or_(~_is_cipher(initiatives.c.place), *(initiatives.c[name].is_not(None) for name in CONTENT))
    for number, place in tx.connection.execute(
        select(initiatives.c.id, initiatives.c.place).where(initiatives.c.sealed, clear)
    ).all():
        hidden = place if is_sealed(place) else tx.vault.seal(place)
        _set(tx, initiatives, number, {"place": hidden, **dict.fromkeys(CONTENT)})
        tx.initiatives.seal_versions(number)
        _seal_files(tx, _TABLES["attachment"].c.initiative_id == number)
    _forget_what_was_said(tx)
    tx.scrubs = True


def _set(tx: Transaction, table: Any, number: int, values: dict[str, Any]) -> None:
    tx.connection.execute(update(table).where(table.c.id == number).values(**values))


def _seal_files(tx: Transaction, which: Any) -> None:
    files = _TABLES["attachment"]
    rows = select(files).where(which, files.c.sealed.is_(False))
    for row in tx.connection.execute(rows).mappings().all():
        tx.attachments.set_secret(row, True, row["created_at"])


def _forget_what_was_said(tx: Transaction) -> None:
    """Messages that were settled kept their bodies once: they may quote anything."""
    outbox = _TABLES["outbox"]
    settled = outbox.c.state.not_in(("waiting", "claimed"))
    tx.connection.execute(update(outbox).where(settled).values(body={}))
