"""A short code of a person, by which those who answer for them ask about them; it opens nothing by itself."""

from __future__ import annotations

import re

from handlers.folding import fold

_CODE = re.compile(r"nld[ -]?0*([1-9][0-9]{0,17})")


def code_of(worker_id: int) -> str:
    """NLD-00012 (người lao động)."""
    return f"NLD-{worker_id:05}"


def worker_in(typed: str) -> int | None:
    """The worker whose code was typed, with or without tone marks, stroke and noughts; None: no such code."""
    found = _CODE.fullmatch(fold(typed[:60]).strip())
    return None if found is None else int(found[1])
