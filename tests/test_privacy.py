"""People rule over what is kept about them: purpose by purpose, shown, handed over, stopped, erased."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.command import upgrade as migrate
from sqlalchemy import select, text, update

from bot.documents.my_data import MyData
from bot.files import keep, place_of
from handlers import house
from handlers.messages import Started, Typed
from handlers.working_days import working_days_after
from storage.database import Database
from storage.models import metadata
from storage.upgrade import _scripts, upgrade_database
from tests.phone import SPEECH, Clock, Phone
from tests.test_transcripts import import_units

TABLES = metadata.tables
# What would have to be found nowhere once they are erased.
MARKERS = ("Zkvaname", "7718236451", "zkvabefore", "zkvadraft", "zkvafile", "zkvaeffect", "zkvatitle")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def phone(database: Database, clock: Clock) -> Phone:
    return Phone(database, clock).joins()


def rows(database: Database, table: str) -> list[Any]:
    with database.reading() as tx:
        return list(tx.connection.execute(select(TABLES[table]).order_by(TABLES[table].c.id)).all())


def allows(phone: Phone, purpose: str) -> bool:
    with phone.database.reading() as tx:
        return tx.consents.allows(1, purpose)


def submitted(phone: Phone) -> None:
    phone.answers_until_review()
    if any("đơn vị nào" in spoken.text for spoken in phone.taps("Nộp")):
        phone.types("may que lam son")
        phone.taps("Quế Lâm Sơn")
        phone.taps("Nộp")


class TestEachPurpose:
    def test_is_a_no_until_somebody_says_yes(self, phone: Phone) -> None:
        assert allows(phone, "processing")
        assert not allows(phone, "honour")
        assert not allows(phone, "reminders")

    def test_is_asked_for_under_the_first_receipt_and_never_again(
        self, phone: Phone, database: Database, clock: Clock
    ) -> None:
        import_units(database, clock)
        submitted(phone)
        phone.taps("Nêu tên, tin mời")
        phone.taps("Đồng ý nhận tin mời")
        assert allows(phone, "reminders")
        assert not allows(phone, "honour")
        submitted(phone)
        assert "Nêu tên" not in str(phone.last.rows)

    def test_is_changed_at_any_time_without_touching_the_others(self, phone: Phone) -> None:
        phone.types("/dulieu")
        phone.taps("Nêu tên, tin mời")
        phone.taps("Đồng ý nêu tên")
        phone.taps("Đồng ý nhận tin mời")
        phone.taps("Thôi nêu tên")
        assert [allows(phone, purpose) for purpose in ("processing", "honour", "reminders")] == [
            True,
            False,
            True,
        ]

    def test_leaves_proof_of_the_words_that_were_shown(self, phone: Phone, database: Database) -> None:
        phone.types("/dulieu")
        phone.taps("Nêu tên, tin mời")
        phone.taps("Đồng ý nêu tên")
        phone.taps("Thôi nêu tên")
        proof = rows(database, "consent")[-1]
        words = SPEECH.say("vi", "consent.honour", {})
        assert proof.text_hash == hashlib.sha256(words.encode()).hexdigest()
        assert (proof.purpose, proof.version) == ("honour", house.CONSENT_VERSION)
        assert proof.withdrawn_at == phone.clock.at

    def test_a_button_of_an_older_text_gives_nothing(self, phone: Phone) -> None:
        phone.presses("privacy|give.honour|0")
        assert not allows(phone, "honour")

    def test_the_texts_and_their_version_change_together(self) -> None:
        """Whoever changes a word here raises CONSENT_VERSION, so that everybody is asked again."""
        keys = ("start.consent", "consent.honour", "consent.reminders")
        words = [
            SPEECH.say(language, key, {"programme": "P"} if key == "start.consent" else {})
            for key in keys
            for language in ("vi", "en")
        ]
        digest = hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
        assert (house.CONSENT_VERSION, digest) == ("2", "25cf218a5a0b2d11")


class TestANewText:
    @pytest.fixture
    def older(self, phone: Phone, database: Database) -> Phone:
        """Somebody who agreed to the text before this one."""
        with database.transaction() as tx:
            for name, column in (("worker", "consent"), ("consent", "version")):
                tx.connection.execute(update(TABLES[name]).values({column: "1"}))
        return phone

    def test_is_asked_about_at_the_next_event_and_nothing_is_lost(
        self, older: Phone, database: Database
    ) -> None:
        older.types("/sangkien")
        assert "đã đổi" in older.last.text
        (asked,) = older.types("Cuộn vải để dưới đất, mỗi ca hai người khiêng")
        assert "thay đổi điều gì" in asked.text
        assert "Cuộn vải" in str(rows(database, "draft")[0].place)

    def test_is_agreed_to_with_one_tap(self, older: Phone, database: Database) -> None:
        older.types("/menu")
        older.presses(f"start|agree.vi|{house.CONSENT_VERSION}.")
        old, new = rows(database, "consent")
        assert (old.version, new.version) == ("1", house.CONSENT_VERSION)
        assert old.withdrawn_at is not None
        assert new.withdrawn_at is None

    def test_is_asked_about_once_a_day_until_they_answer(self, older: Phone, clock: Clock) -> None:
        assert len(older.types("/menu")) == 2
        assert len(older.types("/menu")) == 1
        clock.passes(days=1, minutes=1)
        assert len(older.types("/menu")) == 2

    def test_is_not_agreed_to_by_a_button_of_the_old_one(self, older: Phone, database: Database) -> None:
        older.presses("start|agree.vi|1.")
        assert len(rows(database, "consent")) == 1


class TestWithdrawing:
    def test_takes_one_command_and_ends_every_purpose(self, phone: Phone, database: Database) -> None:
        phone.presses(f"privacy|give.reminders|{house.CONSENT_VERSION}")
        (said,) = phone.types("/dulieu rút")
        assert "30/08/2023" in said.text or "31/08/2023" in said.text
        assert not any(allows(phone, purpose) for purpose in ("processing", "honour", "reminders"))
        (request,) = rows(database, "privacy_request")
        assert (request.kind, request.done_at) == ("withdraw", None)
        assert request.finish_by - request.asked_at < timedelta(days=16)

    def test_means_that_nothing_more_is_taken(self, phone: Phone, database: Database) -> None:
        phone.types("/sangkien")
        phone.types("/dulieu rut")
        for words in ("Cuộn vải để dưới đất, mỗi ca hai người khiêng", "/sangkien", "/menu", "/dulieu"):
            assert "đã rút lại" in phone.types(words)[-1].text
        assert "Cuộn vải" not in str(rows(database, "draft"))
        phone.presses(f"privacy|give.honour|{house.CONSENT_VERSION}")
        assert not allows(phone, "honour")

    def test_is_undone_by_agreeing_again_and_the_draft_is_there(self, phone: Phone) -> None:
        phone.types("/sangkien")
        phone.types("Cuộn vải để dưới đất, mỗi ca hai người khiêng")
        phone.types("/dulieu rut")
        (again,) = phone.taps("Đồng ý lại")
        assert "thay đổi điều gì" in again.text
        assert allows(phone, "processing")

    def test_leaves_the_way_to_ones_data_open(self, phone: Phone) -> None:
        phone.types("/dulieu rut")
        (handed,) = phone.types("/dulieu tai")
        assert len(handed.files) == 1


class TestTheExport:
    def test_comes_at_once_and_holds_everything(
        self, phone: Phone, database: Database, tmp_path: Path
    ) -> None:
        phone.types("/sangkien")
        phone.types("Cuộn vải để dưới đất, mỗi ca hai người khiêng")
        phone.sends("document", name="so-do.pdf")
        digest = keep(tmp_path, b"%PDF-of-mine")
        with database.transaction() as tx:
            tx.connection.execute(update(TABLES["attachment"]).values(state="stored", sha256=digest))
        (handed,) = phone.types("/dulieu xuat")
        (captioned,) = handed.files
        drawn = MyData(SPEECH, database, tmp_path)(captioned.file.params, "vi")  # type: ignore[union-attr]
        archive = zipfile.ZipFile(io.BytesIO(drawn.content))
        plain = json.loads(archive.read("du-lieu.json"))["tables"]
        assert plain["worker"][0]["name"] == phone.name
        assert plain["chat"][0]["address"] == phone.address
        assert "Cuộn vải" in str(plain["draft"])
        assert len(plain["consent"]) == 1
        readable = archive.read("du-lieu.txt").decode()
        assert phone.name in readable
        assert "Bản nháp: 1 dòng" in readable
        (file,) = (name for name in archive.namelist() if name.startswith("files/"))
        assert archive.read(file) == b"%PDF-of-mine"

    def test_holds_nothing_of_anybody_else(self, phone: Phone, database: Database, tmp_path: Path) -> None:
        other = Phone(database, phone.clock, name="Trần Văn Khác", address="200").joins()
        other.types("/sangkien")
        other.types("Điều chỉ người kia biết, không ai khác")
        drawn = MyData(SPEECH, database, tmp_path)({"worker": 1, "at": phone.clock.at.isoformat()}, "vi")
        archive = zipfile.ZipFile(io.BytesIO(drawn.content))
        whole = archive.read("du-lieu.json").decode() + archive.read("du-lieu.txt").decode()
        assert "người kia" not in whole
        assert "Khác" not in whole


@pytest.fixture
def marked(database: Database, clock: Clock) -> Phone:
    """Somebody who has left traces wherever one can."""
    import_units(database, clock)
    phone = Phone(database, clock, name="Zkvaname Nguyễn", address="7718236451")
    phone.types("/start")
    phone.taps("Đồng ý")
    phone.types("may que lam son")
    phone.taps("Quế Lâm Sơn")
    said = {"before": "zkvabefore cuộn vải để dưới đất", "effect": "zkvaeffect mỗi ca bớt 40 phút"}
    phone.answers_until_review(**said)
    phone.sends("document", name="zkvafile.pdf")
    phone.taps("Nộp")
    phone.types("/sangkien")
    phone.types("zkvadraft một điều chưa nộp bao giờ")
    phone.types("/zkvadraft")
    return phone


def erased(phone: Phone) -> str:
    phone.types("/dulieu xoa")
    phone.taps("Có, xoá")
    return phone.taps("Xoá hẳn dữ liệu")[-1].text


def everything(database: Database, folder: Path) -> bytes:
    """All that is kept: the database's own files where there are some, its tables where not, the folder."""
    found = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    found += [str(path).encode() for path in folder.rglob("*")]
    with database.reading() as tx:
        for table in TABLES.values():
            found.append(str(tx.connection.execute(select(table)).all()).encode())
    return b"\n".join(found)


