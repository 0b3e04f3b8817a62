"""One rule of rounding and of writing figures, for chat, pictures, tables and JSON alike.

One decimal, half up, and never a division by nothing. Vietnamese writes 15.040 and 108,9 %, English 15,040
and 108.9 %. The programme's reports use both *vượt* and *đạt* for the same thing, so there is only *đạt*.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_TENTH = Decimal("0.1")


def per_cent(part: int, whole: int | Fraction) -> Decimal | None:
    """`part` of `whole` in per cent with one decimal, half up; None where there is no whole to speak of."""
    if whole <= 0:
        return None
    exact = Fraction(part * 100) / Fraction(whole)
    tenths = (exact * 10 * 2 + 1) // 2  # half up, exactly
    return Decimal(int(tenths)) * _TENTH


def needed(members: int, percent: Decimal) -> int:
    """How many make a percentage of members: the nearest whole number, half up, and at least one.

    Ten per cent of 138,110 are 13,811 (Bà Rịa–Vũng Tàu, 2023).
    """
    exact = Decimal(members) * percent / 100
    return max(1, int(exact.to_integral_value(ROUND_HALF_UP))) if members > 0 else 0


def grouped(number: int, language: str) -> str:
    """A whole number with its thousands apart: 15.040 in Vietnamese, 15,040 in English."""
    written = f"{number:,}"
    return written.replace(",", ".") if language == "vi" else written


def rounded(number: Decimal) -> Decimal:
    """A number to one decimal, half up: what is shown of it everywhere."""
    return number.quantize(_TENTH, ROUND_HALF_UP)


def decimal(number: Decimal, language: str) -> str:
    """A number with one decimal, thousands apart: 1.108,9 in Vietnamese, 1,108.9 in English."""
    written = f"{rounded(number):,.1f}"
    return written.translate(str.maketrans(",.", ".,")) if language == "vi" else written
