"""A small world for the matrix of secrecy: two initiatives full of markers, and everybody who may look."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from bot.fetching import Fetching
from bot.ledger import Ledger
from handlers.listening import listen
from handlers.messages import Event, Pressed, Reply, Started, Typed
from storage.database import Database
from storage.models import metadata
from tests.phone import SPEECH, Clock, Phone, house
from tests.test_transcripts import import_units

OUTBOX = metadata.tables["outbox"]
# What no path may show but those of the list: the words and files of the sealed one, its title and effect,
# the words and files of the open one.
MARKERS = {
    "S": ("KINTRUOC", "KINSAU", "KINDIEUKIEN", "KINTENTEP", "KINTRONGTEP", "KINTEPSAU"),
    "T": ("BIMATTEN", "BIMATKETQUA"),
    "O": ("MOTRUOC", "MOSAU", "MODIEUKIEN", "MOTENTEP", "MOTRONGTEP"),
}
ROLES = {
    "author": None,
    "mate": None,
    "lead": ("lead", "T09-017"),
    "other lead": ("lead", "T09-018"),
    "officer above": ("officer", "T09"),
    "admin": ("admin", "ROOT"),
    "supporter": ("supporter", "T09-017"),
    "stranger": None,
}
CONTENT = {"file-kin1": b"KINTRONGTEP", "file-kin2": b"KINTEPSAU", "file-mo1": b"MOTRONGTEP"}


class Undo(Exception):
    """Raised to take a probe back, so that every probe meets the same world."""


class Messenger:
    """Gives the files that people sent."""

    async def fetch(self, reference: str, _largest: int) -> bytes:
        return CONTENT[reference]


@dataclass
class World:
    """The database, who is in it, and the numbers of the two initiatives."""

    database: Database
    folder: Path
    clock: Clock = field(default_factory=Clock)
    phones: dict[str, Phone] = field(default_factory=dict)
    sealed: int = 0
    open: int = 0
    draft: int = 0
    entered: int = 0

    def fill(self) -> World:
        import_units(self.database, self.clock)
        for number, (role, granted) in enumerate(ROLES.items(), start=1):
            phone = Phone(self.database, self.clock, name=f"Người {role.title()}", address=str(100 + number))
            self.phones[role] = phone
            if role != "stranger":
                self._joins(phone, "T09-018" if role == "other lead" else "T09-017", granted)
        self._open(self.phones["author"])
        self._sealed(self.phones["author"])
        self._half_done(self.phones["author"])
        self._typed_for_another(self.phones["supporter"], "Người Mate")
        for phone in self.phones.values():
            phone.reads()
        return self

    def _joins(self, phone: Phone, unit: str, granted: tuple[str, str] | None) -> None:
        phone.types("/start")
        phone.taps("Đồng ý")
        phone.types(unit)
        phone.taps("CĐCS")
        if granted is None:
            return
        with self.database.transaction() as tx:
            person = tx.people.behind(phone.channel, phone.address)
            code = granted[1]
            node = tx.units.root() if code == "ROOT" else tx.units.by_code(code)
            assert person is not None and node is not None
            tx.roles.grant(person.worker_id, granted[0], node.id, self.clock())

    def _open(self, phone: Phone) -> None:
        phone.answers_until_review(
            before="MOTRUOC kê vải dưới đất, hai người khiêng",
            after="Đóng giá có bánh xe. MOSAU một người đẩy.",
        )
        phone.taps("Điều kiện áp dụng")
        phone.types("MODIEUKIEN cần thợ hàn")
        phone.sends(name="MOTENTEP.jpg", unique="mo1")
        phone.taps("Nộp")
        with self.database.reading() as tx:
            self.open = tx.initiatives.of(self._worker(phone))[0].id

    def _sealed(self, phone: Phone) -> None:
        """Most of it is said, and a file sent, before the author marks it."""
        self.says_all(phone)
        phone.sends(name="KINTENTEP.jpg", unique="kin1")
        phone.taps("bí mật")
        if "BIMATTEN" not in phone.last.text:
            phone.types("BIMATTEN công thức mới")
        phone.sends(name="KINTENTEP2.jpg", unique="kin2")
        phone.taps("Nộp")
        with self.database.reading() as tx:
            self.sealed = tx.initiatives.of(self._worker(phone))[0].id

    def _half_done(self, phone: Phone) -> None:
        """A sealed draft lies about as well."""
        self.says_all(phone)
        phone.taps("bí mật")
        with self.database.reading() as tx:
            self.draft = tx.drafts.of(self._worker(phone))[0].id

    def _typed_for_another(self, phone: Phone, name: str) -> None:
        """A sealed one that a support group typed and its author has not confirmed."""
        phone.types("/nophoi")
        phone.types(name)
        phone.taps(name)
        self.fills_in(phone)
        phone.taps("bí mật")
        if "BIMATTEN" not in phone.last.text:
            phone.types("BIMATTEN công thức thứ hai")
        phone.taps("Nộp")
        with self.database.reading() as tx:
            self.entered = tx.entered.by(self._worker(phone), 1)[0].id

    def says_all(self, phone: Phone) -> None:
        phone.types("/sangkien")
        self.fills_in(phone)

    def fills_in(self, phone: Phone) -> None:
        phone.fills_in(
            before="KINTRUOC keo đặc, phải hâm lại nhiều lần", after="KINSAU pha thêm dung môi theo tỷ lệ",
            effect="BIMATKETQUA lỗi giảm một nửa",
        )  # fmt: skip
        phone.taps("Điều kiện áp dụng")
        phone.types("KINDIEUKIEN cần máy khuấy")

    def _worker(self, phone: Phone) -> int:
        with self.database.reading() as tx:
            person = tx.people.behind(phone.channel, phone.address)
        assert person is not None
        return person.worker_id

    async def fetches(self) -> None:
        """Files are fetched, sealed where they must be, and what is let go of is wiped."""
        ledger = Ledger(self.database, house(), self.clock)
        channels = {"telegram": Messenger()}
        fetching = Fetching(ledger, channels, self.folder, self.database.vault, self.clock, lambda: None)  # type: ignore[arg-type]
        while await fetching.once():
            pass
        ledger.close()

    def shows(
        self, role: str, what: Typed | Pressed | Started, *, private: bool = True
    ) -> tuple[str, str, bool]:
        """What an act makes the bot say to its doer and to everybody else; whether all of it is protected."""
        phone = self.phones[role]
        own, others, protected = [], [], True
        with suppress(Undo), self.database.transaction() as tx:
            event: Event = phone.event(what, "9999", number=f"probe-{next(phone.numbers)}", private=private)
            listen(tx, event, phone.house, self.clock())
            rows = tx.connection.execute(
                select(OUTBOX.c.address, OUTBOX.c.body, OUTBOX.c.language).where(OUTBOX.c.state == "waiting")
            )
            for address, body, language in rows.all():
                said = said_by(self.database.vault.open(body), language)
                if address == phone.address:
                    own.append(said)
                    protected = protected and bool(self.database.vault.open(body).get("protected"))
                else:
                    others.append(said)
            raise Undo
        return "\n".join(own), "\n".join(others), protected


def said_by(body: dict[str, object], language: str) -> str:
    """Everything a reader gets of a message: words, labels, what buttons carry, names of files."""
    reply = Reply.of(body)
    spoken = SPEECH.render(reply, language)
    return f"{spoken.text} {spoken.rows} {[file.plain() for file in reply.files]}"


def letters(text: str) -> str:
    """Which kinds of markers a text holds."""
    folded = text.upper()
    return "".join(kind for kind, words in MARKERS.items() if any(word in folded for word in words))
