"""Entering for others: whose it is, who confirms it and how, counted once whatever comes later."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from storage.database import Database
from storage.models import metadata
from storage.recount import Recount
from tests.phone import PROGRAMME, Clock, Phone
from tests.reviewers import RETURNS, People, people

AUDIT, WORKER = metadata.tables["audit"], metadata.tables["worker"]
SAID = (
    "Cuộn vải để dưới đất, mỗi ca hai người khiêng",
    "Đóng giá có bánh xe để lăn cuộn vải. Một người đẩy được.",
    "Mỗi ca bớt 40 phút, không ai đau lưng",
    "4,98 tỷ đồng/năm",
    "25/2/2022",
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def team(database: Database, clock: Clock) -> People:
    return people(database, clock)


def enters(phone: Phone, name: str, choose: str, *, sealed: bool = False) -> str:
    """Type an initiative for somebody and hand it in; the receipt."""
    phone.types("/nophoi")
    phone.types(name)
    phone.taps(choose)
    return fills_in(phone, sealed=sealed)


def fills_in(phone: Phone, *, sealed: bool = False) -> str:
    if sealed:
        phone.taps("bí mật")
    for said in SAID[2:] if sealed else SAID:
        phone.types(said)
    phone.taps("kỹ thuật")
    if sealed:
        phone.types("Giá lăn cuộn vải")
    else:
        phone.taps("Dùng tên này")
    return phone.taps("Nộp")[-1].text


def code_in(text: str) -> str:
    return next(line for line in text.splitlines() if "start=" in line).partition("start=")[2]


def tallies(team: People) -> tuple[int, int, int]:
    """Valid, waiting people, people with something valid; the same as counted anew."""
    unit = team.unit()
    with team.database.transaction() as tx:
        assert Recount(tx.connection).differences() == []
        figures = tx.tallies.of(unit)
        return figures.valid, figures.people_waiting, figures.people


def initiatives_of(team: People, phone: Phone) -> list[str]:
    worker = team.worker(phone)
    with team.database.transaction() as tx:
        return [line.code for line in tx.initiatives.of(worker)]


def drafts_of(team: People, phone: Phone) -> int:
    worker = team.worker(phone)
    with team.database.transaction() as tx:
        return len(tx.drafts.of(worker))


def said_to(phone: Phone) -> str:
    return "\n".join(spoken.text for spoken in phone.reads())


# --- somebody who has a phone


def test_it_is_the_workers_who_reads_the_whole_and_confirms_with_one_tap(team: People) -> None:
    receipt = enters(team.lead, "nguyen thi lan", "Nguyễn Thị Lan")
    assert "Đã nộp thay cho Nguyễn Thị Lan" in receipt and "SK-00001" in receipt
    asked = said_to(team.author)
    assert SAID[0] in asked and SAID[1] in asked and "Trần Văn Hùng đã nhập thay" in asked
    assert "đã xác nhận SK-00001" in team.author.taps("Đúng, của tôi")[-1].text
    assert initiatives_of(team, team.author) == ["SK-00001"] and initiatives_of(team, team.lead) == []


def test_it_counts_only_when_it_is_confirmed_and_accepted_in_whichever_order(team: People) -> None:
    enters(team.lead, "Lan", "Nguyễn Thị Lan")
    team.author.reads()
    card = team.second.types("/duyet")[-1].text
    assert "Do Trần Văn Hùng nhập thay: chờ tác giả xác nhận" in card
    team.second.taps("Duyệt")
    assert team.state() == "recognised" and tallies(team)[0] == 0
    assert "tác giả xác nhận" in said_to(team.author)
    team.author.taps("Đúng, của tôi")
    assert team.state() == "valid" and tallies(team) == (1, 0, 1)
    team.author.taps("Đúng, của tôi")
    assert tallies(team) == (1, 0, 1)


def test_what_is_not_theirs_is_taken_back_and_whoever_typed_it_is_told(team: People) -> None:
    enters(team.lead, "Lan", "Nguyễn Thị Lan")
    team.author.reads()
    team.author.taps("Không phải của tôi")
    assert team.state() == "submitted"
    team.author.taps("Không phải của tôi, rút lại")
    assert team.state() == "withdrawn"
    assert "không phải sáng kiến của mình" in said_to(team.lead)


def test_a_correction_by_the_author_confirms_it(team: People) -> None:
    enters(team.lead, "Lan", "Nguyễn Thị Lan")
    team.author.reads()
    team.author.taps("Sửa")
    team.author.taps("Kết quả")
    team.author.types("Mỗi ca bớt 45 phút")
    team.author.taps("Nộp")
    with team.database.transaction() as tx:
        entry = tx.entered.of(1)
        assert entry is not None and entry.how == "correction"


def test_a_tap_on_a_text_that_was_changed_since_shows_the_new_one(team: People, clock: Clock) -> None:
    enters(team.lead, "Lan", "Nguyễn Thị Lan")
    team.author.reads()
    old = team.author.action("Đúng, của tôi")
    clock.passes(minutes=5)
    team.lead.types("/nophoi sk-1")
    team.lead.taps("Sửa")
    team.lead.taps("Kết quả")
    team.lead.types("Mỗi ca bớt 2 giờ")
    assert "được hỏi xác nhận lại" in team.lead.taps("Nộp")[-1].text
    said = "\n".join(spoken.text for spoken in team.author.presses(old))
    assert "đã được sửa" in said and "bớt 2 giờ" in said
    with team.database.transaction() as tx:
        assert tx.entered.unconfirmed(1)


def test_several_for_one_person_come_as_one_message(team: People) -> None:
    enters(team.lead, "Lan", "Nguyễn Thị Lan")
    for _ in range(3):
        team.lead.taps("Thêm sáng kiến của Nguyễn Thị Lan")
        fills_in(team.lead)
    told = team.author.reads()
    assert len(told) == 2 and "4 sáng kiến được nhập thay" in told[1].text
    team.author.taps("Xem")
    assert "4 sáng kiến" in team.author.taps("Xác nhận cả 4")[-1].text
    assert tallies(team)[1] == 1


# --- somebody without


def test_a_new_name_gets_a_code_by_which_they_become_themselves(team: People, database: Database) -> None:
    receipt = enters(team.lead, "Hồ Thị Bé", "Người mới")
    code = code_in(receipt)
    assert tallies(team) == (0, 1, 0)
    team.lead.taps("Thêm sáng kiến của Hồ Thị Bé")
    assert "vẫn dùng được" in fills_in(team.lead)
    phone = Phone(database, team.clock, address="7700", name="Bé")
    phone.types(f"/start {code}")
    phone.taps("Đồng ý")
    said = "\n".join(spoken.text for spoken in phone.screen)
    assert SAID[0] in said and "2 sáng kiến được nhập thay nay là của anh/chị" in said
    assert "2 sáng kiến" in phone.types("/cuatoi")[-1].text
    assert tallies(team) == (0, 1, 0)
    with database.transaction() as tx:
        held = select(func.count()).select_from(WORKER).where(WORKER.c.placeholder.is_(True))
        assert tx.connection.execute(held).scalar() == 0
    for _ in range(2):
        team.second.types("/duyet")
        team.second.taps("Duyệt")
    assert tallies(team) == (2, 0, 1)


def test_a_code_works_once_and_not_for_whoever_made_it(team: People, database: Database) -> None:
    code = code_in(enters(team.lead, "Hồ Thị Bé", "Người mới"))
    assert "người tạo mã không dùng được" in team.lead.types(f"/start {code}")[-1].text
    first, second = (Phone(database, team.clock, address=where, name="Bé") for where in ("7700", "7701"))
    for phone in (first, second):
        phone.types(f"/start {code}")
        phone.taps("Đồng ý")
    assert len(initiatives_of(team, first)) == 1 and initiatives_of(team, second) == []


def test_who_is_here_already_keeps_the_unit_and_what_was_theirs(team: People) -> None:
    code = code_in(enters(team.lead, "Cô Lan", "Người mới"))
    team.sends()
    before = team.unit()
    team.author.types(f"/start {code}")
    assert team.unit() == before
    assert len(initiatives_of(team, team.author)) == 2
    assert tallies(team)[1] == 1


def test_a_signed_paper_confirms_where_the_programme_takes_it(team: People) -> None:
    enters(team.lead, "Hồ Thị Bé", "Người mới")
    team.second.types("/duyet")
    team.second.taps("Duyệt")
    assert team.state() == "recognised"
    team.lead.types("/nophoi SK-00001")
    team.lead.taps("Đã xác nhận trên giấy")
    team.lead.taps("Đúng, đã ký")
    assert team.state() == "valid" and tallies(team) == (1, 0, 1)
    lead = team.worker(team.lead)
    with team.database.transaction() as tx:
        noted = select(AUDIT.c.what, AUDIT.c.why, AUDIT.c.actor_id)
        assert ("confirmed", "paper", lead) in tx.connection.execute(noted).all()


def test_where_only_the_workers_word_counts_no_paper_is_taken(database: Database, clock: Clock) -> None:
    team = people(database, clock, replace(PROGRAMME, proxy_needs="worker"))
    assert "trên giấy" not in str(team.lead.screen)
    enters(team.lead, "Hồ Thị Bé", "Người mới")
    said = team.lead.presses("proxy|really_paper.1|-")[-1].text
    assert "không dùng ở đây" in said
    with database.transaction() as tx:
        assert tx.entered.unconfirmed(1)


def test_a_lead_says_who_it_was_and_a_name_alone_says_nothing(team: People) -> None:
    enters(team.lead, "Nguyễn Thị Lan", "Người mới")
    assert tallies(team)[1] == 1
    assert "đã nhập thay" not in said_to(team.author)
    team.sends()
    assert tallies(team)[1] == 2
    team.lead.types("/nophoi sk-00001")
    team.lead.taps("Người này đã có trên bot")
    team.lead.taps("Nguyễn Thị Lan")
    team.lead.taps("Đúng người này")
    assert tallies(team)[1] == 1
    assert "đã nhập thay" in said_to(team.author)
    team.author.taps("Đúng, của tôi")
    with team.database.transaction() as tx:
        assert not tx.entered.unconfirmed(1)


def test_the_way_back_of_a_returned_one_goes_to_whoever_typed_it(team: People) -> None:
    enters(team.lead, "Hồ Thị Bé", "Người mới")
    team.second.types("/duyet")
    for label in ("Trả lại để bổ sung", "Kết quả", RETURNS[0], "Trả lại cho tác giả"):
        team.second.taps(label)
    assert team.state() == "returned"
    assert "SK-00001" in said_to(team.lead)
    team.lead.taps("SK-00001")
    team.lead.taps("Sửa")
    team.lead.types("Mỗi ca bớt hẳn 45 phút, đo trong một tuần")
    team.lead.taps("Nộp")
    assert team.state() == "submitted"


# --- who may, and what is shown


def test_a_worker_is_refused_and_that_is_written_down(team: People) -> None:
    assert "phụ trách" in team.author.types("/nophoi")[-1].text
    team.author.presses("proxy|who.1|-")
    team.author.presses(f"proxy|for.{team.unit()}.2|-")
    with team.database.transaction() as tx:
        noted = tx.connection.execute(select(AUDIT.c.why).where(AUDIT.c.what == "refused")).scalars().all()
        assert noted.count("enter_for_others") == 3
    assert drafts_of(team, team.author) == 0


def test_the_list_shows_names_and_last_digits_and_nothing_else(team: People) -> None:
    team.lead.types("/nophoi")
    reply = team.lead.types("lan")[-1]
    assert [label for row in reply.rows for label, _ in row] == [
        "Nguyễn Thị Lan · …001",
        "➕ Người mới: lan",
        "Để sau",
    ]


def test_a_lead_elsewhere_enters_for_nobody_here(team: People) -> None:
    team.other_lead.presses(f"proxy|for.{team.unit()}.1|-")
    team.other_lead.presses(f"proxy|who.{team.unit()}|-")
    enters(team.lead, "Lan", "Nguyễn Thị Lan")
    for action in ("proxy|see.1|-", "proxy|fix.1|-", "proxy|really_paper.1|-", "entry|see.1|-"):
        assert "Cuộn vải" not in str(team.other_lead.presses(action))
    assert drafts_of(team, team.other_lead) == 0


def test_a_lead_who_is_one_no_more_cannot_hand_in_what_was_begun(team: People) -> None:
    team.lead.types("/nophoi")
    team.lead.types("Lan")
    team.lead.taps("Nguyễn Thị Lan")
    lead = team.worker(team.lead)
    with team.database.transaction() as tx:
        tx.roles.revoke(lead, team.clock())
    assert "phụ trách" in fills_in(team.lead)
    with team.database.transaction() as tx:
        assert tx.reviews.look(1) is None


def test_a_sealed_entry_is_read_by_its_author_and_the_units_reviewers_alone(team: People) -> None:
    officer = team.worker(team.officer)
    with team.database.transaction() as tx:
        tx.roles.revoke(officer, team.clock())
        tx.roles.grant(officer, "admin", 1, team.clock())
    team.officer.presses(f"proxy|for.{team.unit()}.1|-")
    team.officer.taps("bí mật")
    team.officer.types("KINKETQUA bớt một giờ mỗi ca")
    for said in SAID[3:]:
        team.officer.types(said)
    team.officer.taps("kỹ thuật")
    team.officer.types("Giá lăn cuộn vải")
    team.officer.taps("Nộp")
    (asked,) = team.author.reads()
    assert asked.protected and "KINKETQUA" in asked.text
    for action in ("proxy|see.1|-", "proxy|fix.1|-"):
        assert "KINKETQUA" not in str(team.officer.presses(action))


def test_own_drafts_and_those_for_others_are_kept_apart(team: People) -> None:
    team.lead.types("/nophoi")
    team.lead.types("Lan")
    assert "Đang nhập thay cho: Nguyễn Thị Lan" in team.lead.taps("Nguyễn Thị Lan")[-1].text
    assert "Đang nhập thay" not in team.lead.types("/sangkien")[-1].text
    team.lead.types(SAID[0])
    assert "(chưa có nội dung)" in team.lead.types("/nhap")[-1].text
    assert "thay Nguyễn Thị Lan" in team.lead.types("/nhap")[-1].text


def test_hundreds_by_one_author_stay_usable(team: People, database: Database) -> None:
    enters(team.lead, "Hồ Thị Bé", "Người mới")
    with database.transaction() as tx:
        table, entered = metadata.tables["initiative"], metadata.tables["entered_for"]
        row = dict(tx.connection.execute(select(table)).mappings().one())
        for number in range(2, 301):
            tx.connection.execute(
                table.insert().values(**{**row, "id": number, "code": f"SK-{number:05d}", "draft_id": None})
            )
            tx.connection.execute(
                entered.insert().values(initiative_id=number, entered_by=2, entered_at=team.clock())
            )
    page = team.lead.types("/nophoi") and team.lead.taps("Đã nhập thay")[-1]
    assert "300 sáng kiến" in page.text and "SK-00300" in page.text and len(page.rows) == 9
    assert "SK-00292" in team.lead.taps("Xem thêm")[-1].text
    assert "SK-00017" in team.lead.types("/nophoi SK-00017")[-1].text
