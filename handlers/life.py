"""The life of an initiative as one line with dates: handed in → returned (why) → handed in again → valid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.folding import plain_spaces
from handlers.messages import day, text
from handlers.programme import Programme
from storage.reviews import Moved

LONGEST_WHY = 120


def life(moves: Sequence[Moved], programme: Programme, *, reasons: bool = True) -> dict[str, Any]:
    """A parameter: every move in its order, but for decisions that were taken back.

    Without `reasons` nothing that somebody wrote: they may quote what is secret.
    """
    undone = {move.undoes_id for move in moves if move.undoes_id is not None}
    told = [move for move in moves if move.id not in undone and move.undoes_id is None]
    return {"$": "chain", "items": [_step(move, programme, reasons=reasons) for move in told]}


def _step(move: Moved, programme: Programme, *, reasons: bool) -> dict[str, Any]:
    on = day(programme.local_day(move.at).isoformat(), "day")
    why = _shortened(move.why) if reasons and move.why and move.after in ("returned", "rejected") else ""
    if why:
        return text(f"life.{_name(move)}_why", day=on, why=why)
    return text(f"life.{_name(move)}", day=on)


def _name(move: Moved) -> str:
    if move.after != "submitted":
        return move.after
    return {"draft": "sent", "rejected": "appealed"}.get(move.before, "again")


def _shortened(why: str) -> str:
    words = plain_spaces(why)
    return words if len(words) <= LONGEST_WHY else words[:LONGEST_WHY].rsplit(" ", 1)[0] + "…"
