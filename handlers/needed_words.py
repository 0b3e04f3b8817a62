"""What a rule over a folded text needs: a piece of text without which its pattern cannot match.

A short answer is held against a hundred patterns, and hardly any of them has its word in it. To look for
the word first costs a tenth of trying the pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

Said = str | Callable[[re.Match[str]], str]
_LETTER = re.compile("[a-z]")  # every piece that is needed has one
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz ")
_MAY_BE_MISSING = frozenset("?*{")
_LOOKING_ROUND = ("(?!", "(?<!", "(?=", "(?<=", "(?P=")


def needed(pattern: str) -> tuple[str, ...]:
    """Pieces of text of which every match contains one; an empty one where nothing is certain.

    Understands what our patterns are made of: small letters, escapes, sets, groups, repetitions; flags not.
    """
    options = [_of_sequence(option) for option in _split(pattern)]
    return tuple(dict.fromkeys(piece for option in options for piece in option))


def has_letters(key: str) -> bool:
    """Whether there is any letter in a folded key; without one, only rules that need nothing may match."""
    return _LETTER.search(key) is not None


def may_match(needs: tuple[str, ...], key: str) -> bool:
    """Whether one of the pieces is in the key."""
    for piece in needs:  # noqa: SIM110 - asked a hundred times of a date, where a generator costs more
        if piece in key:
            return True
    return False


class Rules:
    """Patterns and what is said instead of each, applied one after another."""

    def __init__(self, rules: Iterable[tuple[str, Said]]) -> None:
        self.all = tuple((needed(pattern), re.compile(pattern), said) for pattern, said in rules)
        self._without_words = tuple(rule for rule in self.all if "" in rule[0])

    def applied(self, key: str) -> str:
        """The key after every rule."""
        for needs, pattern, said in self.all if has_letters(key) else self._without_words:
            if may_match(needs, key):
                key = pattern.sub(said, key)
        return key


def _of_sequence(sequence: str) -> tuple[str, ...]:
    """The best of what stands one behind the other: the longest plain run, or a group's options."""
    best: tuple[str, ...] = ("",)
    run, at = "", 0
    while at < len(sequence):
        end = _end(sequence, at)
        atom, certain = (
            sequence[at:end],
            sequence[end : end + 1] not in _MAY_BE_MISSING or end >= len(sequence),
        )
        plain = atom in _PLAIN
        if plain and certain:
            run += atom
            best = max(best, (run,), key=_worth)
        if not plain or not certain or sequence[end : end + 1] == "+":
            run = ""
        if certain and atom.startswith("(") and not atom.startswith(_LOOKING_ROUND):
            best = max(best, needed(_inside(atom)), key=_worth)
        at = end
    return best


def _worth(pieces: tuple[str, ...]) -> tuple[int, int]:
    """Longer is rarer; fewer are found sooner."""
    return min(len(piece.strip()) for piece in pieces), -len(pieces)


def _inside(group: str) -> str:
    head = re.match(r"\((?:\?:|\?P<\w+>)?", group)
    return group[head.end() if head else 1 : -1]


def _split(pattern: str) -> list[str]:
    """The options of a pattern, at its outermost level."""
    options, begin, at = [], 0, 0
    while at < len(pattern):
        if pattern[at] == "|":
            options.append(pattern[begin:at])
            begin = at + 1
        at = _end(pattern, at)
    return [*options, pattern[begin:]]


def _end(pattern: str, at: int) -> int:
    """Where the atom that begins here ends: a character, an escape, a set, a group, a {count}."""
    match pattern[at]:
        case "\\":
            return at + 2
        case "[":
            return pattern.index("]", at + 2) + 1
        case "{":
            return pattern.index("}", at) + 1
        case "(":
            end = at + 1
            while pattern[end] != ")":
                end = _end(pattern, end)
            return end + 1
    return at + 1
