"""What a worker may rely on in the talk, told as somebody with a phone would tell it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from handlers.forms import INITIATIVE, Choice, Form, Money, Text, WrongForm
from handlers.house import CONSENT_VERSION
from handlers.listening import listen
from handlers.messages import Attached, File, Left, Pressed, Returned, Typed
from handlers.place import Place, next_question
from storage.database import Database
from storage.models import metadata
from tests.phone import PHASES, PROGRAMME, SPEECH, Clock, Phone
from tests.test_transcripts import import_units

INITIATIVES, DRAFTS = metadata.tables["initiative"], metadata.tables["draft"]


def count(database: Database, table: str) -> int:
    with database.reading() as tx:
        rows = select(func.count()).select_from(metadata.tables[table])
        return int(tx.connection.execute(rows).scalar_one())


def answers(database: Database) -> dict[str, object]:
    """The answers of the newest draft."""
    with database.reading() as tx:
        place = tx.connection.execute(select(DRAFTS.c.place).order_by(DRAFTS.c.id.desc())).scalars().first()
    return {key: answer["value"] for key, answer in place["answers"].items()}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def phone(database: Database, clock: Clock) -> Phone:
    return Phone(database, clock).joins()


@pytest.fixture
def member(database: Database, clock: Clock) -> Phone:
    """Somebody who belongs to a unit."""
    import_units(database, clock)
    one = Phone(database, clock)
    one.joins()
    one.types("T09-020")
    one.taps("Quế Lâm Sơn")
    return one


class TestButtons:
    def test_a_button_of_an_earlier_question_changes_nothing_and_says_so(self, phone: Phone) -> None:
        (first,) = phone.types("/sangkien")
        phone.types("Cuộn vải để dưới đất, hai người khiêng")
        (reply,) = phone.taps("bí mật", on=first)
        assert "câu hỏi cũ" in reply.text
        assert "thay đổi điều gì" in reply.text

    def test_a_double_tap_does_nothing_twice(self, phone: Phone) -> None:
        (question,) = phone.types("/sangkien")
        assert len(phone.taps("bí mật", on=question)) == 1
        assert phone.taps("bí mật", on=question) == []
        assert phone.toast == "toast.already"

    def test_the_same_event_delivered_twice_has_one_effect(self, phone: Phone, database: Database) -> None:
        phone.types("/sangkien")
        said = Typed("Cuộn vải để dưới đất, hai người khiêng")
        assert len(phone.does(said, "77", number="same")) == 1
        assert phone.does(said, "77", number="same") == []
        assert answers(database) == {"before": "Cuộn vải để dưới đất, hai người khiêng"}

    @pytest.mark.parametrize(
        "action",
        ["", "|", "review|submit|1.0", "before|sealed|999999.0", "x" * 64, "form|0|9" * 8,
         "menu|open.99999999999999999999|-", "start|unit.1|-", "start|agree.vi|1.", "review|change.x|1.1",
         "kind|technical|½.1", "menu|see.1|-", "menu|in.xx|-", "before|add.title|1.0", "before|reading.9|1"],
    )  # fmt: skip
    def test_forged_buttons_are_answered_and_change_nothing(
        self, phone: Phone, database: Database, action: str
    ) -> None:
        phone.types("/sangkien")
        phone.presses(action)
        assert answers(database) == {}
        assert count(database, "initiative") == 0

    def test_nobody_touches_the_draft_of_another(
        self, phone: Phone, database: Database, clock: Clock
    ) -> None:
        phone.types("/sangkien")
        phone.types("Cuộn vải để dưới đất, hai người khiêng")
        other = Phone(database, clock, address="200", name="Hùng").joins()
        for name in ("open", "delete", "really_delete"):
            other.presses(f"menu|{name}.1|-")
        other.presses("after|add.before|1.1")
        assert answers(database) == {"before": "Cuộn vải để dưới đất, hai người khiêng"}
        assert all("Cuộn vải" not in spoken.text for spoken in other.screen)


class TestSubmitting:
    def test_five_submissions_give_one_initiative_and_one_code(
        self, member: Phone, database: Database
    ) -> None:
        member.answers_until_review()
        action = member.action("Nộp")
        (receipt,), (polite,) = member.presses(action), member.presses(action)
        assert "SK-00001" in receipt.text
        assert "SK-00001" in polite.text
        for _ in range(3):
            assert member.presses(action) == []
            assert member.toast == "toast.submitted"
        assert count(database, "initiative") == 1

    def test_a_code_is_given_once_even_after_the_initiative_is_gone(self, member: Phone) -> None:
        member.answers_until_review()
        member.taps("Nộp")
        member.answers_until_review()
        (receipt,) = member.taps("Nộp")
        assert "SK-00002" in receipt.text

    def test_without_a_unit_it_is_asked_for_and_then_the_card_comes_back(
        self, phone: Phone, database: Database, clock: Clock
    ) -> None:
        import_units(database, clock)
        phone.answers_until_review()
        (asked,) = phone.taps("Nộp")
        assert "đơn vị nào" in asked.text
        phone.types("may que lam son")
        (card,) = phone.taps("Quế Lâm Sơn")
        assert "Xem lại" in card.text
        (receipt,) = phone.taps("Nộp")
        assert "SK-00001" in receipt.text

    def test_the_closing_instant_itself_is_too_late(
        self, member: Phone, database: Database, clock: Clock
    ) -> None:
        member.answers_until_review()
        clock.at = PHASES[0].closes - timedelta(microseconds=1)
        action = member.action("Nộp")
        clock.at = PHASES[0].closes
        (reply,) = member.presses(action)
        assert "hết hạn" in reply.text
        assert count(database, "initiative") == 0
        assert count(database, "draft") == 1

    def test_a_phase_that_is_not_yet_open_says_when(self, database: Database, clock: Clock) -> None:
        opens = clock.at + timedelta(days=3)
        later = replace(
            PROGRAMME, phases=(replace(PHASES[0], opens=opens, closes=opens + timedelta(days=9)),)
        )
        phone = Phone(database, clock, programme=later).joins()
        (reply,) = phone.types("/sangkien")
        assert "18/08/2023" in reply.text
        assert "Trước đây" in reply.text

    def test_a_correction_counts_only_when_it_is_submitted_again(
        self, member: Phone, database: Database
    ) -> None:
        member.answers_until_review()
        member.taps("Nộp")
        member.types("/cuatoi")
        member.taps("SK-00001")
        member.taps("Sửa")
        member.taps("Kết quả")
        member.types("Mỗi ca bớt 50 phút")
        with database.reading() as tx:
            assert "40 phút" in tx.connection.execute(select(INITIATIVES.c.effect)).scalar_one()
        member.taps("Nộp")
        with database.reading() as tx:
            assert tx.connection.execute(select(INITIATIVES.c.effect)).scalar_one() == "Mỗi ca bớt 50 phút"
        assert count(database, "initiative_version") == 1


class TestWhatIsTyped:
    @pytest.mark.parametrize(
        "text",
        ["<b>&_*[` để dưới đất", "Cuộn vải\x00để dưới đất", "Cuộn vải \u202eđể dưới đất",
         "{0} {n} %s \\n dưới",
         "Cuộn vải\u00a0để\u200bdưới đất", "مرحبا بكم في المصنع", "👷‍♀️ nâng cuộn vải 👍🏽 đặt lên giá"],
    )  # fmt: skip
    def test_it_is_kept_as_typed_and_never_becomes_markup(
        self, phone: Phone, database: Database, text: str
    ) -> None:
        phone.types("/sangkien")
        phone.types(text)
        assert answers(database) == {"before": text.replace("\x00", "")}

    def test_decomposed_letters_are_kept_composed(self, phone: Phone, database: Database) -> None:
        phone.types("/sangkien")
        phone.types("Cuộn vải để dưới đất nặng")
        assert answers(database) == {"before": "Cuộn vải để dưới đất nặng"}

    def test_twenty_thousand_characters_in_pieces_become_one_answer(
        self, phone: Phone, database: Database, clock: Clock
    ) -> None:
        phone.types("/sangkien")
        whole = ("Máy chạy ồn và nóng lắm. " * 900)[:20_000].strip()
        for start in range(0, len(whole), 4_096):
            phone.types(whole[start : start + 4_096])
            clock.passes(seconds=0.2)
        assert answers(database) == {"before": whole}

    def test_a_piece_that_comes_late_still_joins_and_done_ends_it(
        self, phone: Phone, database: Database, clock: Clock
    ) -> None:
        phone.types("/sangkien")
        (asked,) = phone.types("a" * 4_096)
        assert "Xong" in asked.rows[0][0][0]
        clock.passes(seconds=30)
        phone.types("b" * 100)
        phone.taps("Xong")
        assert answers(database) == {"before": "a" * 4_096 + "b" * 100}

    def test_a_text_that_is_too_long_says_by_how_much(self, phone: Phone, database: Database) -> None:
        phone.types("/sangkien")
        for _ in range(6):
            phone.types("x" * 4_000)
        (reply,) = phone.taps("Xong")
        assert "20000" in reply.text or "20.000" in reply.text
        assert answers(database) == {}

    def test_three_megabytes_of_emoji_get_an_answer(self, phone: Phone) -> None:
        phone.types("/sangkien")
        (reply,) = phone.types("👍" * 786_432)
        assert reply.rows

    def test_a_word_inside_a_sentence_presses_no_button(self, phone: Phone, database: Database) -> None:
        phone.types("/sangkien")
        phone.types("Bí mật của chúng tôi là để cuộn vải dưới đất")
        assert "before" in answers(database)

    def test_a_number_is_no_button_at_a_free_question(self, phone: Phone, database: Database) -> None:
        phone.types("/sangkien")
        (reply,) = phone.types("1")
        assert "ít nhất 10" in reply.text

    def test_an_edited_message_corrects_its_answer_and_the_question_stays(
        self, phone: Phone, database: Database
    ) -> None:
        phone.types("/sangkien")
        phone.types("Cuộn vải để dưới đất, hai người khiêng")
        (reply,) = phone.edits("hai người", "Cuộn vải để dưới đất, ba người khiêng")
        assert answers(database) == {"before": "Cuộn vải để dưới đất, ba người khiêng"}
        assert "thay đổi điều gì" in reply.text

    def test_an_edit_that_is_no_answer_leaves_the_old_one(self, phone: Phone, database: Database) -> None:
        phone.types("/sangkien")
        phone.types("Cuộn vải để dưới đất, hai người khiêng")
        (reply,) = phone.edits("hai người", "x")
        assert answers(database) == {"before": "Cuộn vải để dưới đất, hai người khiêng"}
        assert "giữ nguyên" in reply.text

    def test_a_refused_message_may_be_mended_by_editing_it(self, phone: Phone, database: Database) -> None:
        phone.types("/sangkien")
        phone.types("dơ quá")
        (reply,) = phone.edits("dơ quá", "Sàn dơ, trơn, hay té ngã")
        assert answers(database) == {"before": "Sàn dơ, trơn, hay té ngã"}
        assert "thay đổi điều gì" in reply.text

    def test_an_edit_in_a_draft_that_is_not_open_still_counts(self, phone: Phone, database: Database) -> None:
        phone.types("/sangkien")
        phone.types("Cuộn vải để dưới đất, hai người khiêng")
        phone.types("/sangkien")
        phone.types("Kho chật, tìm hàng lâu lắm")
        (reply,) = phone.edits("hai người", "Cuộn vải để dưới đất, ba người khiêng")
        assert "bản nháp khác" in reply.text
        with database.reading() as tx:
            first = tx.connection.execute(select(DRAFTS.c.place).order_by(DRAFTS.c.id)).scalars().first()
        assert first["answers"]["before"]["value"] == "Cuộn vải để dưới đất, ba người khiêng"


class TestFiles:
    def test_an_album_is_one_answer(self, phone: Phone, database: Database) -> None:
        phone.types("/sangkien")
        with database.transaction() as tx:
            assert tx.outbox.open_count() == 0
        for number in range(3):
            phone.sends("photo", album="a", caption="Cuộn vải để dưới đất" if number == 0 else "")
        assert len(answers(database)["files"]) == 3  # type: ignore[arg-type]
        assert answers(database)["before"] == "Cuộn vải để dưới đất"

    def test_the_same_file_twice_is_kept_once(self, phone: Phone, database: Database) -> None:
        phone.types("/sangkien")
        phone.sends("photo", unique="same")
        phone.sends("photo", unique="same")
        assert count(database, "attachment") == 1

    def test_files_go_with_what_is_submitted(self, member: Phone, database: Database) -> None:
        member.answers_until_review()
        member.sends("photo")
        member.sends("document", name="sơ đồ.pdf")
        member.taps("Nộp")
        with database.reading() as tx:
            assert len(tx.attachments.of_initiatives([1])[1]) == 2


class TestConsent:
    def test_nothing_is_kept_of_somebody_who_has_not_agreed(self, database: Database, clock: Clock) -> None:
        stranger = Phone(database, clock, name="Trần Kín Đáo")
        for text in ("/start", "tôi không đồng ý đâu", "/sangkien"):
            stranger.types(text)
        stranger.taps("Không đồng ý")
        assert (count(database, "worker"), count(database, "chat"), count(database, "consent")) == (0, 0, 0)
        with database.reading() as tx:
            for table in metadata.tables.values():
                rows = tx.connection.execute(select(table)).all()
                assert "Kín Đáo" not in str(rows)

    def test_an_album_before_consent_is_answered_once(self, database: Database, clock: Clock) -> None:
        stranger = Phone(database, clock)
        for number in range(3):
            event = Attached(File("photo", f"f{number}", f"u{number}"), "album")
            with database.transaction() as tx:
                listen(tx, stranger.event(event, str(number)), stranger.house, clock())
        assert len(stranger.reads()) == 1

    def test_the_proof_of_consent_says_to_what_and_when(self, phone: Phone, database: Database) -> None:
        with database.reading() as tx:
            row = tx.connection.execute(select(metadata.tables["consent"])).one()
        assert (row.purpose, row.version) == ("processing", CONSENT_VERSION)
        assert row.given_at == phone.clock.at
        words = SPEECH.say("vi", "start.consent", {"programme": phone.house.programme.name})
        assert row.text_hash == hashlib.sha256(words.encode()).hexdigest()

    def test_an_old_consent_button_is_harmless_later(self, phone: Phone, database: Database) -> None:
        phone.presses("start|agree.vi|1.")
        phone.presses(f"start|agree.vi|{CONSENT_VERSION}.")
        assert count(database, "worker") == 1

    def test_in_a_group_nothing_is_taken_and_nobody_named(self, phone: Phone, database: Database) -> None:
        before = count(database, "draft")
        replies = phone.does(Typed("/sangkien"), "5", private=False)
        assert phone.does(Typed("Cuộn vải để dưới đất"), "6", private=False) == []
        assert phone.does(Pressed("menu|new|-"), "7", private=False) == []
        assert "Lan" not in replies[0].text
        assert "https://t.me/" in replies[0].text
        assert count(database, "draft") == before

    def test_somebody_who_blocked_the_bot_is_marked_and_comes_back_by_writing(
        self, phone: Phone, database: Database
    ) -> None:
        chats = metadata.tables["chat"]
        for what, reachable in ((Left(), False), (Returned(), True), (Left(), False)):
            phone.does(what)
            with database.reading() as tx:
                assert tx.connection.execute(select(chats.c.reachable)).scalar_one() is reachable
        phone.types("/menu")
        with database.reading() as tx:
            assert tx.connection.execute(select(chats.c.reachable)).scalar_one() is True


class TestJoining:
    def test_a_code_in_mid_question_joins_and_returns_to_the_question(
        self, phone: Phone, database: Database, clock: Clock
    ) -> None:
        from handlers.codes import code_hash

        import_units(database, clock)
        with database.transaction() as tx:
            unit = tx.units.by_code("T09-020")
            assert unit is not None
            until = clock.at + timedelta(days=1)
            tx.invitations.make(code_hash("ABCD234567"), "lead", unit.id, 1, until, clock.at)
        phone.types("/sangkien")
        (reply,) = phone.types("/start abcd-234567")
        assert "Quế Lâm Sơn" in reply.text
        assert "Trước đây" in reply.text
        (again,) = phone.types("/start ABCD234567")
        assert "Quế Lâm Sơn" in again.text
        other = Phone(database, clock, address="200", name="Hùng").joins()
        (refused,) = other.types("/start ABCD234567")
        assert "không dùng được" in refused.text
        with database.reading() as tx:
            grants = tx.connection.execute(select(metadata.tables["role_grant"])).all()
        assert [grant.role for grant in grants] == ["lead"]

    def test_a_code_before_consent_joins_after_it_and_is_on_no_button(
        self, database: Database, clock: Clock
    ) -> None:
        from handlers.codes import code_hash

        import_units(database, clock)
        with database.transaction() as tx:
            unit = tx.units.by_code("T09-020")
            assert unit is not None
            until = clock.at + timedelta(days=1)
            tx.invitations.make(code_hash("ABCD234567"), "lead", unit.id, 1, until, clock.at)
        phone, thief = Phone(database, clock), Phone(database, clock, address="666", name="Trộm")
        (asked,) = phone.types("/start ABCD234567")
        actions = [action for row in asked.rows for _, action in row]
        assert all("ABCD" not in action for action in actions)
        thief.types("/start")
        thief.presses(actions[0])
        phone.taps("English")
        (joined,) = phone.taps("Agree")
        assert "Quế Lâm Sơn" in joined.text
        with database.reading() as tx:
            grants = tx.connection.execute(select(metadata.tables["role_grant"])).all()
            workers = tx.connection.execute(select(metadata.tables["worker"].c.name)).scalars().all()
        assert [workers[grant.worker_id - 1] for grant in grants] == ["Nguyễn Thị Lan"]

    def test_moving_to_another_unit_keeps_the_history(self, member: Phone, database: Database) -> None:
        member.types("/donvi")
        member.taps("Đổi đơn vị")
        member.types("T09-017")
        member.taps("CĐCS")
        with database.reading() as tx:
            rows = tx.connection.execute(select(metadata.tables["membership"])).all()
        assert [row.until is None for row in rows] == [False, True]


class TestForms:
    def test_a_repeated_step_dies_at_import(self) -> None:
        with pytest.raises(WrongForm):
            Form("x", (Text("a"), Text("a")))

    def test_a_choice_without_options_dies_at_import(self) -> None:
        with pytest.raises(WrongForm):
            Form("x", (Choice("a"),))

    def test_a_title_cannot_be_proposed_from_what_is_asked_later(self) -> None:
        with pytest.raises(WrongForm):
            Form("x", (Text("title", proposes="after"), Text("after")))

    def test_a_changed_form_asks_an_old_draft_the_new_question(self) -> None:
        place = Place(
            answers={step.key: {"value": "x", "typed": []} for step in INITIATIVE.steps if not step.optional}
        )
        longer = Form("initiative", (Money("cost"), *INITIATIVE.steps))
        assert next_question(longer, place) == "cost"