class TestErasing:
    def test_leaves_no_trace_in_tables_and_files(
        self, marked: Phone, database: Database, tmp_path: Path
    ) -> None:
        before = everything(database, tmp_path)
        assert [name for name in MARKERS if name.encode() not in before] == ["zkvatitle"]
        erased(marked)
        with database.transaction() as tx:
            (receipt,) = tx.connection.execute(select(TABLES["outbox"].c.id)).scalars()
            tx.connection.execute(update(TABLES["outbox"]).values(state="sent"))
            tx.outbox.forget_strangers([receipt])
            tx.scrubs = True
        after = everything(database, tmp_path)
        assert [name for name in MARKERS if name.encode() in after] == []

    def test_is_asked_twice_and_keeps_everything_when_not_confirmed(
        self, marked: Phone, database: Database
    ) -> None:
        marked.types("/dulieu xoa")
        marked.taps("Có, xoá")
        marked.taps("Giữ lại")
        assert rows(database, "worker")[0].name == marked.name

    def test_a_button_found_later_in_the_chat_erases_nothing(
        self, marked: Phone, database: Database, clock: Clock
    ) -> None:
        marked.types("/dulieu xoa")
        marked.taps("Có, xoá")
        clock.passes(hours=2)
        (said,) = marked.taps("Xoá hẳn dữ liệu")
        assert "quá 1 giờ" in said.text
        assert rows(database, "worker")[0].name == marked.name

    def test_says_what_stays_and_why(self, marked: Phone) -> None:
        receipt = erased(marked)
        assert "1 sáng kiến khác" in receipt
        assert "luật" in receipt

    def test_keeps_the_text_of_what_was_recognised_without_the_person(
        self, marked: Phone, database: Database
    ) -> None:
        with database.transaction() as tx:
            tx.connection.execute(update(TABLES["initiative"]).values(state="recognised"))
        receipt = erased(marked)
        assert "hồ sơ của đơn vị" in receipt
        (kept,) = rows(database, "initiative")
        assert (kept.state, "zkvabefore" in (kept.before or "")) == ("recognised", True)
        (author,) = rows(database, "author")
        assert author.name == ""

    def test_an_undecided_initiative_is_withdrawn_and_still_counted_as_one(
        self, marked: Phone, database: Database
    ) -> None:
        erased(marked)
        (left,) = rows(database, "initiative")
        assert (left.state, left.title, left.before, left.place) == ("withdrawn", "", None, {})
        assert left.benefit_vnd == 4_980_000_000

    def test_keeps_proof_without_the_person(self, marked: Phone, database: Database) -> None:
        erased(marked)
        (proof,) = rows(database, "consent")
        assert proof.proof.startswith("mark:")
        assert proof.withdrawn_at is None or proof.withdrawn_at == marked.clock.at
        assert [request.done_at is not None for request in rows(database, "privacy_request")] == [True]
        with database.reading() as tx:
            assert tx.audit.verify().fault == ""

    def test_makes_a_stranger_of_them(self, marked: Phone, database: Database) -> None:
        erased(marked)
        (asked,) = marked.types("Xin chào")
        assert "đồng ý để bot lưu" in asked.text

    def test_keeps_a_file_that_somebody_else_sent_too(
        self, marked: Phone, database: Database, tmp_path: Path
    ) -> None:
        digest = keep(tmp_path / "files", b"the same drawing")
        other = Phone(database, marked.clock, name="Trần Văn Khác", address="200").joins()
        other.taps("Để sau")
        other.types("/sangkien")
        other.sends("document", name="ban-ve.pdf")
        with database.transaction() as tx:
            tx.connection.execute(update(TABLES["attachment"]).values(state="stored", sha256=digest))
            tx.erasing.erase(1, marked.clock(), keep_recognised=True, mark=str)
            assert tx.attachments.discarded(9) == [(digest, True)]
        assert place_of(tmp_path / "files", digest).exists()


