"""Reads one cell of an imported list of units: a number of members, a day, a target, a state.

Pure. What cannot be read is None, never a guess.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from handlers.folding import fold

# A thousand times more than any union has; what is above was typed wrongly.
MOST_MEMBERS = 999_999_999
MOST_PERCENT = 1_000
# A unit in one of these has left the tree: such a row ends the unit that is there and adds nothing.
_GONE = {
    "left": ("left", "da roi", "roi", "roi di", "chuyen di", "da chuyen"),
    "dissolved": ("dissolved", "giai the", "da giai the"),
    "merged": ("merged", "sap nhap", "da sap nhap", "hop nhat", "da hop nhat"),
    "closed": ("closed", "dong", "da dong", "ngung hoat dong", "ngung", "cham dut hoat dong"),
}
_ACTIVE = ("active", "hoat dong", "dang hoat dong", "con hoat dong")
STATUSES: dict[str, str] = {said: status for status, several in _GONE.items() for said in several}
STATUSES |= dict.fromkeys(_ACTIVE, "active") | {"": ""}

_GROUPS = "|".join(rf"[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+" for mark in (r"\.", ",", " "))
_NUMBER = re.compile(rf"[0-9]+|{_GROUPS}")
_PERCENT = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,2}))? ?%")
# A spreadsheet hands over a percentage as the share it is.
_SHARE = re.compile(r"0[.,][0-9]{1,17}")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")


class Aim(NamedTuple):
    """A target as it was written: a count, or hundredths of a per cent of the members."""

    number: int | None
    percent_hundredths: int | None


def whole_number(typed: str) -> int | None:
    """A whole number as people write it here: `1250`, `1.250`, `1,250`, `1 250`."""
    if not _NUMBER.fullmatch(typed):
        return None
    digits = re.sub(r"[., ]", "", typed).lstrip("0") or "0"
    return int(digits) if len(digits) <= len(str(MOST_MEMBERS)) else None


def aim(typed: str) -> Aim | None:
    """A target: `2.000`, `15%`, `12,5 %`, or the share `0,15` that a spreadsheet makes of 15 %."""
    hundredths = None
    if found := _PERCENT.fullmatch(typed):
        hundredths = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
    elif _SHARE.fullmatch(typed):
        share = Decimal(typed.replace(",", ".")) * 10_000
        hundredths = int(share.quantize(Decimal(1), ROUND_HALF_UP))
    elif (count := whole_number(typed)) is not None:
        return Aim(count, None)
    return Aim(None, hundredths) if hundredths and hundredths <= MOST_PERCENT * 100 else None


def status(typed: str) -> str | None:
    """`active`, one of the states of a unit that has gone, or nothing said."""
    return STATUSES.get(" ".join(fold(typed).split()))


def is_gone(said: str | None) -> bool:
    """Whether a unit in this state has left the tree."""
    return said in _GONE


def day(typed: str) -> date | None:
    """A whole day: `1/7/2025` or `2025-07-01`."""
    day_first, year_first = _DAY_FIRST.fullmatch(typed), _YEAR_FIRST.fullmatch(typed)
    try:
        if day_first:
            number, month, year = map(int, day_first.groups())
            return date(year, month, number)
        if year_first:
            return date(*map(int, year_first.groups()))
    except ValueError:
        return None
    return None
