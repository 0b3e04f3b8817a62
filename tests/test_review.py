"""The queue of those who decide: what they see, what they may do, and what the author hears of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers.quiet import Quiet
from storage.database import Database
from storage.models import metadata
from tests.phone import PROGRAMME, ZONE, Clock, Phone
from tests.reviewers import READY_MADE, REFUSALS, RETURNS, People, people

PAIRS = Path(__file__).parent / "data" / "pairs.jsonl"
AUDIT = metadata.tables["audit"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def team(database: Database, clock: Clock) -> People:
    return people(database, clock)


def texts(phone: Phone) -> str:
    return "\n".join(spoken.text for spoken in phone.reads())


# --- the queue and the card ------------------------------------------------------------------------------


def test_the_oldest_comes_first_with_its_age_and_how_many_are_left(team: People, clock: Clock) -> None:
    team.sends()
    clock.passes(hours=3)
    team.sends(before="Bảo vệ ghi sổ tay từng xe ra vào cổng, giờ cao điểm ùn dài")
    clock.passes(hours=2)
    (card,) = team.lead.types("/duyet")
    assert "Còn 2 sáng kiến chờ xét; cũ nhất: 5 giờ trước" in card.text and "SK-00001" in card.text
    assert "Nguyễn Thị Lan" in card.text


def test_the_whole_text_and_the_files_are_shown(team: People) -> None:
    long = " ".join(f"Bước {n}: nâng cuộn vải lên giá rồi đẩy." for n in range(90))
    team.author.answers_until_review(after=long)
    team.author.sends("photo", unique="anh")
    team.author.taps("Nộp")
    (card,) = team.lead.types("/duyet")[-1:]
    assert long in card.text and [given.file.kind for given in card.files] == ["photo"]


def test_the_queue_of_another_unit_holds_nothing_of_it(team: People) -> None:
    team.sends()
    (said,) = team.other_lead.types("/duyet")
    assert "Không còn sáng kiến nào" in said.text


def test_a_worker_without_a_role_is_refused_and_that_is_written_down(
    team: People, database: Database
) -> None:
    (said,) = team.author.types("/duyet")
    assert "phụ trách" in said.text
    with database.transaction() as tx:
        assert ("refused", "review") in tx.connection.execute(select(AUDIT.c.what, AUDIT.c.why)).all()


def test_skipping_goes_to_the_next_and_round_again(team: People) -> None:
    team.sends()
    team.sends(
        before="Bảo vệ ghi sổ tay từng xe ra vào cổng, giờ cao điểm ùn dài",
        after="Dùng thẻ từ quét ở cổng, xe qua không phải dừng",
    )
    team.lead.types("/duyet")
    assert "SK-00002" in team.lead.taps("Để sau")[-1].text
    assert "quay lại từ sáng kiến chờ lâu nhất" in team.lead.taps("Để sau")[-1].text


def test_a_code_opens_one_initiative(team: People) -> None:
    team.sends()
    for typed in ("SK-00001", "sk1", "1"):
        assert "SK-00001: anh/chị quyết định" in team.lead.types(f"/duyet {typed}")[-1].text
    assert "Không có sáng kiến nào" in team.lead.types("/duyet 77")[-1].text


def test_an_earlier_one_of_the_same_unit_is_shown_as_a_ground_for_refusal(team: People) -> None:
    team.sends()
    team.sends()
    card = team.lead.types("/duyet 2")[-1]
    assert "cùng đơn vị và nộp trước, là căn cứ" in card.text
    team.lead.taps("Không duyệt", on=card)
    team.lead.taps("Trùng với sáng kiến SK-00001")
    team.lead.taps("Không duyệt")
    assert "Trùng với sáng kiến SK-00001 của đơn vị" in texts(team.author)


# --- decisions -------------------------------------------------------------------------------------------


def test_accepting_makes_it_valid_and_the_author_hears_it_once(team: People) -> None:
    team.sends()
    team.lead.types("/duyet")
    team.lead.taps("Duyệt")
    assert team.state() == "valid" and "Đã ghi SK-00001: Hợp lệ" in team.lead.last.text
    assert texts(team.author).count("được tính là hợp lệ") == 1
    assert texts(team.author) == ""


def test_a_person_with_two_chats_hears_of_a_decision_in_one(
    team: People, database: Database, clock: Clock
) -> None:
    team.sends()
    worker = team.worker(team.author)
    with database.transaction() as tx:
        chat = metadata.tables["chat"]
        values = {
            "channel": "zalo",
            "address": "z1",
            "worker_id": worker,
            "created_at": clock(),
        }
        tx.connection.execute(chat.insert().values(**values, reachable=False))
    team.lead.types("/duyet")
    team.lead.taps("Duyệt")
    outbox = metadata.tables["outbox"]
    with database.transaction() as tx:
        where = tx.connection.execute(select(outbox.c.address).where(outbox.c.once.is_not(None))).scalars()
        assert list(where) == [team.author.address]


def test_a_return_ticks_exactly_what_is_missing_and_the_author_completes_just_that(team: People) -> None:
    team.sends()
    team.lead.types("/duyet")
    team.lead.taps("Trả lại để bổ sung")
    team.lead.taps("Trước đây")
    team.lead.taps("Làm lợi")
    team.lead.taps(RETURNS[1])
    team.lead.types("Chị tính giúp theo từng ca nhé")
    assert "Tác giả sẽ bổ sung: trước đây, làm lợi" in team.lead.last.text
    team.lead.taps("Trả lại cho tác giả")
    assert team.state() == "returned"
    heard = texts(team.author)
    assert f"{RETURNS[1]}\nChị tính giúp theo từng ca nhé" in heard
    team.author.taps("Bổ sung ngay")
    assert (
        "Trước đây công việc này" in team.author.last.text
        and "Hiện đang ghi: Cuộn vải" in team.author.last.text
    )
    team.author.types("Cuộn vải để dưới đất, mỗi ca hai người khiêng hai mươi lần")
    assert "làm lợi" in team.author.last.text.lower()
    team.author.types("18 triệu đồng/năm")
    assert "Xem lại sáng kiến" in team.author.last.text and "hai mươi lần" in team.author.last.text
    team.author.taps("Nộp")
    assert team.state() == "submitted"
    (card,) = team.lead.types("/duyet")[-1:]
    assert "Những gì tác giả đã sửa" in card.text and "➕[hai mươi lần]" in card.text
    assert "đã trả lại" in card.text


def test_going_back_leaves_an_answer_that_was_asked_for_again_as_it_was(team: People) -> None:
    team.sends()
    team.lead.types("/duyet")
    for label in ("Trả lại để bổ sung", "Trước đây", "Ảnh, tệp", RETURNS[0], "Trả lại cho tác giả"):
        team.lead.taps(label)
    team.author.reads()
    team.author.taps("Bổ sung ngay")
    team.author.taps("Quay lại")
    assert "ảnh" in team.author.last.text.lower()
    team.author.sends("photo")
    team.author.taps("Xong")
    assert "Xem lại sáng kiến" in team.author.last.text
    assert "Tệp kèm theo: 1" in team.author.last.text and "mỗi ca hai người khiêng" in team.author.last.text


def test_without_a_tick_or_a_reason_nothing_is_returned(team: People) -> None:
    team.sends()
    team.lead.types("/duyet")
    team.lead.taps("Trả lại để bổ sung")
    assert "ít nhất một mục" in team.lead.taps("Trả lại cho tác giả")[-1].text
    team.lead.taps("Trước đây")
    assert "chọn một lý do" in team.lead.taps("Trả lại cho tác giả")[-1].text
    assert team.state() == "submitted"


def test_the_programmes_number_and_day_are_asked_and_shown_before_they_are_kept(
    database: Database, clock: Clock
) -> None:
    team = people(database, clock, replace(READY_MADE, asks=("unit", "recognition", "portal")))
    team.sends()
    team.lead.types("/duyet")
    assert "Số quyết định" in team.lead.taps("Duyệt")[-1].text
    team.lead.types("12/QĐ-CĐ")
    assert "chưa tới" in team.lead.types("20/8/2023")[-1].text
    team.lead.types("10/8/2023")
    team.lead.taps("Chưa có mã")
    assert "số 12/QĐ-CĐ, ngày 10/08/2023" in team.lead.last.text and team.state() == "submitted"
    team.lead.taps("Duyệt")
    assert team.state() == "recognised"
    assert "còn chờ: mã trên cổng" in texts(team.author).lower()
    team.lead.taps("Thiếu mã Cổng")
    team.lead.taps("SK-00001")
    team.lead.taps("Duyệt")
    team.lead.types("P-77")
    team.lead.taps("Duyệt")
    assert team.state() == "valid"


def test_the_second_reviewer_hears_who_was_first_and_when(team: People) -> None:
    team.sends()
    team.lead.types("/duyet")
    card = team.second.types("/duyet")[-1]
    team.lead.taps("Duyệt")
    said = team.second.taps("Duyệt", on=card)[-1].text
    assert "Trần Văn Hùng đã quyết định trước" in said and "Hợp lệ" in said
    assert texts(team.author).count("SK-00001") == 1


def test_a_text_corrected_meanwhile_is_shown_anew_and_not_decided(team: People) -> None:
    team.sends()
    card = team.lead.types("/duyet")[-1]
    team.author.types("/cuatoi")
    team.author.taps("SK-00001")
    team.author.taps("Sửa")
    team.author.taps("Kết quả")
    team.author.types("Mỗi ca bớt một giờ, không ai đau lưng")
    team.author.taps("Nộp")
    said = team.lead.taps("Duyệt", on=card)[-1].text
    assert "tác giả đã sửa" in said and "➕[một giờ]" in said and team.state() == "submitted"


def test_one_withdrawn_meanwhile_is_not_decided(team: People) -> None:
    team.sends()
    card = team.lead.types("/duyet")[-1]
    team.author.types("/cuatoi")
    for label in ("SK-00001", "Rút lại", "Rút hẳn"):
        team.author.taps(label)
    assert "tác giả vừa rút lại" in team.lead.taps("Duyệt", on=card)[-1].text
    assert team.state() == "withdrawn"


def test_a_decision_is_taken_back_by_a_button_and_the_author_is_told(team: People, clock: Clock) -> None:
    team.sends()
    team.lead.types("/duyet")
    done = team.lead.taps("Duyệt")[-1]
    clock.passes(minutes=9)
    assert "Đã rút lại quyết định" in team.lead.taps("Rút lại quyết định", on=done)[-1].text
    assert team.state() == "submitted" and "Người xét vừa rút lại" in texts(team.author)
    again = team.lead.taps("Duyệt")[-1]
    clock.passes(minutes=11)
    assert "quá 10 phút" in team.lead.taps("Rút lại quyết định", on=again)[-1].text
    assert team.state() == "valid"


def test_buttons_of_somebody_who_leads_no_longer_change_nothing(
    team: People, database: Database, clock: Clock
) -> None:
    team.sends()
    card = team.lead.types("/duyet")[-1]
    worker = team.worker(team.lead)
    with database.transaction() as tx:
        tx.roles.revoke(worker, clock())
    assert "phụ trách" in team.lead.taps("Duyệt", on=card)[-1].text
    assert team.state() == "submitted"
    with database.transaction() as tx:
        assert ("refused", "review") in tx.connection.execute(select(AUDIT.c.what, AUDIT.c.why)).all()


@pytest.mark.parametrize(
    "forged",
    ["accept.1|0", "accept.1|x", "send.1.j.1|2", "tick.1.z.1|1", "undo.1|1", "open.99|-", "all.0|abc",
     "sure_all.0|abc", "undo_all.1.99|-", "undo_all.1|-", "undo_all.1.x|-",
     "accept.999999999999999999|1", "list.99999|-", "x|-", "note.1|-"],
)  # fmt: skip
def test_a_forged_button_decides_nothing(forged: str, team: People) -> None:
    team.sends()
    for phone in (team.author, team.other_lead):
        phone.reads()
        assert phone.presses(f"queue|{forged}")
    assert team.state() == "submitted"


def test_nobody_is_offered_a_decision_on_their_own(team: People, database: Database, clock: Clock) -> None:
    team.sends(team.lead)
    (said,) = team.lead.types("/duyet")[-1:]
    assert "Không còn" in said.text
    card = team.lead.types("/duyet 1")[-1]
    assert "của chính anh/chị" in card.text and "Duyệt" not in str(card.rows)
    with database.transaction() as tx:
        number = tx.reviews.last_move(1)
    assert number is not None
    team.lead.presses(f"queue|accept.1|{number.id}")
    assert team.state() == "submitted"


# --- refusing, appealing, striking -----------------------------------------------------------------------


def test_a_refusal_is_appealed_once_and_the_level_above_decides(team: People) -> None:
    team.sends()
    team.lead.types("/duyet")
    for label in ("⛔ Không duyệt", REFUSALS[0], "⛔ Không duyệt"):
        team.lead.taps(label)
    assert f"“{REFUSALS[0]}”" in texts(team.author)
    team.author.taps("Đề nghị xem xét lại")
    assert "từ 10 đến" in team.author.types("Sai")[-1].text
    team.author.types("Máy này khác máy trước, đã chạy từ tháng 3")
    assert team.state() == "submitted"
    assert "Máy này khác máy trước" in texts(team.officer)
    assert "Không còn" in team.lead.types("/duyet")[-1].text
    team.officer.taps("SK-00001")
    assert "tác giả đề nghị xem xét lại" in team.officer.last.text
    for label in ("⛔ Không duyệt", REFUSALS[0], "⛔ Không duyệt"):
        team.officer.taps(label)
    last = [spoken for spoken in team.author.reads() if "không được duyệt" in spoken.text][-1]
    assert "xem xét lại" not in str(last.rows)
    assert "một lần rồi" in team.author.presses("author|appeal.1|-")[-1].text


def test_an_officer_strikes_a_valid_one_with_a_reason_and_a_lead_cannot(team: People) -> None:
    team.sends()
    team.lead.types("/duyet")
    team.lead.taps("Duyệt")
    assert "Bỏ khỏi" not in str(team.lead.types("/duyet 1")[-1].rows)
    team.officer.types("/duyet 1")
    team.officer.taps("Bỏ khỏi danh sách hợp lệ")
    team.officer.types("Kiểm tra thấy chưa áp dụng")
    team.officer.taps("Bỏ khỏi danh sách hợp lệ")
    assert team.state() == "rejected" and "Kiểm tra thấy chưa áp dụng" in texts(team.author)


def test_a_note_is_seen_by_reviewers_and_never_by_the_author(team: People) -> None:
    team.sends()
    team.lead.types("/duyet")
    team.lead.taps("Ghi chú")
    assert "Hỏi lại tổ cắt" in team.lead.types("Hỏi lại tổ cắt")[-1].text
    assert "Hỏi lại tổ cắt" in team.second.types("/duyet")[-1].text
    team.author.types("/cuatoi")
    assert "Hỏi lại" not in team.author.taps("SK-00001")[-1].text


# --- being told that something waits ---------------------------------------------------------------------


def test_ten_at_once_come_as_one_message(team: People) -> None:
    for number in range(10):
        team.sends(before=f"Cách làm cũ số {number} mất nhiều công của tổ")
    heard = [spoken for spoken in team.lead.reads() if "chờ anh/chị xét" in spoken.text]
    assert [spoken.text for spoken in heard] == ["📥 Có 10 sáng kiến mới chờ anh/chị xét."]
    team.lead.taps("Mở hàng chờ")
    assert "Còn 10 sáng kiến" in team.lead.last.text


def test_whoever_looks_at_the_queue_is_not_told(team: People, clock: Clock) -> None:
    team.sends()
    team.lead.types("/duyet")
    team.sends(before="Bảo vệ ghi sổ tay từng xe ra vào cổng, giờ cao điểm ùn dài")
    assert team.lead.reads() == []
    assert "chờ anh/chị xét" in texts(team.second)


def test_without_reviewers_the_officer_above_is_told(team: People, database: Database, clock: Clock) -> None:
    workers = [team.worker(phone) for phone in (team.lead, team.second)]
    with database.transaction() as tx:
        for worker in workers:
            tx.roles.revoke(worker, clock())
    team.sends()
    assert "Có 1 sáng kiến mới" in texts(team.officer)


def test_at_night_it_waits_until_the_morning(team: People, database: Database, clock: Clock) -> None:
    clock.at = clock.at.replace(hour=22)
    quiet = Quiet(ZONE, time(21), time(6, 30))
    for phone in (team.author, team.lead):
        phone.house = replace(phone.house, quiet=quiet)
    team.sends()
    team.lead.types("/duyet 1")
    team.lead.taps("Duyệt")
    outbox = metadata.tables["outbox"]
    with database.transaction() as tx:
        rows = select(outbox.c.due_at).where(outbox.c.priority == 1, outbox.c.state == "waiting")
        due = [at.astimezone(ZONE) for at in tx.connection.execute(rows).scalars()]
    morning = clock.at.replace(hour=6, minute=30, second=0) + timedelta(days=1)
    assert due and {at.replace(second=0) for at in due} == {morning}


# --- lists and many at once ------------------------------------------------------------------------------


def many(team: People, count: int) -> None:
    """So many initiatives that have nothing to do with each other."""
    stories = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    different = [story["a"] for story in stories if story["label"] != "same" and story["a"]["before"]]
    for story in different[:count]:
        team.sends(before=story["before"], after=story["after"])


def test_the_list_has_ten_on_a_page_and_accepts_just_what_it_shows(team: People) -> None:
    many(team, 12)
    team.lead.types("/duyet")
    page = team.lead.taps("Danh sách")[-1]
    assert "1. SK-00001" in page.text and "10. SK-00010" in page.text and "SK-00011" not in page.text
    team.lead.taps("Duyệt cả 10")
    assert team.state() == "submitted"
    done = team.lead.taps("Đúng, duyệt cả 10")[-1].text
    assert "Đã duyệt 10/10" in done
    assert [team.state(number) for number in (1, 10, 11, 12)] == ["valid", "valid", "submitted", "submitted"]


def test_many_at_once_says_which_were_not_accepted_and_why(team: People, database: Database) -> None:
    many(team, 3)
    with database.transaction() as tx:
        place = tx.initiatives.content(1)["answers"]
    team.sends(before=place["before"]["value"], after=place["after"]["value"])
    team.author.types("/sangkien")
    team.author.taps("Đây là bí mật")
    for said in ("Mỗi ca bớt 40 phút", "18 triệu đồng/năm", "25/2/2022"):
        team.author.types(said)
    team.author.taps("kỹ thuật")
    team.author.types("Công thức keo mới")
    team.author.taps("Nộp")
    team.lead.types("/duyet ds")
    team.second.types("/duyet 2")
    team.second.taps("Duyệt")
    team.lead.taps("Duyệt cả 5")
    said = team.lead.taps("Đúng, duyệt cả 5")[-1].text
    assert "Đã duyệt 2/5: SK-00001, SK-00003" in said
    assert "SK-00002: Lê Thị Mai đã quyết định trước" in said
    assert "SK-00004: gần giống SK-00001" in said and "SK-00005: bí mật" in said
    team.lead.taps("Rút lại cả 2")
    assert [team.state(number) for number in (1, 2, 3)] == ["submitted", "valid", "submitted"]


def test_a_list_that_has_changed_is_shown_anew_and_nothing_is_accepted(team: People) -> None:
    many(team, 2)
    old = team.lead.types("/duyet ds")[-1]
    team.lead.taps("SK-00001")
    assert "Danh sách đã thay đổi" in team.lead.taps("Duyệt cả 2", on=old)[-1].text
    assert team.state(2) == "submitted"


def test_many_share_the_number_and_day_of_one_decision(database: Database, clock: Clock) -> None:
    team = people(database, clock, replace(PROGRAMME, asks=("unit", "recognition")))
    many(team, 3)
    team.lead.types("/duyet ds")
    team.lead.taps("Duyệt cả 3")
    team.lead.types("15/QĐ")
    team.lead.types("1/8/2023")
    assert "số 15/QĐ, ngày 01/08/2023" in team.lead.last.text and team.state() == "submitted"
    team.lead.taps("Đúng, duyệt cả 3")
    assert [team.state(number) for number in (1, 2, 3)] == ["valid"] * 3
