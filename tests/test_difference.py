"""What changed between two versions is told word by word, and nothing else is."""

from __future__ import annotations

import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.speech import Speech
from bot.texts import load
from handlers.difference import ADDED, REMOVED, SAME, by_words, changes_of_initiative, marked
from handlers.place import Place

BEFORE = "Cuộn vải để dưới đất, mỗi ca hai người khiêng, rất nặng và mất thời gian."
WORDS = st.lists(st.sampled_from(["vải", "đất,", "hai", "người", "khiêng", ".", "giá"]), max_size=30)


def place(**answers: object) -> dict[str, object]:
    return Place({key: {"value": value, "typed": []} for key, value in answers.items()}).plain()


def lines(before: dict[str, object], after: dict[str, object], language: str = "vi") -> list[str]:
    speech = Speech(load(), ZoneInfo("Asia/Ho_Chi_Minh"))
    return [speech.say(language, note.key, note.params) for note in changes_of_initiative(before, after)]


def test_a_changed_word_stands_where_it_was_with_the_words_around_it():
    pieces = by_words(BEFORE, BEFORE.replace("hai người", "một người"))
    assert [(piece.kind, piece.words) for piece in pieces] == [
        (SAME, "Cuộn vải để dưới đất, mỗi ca"),
        (REMOVED, "hai"),
        (ADDED, "một"),
        (SAME, "người khiêng, rất nặng và mất thời gian."),
    ]


def test_long_stretches_that_stayed_are_shortened():
    long = " ".join(f"từ{number}" for number in range(100))
    said = marked(by_words(long, long.replace("từ50", "chữ")))
    assert said == ("… từ44 từ45 từ46 từ47 từ48 từ49 ➖[từ50] ➕[chữ] từ51 từ52 từ53 từ54 từ55 từ56 …")


def test_other_spaces_are_no_change():
    assert changes_of_initiative(place(before="một  hai\n ba"), place(before="một hai ba")) == []


@given(WORDS, WORDS)
def test_the_pieces_are_both_texts_and_nothing_more(old: list[str], new: list[str]):
    pieces = by_words(" ".join(old), " ".join(new))
    for wanted, text in ((REMOVED, old), (ADDED, new)):
        told = " ".join(piece.words for piece in pieces if piece.kind in (SAME, wanted))
        assert told.replace(" ", "") == "".join(text)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            place(benefit={"vnd": 15_000_000, "period": "month"}),
            place(benefit={"vnd": None, "period": None}),
            ["✏️ Làm lợi: 15.000.000 đồng mỗi tháng → không tính bằng tiền"],
        ),
        (
            place(applied_on={"day": "2023-08-01", "precision": "month"}),
            place(applied_on={"day": "2023-08-14", "precision": "day"}),
            ["✏️ Ngày áp dụng: tháng 8/2023 → 14/08/2023"],
        ),
        (place(), place(conditions="cần giá sắt"), ["➕ Điều kiện áp dụng: cần giá sắt"]),
        (place(conditions="cần giá sắt"), place(), ["➖ Điều kiện áp dụng: bỏ “cần giá sắt”"]),
        (
            place(coauthors=[["Trần Thị Diệu", 3000]]),
            place(coauthors=[["Trần Thị Diệu", 2500]]),
            ["✏️ Đồng tác giả: Trần Thị Diệu 30% → Trần Thị Diệu 25%"],
        ),
        (
            place(files=[{"unique": "a"}, {"unique": "b"}]),
            place(files=[{"unique": "b"}, {"unique": "c"}, {"unique": "d"}]),
            ["📎 Tệp: thêm 2, bớt 1"],
        ),
        (
            place(kind="technical"),
            place(kind="management"),
            ["✏️ Loại: Giải pháp kỹ thuật → Giải pháp quản lý"],
        ),
        (place(), {**place(), "sealed": True}, ["🔒 Nay đánh dấu bí mật"]),
    ],
)
def test_every_kind_of_answer_is_compared_as_people_read_it(before, after, said):
    assert lines(before, after) == said


def test_the_longest_answers_are_compared_at_once():
    old = "máy dệt chạy " * 1_500
    new = "máy may chạy " * 1_500
    started = time.process_time()
    assert marked(by_words(old, new))
    assert time.process_time() - started < 2


def test_what_was_typed_is_never_read_as_a_blank():
    assert lines(place(effect="bớt {value} giờ"), place(effect="bớt {step} giờ")) == [
        "✏️ Kết quả: bớt { ➖[value] ➕[step] } giờ"
    ]
