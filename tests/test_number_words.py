"""An amount echoed in words is school Vietnamese or plain English, and reads back to the same đồng."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.heard import Decision
from handlers.money import digits, read_money, words

AMOUNTS = st.one_of(
    st.integers(1_000, 10**9),
    st.integers(1_000, 10**15 - 1),
    st.builds(lambda head, zeros: head * 10**zeros, st.integers(1, 99_999), st.integers(3, 9)),
)


@pytest.mark.parametrize(
    ("vnd", "said"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (55, "năm mươi lăm"),
        (104, "một trăm linh tư"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (111, "một trăm mười một"),
        (1_005, "một nghìn không trăm linh năm"),
        (2_050, "hai nghìn không trăm năm mươi"),
        (1_000_500, "một triệu không nghìn năm trăm"),
        (1_050_000, "một triệu không trăm năm mươi nghìn"),
        (1_500_000, "một triệu năm trăm nghìn"),
        (105_000_000, "một trăm linh năm triệu"),
        (1_000_000_000, "một tỷ"),
        (1_005_000_000, "một tỷ không trăm linh năm triệu"),
        (4_980_000_000, "bốn tỷ chín trăm tám mươi triệu"),
        (33_000_000_000_000, "ba mươi ba nghìn tỷ"),
        (1_200_300_000_000, "một nghìn hai trăm tỷ ba trăm triệu"),
    ],
)
def test_vietnamese_follows_the_school_rules(vnd: int, said: str) -> None:
    assert words(vnd, "vi") == said


@pytest.mark.parametrize(
    ("vnd", "said"),
    [
        (0, "zero"),
        (19, "nineteen"),
        (25_500, "twenty-five thousand five hundred"),
        (1_000_001, "one million one"),
        (4_980_000_000, "four billion nine hundred eighty million"),
        (33_000_000_000_000, "thirty-three trillion"),
    ],
)
def test_english_is_plain(vnd: int, said: str) -> None:
    assert words(vnd, "en") == said


def test_digits_are_grouped_as_the_reader_writes_them() -> None:
    assert digits(4_980_000_000, "vi") == "4.980.000.000 đồng"
    assert digits(4_980_000_000, "en") == "4,980,000,000 VND"
    assert digits(999, "vi") == "999 đồng"


def test_a_negative_amount_has_no_words() -> None:
    with pytest.raises(ValueError, match="never negative"):
        words(-1, "vi")


def test_the_largest_amount_a_column_holds_can_be_said() -> None:
    assert words(2**63 - 1, "vi").startswith("chín tỷ hai trăm hai mươi ba triệu")
    assert words(2**63 - 1, "en").startswith("nine quintillion two hundred twenty-three quadrillion")


@given(AMOUNTS, st.sampled_from([("vi", " đồng"), ("vi", ""), ("en", " dong"), ("en", "")]))
def test_an_echo_in_words_reads_back_to_the_same_dong(vnd: int, style: tuple[str, str]) -> None:
    language, unit = style
    heard = read_money(words(vnd, language) + unit)
    assert heard.decision in {Decision.ACCEPT, Decision.CONFIRM}, heard
    assert heard.value is not None
    assert heard.value.vnd == vnd


@given(AMOUNTS, st.sampled_from(["vi", "en"]))
def test_an_echo_in_digits_reads_back_to_the_same_dong(vnd: int, language: str) -> None:
    heard = read_money(digits(vnd, language))
    assert heard.decision in {Decision.ACCEPT, Decision.CONFIRM}
    assert heard.value is not None
    assert heard.value.vnd == vnd


@given(st.integers(1, 10**12))
def test_no_echo_in_words_is_said_of_two_amounts(vnd: int) -> None:
    assert words(vnd, "vi") != words(vnd + 1, "vi")
    assert "  " not in words(vnd, "vi")
    assert "không" not in words(vnd, "vi").split()[:1]
