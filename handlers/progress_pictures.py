"""What a picture of the progress shows, as plain figures: the painter draws exactly these and reads nothing.

The same figures give the same picture, so it is drawn once for everybody who asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from handlers.enclosures import Paper
from handlers.figures import per_cent, rounded
from handlers.messages import number, tenths
from handlers.programme import Programme
from handlers.progress_figures import Measured, Progress
from storage.aims import Standing
from storage.tallies import ALL
from storage.transaction import Transaction

MOST_POINTS = 120
MOST_BARS = 15


def curve_of(tx: Transaction, programme: Programme, part: Progress, unit: str, today: date) -> Paper:
    """The valid ones as they grew, against the target and the pace that is needed from now on."""
    code = ALL if part.phase is None else part.phase.code
    days = [(day, valid) for day, _, valid in tx.tallies.curve(part.unit_id, code)]
    sums = accumulate(valid for _, valid in days)
    points = [(day, total) for (day, _), total in zip(days, sums, strict=True)]
    one = part.initiatives
    opens = today if part.opens is None else programme.local_day(part.opens)
    closes = today if part.closes is None else programme.local_day(part.closes - timedelta(microseconds=1))
    params: dict[str, Any] = {
        **_head(part, one, unit),
        "opens": opens.isoformat(),
        "closes": closes.isoformat(),
        "today": min(max(today, opens), closes).isoformat(),
        "points": [[day.isoformat(), total] for day, total in thinned(points)],
        # As it is written: what changes every second would be drawn anew every second.
        "needed": None if part.pace_needed is None else str(rounded(part.pace_needed)),
    }
    return Paper("progress_curve", params, *_caption(one, unit, "initiatives"))


def thinned(points: Sequence[tuple[date, int]]) -> Sequence[tuple[date, int]]:
    """At most so many points as a phone can show, the first and the last among them."""
    if len(points) <= MOST_POINTS:
        return points
    step = (len(points) - 1) / (MOST_POINTS - 1)
    return [points[round(place * step)] for place in range(MOST_POINTS)]


def bars_of(
    part: Progress, unit: str, behind: Sequence[Standing], count: int, measure: str = "initiatives"
) -> Paper:
    """The units below against their targets, the furthest behind first; the rest is a line."""
    shown = behind[:MOST_BARS]
    one = part.initiatives if measure == "initiatives" else part.people
    params = {
        **_head(part, one, unit),
        "measure": measure,
        "bars": [_bar(standing, measure) for standing in shown],
        "rest": max(0, count - len(shown)),
        "reached": one.units.reached,
        "aimed": one.units.aimed,
    }
    return Paper("progress_bars", params, *_caption(one, unit, measure))


def _bar(standing: Standing, measure: str) -> dict[str, Any]:
    done = standing.figures.valid if measure == "initiatives" else standing.figures.people
    target = standing.initiatives if measure == "initiatives" else standing.people
    share = None if target is None else per_cent(done, target)
    return {
        "unit": standing.name,
        "done": done,
        "target": target,
        "share": None if share is None else str(share),
    }


def _head(part: Progress, one: Measured, unit: str) -> dict[str, Any]:
    return {
        "unit": unit,
        "phase": None if part.phase is None else part.phase.name,
        "done": one.done,
        "waiting": one.waiting,
        "target": one.target,
        "share": None if one.share is None else str(one.share),
    }


def _caption(one: Measured, unit: str, measure: str) -> tuple[str, dict[str, Any]]:
    """The line under the picture: what it says in figures, far below a messenger's 1,024 characters."""
    said = {"unit": unit[:200], "done": number(one.done), "waiting": number(one.waiting)}
    people = measure == "people"
    if one.target is None or one.share is None:
        return "progress.caption_people_untargeted" if people else "progress.caption_untargeted", said
    key = "progress.caption_people" if people else "progress.caption"
    return key, {**said, "target": number(one.target), "share": tenths(one.share)}
