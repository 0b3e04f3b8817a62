"""What a run of the torture room lost or doubled: the screens of the people against what is stored."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bot.sandbox import Sandbox
from tests.typist import TEXTS, Typist

OPEN = ("waiting", "claimed")
CONSENT = "Đây là bot (hệ thống tự động)"


def answers_kept(typists: Sequence[Typist], lines: Sequence[dict[str, Any]]) -> list[str]:
    """What is wrong with the answers and the submissions: everything confirmed is there, and once."""
    kept: Counter[str] = Counter(str(line[key]) for line in lines for key in TEXTS if line[key])
    wrong = [
        f"{key} {text!r} is kept {kept[text]} times"
        for typist in typists
        for key, text in typist.confirmed
        if kept[text] != 1
    ]
    wrong += [
        f"{text!r} is kept {kept[text]} times" for one in typists for text in one.typed if kept[text] > 1
    ]
    codes = [line["code"] for line in lines if line["code"]]
    wrong += [f"{code} stands {times} times" for code, times in Counter(codes).items() if times > 1]
    receipts = [code for typist in typists for code in typist.receipts]
    wrong += [f"{code} was given to {times}" for code, times in Counter(receipts).items() if times > 1]
    wrong += [f"{code} has a receipt and is not there" for code in set(receipts) - set(codes)]
    return wrong


# What is asked at each question, the first time or after an answer that could not be taken.
ASKED = {
    "before": ("vướng ở đâu", "ít nhất"),
    "after": ("thay đổi điều gì", "ít nhất"),
    "effect": ("kết quả", "ít nhất"),
    "benefit": ("tiền", "bot hiểu là", "con số này"),
    "applied_on": ("ngày", "bot hiểu là"),
    "kind": ("loại",),
    "title": ("đặt tên ngắn", "ít nhất"),
    "review": ("xem lại sáng kiến",),
    "": ("đã nộp!", "gửi sáng kiến mới", "muốn làm gì"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands by the database: what the talk is about, the open draft and its revision."""

    about: str
    asking: str
    token: str


class Calm:
    """Whether nothing is under way for somebody: nothing unheard, nothing promised and unsettled."""

    def __init__(self, sandbox: Sandbox, file: Path) -> None:
        self._updates = sandbox.world.updates
        self._database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)

    def __call__(self, person: int) -> bool:
        if any(update.queue[1] == person for update in self._updates.waiting):
            return False
        left = f"SELECT 1 FROM outbox WHERE address = ? AND state IN {OPEN}"  # noqa: S608 - words of ours
        return self._database.execute(left, (str(person),)).fetchone() is None

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()


class Outbox:
    """What the program has promised, read from its database after it has ended. It keeps no words."""

    def __init__(self, file: Path) -> None:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT address, state, message FROM outbox ORDER BY id").fetchall()
            places = database.execute(
                "SELECT chat.address, chat.talk, draft.id, draft.place"
                " FROM chat LEFT JOIN draft ON draft.id = chat.draft_id"
            ).fetchall()
            failures = "SELECT count(*) FROM dead_letter WHERE trace LIKE '%listening.py%'"
            (self.failures,) = database.execute(failures).fetchone()
        self.rows: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
        for address, state, message in rows:
            self.rows[address].append((state, message))
        self.places: dict[str, Standing] = {}
        for address, talk, draft, plain in places:
            place = orjson.loads(plain) if plain else {"asking": "", "revision": 0}
            about = (orjson.loads(talk) or {}).get("about", "") if talk else ""
            self.places[address] = Standing(about, place["asking"], f"{draft}.{place['revision']}")

    def states(self) -> Counter[str]:
        """How many promises ended how."""
        return Counter(state for rows in self.rows.values() for state, _ in rows)

    def unfinished(self) -> list[str]:
        """Promises that were neither delivered nor overtaken by a newer one."""
        done = ("sent", "unknown", "superseded")
        return [
            f"{who}: {state}" for who, rows in self.rows.items() for state, _ in rows if state not in done
        ]

    def compared(self, typist: Typist) -> tuple[list[str], int]:
        """What is wrong on this person's screen, and how many messages came more than once."""
        rows = self.rows[str(typist.person.id)]
        screen = [one for one in typist.person.screen() if one["from"]["is_bot"]]
        there = [str(one["message_id"]) for one in screen if CONSENT not in one["text"]]
        known = {message for state, message in rows if state == "sent"}
        wrong = [f"{typist.number}: a sent message is not there" for one in known if one not in there]
        # What was done and never confirmed stands on the screen under a number that nobody told us.
        unconfirmed = sum(state == "unknown" for state, _ in rows)
        nameless = sum(one not in known for one in there)
        if nameless < unconfirmed:
            wrong.append(f"{typist.number}: {unconfirmed} of unknown outcome, {nameless} came")
        return wrong + self._prompt(typist, screen), nameless - unconfirmed

    def _prompt(self, typist: Typist, screen: list[Any]) -> list[str]:
        """The last thing on the screen is the question at which the person stands, with living buttons."""
        standing = self.places.get(str(typist.person.id))
        if standing is None:
            return [] if CONSENT in screen[-1]["text"] else [f"{typist.number}: nobody asks for consent"]
        text = screen[-1]["text"].lower()
        asked = ("đơn vị",) if standing.about == "unit" else ASKED[standing.asking]
        if not any(words in text for words in asked):
            return [f"{typist.number}: stands at {standing} and sees {text[:80]!r}"]
        rows = screen[-1].get("reply_markup", {}).get("inline_keyboard", [])
        tokens = {b["callback_data"].rpartition("|")[2] for row in rows for b in row} - {"-"}
        if standing.about or tokens <= {standing.token}:
            return []
        return [f"{typist.number}: stands at {standing} and has buttons of {tokens}"]
