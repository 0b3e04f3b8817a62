"""The words of a date brought to one spelling: no marks, digits for numerals, Vietnamese for English.

What marks tell apart is told apart before they are dropped ("từ"/"tư", "tối"/"tới", "kia"/"kìa"); what a
text without marks leaves open stays open, and the reader asks.
"""

from __future__ import annotations

import re

from handlers.date_english import in_vietnamese
from handlers.date_numerals import with_digits
from handlers.folding import fold, plain_spaces
from handlers.needed_words import Rules

# Words that a folded key would confuse with a word of a date. Those that mean a number or a part of the
# day become it; the others become a word that is no part of any date.
_MARKED = (
    {"sáu": "6", "bảy": "7", "tám": "8", "sáng": "morning", "tối": "evening", "hè": "mua he"}
    | {"hôm kìa": "hom kiaa", "hôm kia": "hom kiia", "rằm": "ngay ram"}
    | {"từ": "since", "tầm": "about", "tới": "until", "đến": "until", "chưa": "not", "nửa": "half"}
    | {"tháng nay": "thang gan day", "tháng sau": "thang toi"}
    | dict.fromkeys(("thử", "máy", "ấm", "ẩm", "tôi", "nữa", "bẩy", "sâu", "tạm", "mừng", "mỏng"), "other")
    | dict.fromkeys(("quý khách", "quý vị", "quý công ty", "đáng quý", "tết tóc", "bà", "bã", "bả"), "other")
)
_MARKED_WORD = re.compile(r"(?<!\w)(?:" + "|".join(sorted(_MARKED, key=len, reverse=True)) + r")(?!\w)")

# What phones and hurry put where a separator belongs, and short forms of the words themselves.
_SHORT = Rules(
    (
        (r"(?<=[0-9])(thang|thg|nam)(?=[0-9 ])", r" \1 "),
        (r"(?<=[0-9])t(?=[0-9]{2}:)", " "),
        (r"(?<=[0-9]) ?[\\_|] ?(?=[0-9])", "/"),
        (r"([/.\-])\1+(?=[0-9])", r"\1"),
        (r"(?<![0-9,])([0-9]{1,2}), ?([0-9]{1,2}), ?([0-9]{4})(?![0-9,])", r"\1/\2/\3"),
        # A range of whole dates without spaces: the hyphen is no separator inside a date.
        (r"(?<=[/.\-][12][0-9]{3})-(?=[0-9]{1,2}[/.])", " - "),
        (r"\b(?:hqua|h\.qua|hom qa)\b", "hom qua"),
        (r"\b(?:hnay|h\.nay)\b", "hom nay"),
        (r"\bbua (?=nay|qua|kia)", "hom "),
        (r"\bcn\b", "chu nhat"),
        (r"\bt([2-7])(?= tuan\b)", r"thu \1"),
        (r"\bthu([2-7])\b", r"thu \1"),
        (r"\bth(?:g|ang)?\.? ?(?=[0-9])|(?<=[0-9])th(?:g|ang)\b", " thang "),
        (r"\bt\.? ?(?=[0-9]{1,2} ?(?:[/.\-] ?[0-9]|nam\b|[12][0-9]{3}\b))", "thang "),
        (r"(?<=[0-9] )t(?=[0-9]{1,2}\b)", "thang "),
        (r"\bt(?=(?:0[1-9]|1|8|9|1[0-2])\b)", "thang "),
        (r"(?<=[0-9]) ?[/.\-] ?(?=(?:thang|nam) [0-9])", " "),
        (r"\bq(?:uy)?\.? ?(?=[1-4]\b)", "quy "),
        (r"\b(ngay|nam)(?=[0-9])", r"\1 "),
        # "từ 3/2022 đến nay" says when it began.
        (r"\b(?:until|den|toi|till) (?:tan )?(?:(?:hien |hom )?nay|bay gio|gio|now)\b", "since"),
        (r" {2,}", " "),
    )
)


_SPACES = re.compile(" {2,}")


def date_key(text: str) -> str:
    """The text as the reader of dates compares it; safe for any text, linear in its length."""
    marked = _MARKED_WORD.sub(lambda found: _MARKED[found[0]], plain_spaces(text).casefold())
    key = _SHORT.applied(fold(marked))
    return _SPACES.sub(" ", with_digits(_SPACES.sub(" ", in_vietnamese(key)))).strip()
