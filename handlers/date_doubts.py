"""Words that make a date doubtful, another one, or no date of the solar calendar at all."""

from __future__ import annotations

import re

YEAR_SAID = re.compile(r"(?<![0-9])(?:19[5-9]|20[0-9])[0-9](?![0-9])")
_LUNAR = re.compile(
    r"\b(?:am lich|lich am|lich ta|lunar|thang (?:gieng|chap|nhuan)|nguyen dan|trung thu|vu lan|gio to"
    r"|phat dan|doan ngo|ong cong|ong tao|tet(?! (?:duong|tay|thieu nhi|doc lap)\b)|ngay ram"
    r"|ram thang|^ram|(?:mung|mong) (?:[0-9]|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi))\b"
    r"|[0-9] ?/ ?[0-9]{1,2}(?:/[0-9]{4})? ?\(?a[lm]\b|thang [0-9]{1,2} (?:ta|al)\b"
    r"|\bnam (?:giap|at|binh|dinh|mau|ky|canh|tan|nham|quy) "
    r"(?:ty|suu|dan|mao|thin|ngo|mui|than|dau|tuat|hoi)\b"
)
_SEASON = re.compile(
    r"\b(?:mua (?:he|xuan|thu|dong|mua|kho|gat|vu)|he (?:nam|nay|vua|truoc|roi|[0-9]{4})|(?:dip|nghi|ky) he"
    r"|vu (?:dong|xuan|he|mua|chiem|thu|[0-9])|nam hoc|hoc ky|nien vu|nien khoa|summer|winter|spring"
    r"|autumn)\b|^he$"
)
# Half a year or half a month is a span that no precision of ours names.
_HALF = re.compile(
    r"\b(?:half|nua|[0-9] thang) (?:dau|cuoi)\b|\bhalf (?:of )?(?:thang [0-9]|nam (?!truoc)|20)"
)
_VAGUE = re.compile(
    r"\b(?:(?:vai|may|nhieu|mot so|it) (?:ba )?(?:ngay|hom|tuan|thang|nam|bua)"
    r"|(?<![0-9] )(?:hom|bua) (?:no|truoc|ray|roi|hom)|(?:gan|moi) day|lau (?:roi|lam)|da lau"
    r"|(?:khong|ko|k) (?:nho|ro)|dao (?:truoc|nay)|recently|long ago)\b"
    # "mấy tháng nay", "3 tuần qua" are spans; "thứ 2 tuần này", "tháng 9 năm nay" are not.
    r"|(?<!thu )(?<!thang )(?<!quy )(?<![0-9/.\-])[0-9]{1,3} "
    r"(?:(?:ngay|hom|tuan|nam) (?:nay|qua|gan day)|thang (?:qua|gan day))\b"
)
# Words that leave a date as sure as it was.
_HARMLESS_WORDS = (
    "ngay hom bua vao luc la a da vang thua nhe nha ah on the in of at trua chieu dem khuya morning evening"
    " duong lich dl solar gio phut"
)
_HARMLESS = frozenset(_HARMLESS_WORDS.split())
# Words that make of a day another one: before, after, until, not; two or three of something.
_TURNING_WORDS = "truoc sau until not khong ko chua chang half nua tuan hai ba bon muoi chuc vai"
_TURNING = frozenset(_TURNING_WORDS.split())
_WORD = re.compile(r"[a-z]+|[0-9]+")
_NUMBER_LEFT = re.compile(r"[0-9~] ?[./\-] ?[0-9]|[0-9] ?[./\-] ?~")


def no_solar_day(key: str) -> str | None:
    """The reason to ask before any number is looked at: a lunar date, half a year, "mấy hôm trước"."""
    if _LUNAR.search(key):
        return "lunar"
    if _HALF.search(key):
        return "season"
    return "vague" if _VAGUE.search(key) and not YEAR_SAID.search(key) else None


def why_nothing(key: str, reason: str) -> str:
    """Why a text without a day is asked again; `reason` is what its week or year alone would say."""
    if _SEASON.search(key):
        return "season"
    if reason:
        return reason
    return "vague" if _VAGUE.search(key) else "not_understood"


def turns(rest: str) -> bool:
    """Whether what is left around a date may make another day of it, as in "trước 1/9"."""
    return bool(_NUMBER_LEFT.search(rest)) or not _TURNING.isdisjoint(_WORD.findall(rest))


def doubts(rest: str) -> bool:
    """Whether what is left around a date says more than politeness."""
    return not _HARMLESS.issuperset(_WORD.findall(rest))
