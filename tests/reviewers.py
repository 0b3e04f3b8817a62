"""A unit with its people: an author, two leads, an officer above, a lead elsewhere; and their programme."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.speech import Spoken
from storage.database import Database
from tests.kept import filled
from tests.phone import PROGRAMME, Clock, Phone
from tests.test_transcripts import import_units

RETURNS = ("Chưa nêu rõ trước đây làm thế nào.", "Số tiền làm lợi chưa có cách tính.")
REFUSALS = ("Chưa được áp dụng tại đơn vị.",)
READY_MADE = replace(PROGRAMME, return_reasons=RETURNS, refusal_reasons=REFUSALS)


@dataclass
class People:
    """Phones of those who have to do with one unit."""

    database: Database
    clock: Clock
    author: Phone
    lead: Phone
    second: Phone
    officer: Phone
    other_lead: Phone

    def sends(self, phone: Phone | None = None, **answers: str) -> str:
        """Submit an initiative; its code."""
        phone = phone or self.author
        phone.answers_until_review(**answers)
        phone.taps("Nộp" if phone.language == "vi" else "Submit")
        self.clock.passes(seconds=1)
        worker = self.worker(phone)
        with self.database.transaction() as tx:
            return tx.initiatives.of(worker)[0].code

    def worker(self, phone: Phone) -> int:
        with self.database.transaction() as tx:
            person = tx.people.behind(phone.channel, phone.address)
            assert person is not None
            return person.worker_id

    def state(self, number: int = 1) -> str:
        with self.database.transaction() as tx:
            item = tx.reviews.look(number)
            assert item is not None
            return item.state

    def unit(self) -> int:
        with self.database.transaction() as tx:
            person = tx.people.behind("telegram", self.author.address)
            assert person is not None and person.unit_id is not None
            return person.unit_id


def people(
    database: Database,
    clock: Clock,
    programme: Any = READY_MADE,
    *,
    buttons: bool = True,
    language: str = "vi",
) -> People:
    """Everybody has joined, and the author works in the unit of the leads, who read `language`."""
    names = ("Nguyễn Thị Lan", "Trần Văn Hùng", "Lê Thị Mai", "Phạm Văn Quân", "Đỗ Văn Nam")
    phones = [
        Phone(
            database,
            clock,
            address=str(900 + number),
            name=name,
            programme=programme,
            buttons=buttons,
            language=language if number in (1, 2) else "vi",
        )
        for number, name in enumerate(names)
    ]
    key = ("people", clock(), programme, buttons, language)
    seen = filled(database, key, lambda: begins(database, clock, phones))
    for phone, screen in zip(phones, seen, strict=True):
        phone.screen = [*screen]
    return People(database, clock, *phones)


def begins(database: Database, clock: Clock, phones: list[Phone]) -> list[list[Spoken]]:
    """They join, and are given their units and roles; what they have seen until then."""
    import_units(database, clock)
    for phone in phones:
        phone.joins()
    with database.transaction() as tx:
        root = tx.units.root()
        assert root is not None
        middle = next(child for child in tx.units.children(root.id) if len(tx.units.children(child.id)) > 1)
        here, elsewhere = tx.units.children(middle.id)[:2]
        found = [tx.people.behind(phone.channel, phone.address) for phone in phones]
        for person, unit in zip(found, (here, here, here, middle, elsewhere), strict=True):
            assert person is not None
            tx.people.join(person, unit.id, clock())
            tx.people.set_talk(person, {})
        held = ((1, "lead", here), (2, "lead", here), (3, "officer", middle), (4, "lead", elsewhere))
        for number, role, unit in held:
            tx.roles.grant(found[number].worker_id, role, unit.id, clock())  # type: ignore[union-attr]
    return [phone.screen for phone in phones]
