"""Finds every word the bot says by its key, in each language; wrong files die when they are loaded."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from string import Formatter
from typing import Any

LANGUAGES = ("vi", "en")
WORDS = "words"  # the table of what may be typed instead of tapping: lists, not texts


class WrongTexts(Exception):
    """The files of texts do not fit together; the message lists every difference, one a line."""


class UnknownText(LookupError):
    """There is no text of that key, or no such language."""


class BlankLeftOpen(LookupError):
    """A text has a blank for which no value was given."""


class Texts:
    """The texts by language and dotted key (`form.step.reason`), and the words that mean a button."""

    languages: tuple[str, ...] = LANGUAGES

    def __init__(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        """Take each language's tables as TOML gives them. Raises WrongTexts."""
        written = {language: dict(_flattened(tables[language])) for language in self.languages}
        self._words = {language: tables[language].get(WORDS, {}) for language in self.languages}
        wrong = [line for language in written for line in _misshapen(language, written[language])]
        for language, words in self._words.items():
            wrong += _words_misshapen(language, words, written[language])
        if wrong := wrong or list(_different(written)):
            raise WrongTexts("\n".join(wrong))
        self._texts: dict[str, dict[str, str]] = {
            language: {key: text.strip("\n") for key, text in texts.items()}
            for language, texts in written.items()
        }
        # Most texts, those of buttons above all, have no blank: they are said as they are.
        self._plain: dict[str, dict[str, str]] = {
            language: {key: text.rstrip() for key, text in texts.items() if not {"{", "}"} & set(text)}
            for language, texts in self._texts.items()
        }

    def get(self, language: str, key: str) -> str:
        """The text as written, blanks open. Raises UnknownText."""
        try:
            return self._texts[language][key]
        except KeyError:
            raise UnknownText(f"{language}: {key}") from None

    def has(self, key: str) -> bool:
        """Whether there is such a text; what one language has, every language has."""
        return key in self._texts[self.languages[0]]

    def keys(self, language: str) -> list[str]:
        """Every key of a language, in the order of its file. Raises UnknownText."""
        if language not in self._texts:
            raise UnknownText(language)
        return list(self._texts[language])

    def words(self, language: str, name: str) -> list[str]:
        """What else may be typed for the button `button.<name>`; empty where nothing is obvious."""
        return list(self._words.get(language, {}).get(name, ()))

    def say(self, language: str, key: str, params: Mapping[str, str]) -> str:
        """The text with its blanks filled; values are never read as texts, so braces in them stay braces.

        Values without a blank are ignored: a reply promised before an update may carry more than its text
        needs today. A blank filled with nothing leaves no space at the end. Raises UnknownText and
        BlankLeftOpen.
        """
        plain = self._plain.get(language, {}).get(key)
        if plain is not None:
            return plain
        text = self.get(language, key)
        try:
            return text.format_map(params).rstrip()
        except KeyError as blank:
            raise BlankLeftOpen(f"{language}: {key}: {blank.args[0]}") from None


def load() -> Texts:
    """Read the files that stand beside this module. Raises WrongTexts."""
    folder = files(__name__)
    tables: dict[str, dict[str, Any]] = {}
    for language in LANGUAGES:
        try:
            tables[language] = tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as wrong:
            raise WrongTexts(f"{language}.toml: {wrong}") from wrong
    return Texts(tables)


def blanks(text: str) -> set[str]:
    """The names of a text's blanks: `{"count"}` of `Còn {count} phút`."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _flattened(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if key == WORDS:
            continue
        if isinstance(value, Mapping):
            yield from _flattened(value, f"{key}.")
        else:
            yield key, value


def _wrong_blank(text: str) -> str | None:
    """What is wrong with a text's braces: a blank is a plain name, without attributes, index or format."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as wrong:
        return f"wrong braces: {wrong}"
    for _, name, form, conversion in parts:
        if name is not None and (form or conversion or not name.isidentifier()):
            return f"a blank that is no plain name: {name!r}"
    return None


def _listed(text: str) -> str:
    return " ".join(sorted(blanks(text))) or "none"


def _misshapen(language: str, texts: Mapping[str, Any]) -> Iterator[str]:
    for key, text in texts.items():
        if not isinstance(text, str):
            yield f"{language}: {key} is not a text"
        elif (wrong := _wrong_blank(text)) is not None:
            yield f"{language}: {key} has {wrong}"
        elif not text.strip():
            yield f"{language}: {key} says nothing"


def _words_misshapen(language: str, words: Mapping[str, Any], texts: Mapping[str, Any]) -> Iterator[str]:
    for name, said in words.items():
        if f"button.{name}" not in texts and not any(key.replace(".", "_") == name for key in texts):
            yield f"{language}: {WORDS}.{name} has no button.{name}"
        if not (isinstance(said, list) and all(isinstance(word, str) and word for word in said)):
            yield f"{language}: {WORDS}.{name} is not a list of words"


def _different(written: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    first, *others = written
    for other in others:
        ours, theirs = written[first], written[other]
        yield from (f"{other}: {key} is missing" for key in ours if key not in theirs)
        yield from (f"{first}: {key} is missing" for key in theirs if key not in ours)
        for key in ours:
            if key in theirs and blanks(ours[key]) != blanks(theirs[key]):
                here, there = _listed(ours[key]), _listed(theirs[key])
                yield f"{key} has other blanks: {first} {here}, {other} {there}"
