"""The key two spellings share: what folding makes equal, and that its quick way is the thorough one."""

from __future__ import annotations

import unicodedata

import pytest

from handlers.folding import _folded_by_letter, fold, plain_spaces


@pytest.mark.parametrize("typed", ["Hòa", "hoà", "HOA", "ho\u0300a", "  hòa\u200b ", "h\u00f2a\u00a0"])
def test_one_word_has_one_key_however_it_is_typed(typed: str) -> None:
    assert fold(typed) == "hoa"


@pytest.mark.parametrize("row", range(256))
def test_what_needs_no_look_at_each_letter_gets_the_same_key_without_it(row: int) -> None:
    """Every character of the plane in which people write, between two letters and alone."""
    for number in range(row * 256, row * 256 + 256):
        if 0xD800 <= number < 0xE000:
            continue
        for typed in (f"Đ{chr(number)}ậ b", chr(number)):
            lowered = unicodedata.normalize("NFKD", plain_spaces(typed).casefold())
            assert fold(typed) == _folded_by_letter(lowered)
