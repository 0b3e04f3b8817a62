"""A person with a phone, without any messenger: all they do and see goes through storage."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from bot.channels.plain import listed
from bot.speech import Speech, Spoken
from bot.texts import load
from handlers.house import House
from handlers.listening import listen
from handlers.messages import Attached, Edited, Event, File, Pressed, Reply, Started, Typed, Unsupported, What
from handlers.programme import Phase, Programme
from storage.database import Database
from storage.models import metadata

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
OUTBOX = metadata.tables["outbox"]
TUESDAY = datetime(2023, 8, 15, 9, 0, tzinfo=ZONE)

PHASES = (
    Phase(
        code="gd2",
        name="Giai đoạn 2",
        opens=datetime(2022, 6, 1, tzinfo=ZONE).astimezone(UTC),
        closes=datetime(2023, 9, 1, tzinfo=ZONE).astimezone(UTC),
        applied_from=date(2021, 9, 1),
        applied_to=date(2023, 8, 31),
        targets=(),
    ),
)
PROGRAMME = Programme(name="01 triệu sáng kiến", zone=ZONE, phases=PHASES, subsidies=())
SPEECH = Speech(load(), ZONE)


class Clock:
    """A clock that moves when told."""

    def __init__(self, at: datetime = TUESDAY) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **span: float) -> None:
        self.at += timedelta(**span)


def house(programme: Programme = PROGRAMME) -> House:
    made = count(1)
    return House(
        programme,
        SPEECH,
        "Công đoàn cơ sở, 0900 000 000",
        "https://t.me/sangkien_bot",
        b"a key of tests",
        lambda: f"{next(made) + 22_222:05}ACDEF".translate(str.maketrans("01", "XY")),
    )


class Phone:
    """One person's phone. `buttons=False` is a messenger where choices are typed and nothing is edited."""

    numbers = count(1)

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        name: str = "Nguyễn Thị Lan",
        address: str = "100",
        language: str = "vi",
        buttons: bool = True,
        programme: Programme = PROGRAMME,
    ) -> None:
        self.database, self.clock, self.house = database, clock, house(programme)
        self.name, self.address, self.language, self.buttons = name, address, language, buttons
        self.channel = "telegram" if buttons else "terminal"
        self.messages = count(1)
        self.typed: dict[str, str] = {}
        self.screen: list[Spoken] = []
        self.toast = ""

    # --- what a person does

    def types(self, text: str) -> list[Spoken]:
        if text.startswith("/start"):
            return self.does(Started(text.removeprefix("/start").strip()))
        message = str(next(self.messages))
        self.typed[message] = text
        return self.does(Typed(text), message)

    def taps(self, label: str, *, on: Spoken | None = None) -> list[Spoken]:
        if self.buttons:
            return self.presses(self.action(label, on))
        return self.types(self.typed_for(label))

    def typed_for(self, label: str) -> str:
        """What somebody types who has no buttons: the number in the list, or its letter, or the label."""
        action = self.action(label)
        spoken = next(s for s in reversed(self.screen) if any(action == a for row in s.rows for _, a in row))
        buttons = [button for row in spoken.rows for button in row]
        place = next(number for number, (_, its) in enumerate(buttons) if its == action)
        if place % 2:
            return buttons[place][0]
        return "abcdefgh"[place] if spoken.by_word else str(place + 1)

    def presses(self, action: str) -> list[Spoken]:
        return self.does(Pressed(action), "1")

    def action(self, label: str, on: Spoken | None = None) -> str:
        for spoken in [on] if on else reversed(self.screen):
            for row in spoken.rows:
                for name, action in row:
                    if label in name:
                        return action
        raise AssertionError(f"no button {label!r} on {self.screen[-1:]}")

    def sends(self, kind: str = "photo", *, name: str = "", size: int | None = 1_000, caption: str = "",
              album: str = "", unique: str = "") -> list[Spoken]:  # fmt: skip
        number = next(self.messages)
        unique = unique or f"u{number}"
        file = File(kind, f"file-{unique}", unique, name, "", size)
        return self.does(Attached(file, album, caption), str(number))

    def sends_other(self, kind: str) -> list[Spoken]:
        return self.does(Unsupported(kind), str(next(self.messages)))

    def edits(self, old: str, new: str) -> list[Spoken]:
        return self.edits_message(next(number for number, text in self.typed.items() if old in text), new)

    def edits_message(self, message: str, new: str) -> list[Spoken]:
        self.typed[message] = new
        return self.does(Edited(message, new), message)

    def does(self, what: What, message: str = "", *, number: str = "", private: bool = True) -> list[Spoken]:
        event = self.event(what, message, number=number, private=private)
        with self.database.transaction() as tx:
            self.toast = listen(tx, event, self.house, self.clock()).toast
        return self.reads()

    def event(self, what: What, message: str = "", *, number: str = "", private: bool = True) -> Event:
        """What the messenger would tell of it."""
        return Event(
            what=what,
            channel=self.channel,
            bot="1",
            number=number or str(next(self.numbers)),
            address=self.address,
            message=message,
            sender=self.address,
            name=self.name,
            language=self.language,
            private=private,
            sent_at=self.clock(),
            lists=not self.buttons,
        )

    # --- what a person sees

    def reads(self) -> list[Spoken]:
        """Everything promised and not yet read, in order, as it would be sent."""
        with self.database.transaction() as tx:
            rows = tx.connection.execute(
                select(OUTBOX.c.id, OUTBOX.c.body, OUTBOX.c.language)
                .where(OUTBOX.c.address == self.address, OUTBOX.c.state == "waiting")
                .order_by(OUTBOX.c.id)
            ).all()
            sent = update(OUTBOX).where(OUTBOX.c.id.in_([row.id for row in rows]))
            tx.connection.execute(sent.values(state="sent", body={}))
        new = [SPEECH.render(Reply.of(self.database.vault.open(row.body)), row.language) for row in rows]
        if not self.buttons:
            for row, spoken in zip(rows, new, strict=True):
                assert spoken.text in listed(SPEECH, row.language, spoken)
        self.screen += new
        return new

    @property
    def last(self) -> Spoken:
        return self.screen[-1]

    # --- ways through

    def joins(self) -> Phone:
        """Past the consent; no list of units has been imported, so none is asked for."""
        self.types("/start")
        self.taps("Đồng ý" if self.language == "vi" else "Agree")
        return self

    def answers_until_review(self, **answers: str) -> Phone:
        self.types("/sangkien")
        return self.fills_in(**answers)

    def fills_in(self, **answers: str) -> Phone:
        """Answer every question of the draft that is open."""
        said = {
            "before": "Cuộn vải để dưới đất, mỗi ca hai người khiêng",
            "after": "Đóng giá có bánh xe để lăn cuộn vải. Một người đẩy được.",
            "effect": "Mỗi ca bớt 40 phút, không ai đau lưng",
            "benefit": "4,98 tỷ đồng/năm",
            "applied_on": "25/2/2022",
            **answers,
        }
        for text in said.values():
            self.types(text)
        self.taps("kỹ thuật")
        self.taps("Dùng tên này")
        return self
