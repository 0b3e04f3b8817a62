"""What a line about a benefit is made of: amounts, periods, signs and other words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto

from handlers.money_amounts import Amount


class Period(StrEnum):
    """What a benefit is counted over, exactly as it was said."""

    YEAR = "year"
    MONTH = "month"
    ONCE = "once"


class Found(StrEnum):
    """What a piece of the line is."""

    AMOUNT = auto()  # with a unit of money, or plainly đồng
    NUMBER = auto()  # a number that nothing explains
    COUNTED = auto()  # a number of something else: 24 cây, tháng 9
    PERIOD = auto()
    OTHER_PERIOD = auto()  # per day, per quarter, in six months
    PER_PIECE = auto()  # per ton, per machine, per changeover
    TO = auto()  # between the ends of a range
    MINUS = auto()
    MAYBE_MINUS = auto()  # a dash before the amount that may be a bullet
    AGAIN = auto()  # a parenthesis or `=`: the same amount once more
    SUM = auto()  # arithmetic, percentages, numerals we do not read
    FOREIGN = auto()  # another currency
    VAGUE = auto()  # vài, mấy, hàng (trăm triệu)
    NOT = auto()  # không, chưa
    COST = auto()
    SPENT = auto()  # a cost when the amount follows: chi 5 triệu, but 5 triệu chị ạ
    GAIN = auto()
    SAVED = auto()  # tiết kiệm
    ONE_OFF = auto()  # a purchase or a damage: avoided once
    WORD = auto()  # anything else


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing on the line; amounts and periods carry what they are."""

    found: Found
    amount: Amount | None = None
    period: Period | None = None
    guessed: bool = False  # a period said without `/` or `mỗi`


Taken = tuple[list[Piece], int] | None
"""What a look at one place found, and where the rest of the line begins."""
