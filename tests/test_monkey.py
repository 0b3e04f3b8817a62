"""A monkey with a phone: it types and taps anything anywhere, and is never left without a way on."""

from __future__ import annotations

import random
from itertools import count

import pytest

from bot.channels.telegram import write
from bot.speech import Spoken
from handlers.messages import Edited, Left, Pressed, Returned
from storage.database import Database
from tests.jungle import COMMANDS, FORGED, KINDS, NONSENSE, OTHERS, SENSE
from tests.phone import TUESDAY, Clock, Phone

ADDRESSES = count(10_000)


class Monkey:
    """One phone in the hands of one monkey; the same seed does the same."""

    def __init__(self, database: Database, seed: int) -> None:
        self.chance = random.Random(seed)
        self.phone = Phone(
            database,
            Clock(),
            address=str(next(ADDRESSES)),
            name=self.chance.choice(("Nguyễn Thị Lan", "", "🌸", "x", "Zoë " * 40, "1")),
            language=self.chance.choice(("vi", "en", "", "zh-hans")),
            buttons=self.chance.random() < 0.8,
        )
        self.pressed: list[str] = []

    def plays(self, deeds: int) -> None:
        """Do anything; after each deed something must have been said."""
        for number in range(deeds):
            self.phone.clock.passes(seconds=self.chance.choice((0, 0.3, 3, 100, 90_000)))
            said, must_answer = self._deed()
            for spoken in said:
                self._fits_a_phone(spoken)
            assert said or self.phone.toast or not must_answer, f"silence after deed {number}"
            if self.chance.random() < 0.1:
                self._finds_a_way_out()
        self._finds_a_way_out()

    def _deed(self) -> tuple[list[Spoken], bool]:
        phone, chance = self.phone, self.chance
        actions = [action for spoken in phone.screen[-1:] for row in spoken.rows for _, action in row]
        old = [action for spoken in phone.screen for row in spoken.rows for _, action in row]
        choice = chance.random()
        if choice < 0.35 and actions:
            return phone.presses(chance.choice(actions)), True
        if choice < 0.40 and old:
            return phone.presses(chance.choice(old)), True
        if choice < 0.44:
            return phone.does(Pressed(chance.choice(FORGED)), "1"), True
        if choice < 0.52:
            return phone.types(chance.choice(COMMANDS)), True
        if choice < 0.74:
            return phone.types(chance.choice(SENSE)), True
        if choice < 0.84:
            return phone.types(chance.choice(NONSENSE)), True
        if choice < 0.89:
            return self._sends(), True
        if choice < 0.92:
            return phone.sends_other(chance.choice(OTHERS)), True
        if choice < 0.97 and phone.typed:
            message = chance.choice([*list(phone.typed)[-8:], "999999"])
            return phone.does(Edited(message, chance.choice(SENSE + NONSENSE)), message), True
        return phone.does(chance.choice((Left(), Returned()))), False

    def _sends(self) -> list[Spoken]:
        chance = self.chance
        said: list[Spoken] = []
        album = str(chance.randint(1, 10**9)) if chance.random() < 0.4 else ""
        for _ in range(chance.randint(2, 4) if album else 1):
            said += self.phone.sends(
                chance.choice(KINDS),
                name=chance.choice(("", "sơ đồ.pdf", "../../x", "a" * 300)),
                size=chance.choice((1_000, 0, None, 10**9)),
                caption=chance.choice(("", "", chance.choice(SENSE), chance.choice(NONSENSE)))[:1_024],
                album=album,
            )
        return said

    def _fits_a_phone(self, spoken: Spoken) -> None:
        assert spoken.text.strip()
        for _, params in write(self.phone.address, spoken):
            assert params["text"].strip()
            assert len(params["text"].encode("utf-16-le")) <= 2 * 4_096
        for row in spoken.rows:
            for label, action in row:
                assert label.strip()
                assert 1 <= len(action.encode()) <= 64

    def _finds_a_way_out(self) -> None:
        """Wherever the monkey is, the menu opens; out of a detour and of a draft there are two ways out."""
        assert self.phone.types("/menu")[-1].rows
        said = self.phone.types("/huy")
        if not said[-1].rows:  # the question of words that the detour had left open
            said = self.phone.types("/huy")
        assert said[-1].rows, f"/huy leads to a dead end: {said[-1].text!r}"

    def hands_in_after_all(self) -> None:
        """After everything, an ordinary person takes the phone and hands in an initiative."""
        phone = self.phone
        phone.clock.at = TUESDAY
        if any("agree" in action for row in phone.types("/menu")[-1].rows for _, action in row):
            phone.types("Đồng ý")
        phone.presses("menu|in.vi|-")
        phone.presses("menu|rename|-")
        phone.types("Lê Văn Tám")
        phone.presses("menu|change_unit|-")
        phone.types("T09-020")
        phone.taps("Quế Lâm Sơn")
        phone.types("/huy")
        phone.presses("menu|new|-")
        for text in ("Cuộn vải để dưới đất, hai người khiêng", "Đóng giá có bánh xe để lăn", "Bớt 40 phút"):
            phone.types(text)
        phone.types("4,98 tỷ đồng/năm")
        phone.types("25/2/2022")
        phone.taps("kỹ thuật")
        phone.types("Giá lăn cuộn vải")
        phone.taps("Nộp")
        assert "Đã nộp!" in phone.last.text, phone.last.text


def plays(database: Database, seed: int, deeds: int, *, finishes: bool) -> None:
    monkey = Monkey(database, seed)
    try:
        monkey.plays(deeds)
        if finishes:
            monkey.hands_in_after_all()
    except BaseException as error:
        error.add_note(f"monkey {seed}, after {[s.text[:80] for s in monkey.phone.screen[-4:]]}")
        raise


def test_two_hundred_monkeys_find_no_dead_end(workplace: Database) -> None:
    for seed in range(200):
        plays(workplace, seed, 8, finishes=seed % 5 == 0)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_two_thousand_monkeys_find_no_dead_end(workplace: Database) -> None:
    for seed in range(1_000, 3_000):
        plays(workplace, seed, 40, finishes=True)
