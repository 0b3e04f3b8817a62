"""Figures are rounded and written in one way: one decimal, half up, the comma where Vietnamese has it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.figures import decimal, grouped, needed, per_cent


@pytest.mark.parametrize(
    ("part", "whole", "vi"),
    [(15_040, 13_811, "108,9"), (196, 105, "186,7"), (1, 8, "12,5"), (1, 800, "0,1"), (1, 2_000, "0,1"),
     (0, 7, "0,0"), (1_234_567, 100, "1.234.567,0"), (2_499, 100_000, "2,5"), (129, 2000, "6,5")],
)  # fmt: skip
def test_a_share_has_one_decimal_half_up(part: int, whole: int, vi: str) -> None:
    found = per_cent(part, whole)
    assert found is not None and decimal(found, "vi") == vi


def test_a_share_of_nothing_is_not_a_number() -> None:
    assert per_cent(3, 0) is None and per_cent(0, 0) is None


def test_ten_per_cent_of_the_members_of_a_province() -> None:
    assert needed(138_110, Decimal(10)) == 13_811
    assert needed(0, Decimal(10)) == 0 and needed(3, Decimal(10)) == 1


def test_thousands_and_decimals_are_written_as_the_reader_writes_them() -> None:
    assert grouped(15_040, "vi") == "15.040" and grouped(15_040, "en") == "15,040"
    assert decimal(Decimal("1108.85"), "en") == "1,108.9"


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_rounding_is_never_off_by_more_than_half_a_tenth(part: int, whole: int) -> None:
    found = per_cent(part, whole)
    assert found is not None
    off = Fraction(found) - Fraction(part * 100, whole)
    assert -Fraction(1, 20) < off <= Fraction(1, 20)
