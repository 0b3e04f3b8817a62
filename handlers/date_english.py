"""English dates rewritten with the Vietnamese words the reader knows, so that there is one grammar."""

from __future__ import annotations

import re

from handlers.needed_words import Rules

_YEAR = "january february march april may june july august september october november december"
_MONTHS = _YEAR.split()
_NUMBERS = {name: number for number, name in enumerate(_MONTHS, 1)}
_NUMBERS |= {name[:3]: number for name, number in _NUMBERS.items()} | {"sept": 9}
_UNITS = (("day", "ngay"), ("week", "tuan"), ("month", "thang"), ("quarter", "quy"), ("year", "nam"))
_WHICH = (("last", "truoc"), ("this", "nay"), ("next", "sau"))
_COUNTS = (("a|an|one", "1"), ("two", "2"), ("three", "3"), ("four", "4"), ("five", "5"), ("six", "6"))
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_ORDER = ("first|1st", "second|2nd", "third|3rd", "fourth|4th")

_PHRASES = Rules(
    (
        (r"\bthe day before yesterday\b", "2 ngay truoc"),
        (r"\byesterday\b", "hom qua"),
        (r"\b(?:today|this morning|this afternoon)\b", "hom nay"),
        (r"\btomorrow\b", "ngay mai"),
        *((rf"\b(?:{words})(?= (?:day|week|month|year)s? ago\b)", number) for words, number in _COUNTS),
        (r"\b(?:few|several|some|couple of) \w+ ago\b", "may ngay truoc"),
        *((rf"\b{unit}s? ago\b", f"{word} truoc") for unit, word in _UNITS),
        *((rf"\b{which} {unit}\b", f"{word} {said}") for which, said in _WHICH for unit, word in _UNITS),
        *((rf"\b{name}\b", f"thu {number}") for number, name in enumerate(_WEEKDAYS, 2)),
        (r"\bsunday\b", "chu nhat"),
        (r"\b(?:last|past) (thu [2-7]|chu nhat)\b", r"\1 vua roi"),
        (r"\bthis (thu [2-7]|chu nhat)\b", r"\1 tuan nay"),
        (r"\bnext (thu [2-7]|chu nhat)\b", r"\1 tuan sau"),
        (r"\b(?:the )?(?:early|beginning of|start of)(?: in)?\b", "dau"),
        (r"\b(?:the )?(?:middle of|mid)\b[- ]?", "giua "),
        (r"\b(?:the )?(?:late|end of)(?: in)?\b", "cuoi"),
        *((rf"\b(?:the )?(?:{said}) quarter(?: of)?\b", f"quy {n}") for n, said in enumerate(_ORDER, 1)),
        (r"\bquarter (?=[1-4]\b)", "quy "),
        (r"\b(?:before|until|till|by)\b", "until"),
        (r"\bafter\b", "until"),
        (r"(?<=[0-9])(?:st|nd|rd|th)\b(?: of)?", ""),
        (r"(?<=[0-9]) of (?=[a-z])", " "),
    )
)

_LONG = "|".join(name for name in _MONTHS if len(name) > 3)
_SHORT = "|".join(
    sorted((name for name in _NUMBERS if len(name) < 5 and name != "may"), key=len, reverse=True)
)
_NAME = rf"({_LONG}|{_SHORT}|may(?= [0-9]{{1,2}}, ?[0-9]{{4}}\b|[ ,/.-]{{1,2}}[0-9]{{4}}\b|$))\b\.?"


def _month_first(found: re.Match[str]) -> str:
    year = f" nam {found[3]}" if found[3] else ""
    return f"{found[2]} thang {_NUMBERS[found[1]]}{year}"


def _month_after_day(found: re.Match[str]) -> str:
    year = f" nam {found[2]}" if found[2] else ""
    return f" thang {_NUMBERS[found[1]]}{year}"


def _month_alone(found: re.Match[str]) -> str:
    return f"thang {_NUMBERS[found[1] or found[2]]} "


_MONTH_NAMES = Rules(
    (
        (rf"\b{_NAME} ([0-9]{{1,2}})(?![0-9/.\-:]),?(?: ([0-9]{{4}})\b)?", _month_first),
        (rf"(?<=[0-9])[ /.\-]?{_NAME}(?:[/.\- ]([0-9]{{2}})\b(?![/.\-]))?", _month_after_day),
        (rf"\b{_NAME}[ ,/\-]*(?=[0-9]{{4}}\b)|\b({_LONG})\b", _month_alone),
    )
)


def in_vietnamese(key: str) -> str:
    """The folded key with its English months, weekdays and "ago"s said in Vietnamese; the rest untouched.

    "feb 25, 2022" becomes "25 thang 2 nam 2022", "last monday" becomes "thu 2 vua roi".
    """
    return _MONTH_NAMES.applied(_PHRASES.applied(key))
