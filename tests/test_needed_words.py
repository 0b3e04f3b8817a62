"""What a rule is said to need stands in everything it matches: no rule is passed over wrongly."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.date_english import _MONTH_NAMES, _PHRASES
from handlers.date_numerals import _PLACES
from handlers.date_words import _SHORT
from handlers.dates import _SHAPES
from handlers.needed_words import Rules, may_match, needed

RULES = [pattern for _, pattern, _ in (*_SHORT.all, *_PHRASES.all, *_MONTH_NAMES.all, *_PLACES.all)]
PATTERNS = [
    one.pattern for one in (*RULES, *(shape.pattern for shape in _SHAPES)) if needed(one.pattern) != ("",)
]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\bthang (?P<m>[0-9]{1,2})", ("thang",)),
        (r"(?:may|hai) ngay truoc", (" ngay truoc",)),
        (r"\b(?:last|past) (thu [2-7]|chu nhat)\b", ("last", "past")),
        (r"ab?c", ("a",)),
        (r"(?:abc)?d", ("d",)),
        (r"(?=abc)[0-9]", ("",)),
        (r"abc|[0-9]", ("abc", "")),
        (r"a+bc", ("bc",)),
        (r"[abc]\.x{0,3}", ("",)),
    ],
)
def test_the_rarest_piece_that_every_match_has_is_found(pattern: str, expected: tuple[str, ...]) -> None:
    assert needed(pattern) == expected


@pytest.mark.parametrize("pattern", PATTERNS, ids=range(len(PATTERNS)))
def test_whatever_a_rule_matches_has_what_the_rule_needs(pattern: str) -> None:
    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(pattern))
    def holds(text: str) -> None:
        found = re.search(pattern, text)
        assert found is None or may_match(needed(pattern), text)

    holds()


def test_a_rule_is_tried_on_what_the_rules_before_it_have_made() -> None:
    assert Rules([("one", "two"), ("two", "three")]).applied("one") == "three"


def test_a_rule_without_a_word_is_tried_on_a_text_without_letters() -> None:
    assert Rules([("one", "two"), (r"//+", "/")]).applied("25//2") == "25/2"
