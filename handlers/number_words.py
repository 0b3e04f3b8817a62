"""Writes an amount of đồng in digits and in words, Vietnamese and English, for the echo that people check.

Vietnamese follows the school rules: `mốt`, `tư`, `lăm` after `mươi`, `linh` for an empty ten, `không trăm`
for an empty hundred inside a number. An empty thousand before hundreds is said too (`một triệu không nghìn
năm trăm`), because `một triệu năm trăm` is what people say for 1.500.000.
"""

from __future__ import annotations

BILLION = 1_000_000_000

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_AFTER_MUOI = {1: "mốt", 4: "tư", 5: "lăm"}
_ONES = (
    *(
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_THOUSANDS = ("", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion")


def digits(vnd: int, language: str) -> str:
    """An amount in đồng with its unit: `4.980.000.000 đồng` for `vi`, otherwise `4,980,000,000 VND`."""
    grouped = f"{vnd:,}"
    return f"{grouped.replace(',', '.')} đồng" if language == "vi" else f"{grouped} VND"


def words(vnd: int, language: str) -> str:
    """An amount of đồng (0 or more) in words, without the unit: Vietnamese for `vi`, otherwise English.

    Raises ValueError when the amount is negative: no benefit is.
    """
    if vnd < 0:
        raise ValueError("an amount in words is never negative")
    return " ".join(_vietnamese(vnd) if language == "vi" else _english(vnd))


def _vietnamese(number: int) -> list[str]:
    if number == 0:
        return [_DIGITS[0]]
    billions, rest = divmod(number, BILLION)
    said = [*_vietnamese(billions), "tỷ"] if billions else []
    millions, thousands, units = rest // 1_000_000, rest // 1000 % 1000, rest % 1000
    if millions:
        said += [*_group(millions, inside=bool(said)), "triệu"]
    if thousands:
        said += [*_group(thousands, inside=bool(said)), "nghìn"]
    elif units and said:
        said += [_DIGITS[0], "nghìn"]
    if units:
        said += _group(units, inside=bool(said))
    return said


def _group(number: int, *, inside: bool) -> list[str]:
    """Three digits, 1 to 999; inside a longer number the hundreds are said even when they are nought."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    said = [_DIGITS[hundreds], "trăm"] if hundreds or inside else []
    if tens > 1:
        said += [_DIGITS[tens], "mươi"]
        return [*said, _AFTER_MUOI.get(ones, _DIGITS[ones])] if ones else said
    if tens == 1:
        said.append("mười")
        return [*said, "lăm" if ones == 5 else _DIGITS[ones]] if ones else said
    if ones and said:
        return [*said, "linh", "tư" if ones == 4 else _DIGITS[ones]]
    return [*said, _DIGITS[ones]] if ones else said


def _english(number: int) -> list[str]:
    if number == 0:
        return [_ONES[0]]
    said: list[str] = []
    for power in range(len(_THOUSANDS) - 1, -1, -1):
        # The highest name takes whatever is left above it, so that no number is too long to say.
        group = number // 1000**power
        if power < len(_THOUSANDS) - 1:
            group %= 1000
        if group >= 1000:
            said += [*_english(group), _THOUSANDS[power]]
        elif group:
            said += [*_english_group(group), _THOUSANDS[power]] if power else _english_group(group)
    return said


def _english_group(number: int) -> list[str]:
    hundreds, rest = divmod(number, 100)
    said = [_ONES[hundreds], "hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        said.append(f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens])
    elif rest:
        said.append(_ONES[rest])
    return said
