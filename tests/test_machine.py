"""Whatever is done in whatever order, what was answered stays answered: a machine that tries all orders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from handlers.folding import kept
from handlers.forms import INITIATIVE
from handlers.initiative import place_of
from handlers.place import REVIEW, Place, next_question
from storage.database import Database
from storage.models import metadata
from tests.phone import Clock, Phone

INITIATIVES = metadata.tables["initiative"]
ADDRESSES, SERIALS = count(50_000), count(1)
DATES = {"25/2/2022": "2022-02-25", "1/12/2022": "2022-12-01", "31/8/2022": "2022-08-31"}
MONEY = {"15 triệu/tháng": (15_000_000, "month"), "4,98 tỷ đồng/năm": (4_980_000_000, "year")}
WORDS = ("before", "after", "effect", "title", "conditions")
IDLE = ("/menu", "/trogiup", "/nhap", "/cuatoi", "/donvi", "/xyz")


class Talk(RuleBasedStateMachine):
    """One worker, several drafts. Every rule says what may change; everything else must not."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.phone = Phone(self.database, Clock(), address=str(next(ADDRESSES)), name="Nguyễn Thị Lan")
        self.handed_in: dict[str, dict[str, Any]] = {}

    @initialize()
    def joins(self) -> None:
        self.phone.joins()
        self.phone.types("T09-020")
        self.phone.taps("Quế Lâm Sơn")
        self.phone.types("/sangkien")

    # --- what is stored

    def place(self) -> Place | None:
        with self.database.transaction() as tx:
            person = tx.people.behind("telegram", self.phone.address)
            assert person is not None
            return place_of(person.draft) if person.draft and not person.talk.get("about") else None

    def answers(self) -> dict[int, dict[str, Any]]:
        """The answers of every draft, without those that have none."""
        with self.database.transaction() as tx:
            person = tx.people.behind("telegram", self.phone.address)
            assert person is not None
            lines = tx.drafts.of(person.worker_id)
        places = {line.id: Place.of(line.place) for line in lines}
        return {
            number: {key: answer["value"] for key, answer in place.answers.items()}
            for number, place in places.items()
            if place.answers
        }

    @contextmanager
    def only(self, *keys: str) -> Iterator[None]:
        """Inside, no answer changes but those to `keys` in the open draft."""
        before, number = self.answers(), self.number()
        yield
        after = self.answers()
        for draft in before.keys() | after.keys():
            free = keys if draft == number else ()
            old, new = before.get(draft, {}), after.get(draft, {})
            assert {k: v for k, v in old.items() if k not in free} == {
                k: v for k, v in new.items() if k not in free
            }

    def number(self) -> int:
        with self.database.transaction() as tx:
            person = tx.people.behind("telegram", self.phone.address)
            return person.draft.id if person and person.draft else 0

    def drawn(self) -> list[str]:
        return [action for spoken in self.phone.screen for row in spoken.rows for _, action in row]

    # --- what is done

    @rule()
    def begins_another(self) -> None:
        with self.only():
            self.phone.types("/sangkien")

    @rule(times=st.integers(1, 8), date=st.sampled_from(sorted(DATES)), money=st.sampled_from(sorted(MONEY)))
    def answers_questions(self, times: int, date: str, money: str) -> None:
        self.answers_several(times, date, money)

    def answers_several(self, times: int, date: str, money: str) -> None:
        for _ in range(times):
            place = self.place()
            if place is None or place.waiting or place.asking in (REVIEW, "coauthors", "files", "period"):
                return
            key, number = place.asking, self.number()
            with self.only(key):
                expected = self.answers_one(key, date, money)
            assert self.answers()[number][key] == expected
            now = self.place()
            assert now is not None
            assert now.asking == next_question(INITIATIVE, now)

    def answers_one(self, key: str, date: str, money: str) -> Any:
        """Answer the open question; what must be stored now, having been said back."""
        if key == "benefit":
            vnd, period = MONEY[money]
            (reply,) = self.phone.types(money)
            assert f"{vnd:,}".replace(",", ".") in reply.text
            return {"vnd": vnd, "period": period}
        if key == "applied_on":
            (reply,) = self.phone.types(date)
            assert "/".join(reversed(DATES[date].split("-"))) in reply.text
            return {"day": DATES[date], "precision": "day"}
        if key == "kind":
            self.phone.taps("quản lý")
            return "management"
        text = f"Lời thứ {next(SERIALS)}: đẩy xe <b>nhẹ</b> hơn, 100% an toàn"
        self.phone.types(text)
        return kept(text)

    @precondition(lambda self: self.place() is not None)
    @rule(
        text=st.sampled_from(
            ("", "…", "?", "x", "\u200b", "12/2099", "chẳng biết nữa", "👍👍", "-5 đồng", "9" * 30)
        )
    )
    def mumbles(self, text: str) -> None:
        place = self.place()
        assert place is not None
        with self.only(place.asking):
            assert self.phone.types(text)

    @rule(command=st.sampled_from(IDLE))
    def looks_around(self, command: str) -> None:
        with self.only():
            assert self.phone.types(command)

    @rule(data=st.data())
    def presses_an_old_button(self, data: st.DataObject) -> None:
        place, number = self.place(), self.number()
        token = f"{number}.{place.revision}" if place else "-"
        old = sorted(
            {
                a
                for a in self.drawn()
                if a.rpartition("|")[2] not in ("-", token) and not a.startswith("start")
            }
        )
        if old:
            with self.only():
                said = self.phone.presses(data.draw(st.sampled_from(old)))
            assert said or self.phone.toast

    @precondition(lambda self: self.place() is not None)
    @rule(data=st.data())
    def presses_a_button_of_the_question(self, data: st.DataObject) -> None:
        place = self.place()
        assert place is not None
        token = f"{self.number()}.{place.revision}"
        mine = sorted({a for a in self.drawn() if a.endswith(f"|{token}") and "|submit|" not in a})
        if mine:
            action = data.draw(st.sampled_from(mine))
            # A name taken from what becomes sealed is asked for anew; a period completes the amount.
            also = {"review|seal": "title", "period|": "benefit"}
            with self.only(place.asking, *(key for start, key in also.items() if action.startswith(start))):
                said = self.phone.presses(action)
            assert said or self.phone.toast

    @rule(data=st.data())
    def edits_an_answer(self, data: st.DataObject) -> None:
        place = self.place()
        if place is None:
            return
        owned = [
            (key, ref.partition(":")[2])
            for key, answer in place.answers.items()
            if key in WORDS and len(answer.get("typed", [])) == 1
            for ref, _ in answer["typed"]
            if ref.partition(":")[2] in self.phone.typed
        ]
        if not owned:
            return
        key, message = data.draw(st.sampled_from(owned))
        text = f"Lời sửa thứ {next(SERIALS)}: xe lăn êm"
        with self.only(key):
            self.phone.edits_message(message, text)
        assert self.answers()[self.number()][key] == text
        after = self.place()
        assert after is not None
        assert after.asking == place.asking

    @rule()
    def sends_a_photo(self) -> None:
        with self.only("files"):
            assert self.phone.sends("photo")

    @rule()
    def goes_out_and_comes_back(self) -> None:
        before, number = self.answers(), self.number()
        self.phone.types("/huy")
        assert self.answers() == before
        if self.number() == 0 and number in before:
            self.phone.presses(f"menu|open.{number}|-")
            assert self.number() == number

    @rule(data=st.data())
    def opens_a_draft(self, data: st.DataObject) -> None:
        drafts = sorted(self.answers())
        if drafts:
            with self.only():
                self.phone.presses(f"menu|open.{data.draw(st.sampled_from(drafts))}|-")

    @rule(times=st.integers(1, 3))
    def hands_it_in(self, times: int) -> None:
        self.answers_several(9, min(DATES), min(MONEY))
        place, number = self.place(), self.number()
        if place is None or place.asking != REVIEW:
            return
        action = f"review|submit|{number}.{place.revision}"
        rest = {draft: answers for draft, answers in self.answers().items() if draft != number}
        for _ in range(times):
            self.phone.presses(action)
        assert self.answers() == rest
        receipt = next(one.text for one in reversed(self.phone.screen) if "Đã nộp!" in one.text)
        code = next(word.strip(".,*:“”") for word in receipt.split() if word.startswith("SK-"))
        assert code not in self.handed_in
        self.handed_in[code] = {
            key: place.value(key) for key in ("before", "after", "effect", "title", "kind")
        }

    # --- what is always so

    @invariant()
    def each_initiative_is_there_once_as_it_was_answered(self) -> None:
        with self.database.transaction() as tx:
            person = tx.people.behind("telegram", self.phone.address)
            if person is None:
                return
            mine = select(INITIATIVES).where(INITIATIVES.c.author_id == person.worker_id)
            rows = tx.connection.execute(mine).mappings().all()
        assert {
            row["code"]: {key: row[key] for key in self.handed_in.get(row["code"], {})} for row in rows
        } == self.handed_in
        assert len(rows) == len(self.handed_in)

    @invariant()
    def the_question_is_the_first_that_is_unanswered(self) -> None:
        with self.database.transaction() as tx:
            known = tx.people.behind("telegram", self.phone.address) is not None
        place = self.place() if known else None
        if place is not None and not place.aside and not place.waiting:
            assert place.asking == next_question(INITIATIVE, place)


def tries(database: Database, examples: int, steps: int) -> None:
    machine = type("OneTalk", (Talk,), {"database": database})
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    chosen = settings(max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
                      suppress_health_check=checks, derandomize=True)  # fmt: skip
    run_state_machine_as_test(machine, settings=chosen)


def test_in_whatever_order_things_are_done_no_answer_is_lost(workplace: Database) -> None:
    tries(workplace, 12, 25)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_in_many_more_orders_no_answer_is_lost(workplace: Database) -> None:
    tries(workplace, 300, 60)
