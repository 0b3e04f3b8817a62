"""Stories of one's own: every talk tells of another improvement, one of those the tests read.

When everybody types the same words, whatever looks for look-alikes finds nothing else; people do not. There
are 240, told in turn, so now and then somebody tells what another has told before.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

TOLD = Path(__file__).resolve().parent.parent / "tests" / "data" / "initiatives.jsonl"
FIELDS = ("before", "after", "effect", "title")


@cache
def _told() -> list[dict[str, str]]:
    with TOLD.open(encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return [{field: one[field] for field in FIELDS} for one in found if all(one[field] for field in FIELDS)]


def story(number: int) -> dict[str, str]:
    """What one person tells in one talk: before, after, effect and title."""
    return _told()[number % len(_told())]
