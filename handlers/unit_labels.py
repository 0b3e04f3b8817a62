"""Shortens the names of units that stand side by side on buttons, so that what tells them apart stays."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from handlers.folding import fold
from handlers.unit_search import FoundUnit

# A label has room for 60 characters; three go to the dash between the name and the unit above.
LONGEST = 60
_DASH = 3
_LONGEST_ABOVE = 24
_LEAST_ABOVE = 12
# What everybody writes short anyway, the longer first.
_SHORT = (
    ("trách nhiệm hữu hạn", "TNHH"),
    ("liên đoàn lao động", "LĐLĐ"),
    ("công đoàn cơ sở", "CĐCS"),
    ("khu công nghiệp", "KCN"),
    ("một thành viên", "MTV"),
    ("ủy ban nhân dân", "UBND"),
    ("công đoàn", "CĐ"),
    ("thành phố", "TP"),
    ("công ty", "Cty"),
    ("cổ phần", "CP"),
)
_LONG = re.compile("|".join(long for long, _ in _SHORT), re.IGNORECASE)
_SHORTER = dict(_SHORT)


def labels(found: Sequence[FoundUnit]) -> list[tuple[str, str]]:
    """For each unit the name and the name of the unit above, together no longer than a button's label.

    Where another one is called the same, part of the unit above is kept whatever the length; of a long name
    the middle goes, because numbers and places stand at its end.
    """
    called = Counter(fold(unit.name) for unit in found)
    return [_label(unit, is_alone=called[fold(unit.name)] == 1) for unit in found]


def _label(unit: FoundUnit, *, is_alone: bool) -> tuple[str, str]:
    name, above = unit.name, unit.parent_name
    if _length(name, above) <= LONGEST:
        return name, above
    name, above = _shorter(name), _shorter(above)
    if _length(name, above) <= LONGEST:
        return name, above
    if is_alone:
        room = LONGEST - len(name) - _DASH
        short = _without_middle(above, room) if room >= _LEAST_ABOVE else ""
        return _without_middle(name, LONGEST), short
    above = _without_middle(above, _LONGEST_ABOVE)
    return _without_middle(name, LONGEST - _DASH - len(above)), above


def _length(name: str, above: str) -> int:
    return len(name) + (len(above) + _DASH if above else 0)


def _shorter(name: str) -> str:
    return _LONG.sub(lambda match: _SHORTER[match[0].lower()], name)


def _without_middle(text: str, room: int) -> str:
    """At most so many characters: the beginning and the end, at words where that costs little."""
    if len(text) <= room:
        return text
    tail = room // 2
    head = room - tail - 1
    start, end = text[:head], text[-tail:]
    if " " in start[head // 2 :] and not text[head].isspace():
        start = start.rpartition(" ")[0]
    if " " in end[: tail // 2] and not text[-tail - 1].isspace():
        end = end.partition(" ")[2]
    return f"{start.rstrip()}…{end.lstrip()}"
