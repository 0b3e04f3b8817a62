"""Three hundred of one person: every list pages, there and back, and nothing is too long for a messenger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.channels.telegram import LONGEST_TEXT, write
from bot.speech import Spoken
from handlers.folding import utf16_length
from handlers.messages import Typed
from storage.database import Database
from storage.models import metadata
from tests.phone import Clock, Phone
from tests.reviewers import People, people
from tests.test_proxy import enters

MANY = 300
TITLE = "Đóng giá lăn " * 22 + "🛠 cuối"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def crowded(database: Database, clock: Clock) -> People:
    """One author with so many typed for them, all waiting, and as many drafts; long names everywhere."""
    team = people(database, clock)
    enters(team.lead, "Lan", "Nguyễn Thị Lan")
    team.author.answers_until_review()
    with database.transaction() as tx:
        for name in ("initiative", "entered_for", "author", "move"):
            table = metadata.tables[name]
            key = "id" if name == "initiative" else "initiative_id"
            row = dict(tx.connection.execute(select(table).order_by(table.c[key])).mappings().all()[0])
            tx.connection.execute(table.insert(), [_copy(name, row, number) for number in range(2, MANY + 1)])
        table = metadata.tables["draft"]
        kept = dict(tx.connection.execute(select(table).order_by(table.c.id.desc())).mappings().all()[0])
        tx.connection.execute(
            table.insert(),
            [
                {**kept, "id": 10_000 + n, "updated_at": kept["updated_at"] - timedelta(minutes=n)}
                for n in range(1, MANY)
            ],
        )
        tx.connection.execute(text("UPDATE initiative SET title = :title"), {"title": TITLE})
        tx.connection.execute(text("UPDATE unit SET name = :name"), {"name": "CĐCS Công ty " * 23})
        tx.connection.execute(text("UPDATE worker SET name = :name"), {"name": "Nguyễn Thị " * 9})
    for phone in (team.author, team.lead):
        phone.reads()
    return team


def _copy(name: str, row: dict[str, Any], number: int) -> dict[str, Any]:
    if name == "initiative":
        return {**row, "id": number, "code": f"SK-{number:05d}", "draft_id": None}
    without = {key: value for key, value in row.items() if key != "id"}
    return {**without, "initiative_id": number}


def fits(spoken: Spoken) -> None:
    """Every message and every button is one that Telegram takes."""
    for method, said in write("1", spoken):
        assert method == "sendMessage"
        assert 0 < utf16_length(said["text"]) <= LONGEST_TEXT
        rows = said.get("reply_markup", {}).get("inline_keyboard", [])
        assert sum(len(row) for row in rows) <= 100
        assert all(1 <= len(one["callback_data"].encode()) <= 64 for row in rows for one in row)


def pages(phone: Phone, more: str) -> Iterator[Spoken]:
    """The page on the screen, and all after it."""
    while True:
        page = phone.last
        fits(page)
        yield page
        if not any(more in label for row in page.rows for label, _ in row):
            return
        phone.taps(more)


LISTS = {
    "what I sent": ("author", "/cuatoi", (), r"SK-\d{5}", 10, "Mới hơn"),
    "drafts": ("author", "/nhap", (), r"^\d+\. ", 10, "Trang trước"),
    "what waits for my word": ("author", "/cuatoi", ("👀 Xem",), r"SK-\d{5}", 8, "Trang trước"),
    "what I typed": ("lead", "/nophoi", ("Đã nhập thay",), r"SK-\d{5}", 8, "Mới hơn"),
    "the queue": ("second", "/duyet ds", (), r"SK-\d{5}", 10, "Trang trước"),
}


@pytest.mark.parametrize("which", LISTS)
def test_every_list_shows_each_once_page_by_page_there_and_back(which: str, crowded: People) -> None:
    who, command, taps, shape, size, back = LISTS[which]
    phone: Phone = getattr(crowded, who)
    phone.does(Typed(command), "1")
    for label in taps:
        phone.taps(label)
    seen: list[str] = []
    for number, page in enumerate(pages(phone, "Xem thêm"), 1):
        found = list(dict.fromkeys(re.findall(shape, page.text, re.MULTILINE)))
        assert 0 < len(found) <= size and (number == 1 or any(back in str(row) for row in page.rows))
        seen += found
    assert len(seen) == len(set(seen)) == MANY
    phone.taps(back)
    fits(phone.last)
    assert phone.last.text != page.text


@pytest.mark.parametrize(
    "beyond", ["menu|mine.99|-", "menu|drafts.99|-", "entry|list.99|-", "proxy|list.99|-", "queue|list.99|-"]
)
def test_a_page_behind_the_last_is_the_last(beyond: str, crowded: People) -> None:
    phone = crowded.author if beyond.startswith(("menu", "entry")) else crowded.lead
    page = phone.presses(beyond)[-1]
    fits(page)
    assert any(back in str(page.rows) for back in ("Mới hơn", "Trang trước"))


def test_one_of_them_is_opened_by_its_code_and_all_are_confirmed_at_once(crowded: People) -> None:
    crowded.author.types("/cuatoi")
    for said in crowded.author.taps("SK-00300"):
        fits(said)
    crowded.author.presses("entry|list.0|-")
    for said in crowded.author.presses(f"entry|all.{MANY}|-"):
        fits(said)
    with crowded.database.transaction() as tx:
        waiting = tx.connection.execute(text("SELECT count(*) FROM entered_for WHERE confirmed_at IS NULL"))
        assert waiting.scalar_one() == 0