def test_somebody_of_the_same_name_keeps_theirs(database: Database) -> None:
    clock = Clock()
    import_units(database, clock)
    twins = [Phone(database, clock, name="Nguyễn Văn Nam", address=str(place)) for place in (1, 2)]
    for twin in twins:
        twin.types("/start")
        twin.taps("Đồng ý")
        twin.types("may que lam son")
        twin.taps("Quế Lâm Sơn")
        twin.answers_until_review()
        twin.taps("Nộp")
    erased(twins[0])
    assert [author.name for author in rows(database, "author")] == ["", "Nguyễn Văn Nam"]


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 3, 3), 2, date(2026, 3, 5)),
        (date(2026, 3, 6), 2, date(2026, 3, 10)),
        (date(2026, 3, 7), 1, date(2026, 3, 9)),
        (date(2026, 3, 6), 0, date(2026, 3, 6)),
        (date(2026, 4, 29), 2, date(2026, 5, 5)),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(day: date, n: int, expected: date) -> None:
    assert working_days_after(day, n, {date(2026, 4, 30), date(2026, 5, 1)}) == expected


def test_in_a_group_no_reply_holds_a_persons_name(phone: Phone) -> None:
    commands = ("/start", "/menu", "/cuatoi", "/nhap", "/dulieu", "/tiendo", "/donvi", "/duyet", "/kinhphi")
    for command in commands:
        what = Started("") if command == "/start" else Typed(command)
        for spoken in phone.does(what, private=False):
            whole = spoken.text + str(spoken.rows)
            assert not any(part in whole for part in phone.name.split())


