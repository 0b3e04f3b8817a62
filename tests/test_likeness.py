"""Look-alikes: told again they are found, another of the same workshop is not; sealed never."""

from __future__ import annotations

import json
import tracemalloc
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from benchmarks.lookalikes import out_of_fold
from bot.catching_up import _step
from handlers.likeness import ALIKE, KEYS_ASKED, Portrait, alikeness, kept_of, keys_of
from handlers.lookalikes import lookalikes, remember
from handlers.place import Place
from storage.database import Database
from storage.models import metadata
from tests.phone import Clock, Phone
from tests.test_transcripts import import_units

INITIATIVE = metadata.tables["initiative"]
DATA = Path(__file__).parent / "data"
PAIRS = [json.loads(line) for line in (DATA / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]

RACK = Portrait(
    "Giá có bánh xe để lăn cuộn vải",
    "Cuộn vải để dưới đất, mỗi ca hai người khiêng",
    "Đóng giá có bánh xe để lăn cuộn vải. Một người đẩy được.",
)
RETOLD = Portrait(
    "gia banh xe lan cuon vai",
    "cuon vai de duoi dat, hai nguoi phai khieng moi ca",
    "dong cai gia co banh xe, lan cuon vai, mot nguoi day la duoc",
)
OTHER = Portrait(
    "Đèn báo đứt sợi trên máy dệt",
    "Sợi đứt không ai biết, vải lỗi cả mét mới dừng",
    "Gắn cảm biến sợi và đèn đỏ, đứt là máy dừng",
)
words = st.text(max_size=400)
portraits = st.builds(Portrait, words, words, words)


def portrait(plain: dict[str, str]) -> Portrait:
    return Portrait(plain["title"], plain["before"] or "", plain["after"] or "")


def test_told_again_it_is_found_and_another_improvement_is_not() -> None:
    assert alikeness(RACK, RETOLD) > ALIKE
    assert alikeness(RACK, OTHER) < 0.1


def test_pairs_that_the_weights_have_not_seen_are_judged_with_an_f1_of_nine_tenths() -> None:
    assert out_of_fold(PAIRS) >= 0.90


def test_every_labelled_pair_that_is_the_same_shares_a_key() -> None:
    for pair in PAIRS:
        if pair["label"] == "same":
            held, asked = keys_of(portrait(pair["a"])), keys_of(portrait(pair["b"]))
            assert set(held[: kept_of(held)]) & set(asked[:KEYS_ASKED]), pair["a"]["title"]


def test_unrelated_initiatives_are_hardly_ever_taken_for_alike() -> None:
    portraits_of_different = [portrait(pair["a"]) for pair in PAIRS if pair["label"] == "different"]
    pairs = list(combinations(portraits_of_different, 2))
    wrong = sum(alikeness(one, other) >= ALIKE for one, other in pairs)
    assert wrong <= len(pairs) // 200


@given(portraits, portraits)
def test_likeness_is_a_probability_and_has_no_direction(one: Portrait, other: Portrait) -> None:
    assert 0 <= alikeness(one, other) <= 1
    assert alikeness(one, other) == pytest.approx(alikeness(other, one), abs=0.05)


@given(portraits)
def test_keys_are_positive_distinct_and_the_same_every_time(one: Portrait) -> None:
    keys = keys_of(one)
    assert len(set(keys)) == len(keys) and all(0 <= key < 1 << 63 for key in keys)
    assert keys == keys_of(Portrait(one.title, one.before, one.after))


@pytest.fixture
def member(database: Database) -> Phone:
    clock = Clock()
    phone = Phone(database, clock).joins()
    import_units(database, clock)
    with database.transaction() as tx:
        root = tx.units.root()
        person = tx.people.behind(phone.channel, phone.address)
        assert root is not None and person is not None
        tx.people.join(person, root.id, clock())
    return phone


def submitted(phone: Phone, **answers: str) -> Phone:
    phone.answers_until_review(**answers)
    phone.taps("Nộp")
    return phone


def other_card(phone: Phone) -> None:
    """Go aside from the card and come back to it."""
    phone.taps("Điều kiện áp dụng")
    phone.taps("Quay lại")


def test_the_review_card_tells_the_author_what_they_have_sent_before(
    member: Phone, database: Database
) -> None:
    submitted(member)
    member.answers_until_review(before="Hai người khiêng cuộn vải dưới đất", after=RETOLD.after)
    assert "SK-00001" in member.last.text


class TestTheCardsOfOneSitting:
    """The search is made once; its finding stands for ten minutes, or until the texts change."""

    def test_what_was_found_stays_on_the_next_card_until_it_is_withdrawn(
        self, member: Phone, database: Database
    ) -> None:
        submitted(member)
        member.answers_until_review(before="Hai người khiêng cuộn vải dưới đất", after=RETOLD.after)
        other_card(member)
        assert "SK-00001" in member.last.text
        with database.transaction() as tx:
            row = update(INITIATIVE).where(INITIATIVE.c.code == "SK-00001")
            tx.connection.execute(row.values(state="withdrawn"))
        other_card(member)
        assert "SK-00001" not in member.last.text

    def test_what_came_meanwhile_is_found_after_ten_minutes_or_by_another_text(
        self, member: Phone, database: Database
    ) -> None:
        submitted(member)
        with database.transaction() as tx:
            tx.likeness.forget(1)
        member.answers_until_review(before="Hai người khiêng cuộn vải dưới đất", after=RETOLD.after)
        with database.transaction() as tx:
            (line,) = tx.initiatives.of(1)
            remember(tx, line.id, Place.of(line.place))
        other_card(member)
        assert "SK-00001" not in member.last.text
        member.clock.passes(minutes=11)
        other_card(member)
        assert "SK-00001" in member.last.text

    def test_another_text_is_compared_at_once(self, member: Phone, database: Database) -> None:
        submitted(member)
        member.answers_until_review(before=OTHER.before, after=OTHER.after, title=OTHER.title)
        assert "SK-00001" not in member.last.text
        for name, words in (("Trước đây", RETOLD.before), ("Đã thay đổi", RETOLD.after)):
            member.taps(name)
            member.types(words)
        assert "SK-00001" in member.last.text


def test_a_sealed_or_withdrawn_initiative_is_never_found(member: Phone, database: Database) -> None:
    submitted(member)
    with database.transaction() as tx:
        (line,) = tx.initiatives.of(1)
        assert [one.code for one in lookalikes(tx, RETOLD, None)] == [line.code]
        remember(tx, line.id, Place.of({**line.place, "sealed": True}))
        assert lookalikes(tx, RETOLD, None) == []
        remember(tx, line.id, Place.of(line.place))
    member.types("/cuatoi")
    member.taps("SK-00001")
    member.taps("Rút")
    member.taps("Rút")
    with database.transaction() as tx:
        assert lookalikes(tx, RETOLD, None) == []


def test_rows_of_an_older_version_get_their_keys_later(member: Phone, database: Database) -> None:
    submitted(member)
    with database.transaction() as tx:
        tx.likeness.forget(1)
    with database.transaction() as tx:
        assert not _step(tx)
        assert _step(tx)
        assert [one.id for one in lookalikes(tx, RETOLD, None)] == [1]


def test_a_remembered_portrait_of_the_longest_story_is_small() -> None:
    # Hundreds are remembered: with every word and every key of its own one took more than a megabyte.
    starts, ends = "bcdghklmnpqrstvx", ("a", "en", "ich", "ong", "uyet")
    syllables = [start + end for start in starts for end in ends]
    told = " ".join(syllables[number * number % 79] for number in range(8_000))
    tracemalloc.start()
    try:
        portrait = Portrait("", told[:20_000], told[-20_000:])
        assert portrait.keys and portrait.whole and portrait.change
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 400_000, held
