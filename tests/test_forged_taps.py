"""Every button of reviewing and of entering for others, pressed by people whom it was never drawn for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from handlers.confirming import _stamp
from handlers.listening import listen
from handlers.messages import Pressed
from handlers.review_bulk import mark_of
from handlers.review_card import revision
from storage.database import Database
from storage.models import metadata
from storage.recount import Recount
from storage.transaction import Transaction
from storage.upgrade import upgrade_database
from storage.vault import Vault, new_key
from tests.phone import PROGRAMME, Clock, Phone
from tests.reviewers import REFUSALS, People, people
from tests.secrecy_world import said_by
from tests.test_proxy import enters

AUTHOR, OUTBOX = metadata.tables["author"], metadata.tables["outbox"]
# What may change when somebody presses anything at all: that it was heard, where the talk stands, the audit.
TALK = {"outbox", "heard", "chat", "audit", "setting", "reminder_note", "code_attempt"}
LISTED = ("unit", "aim", "like")  # the tree has many rows, and nothing here is near it
WORDS = ("MATTRUOC", "MATSAU", "MATKETQUA")
REFUSED = (
    "chưa được giao",
    "Nút đó thuộc câu hỏi cũ",
    "Đây là bot",
    "Đã quá",
    "chưa nhập thay",
    "Không còn sáng kiến",
)
SIX = ("waiting", "rejected", "returned", "valid", "typed", "appealed")


class Undo(Exception):
    """Raised so that every press meets the same world."""


@dataclass
class World:
    """Six initiatives of one author, in as many states, and the buttons of each."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    phones: dict[str, Phone] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)

    def fill(self) -> World:
        team = people(self.database, self.clock)
        mate = Phone(self.database, self.clock, address="920", name="Hồ Văn Tám").joins()
        worker, unit = team.worker(mate), team.unit()
        with self.database.transaction() as tx:
            person = tx.people.behind("telegram", "920")
            assert person is not None
            tx.people.join(person, unit, self.clock())
        self.numbers = {name: number for number, name in enumerate(SIX, 1)}
        for _ in range(4):
            team.sends(
                before="MATTRUOC kê vải dưới đất", after="MATSAU đóng giá có bánh xe", effect="MATKETQUA"
            )
        enters(team.lead, "Lan", "Nguyễn Thị Lan")
        team.sends(before="MATTRUOC ghi sổ tay", after="MATSAU gắn đầu đọc thẻ", effect="MATKETQUA")
        self.phones = {
            "author": team.author, "mate": mate, "lead elsewhere": team.other_lead, "co-author": team.second,
            "stranger": Phone(self.database, self.clock, address="999", name="Người Lạ"),
        }  # fmt: skip
        self._decide(team)
        shared = team.worker(team.second)
        with self.database.transaction() as tx:
            for number in self.numbers.values():
                values = {
                    "initiative_id": number,
                    "position": 1,
                    "worker_id": shared,
                    "name": "X",
                    "share": 0,
                }
                tx.connection.execute(insert(AUTHOR).values(**values))
            self._note(tx, unit, worker, team)
        for phone in (*self.phones.values(), team.lead, team.officer):
            phone.reads()
        return self

    def _decide(self, team: People) -> None:
        for name in ("rejected", "appealed"):
            team.lead.types(f"/duyet {self.numbers[name]}")
            for label in ("⛔ Không duyệt", REFUSALS[0], "⛔ Không duyệt"):
                team.lead.taps(label)
        team.lead.types(f"/duyet {self.numbers['returned']}")
        team.lead.taps("Trả lại")
        team.lead.taps("Kết quả")
        team.lead.types("Chưa nói rõ bớt được bao nhiêu.")
        team.lead.taps("Trả lại")
        team.lead.types(f"/duyet {self.numbers['valid']}")
        team.lead.taps("Duyệt")
        team.author.presses(f"author|appeal.{self.numbers['appealed']}|-")
        team.author.types("Máy này khác máy trước, đã chạy từ tháng 3")
        team.author.reads()

    def _note(self, tx: Transaction, unit: int, mate: int, team: People) -> None:
        """What the buttons of those who may carry."""
        revisions = {}
        for name, number in self.numbers.items():
            item = tx.reviews.look(number)
            assert item is not None
            revisions[name] = revision(tx, item)
        entry = tx.entered.of(self.numbers["typed"])
        assert entry is not None
        self.known = {
            **self.numbers,
            "unit": unit,
            "mate": mate,
            "stamp": _stamp(entry),
            **{f"r_{name}": value for name, value in revisions.items()},
        }

    def presses(self, who: str, action: str) -> tuple[str, bool]:
        """What a press says, and whether anything but talk has changed; all of it is taken back."""
        phone, said, changed = self.phones[who], [], False
        with suppress(Undo), self.database.transaction() as tx:
            before = kept(tx)
            known = OUTBOX.c.id > max([0, *tx.connection.execute(select(OUTBOX.c.id)).scalars()])
            event = phone.event(Pressed(action.format(**self.known)), "1", number=f"f{next(phone.numbers)}")
            listen(tx, event, phone.house, self.clock())
            rows = tx.connection.execute(select(OUTBOX.c.body, OUTBOX.c.language).where(known))
            said = [said_by(self.database.vault.open(body), language) for body, language in rows]
            changed = kept(tx) != before
            raise Undo
        return "\n".join(said), changed


