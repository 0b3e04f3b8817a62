"""Other authors and their shares, as people type them: `Trần Thị Diệu 50%, Lý Sang 20`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.folding import fold, plain_spaces

WHOLE = 10_000  # hundredths of a per cent
MOST_AUTHORS = 20
LONGEST_NAME = 100
_SELF = frozenset({"toi", "em", "minh", "anh", "chi", "ban than", "me", "myself", "i"})
_NOBODY = frozenset({"khong", "khong co", "khong co ai", "ko", "ko co", "none", "nobody", "no one", "no"})
_THE_REST = ("con lai", "phan con lai", "the rest")
_EQUALLY = ("chia deu", "deu nhau", "equally", "equal shares", "share equally")
_SPLIT = re.compile(r"[\n;]|,(?!\d)|\s+(?:và|va|and|&)\s+", re.IGNORECASE)
_SHARE = re.compile(
    r"[\s:(=–-]*\(?\s*(\d{1,3}(?:[.,]\d{1,2})?)\s*(%|phần trăm|phan tram|percent)?\s*\)?\s*\.?$"
)
_BULLET = re.compile(r"^\s*(?:[-+*•·]|\d{1,2}[.)])\s*")


@dataclass(frozen=True, slots=True)
class Share:
    """A co-author and the share in hundredths of a per cent; None where none was typed."""

    name: str
    share: int | None


class NotNames(Exception):
    """The text is no list of names with shares; `reason` is the key that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_names(typed: str) -> tuple[list[Share], bool]:
    """The others' names and shares, and whether they are to be shared equally.

    Capitals and spelling of names are left as typed. Raises NotNames with `no_names`, `not_a_name`,
    `share_missing`, `too_much`, `not_hundred`, `too_many` or `twice`.
    """
    text = "\n".join(plain_spaces(line) for line in typed.splitlines())
    text, equally = _without_equally(text)
    if fold(text) in _NOBODY:
        raise NotNames("no_names")
    parts = [part for part in _SPLIT.split(text) if part.strip()]
    found = [_one(part) for part in parts if not fold(part).startswith(_THE_REST)]
    if len(found) > MOST_AUTHORS:
        raise NotNames("too_many")
    others = [share for share in found if fold(share.name) not in _SELF]
    own = [share for share in found if fold(share.name) in _SELF]
    if not others:
        raise NotNames("no_names")
    if len({fold(share.name) for share in others}) < len(others):
        raise NotNames("twice")
    if not equally:
        _check(others, own)
    return others, equally


def shared_equally(names: list[str]) -> list[Share]:
    """Equal shares for the sender and `names`; what does not divide stays with the sender."""
    each = WHOLE // (len(names) + 1)
    return [Share(name, each) for name in names]


def _without_equally(text: str) -> tuple[str, bool]:
    for line in re.split(r"[\n;,.(]", text):
        if any(phrase == fold(line).strip("() ") for phrase in _EQUALLY):
            return text.replace(line, "", 1).strip(" ,;.()\n"), True
    for phrase in ("chia đều", "chia deu", "equally"):
        if fold(text).endswith(fold(phrase)):
            return text[: -len(phrase)].rstrip(" ,;.(-\n"), True
    return text, False


def _one(part: str) -> Share:
    bare = _BULLET.sub("", part).strip()
    if re.search(r"-\s*\d", bare) and not re.search(r"\s-\s+\d", bare):
        raise NotNames("not_a_name")  # a share below nothing
    if "moi nguoi" in fold(bare) or "each" in fold(bare).split():
        raise NotNames("not_a_name")
    match = _SHARE.search(bare)
    name = (bare[: match.start()] if match else bare).strip(" ,.:-(")
    if not name or len(name) > LONGEST_NAME or any(letter.isdigit() for letter in name) or "%" in name:
        raise NotNames("not_a_name")
    if not any(letter.isalpha() for letter in name):
        raise NotNames("not_a_name")
    return Share(name, None if match is None else _hundredths(match.group(1)))


def _hundredths(digits: str) -> int:
    whole, _, rest = digits.replace(",", ".").partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0") or 0)


def _check(others: list[Share], own: list[Share]) -> None:
    shares = [share.share for share in others]
    if any(share is None for share in shares):
        raise NotNames("share_missing")
    total = sum(share or 0 for share in shares)
    if any(share == 0 for share in shares):
        raise NotNames("share_missing")
    if own and own[0].share is not None:
        if total + own[0].share != WHOLE:
            raise NotNames("not_hundred")
    elif total >= WHOLE:
        raise NotNames("too_much")
