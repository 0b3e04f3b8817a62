"""Who the co-authors are: names that one member of the author's unit, and only one, is called by.

People are counted by who they are, so a co-author counts as a person only when it is plain who is meant.
Nobody who shares in an initiative decides on it, and that holds for them too.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.folding import fold
from storage.people import Person
from storage.transaction import Transaction


def known(
    tx: Transaction, author: Person, named: Sequence[tuple[str, int]]
) -> list[tuple[int | None, str, int]]:
    """Number, name and share of each; the number is None where nobody or more than one is called so."""
    if not named or author.unit_id is None:
        return [(None, name, share) for name, share in named]
    called: dict[str, list[int]] = {}
    # A name has as many letters with its marks as without: few of a large unit are looked at.
    for length in {len(fold(name)) for name, _ in named}:
        for member in tx.entered.named_with(author.unit_id, length):
            if member.worker_id != author.worker_id:
                called.setdefault(fold(member.name), []).append(member.worker_id)
    found: list[tuple[int | None, str, int]] = []
    for name, share in named:
        # Two who are typed alike are not the same person twice.
        meant = called.pop(fold(name), [])
        found.append((meant[0] if len(meant) == 1 else None, name, share))
    return found
