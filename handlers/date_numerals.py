"""Numerals of a date said in words, turned into digits where a date would have them and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from handlers.needed_words import Rules

_UNITS = ("mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin")
# 6, 7 and 8 may already be digits: with marks they are told from "sau", "bay" and "tam" beforehand.
_SMALL = {word: number for number, word in enumerate(_UNITS, 1)} | {"6": 6, "7": 7, "8": 8}
_MONTHS = _SMALL | {"tu": 4, "muoi": 10, "muoi mot": 11, "muoi hai": 12}
_QUARTERS = {"mot": 1, "hai": 2, "ba": 3, "tu": 4, "bon": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4}


def _from_ten() -> dict[str, int]:
    """Ten to ninety-nine as they are said: mười lăm, hai mươi mốt, hai mươi tư, hai lăm."""
    endings = _SMALL | {"lam": 5, "nham": 5, "tu": 4}
    # "mười năm" is ten years, "mười tư" nobody says.
    spelt = {f"muoi {word}": 10 + number for word, number in endings.items() if word not in ("nam", "tu")}
    for tens, word in enumerate(_UNITS[1:], 2):
        # "ba mươi năm" may be thirty years; in a day or a year it is said "lăm".
        spelt |= {
            f"{word} muoi {ending}": tens * 10 + number
            for ending, number in endings.items()
            if ending != "nam"
        }
        spelt |= {f"{word} muoi": tens * 10, f"{word} lam": tens * 10 + 5, f"{word} nham": tens * 10 + 5}
    return spelt | {"muoi": 10}


_LARGER = _from_ten()
# Without marks "sau" may be after and "tam" about: neither is taken for a day, nor for a number of days.
_COUNTS = {word: number for word, number in (_SMALL | _LARGER).items() if word not in ("sau", "tam")}
_DAYS = {word: number for word, number in _COUNTS.items() if number <= 31}


def _this_century() -> dict[str, int]:
    """2000 to 2099: "hai nghìn không trăm hai mươi hai", "hai nghìn lẻ chín", "hai không hai hai"."""
    spelt: dict[str, int] = {}
    for start in ("hai nghin", "hai ngan"):
        for zero in ("khong tram ", ""):
            spelt |= {f"{start} {zero}{word}": 2000 + number for word, number in _LARGER.items()}
        for zero in ("khong tram linh", "khong tram le", "linh", "le"):
            spelt |= {f"{start} {zero} {word}": 2000 + number for word, number in _SMALL.items()}
    digits = dict(enumerate(["khong", *_UNITS]))
    return spelt | {
        f"hai khong {tens} {ones}": 2000 + 10 * ten + one
        for ten, tens in digits.items()
        for one, ones in digits.items()
    }


_YEARS = _this_century()


def _any_of(words: Mapping[str, int]) -> str:
    return "(" + "|".join(sorted(words, key=len, reverse=True)) + r")\b"


_WORDS = "khong|tram|linh|le|muoi|lam|nham|tu|[678]|" + "|".join(_UNITS)


def _digits(before: str, numbers: Mapping[str, int], found: re.Match[str]) -> str:
    number = numbers.get(found[1])
    return found[0] if number is None else f"{before}{number}"


_WRITTEN: tuple[tuple[str, str, Mapping[str, int]], ...] = (
    (rf"\bnam (hai (?:nghin|ngan|khong)(?: (?:{_WORDS}))+)\b", "nam ", _YEARS),
    (r"\bngay " + _any_of(_DAYS), "ngay ", _DAYS),
    # A bare unit before "tháng" is too often another word (từ, sau, tầm); a numeral from ten on is not.
    (r"\b" + _any_of(_LARGER) + r"(?= thang )", "", _LARGER),
    (r"\b" + _any_of(_COUNTS) + r"(?= (?:ngay|hom|bua|tuan|thang|nam|quy) truoc\b)", "", _COUNTS),
    (r"\bthang (?!nam (?:ngoai|nay|truoc|kia|sau|hoc)\b)" + _any_of(_MONTHS), "thang ", _MONTHS),
    (r"\bquy " + _any_of(_QUARTERS), "quy ", _QUARTERS),
    (r"\bq(?=i)" + _any_of(_QUARTERS), "quy ", _QUARTERS),
    (r"\bthu (hai|ba|tu|nam|sau|bay)\b", "thu ", _MONTHS),
)
_PLACES = Rules((pattern, partial(_digits, before, numbers)) for pattern, before, numbers in _WRITTEN)


def with_digits(key: str) -> str:
    """The folded key with its numerals as digits: "hai muoi lam thang hai" becomes "25 thang 2"."""
    return _PLACES.applied(key)
