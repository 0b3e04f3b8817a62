"""Cuts one typed line into numerals, words and marks, the same for every way a keyboard writes them.

NFC or NFD, non-breaking spaces, full-width digits and zero-width characters make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from handlers.folding import fold, plain_spaces

STRANGE = "¤"
"""Stands for a sign that means a number but not one we read (`10⁶`, `Ⅳ`, `五`)."""

_HALVES = {"½": "5", "¼": "25", "¾": "75"}
_HALF = re.compile(r"([0-9]?)\s*([½¼¾])")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")  # twenty-five
_TOKEN = re.compile(
    r"""
    (?P<number> [0-9]{1,3}(?:\ [0-9]{3})+(?![0-9])(?:[.,][0-9]+)*  # 1 000 000,50
              | [0-9]+(?:[.,'’][0-9]+)*                            # 1.000.000,50
              | (?<![\w.,])[.,][0-9]+ )                            # .5
    | (?P<word> [^\W\d_]+(?:['’][^\W\d_]+)* )                # H'Hen, can't
    | (?P<mark> \S )
    """,
    re.VERBOSE,
)


class Kind(StrEnum):
    NUMBER = "number"
    WORD = "word"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is what we compare by, `typed` still has its tone marks; `glued` to the token before it."""

    kind: Kind
    text: str
    typed: str
    glued: bool


class Line:
    """The tokens of one typed line; asking beyond its end answers with nothing."""

    def __init__(self, typed: str) -> None:
        self.tokens = tokens(typed)
        self.words = [token.text for token in self.tokens]

    def __len__(self) -> int:
        return len(self.words)

    def word(self, at: int) -> str:
        return self.words[at] if 0 <= at < len(self.words) else ""

    def typed(self, at: int) -> str:
        return self.tokens[at].typed if 0 <= at < len(self.words) else ""

    def kind(self, at: int) -> Kind | None:
        return self.tokens[at].kind if 0 <= at < len(self.words) else None

    def glued(self, at: int) -> bool:
        return 0 <= at < len(self.words) and self.tokens[at].glued

    def begins(self, at: int, *phrase: str) -> bool:
        return tuple(self.words[at : at + len(phrase)]) == phrase


def tokens(typed: str) -> list[Token]:
    """The line's tokens in order. Linear in its length; the caller bounds the length."""
    plain = _plain(typed)
    found: list[Token] = []
    end = -1
    for match in _TOKEN.finditer(plain):
        kind, cut = Kind(match.lastgroup or Kind.MARK), match.group()
        text = fold(cut) if kind is Kind.WORD else cut.replace("’", "'")
        found.append(Token(kind, text, cut, match.start() == end))
        end = match.end()
    return found


def _plain(line: str) -> str:
    halved = _HALF.sub(lambda match: f"{match[1] or '0'},{_HALVES[match[2]]}", line)
    read = "".join(_digit(letter) for letter in halved)
    composed = unicodedata.normalize("NFKC", plain_spaces(read))
    bare = "".join(letter for letter in composed.casefold() if unicodedata.category(letter)[0] != "M")
    return _HYPHEN.sub(" ", bare)


def _digit(letter: str) -> str:
    """Digits of any script as 0-9; numbers that are not decimal digits must not turn into other numbers."""
    if letter.isascii() or not letter.isnumeric():
        return letter
    return str(unicodedata.decimal(letter, STRANGE))
