"""How the texts are written: what fits, what is composed, examples that work, words that name one button."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import combinations

import pytest

from bot.speech import LONGEST_LABEL, Speech
from bot.texts import blanks
from handlers.choosing import key_of
from handlers.commands import COMMANDS
from handlers.dates import read_date
from handlers.heard import Decision
from handlers.messages import Button
from handlers.money import read_money
from tests.text_keys import TEXTS, ZONE

BOTH = pytest.mark.parametrize("language", TEXTS.languages)


def written() -> Iterator[tuple[str, str, str]]:
    for language in TEXTS.languages:
        yield from ((language, key, TEXTS.get(language, key)) for key in TEXTS.keys(language))


def test_texts_are_composed_and_have_no_stray_spaces() -> None:
    for language, key, text in written():
        assert text == unicodedata.normalize("NFC", text), (language, key)
        assert not re.search(r"\t|\S {2,}|[ \t]$|\r|\u200b|\u00a0", text, re.MULTILINE), (language, key)


def test_texts_fit_their_places() -> None:
    for language, key, text in written():
        short = text.format_map(dict.fromkeys(blanks(text), "x"))
        assert len(text) <= 3_000, (language, key)
        if key.startswith("commands."):
            assert 1 <= len(text) <= 256 and not blanks(text), (language, key)
        if key.startswith(("button.", "initiative.kind.")) and not key.endswith(("ask", "stuck", "choice")):
            assert len(short) <= LONGEST_LABEL, (language, key)
        if key.endswith((".offer", ".name")) and key.startswith("initiative."):
            assert len(text) <= 30, (language, key)  # two such buttons share a row


def test_a_command_in_a_text_is_one_of_its_language() -> None:
    for language, key, text in written():
        for command in re.findall(r"(?<![\w/])/([a-z]+)", text):
            assert command in {names[language == "en"] for names in COMMANDS.values()}, (language, key)


def test_a_text_that_says_tap_names_a_button_that_is_there() -> None:
    for language, key, text in written():
        labels = {key_of(TEXTS.get(language, name)) for name in TEXTS.keys(language) if "button." in name}
        for label in re.findall(r"(?:[Bb]ấm|[Tt]ap) “([^”]+)”", text):
            assert key_of(label) in labels, (language, key, label)


def examples(language: str, step: str) -> Iterator[str]:
    for key in TEXTS.keys(language):
        if key.startswith(f"initiative.{step}."):
            shown = re.findall(
                r"(?:ví dụ|như|example|like): (.+?)(?:\.(?: |$)|;)", TEXTS.get(language, key), re.I
            )
            for piece in re.split(r",? (?:hoặc|or) |, |: ", ", ".join(shown)):
                if re.search(r"\d|hôm qua|yesterday", piece):
                    yield piece


@BOTH
def test_an_example_in_a_question_is_an_answer_the_bot_takes(language: str) -> None:
    amounts, days = set(examples(language, "benefit")), set(examples(language, "applied_on"))
    assert len(amounts) >= 4 and len(days) >= 4
    assert {text for text in amounts if read_money(text).decision is not Decision.ACCEPT} == set()
    sure = {Decision.ACCEPT, Decision.CONFIRM}
    assert {text for text in days if read_date(text, date(2023, 8, 15), ZONE).decision not in sure} == set()


# --- words that may be typed instead of tapping ------------------------------------------------------------

TOGETHER = (
    "agree refuse in_vi in_en",
    "yes no save person",
    "done back save person",
    "use add back remove save person",
    "use add_here back remove save person",
    "sealed add_here remove back save person",
    "not_in_money back remove save person",
    "equally back skip save person",
    "seal save submit",
    "unseal save submit",
    "really_delete keep",
    "really_withdraw keep",
    "resume delete menu",
    "correct withdraw",
    "continue new drafts_count mine my_unit language help",
    "change_unit rename continue",
    "new drafts",
    "new mine",
)


def called(name: str) -> set[str]:
    labels = Speech(TEXTS, ZONE).of(Button("x", f"button.{name}", {"step": "…", "count": "2"}))
    return {key_of(label) for label in labels}


@pytest.mark.parametrize("names", TOGETHER)
def test_no_typed_word_means_two_buttons_of_one_question(names: str) -> None:
    for one, other in combinations(names.split(), 2):
        assert called(one) & called(other) == set(), (one, other)


@BOTH
def test_words_to_type_are_lower_case_and_no_commands(language: str) -> None:
    said = [
        word for key in TEXTS.keys(language) for word in TEXTS.words(language, key.removeprefix("button."))
    ]
    assert len(said) > 30
    for word in said:
        assert word == " ".join(word.lower().split()) and not word.startswith("/")
        assert key_of(word) and unicodedata.is_normalized("NFC", word)