def kept(tx: Transaction) -> dict[str, list[Any]]:
    """Everything that is remembered, but for the talk."""
    tables = [one for one in metadata.sorted_tables if one.name not in TALK and one.name[:4] not in LISTED]
    return {table.name: sorted(map(str, tx.connection.execute(select(table)).all())) for table in tables}


DECIDING = {
    f"{deed} {name}": f"queue|{deed}.{{{name}}}{more}|{{r_{name}}}"
    for name in ("waiting", "typed", "appealed", "valid", "rejected")
    for deed, more in (
        ("accept", ""), ("sure", ""), ("no_code", ""), ("return", ""), ("reject", ""), ("strike", ""),
        ("tick", ".j.1"), ("tick", ".t.1"), ("send", ".j.1"), ("send", ".t.1"), ("send", ".s.1"),
        ("undo", ""),
    )
}  # fmt: skip
LOOKING = {
    f"{deed} {name}": f"queue|{deed}.{{{name}}}{more}|-"
    for name in SIX
    for deed, more in (("open", ""), ("next", ""), ("files", ".0"), ("note", ""))
} | {
    "list": "queue|list.0|-", "codes": "queue|list.0.portal|-", "oldest": "queue|oldest|-",
    "all": "queue|all.0|x", "sure all": "queue|sure_all.0|x", "undo all": "queue|undo_all.1.99|-",
}  # fmt: skip
OF_THE_AUTHOR = {"fix": "author|fix.{returned}|-", "appeal": "author|appeal.{rejected}|-"}
CONFIRMING = {name: f"entry|{name}.{{typed}}.{{stamp}}|-" for name in ("see", "yes", "no", "really_no")}
ENTERING = {
    name: f"proxy|{name}|-"
    for name in (
        "who.{unit}", "new.{unit}", "for.{unit}.{mate}", "again.{unit}.{mate}", "list.0", "see.{typed}",
        "fix.{typed}", "code.{typed}", "paper.{typed}", "really_paper.{typed}", "link.{typed}.0",
        "same.{typed}.{mate}", "really_same.{typed}.{mate}", "see.{waiting}",
    )
}  # fmt: skip
EVERY = {**DECIDING, **LOOKING, **OF_THE_AUTHOR, **CONFIRMING, **ENTERING}
FORGERS: dict[str, dict[str, str]] = {
    "stranger": EVERY,
    "mate": EVERY,
    "lead elsewhere": EVERY,
    "author": {**DECIDING, **LOOKING, **ENTERING},
    "co-author": {**DECIDING, **OF_THE_AUTHOR, **CONFIRMING},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    key = new_key()
    file = tmp_path_factory.mktemp("forged") / "sangkien.db"
    database = Database(f"sqlite:///{file}", vault=Vault(lambda: [key]))
    upgrade_database(database)
    yield World(database).fill()
    database.close()


@pytest.mark.parametrize("who", FORGERS)
def test_what_was_not_drawn_for_them_changes_and_tells_nothing(world: World, who: str) -> None:
    wrong = []
    for name, action in FORGERS[who].items():
        said, changed = world.presses(who, action)
        if changed:
            wrong.append(f"{name}: changed something")
        if not said:
            wrong.append(f"{name}: nothing was said")
        if who in ("stranger", "mate", "lead elsewhere"):
            if any(word in said.upper() for word in WORDS) or "Nguyễn Thị Lan" in said:
                wrong.append(f"{name}: told {said[:200]}")
            if not any(sentence in said for sentence in REFUSED):
                wrong.append(f"{name}: said {said[:200]}")
    assert wrong == []


def test_the_same_buttons_work_for_those_they_were_drawn_for(world: World) -> None:
    """Otherwise the test above would pass on buttons that nobody could use."""
    for who, action in (
        ("author", "author|appeal.{rejected}|-"), ("author", "author|fix.{returned}|-"),
        ("author", "entry|yes.{typed}.{stamp}|-"),
    ):  # fmt: skip
        said, _ = world.presses(who, action)
        assert not any(sentence in said for sentence in REFUSED), said
    assert world.presses("author", "entry|yes.{typed}.{stamp}|-")[1]


# --- taking back, and lists that changed in between


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def team(database: Database, clock: Clock) -> People:
    return people(database, clock)


@pytest.mark.parametrize(("seconds", "state"), [(599, "submitted"), (600, "submitted"), (601, "valid")])
def test_ten_minutes_are_ten_minutes(seconds: int, state: str, team: People, clock: Clock) -> None:
    team.sends()
    team.lead.types("/duyet")
    team.lead.taps("Duyệt")
    clock.passes(seconds=seconds)
    said = team.lead.taps("Rút lại")[-1].text
    assert team.state() == state and ("quá 10 phút" in said) is (state == "valid")


def test_a_decision_is_taken_back_also_when_the_phase_has_closed_since(team: People, clock: Clock) -> None:
    closes = PROGRAMME.phases[-1].closes
    team.sends()
    clock.at = closes - timedelta(minutes=4)
    team.lead.types("/duyet")
    team.lead.taps("Duyệt")
    unit = team.unit()
    with team.database.transaction() as tx:
        phase = tx.reviews.look(1).phase  # type: ignore[union-attr]
        tx.reminder_log.freeze(phase, "closes", closes, unit)
        frozen = tx.reminder_log.frozen(phase, "closes", [unit])[unit]
        assert frozen.valid == 1
    clock.at = closes + timedelta(minutes=4)
    team.lead.taps("Rút lại")
    assert team.state() == "submitted"
    with team.database.transaction() as tx:
        assert tx.reminder_log.frozen(phase, "closes", [unit])[unit] == frozen
        assert tx.tallies.of(unit).valid == 0 and Recount(tx.connection).differences() == []


def returns(team: People) -> None:
    team.second.types("/duyet 1")
    team.second.taps("Trả lại")
    team.second.taps("Kết quả")
    team.second.types("Chưa nói rõ bớt được bao nhiêu.")
    team.second.taps("Trả lại")


Between = Callable[[People], object]
BETWEEN: dict[str, tuple[Between, str]] = {
    "withdrawn": (lambda team: team.author.presses("menu|really_withdraw.1|-"), "withdrawn"),
    "returned by another": (returns, "returned"),
    "accepted by another": (lambda team: team.second.presses("queue|accept.1|1"), "valid"),
}


@pytest.mark.parametrize("what", BETWEEN)
@pytest.mark.parametrize("step", ["all", "sure_all"])
def test_of_a_list_only_what_nobody_touched_is_accepted(what: str, step: str, team: People) -> None:
    team.sends()
    team.sends(before="Bảo vệ ghi sổ tay từng xe ra vào cổng", after="Gắn đầu đọc thẻ ở cổng để xe qua ngay")
    team.lead.types("/duyet ds")
    with team.database.transaction() as tx:
        shown = [(number, revision(tx, tx.reviews.look(number))) for number in (1, 2)]  # type: ignore[arg-type]
    does, state = BETWEEN[what]
    if step == "all":
        does(team)
    team.lead.taps("Duyệt cả")
    if step == "sure_all":
        does(team)
    said = team.lead.presses(f"queue|sure_all.0|{mark_of(shown)}")[-1].text
    assert team.state(1) == state and team.state(2) == "valid"
    assert "SK-00001" in said and "1" in said
    before = said
    assert team.lead.presses(f"queue|sure_all.0|{mark_of(shown)}")[-1].text != before
    with team.database.transaction() as tx:
        assert len(tx.reviews.moves(2)) == 2 and Recount(tx.connection).differences() == []