@pytest.fixture
def before_this(database: Database, tmp_path: Path) -> Iterator[Database]:
    if not database.is_sqlite:
        pytest.skip("one kind of database is enough for statements that are the same on both")
    opened = Database(f"sqlite:///{tmp_path / 'before.db'}")
    yield opened
    opened.close()


def test_people_of_an_older_database_go_on_agreeing_to_what_they_agreed_to(before_this: Database) -> None:
    config = _scripts()
    with before_this.schema_connection() as connection:
        config.attributes["connection"] = connection
        migrate(config, "0008")
        person = "INSERT INTO worker (id, name, language, created_at) VALUES (:n, 'A', 'vi', '2023-01-01')"
        for number, withdrawn in ((1, "NULL"), (2, "'2023-08-01 00:00:00'")):
            connection.execute(
                text(person),
                {"n": number},
            )
            connection.execute(
                text(
                    "INSERT INTO consent (worker_id, purpose, version, given_at, proof, withdrawn_at)"  # noqa: S608
                    f" VALUES (:n, 'processing', '1', '2023-01-01 00:00:00', 'telegram:1', {withdrawn})"
                ),
                {"n": number},
            )
        connection.commit()
    upgrade_database(before_this)
    with before_this.reading() as tx:
        agreed = tx.connection.execute(text("SELECT consent FROM worker ORDER BY id")).scalars().all()
    assert agreed == ["1", ""]
