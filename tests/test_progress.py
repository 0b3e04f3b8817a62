"""Where a unit stands: in the talk, in groups, at the command line; the same number in every place."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook
from sqlalchemy import select, update
from typer.testing import CliRunner

from bot.cli import app
from bot.commands import configured
from bot.export_columns import PROGRESS
from bot.unit_import import import_file
from handlers.aims import settle_aims
from handlers.enclosures import Paper
from handlers.figures import decimal, grouped
from handlers.listening import listen
from handlers.messages import Reply, Typed
from handlers.programme import Programme, Target
from handlers.progress_plain import plain
from storage.database import Database
from storage.models import metadata
from storage.recount import Recount
from storage.units import UnitNode
from storage.upgrade import upgrade_database
from tests.phone import PHASES, PROGRAMME, SPEECH, Clock, Phone
from tests.test_groups import OUTBOX, in_group
from tests.test_inviting import holder, refusals
from tests.test_joining import leaf
from tests.test_members import member
from tests.test_progress_figures import put
from tests.test_transcripts import UNITS

INITIATIVE = metadata.tables["initiative"]
TARGETS = (
    Target("initiatives", percent=Decimal(10), each=True),
    Target("people", percent=Decimal(15), each=True),
)
AIMED = replace(PROGRAMME, phases=(replace(PHASES[0], targets=TARGETS),))
FIRST = replace(
    PHASES[0],
    code="gd1",
    name="Giai đoạn 1",
    opens=PHASES[0].opens - timedelta(days=200),
    closes=PHASES[0].opens,
)
THIRD = replace(
    PHASES[0], code="gd3", name="Giai đoạn 3", opens=PHASES[0].closes, targets=TARGETS,
    closes=PHASES[0].closes + timedelta(days=90),
)  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def few_units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The list of units with the first twelve below each: a small tree of the same shape."""
    head, *rows = UNITS.read_text("utf-8").splitlines()
    below: Counter[str] = Counter()
    kept = [head]
    for row in rows:
        parent = next(csv.reader([row]))[3]
        below[parent] += 1
        if below[parent] <= 12 or parent == "T":
            kept.append(row)
    file = tmp_path_factory.mktemp("units") / "few.csv"
    file.write_text("\n".join(kept) + "\n", "utf-8")
    return file


@pytest.fixture
def lead(database: Database, clock: Clock, few_units: Path) -> Phone:
    """Somebody who leads a unit, in a programme with targets for each unit."""
    list(import_file(database, few_units, clock(), dry_run=False, programme=AIMED))
    phone = holder(database, clock)
    runs(phone, AIMED)
    return phone


def runs(phone: Phone, programme: Programme) -> None:
    phone.house = replace(phone.house, programme=programme)


def only(phone: Phone, programme: Programme) -> None:
    """From now on these targets hold."""
    runs(phone, programme)
    with phone.database.transaction() as tx:
        settle_aims(tx, programme, programme.local_day(phone.clock()))


def has(database: Database, unit: UnitNode, count: int, *, phase: str = "gd2", **more: Any) -> None:
    with database.transaction() as tx:
        put(tx, unit.id, count, phase, **more)
        Recount(tx.connection).rebuild()


def root(database: Database) -> UnitNode:
    with database.reading() as tx:
        found = tx.units.root()
    assert found is not None
    return found


def labels(phone: Phone) -> list[str]:
    return [label for row in phone.last.rows for label, _ in row]


def paper(phone: Phone) -> Paper:
    given = phone.last.files[0].file
    assert isinstance(given, Paper)
    return given


class TestTheLines:
    def test_a_lead_sees_the_unit_led_with_both_measures(self, lead: Phone) -> None:
        unit = leaf(lead.database)  # 42 members: 4 initiatives, 6 people
        has(lead.database, unit, 5, vnd=35_000_000, people=2)
        said = lead.types("/tiendo")[-1].text
        for line in (
            unit.name,
            "đã hợp lệ 5/4 = đạt 125,0 %, chờ xét 0",
            "Người có sáng kiến hợp lệ: 2/42 đoàn viên = đạt 4,8 %",
            "Chỉ tiêu về người: 2/6 = đạt 33,3 %",
            "còn 17 ngày",
            "175.000.000 đồng mỗi năm (5/5 sáng kiến hợp lệ có ghi số tiền)",
        ):
            assert line in said
        assert "vượt" not in said

    def test_english_readers_have_their_own_marks(self, lead: Phone) -> None:
        has(lead.database, leaf(lead.database), 1_234)
        lead.types("/ngonngu")
        lead.taps("English")
        assert "valid 1,234/4 = 30,850.0 % reached" in lead.types("/progress")[-1].text

    def test_more_than_a_thousand_per_cent_is_written_out(self, lead: Phone) -> None:
        has(lead.database, leaf(lead.database), 50)
        assert "50/4 = đạt 1.250,0 %" in lead.types("/tiendo")[-1].text

    def test_without_targets_members_or_entries_each_line_is_still_true(self, lead: Phone) -> None:
        runs(lead, PROGRAMME)
        with lead.database.transaction() as tx:
            tx.connection.execute(metadata.tables["aim"].delete())
            tx.connection.execute(metadata.tables["unit_size"].delete())
        empty = lead.types("/tiendo")[-1].text
        assert "Chưa có sáng kiến nào được nộp." in empty and "Chưa có chỉ tiêu." in empty
        has(lead.database, leaf(lead.database), 3, people=2)
        said = lead.types("/tiendo")[-1].text
        assert "đã hợp lệ 3, chờ xét 0 (chưa có chỉ tiêu)" in said
        assert "Người có sáng kiến hợp lệ: 2, đang chờ xét 0 người (chưa có số đoàn viên)" in said
        assert "chưa sáng kiến nào trong 3" in said
        assert "%" not in said

    def test_each_phase_says_where_it_is_and_all_are_summed(self, lead: Phone) -> None:
        runs(lead, replace(PROGRAMME, phases=(FIRST, AIMED.phases[0], THIRD)))
        has(lead.database, leaf(lead.database), 2, phase="gd1")
        has(lead.database, leaf(lead.database), 1)
        said = lead.types("/tiendo")[-1].text
        assert "Giai đoạn 1 (đã đóng, hết ngày 31/05/2022)" in said
        assert "Giai đoạn 2 (mở đến hết ngày 31/08/2023, còn 17 ngày)" in said
        assert "Giai đoạn 3 (chưa mở, mở lúc" in said
        assert "Cả chương trình\nSáng kiến: đã hợp lệ 3/" in said
        lead.taps("Giai đoạn 1")
        assert "Giai đoạn 2" not in lead.last.text
        assert "Cả chương trình" in " ".join(labels(lead))

    @pytest.mark.parametrize(
        ("recent", "expected"),
        [(0, "chưa tính được ngày đạt"), (7, "thì đạt chỉ tiêu vào"), (1, "sau khi giai đoạn đóng")],
    )
    def test_the_pace_tells_when_the_target_is_reached_or_that_it_is_not(
        self, recent: int, expected: str, lead: Phone
    ) -> None:
        big = root(lead.database)
        with lead.database.transaction() as tx:
            tx.connection.execute(
                update(metadata.tables["aim"])
                .where(metadata.tables["aim"].c.unit_id == big.id)
                .values(initiatives=recent + 10)
            )
        if recent:
            has(lead.database, leaf(lead.database), recent)
            with lead.database.transaction() as tx:
                tx.connection.execute(update(INITIATIVE).values(valid_on=lead.clock().date()))
                Recount(tx.connection).rebuild()
        assert expected in lead.types("/tiendo ROOT")[-1].text


class TestTheUnit:
    def test_a_worker_sees_their_own_unit_and_no_lists(self, lead: Phone, clock: Clock) -> None:
        has(lead.database, leaf(lead.database), 1)
        hung = member(lead.database, clock, "200", "Trần Văn Hùng")
        runs(hung, AIMED)
        assert leaf(lead.database).name in hung.types("/tiendo")[-1].text
        assert not any("Hợp lệ" in label for label in labels(hung))
        hung.presses(f"progress|valid.{leaf(lead.database).id}.0.0|-")
        assert refusals(lead.database) == ["review"]

    def test_it_is_named_by_code_by_root_or_by_words(self, lead: Phone) -> None:
        other = leaf(lead.database, 3)
        for typed in (other.code, other.code.lower(), other.name):
            assert other.name in lead.types(f"/tiendo {typed}")[-1].text.splitlines()[0]
        assert root(lead.database).name in lead.types("/tiendo ROOT")[-1].text

    @pytest.mark.parametrize("typed", ["qqqqq", "12345", "😀", "x" * 3_000])
    def test_an_unknown_one_brings_the_nearest_five(self, typed: str, lead: Phone) -> None:
        lead.types(f"/tiendo {typed}")
        offered = [action for row in lead.last.rows for _, action in row if action.startswith("progress|see")]
        assert len(offered) == 5
        lead.presses(offered[0])
        assert "📊" in lead.last.text

    def test_a_search_is_typed_and_ends_with_the_unit(self, lead: Phone) -> None:
        lead.types("/tiendo")
        lead.taps("Tìm đơn vị")
        assert leaf(lead.database, 2).name in lead.types(leaf(lead.database, 2).name)[-1].text
        lead.types("/sangkien")
        lead.types("Cuộn vải để dưới đất, mỗi ca hai người khiêng")
        assert "thay đổi điều gì" in lead.last.text

    def test_the_draft_stays_and_is_one_tap_away(self, lead: Phone) -> None:
        lead.types("/sangkien")
        lead.types("/tiendo")
        lead.taps("Soạn tiếp")
        assert "Trước đây" in lead.last.text

    def test_a_forged_or_old_button_says_so(self, lead: Phone) -> None:
        for action in (
            "see.999999.0",
            "see.x.0",
            "see.1",
            "below.1.0.-1",
            "rank.1.9.0",
            "see.1.99",
            "valid.1.0",
        ):
            assert lead.presses(f"progress|{action}|-")

    def test_a_closed_unit_says_that_it_is(self, lead: Phone) -> None:
        unit = leaf(lead.database, 4)
        with lead.database.transaction() as tx:
            ended = update(metadata.tables["unit"]).where(metadata.tables["unit"].c.id == unit.id)
            tx.connection.execute(ended.values(valid_to=lead.clock().date()))
        assert "không còn hoạt động từ 15/08/2023" in lead.types(f"/tiendo {unit.code}")[-1].text


class TestBadInput:
    def test_without_members_a_percentage_is_no_target_and_nothing_is_divided(self, lead: Phone) -> None:
        unit = leaf(lead.database)
        counted = metadata.tables["unit_members"]
        with lead.database.transaction() as tx:
            tx.connection.execute(update(counted).where(counted.c.unit_id == unit.id).values(members=0))
        only(lead, AIMED)
        has(lead.database, unit, 3, people=2)
        said = lead.types("/tiendo")[-1].text
        assert "đã hợp lệ 3, chờ xét 0 (chưa có chỉ tiêu)" in said and "chưa có số đoàn viên" in said
        assert "%" not in said and "Đoàn viên:" not in said
        lead.taps("Hình tiến độ")
        assert "chưa có chỉ tiêu" in str(lead.last.files[0].caption)

    def test_members_without_a_target_are_a_share_and_no_promise(self, lead: Phone) -> None:
        only(lead, PROGRAMME)
        has(lead.database, leaf(lead.database), 3, people=2)
        said = lead.types("/tiendo")[-1].text
        assert "2/42 đoàn viên = đạt 4,8 %" in said and "(chưa có chỉ tiêu)" in said
        assert "Cần " not in said and "thì đạt" not in said

    def test_a_phase_without_entries_says_so_and_what_is_to_be_reached(self, lead: Phone) -> None:
        runs(lead, replace(PROGRAMME, phases=(FIRST, AIMED.phases[0], THIRD)))
        with lead.database.transaction() as tx:
            settle_aims(tx, lead.house.programme, lead.clock().date())
        lead.types("/tiendo")
        lead.taps("Giai đoạn 1")
        first = lead.last.text
        lead.taps("Giai đoạn 2")
        second = lead.last.text
        lead.taps("Giai đoạn 3")
        third = lead.last.text
        assert "đã đóng" in first and "Chưa có sáng kiến nào được nộp.\nChưa có chỉ tiêu." in first
        assert "Chưa có sáng kiến nào được nộp." in second and "0/4 = đạt 0,0 %" in second
        assert "chưa mở" in third and "Chỉ tiêu: 4 sáng kiến hợp lệ" in third and "0,0 %" not in third
        for _ in range(2):
            lead.taps("Hình tiến độ")
            lead.taps("Xem số liệu")

    @pytest.mark.parametrize(
        "typed", ["a" * 5_000, "ệ " * 2_500, "'; DROP TABLE unit; --", "%_%", "\x00\ud83d", "-1", "٣"]
    )
    def test_whatever_is_typed_is_answered_with_something_to_choose(self, typed: str, lead: Phone) -> None:
        said = lead.types(f"/tiendo {typed}")[-1].text
        assert 0 < len(said) < 4_096
        assert len(lead.last.rows) >= 2

    def test_a_worker_sees_figures_of_another_unit_and_nobody_in_it(self, lead: Phone, clock: Clock) -> None:
        other = leaf(lead.database, 3)
        has(lead.database, other, 2, people=2)
        hung = member(lead.database, clock, "200", "Trần Văn Hùng")
        runs(hung, AIMED)
        said = hung.types(f"/tiendo {other.code}")[-1].text
        assert other.name in said.splitlines()[0] and "đã hợp lệ 2/" in said
        assert not any(word in label for label in labels(hung) for word in ("Hợp lệ (", "Excel"))
        for action in ("valid", "waiting", "returned"):
            hung.presses(f"progress|{action}.{other.id}.0.0|-")
        assert refusals(lead.database) == ["review"] * 3


class TestWaysOn:
    def test_down_goes_to_those_furthest_behind_and_up_again(self, lead: Phone) -> None:
        with lead.database.reading() as tx:
            parent = tx.tree.parent(leaf(lead.database).id)
            count = tx.aims.count_children(parent.id, lead.clock().date()) if parent else 0
        assert parent is not None and count > 8
        has(lead.database, leaf(lead.database), 4)
        lead.types(f"/tiendo {parent.code}")
        lead.taps("trực thuộc (")
        assert leaf(lead.database).name not in lead.last.text
        seen = lead.last.text.count("– người: ")
        while any("Xem thêm" in label for label in labels(lead)):
            lead.taps("Xem thêm")
            seen += lead.last.text.count("– người: ")
        assert seen == count  # each of them in both measures
        assert "4/4 = đạt 100,0 %" in lead.last.text
        lead.types("/tiendo")
        lead.taps("⬆️")
        assert parent.name in lead.last.text.splitlines()[0]

    def test_units_below_stand_in_both_measures(self, lead: Phone) -> None:
        has(lead.database, leaf(lead.database), 3, people=2)
        lead.types(f"/tiendo {leaf(lead.database).code}")
        lead.taps("⬆️")
        lead.taps("trực thuộc (")
        while leaf(lead.database).name not in lead.last.text:
            lead.taps("Xem thêm")
        text = lead.last.text
        assert f"{leaf(lead.database).name}: 3/4 = đạt 75,0 %, chờ xét 0\n– người: 2/6 = đạt 33,3 %" in text
        people = replace(AIMED, phases=(replace(PHASES[0], targets=TARGETS[1:]),))
        only(lead, people)
        lead.types("/tiendo ROOT")
        lead.taps("trực thuộc (")
        listed = lead.last.text
        lead.types("/tiendo ROOT")
        lead.taps("Hình các đơn vị")
        caption = str(lead.last.files[0].caption)
        assert paper(lead).params["target"] == 3_087 and "2/3.087 người có sáng kiến hợp lệ" in caption
        assert "chỉ tiêu về người" in listed and "– sáng kiến: 0, chờ xét 0" in listed
        above = (Target("initiatives", count=100), TARGETS[1])  # of initiatives only at the top
        only(lead, replace(AIMED, phases=(replace(PHASES[0], targets=above),)))
        lead.types("/tiendo ROOT")
        lead.taps("trực thuộc (")
        assert "chỉ tiêu về người" in lead.last.text
        lead.taps("Quay lại")
        lead.taps("Hình các đơn vị")
        assert paper(lead).params["measure"] == "people"
        only(lead, PROGRAMME)
        lead.types("/tiendo ROOT")
        lead.taps("trực thuộc (")
        assert "(chưa có chỉ tiêu)\n– người: " in lead.last.text and " đoàn viên = đạt " in lead.last.text

    def test_a_list_has_what_its_figure_counts_and_no_sealed_title(self, lead: Phone) -> None:
        has(lead.database, leaf(lead.database), 12)
        with lead.database.transaction() as tx:
            tx.connection.execute(update(INITIATIVE).values(title="Giá lăn vải"))
            last = tx.figure_lists.of(leaf(lead.database).id, "*", ("valid",), 1)[0]
            hidden = update(INITIATIVE).where(INITIATIVE.c.id == last.id)
            tx.connection.execute(hidden.values(sealed=True, title="KÍN"))
        lead.types("/tiendo")
        lead.taps("Hợp lệ (12)")
        first = lead.last.text
        lead.taps("Xem thêm")
        assert first.count("Giá lăn vải") + lead.last.text.count("Giá lăn vải") == 11
        assert "KÍN" not in first and "🔒 bí mật" in first

    def test_the_list_of_a_crowd_is_that_of_its_units(self, lead: Phone) -> None:
        for place, count in ((0, 30), (1, 25)):
            has(lead.database, leaf(lead.database, place), count)
        with lead.database.reading() as tx:
            top, states = root(lead.database).id, ("valid", "recognised")
            for skip in (0, 7, 50):
                lists = [
                    tx.figure_lists.of(top, phase, states, 9, skip, crowded=crowded)
                    for crowded in (False, True)
                    for phase in ("*", "gd2")
                ]
                assert len(lists[0]) == min(9, 55 - skip) and lists == [lists[0]] * 4

    def test_a_title_its_unit_keeps_back_is_not_told_above(self, lead: Phone, clock: Clock) -> None:
        has(lead.database, leaf(lead.database), 1)
        with lead.database.transaction() as tx:
            tx.disclosures.decide(leaf(lead.database).id, None, "counted", None, clock())
            tx.connection.execute(update(INITIATIVE).values(title="Giá lăn vải"))
        above = holder(lead.database, clock, "worker", "300")
        runs(above, AIMED)
        with lead.database.transaction() as tx:
            person = tx.people.behind("telegram", "300")
            assert person is not None
            tx.roles.grant(person.worker_id, "officer", root(lead.database).id, clock())
        above.types("/tiendo")
        above.taps("Hợp lệ (1)")
        assert "Giá lăn vải" not in above.last.text and "chưa công bố" in above.last.text
        lead.types("/tiendo")
        lead.taps("Hợp lệ (1)")
        assert "Giá lăn vải" in lead.last.text

    def test_the_file_of_the_unit_is_for_those_who_may_export(self, lead: Phone, clock: Clock) -> None:
        has(lead.database, leaf(lead.database), 1)
        lead.types("/tiendo")
        lead.taps("Tệp Excel")
        assert lead.last.files
        hung = member(lead.database, clock, "200", "Trần Văn Hùng")
        hung.types("/tiendo")
        assert not any("Excel" in label for label in labels(hung))


class TestGroups:
    def test_a_bound_group_gets_figures_and_a_link_only(self, lead: Phone) -> None:
        with lead.database.transaction() as tx:
            person = tx.people.behind("telegram", lead.address)
            assert person is not None
            tx.groups.bind("telegram", "-500", leaf(lead.database).id, person.worker_id, lead.clock())
        bodies = []
        with lead.database.transaction() as tx:
            event = replace(lead.event(Typed("/tiendo"), "1", private=False), address="-500", sender="100")
            listen(tx, event, lead.house, lead.clock())
            rows = select(OUTBOX.c.body).where(OUTBOX.c.address == "-500")
            bodies = [lead.database.vault.open(body) for body in tx.connection.execute(rows).scalars()]
        assert [body["key"] for body in bodies] == ["group.more"]
        assert "choices" not in bodies[0] and "files" not in bodies[0]
        said = SPEECH.render(Reply.of(bodies[0]), "vi").text
        assert "đạt" in said and "https://t.me/sangkien_bot" in said and lead.name not in said

    def test_a_unit_named_there_is_shown_if_it_is_the_groups_own_or_below(self, lead: Phone) -> None:
        from handlers.progress import in_group as told

        unit, other = leaf(lead.database), root(lead.database)
        with lead.database.reading() as tx:
            own = told(tx, unit.id, "", lead.house, lead.clock())
            above = told(tx, unit.id, other.code, lead.house, lead.clock())
            nobody = told(tx, unit.id, "Lan ở tổ may nói nhỏ", lead.house, lead.clock())
            for typed in (unit.code, unit.name):
                assert told(tx, other.id, typed, lead.house, lead.clock()) == own
        assert above == nobody and above[1:] == own and above[0].params == {"unit": unit.name}
        assert own[0].params["unit"] == unit.name

    def test_an_unbound_group_is_shown_the_way(self, lead: Phone) -> None:
        assert in_group(lead, Typed("/tiendo")) == ["group.private"]


class TestTheSameNumberEverywhere:
    def test_chat_picture_json_and_command_line_agree(self, lead: Phone) -> None:
        unit = leaf(lead.database)
        has(lead.database, unit, 3, people=2)
        for code in (unit.code, "ROOT"):
            said = lead.types(f"/tiendo {code}")[-1].text
            lead.taps("Hình tiến độ")
            shown, caption = paper(lead).params, lead.last.files[0].caption
            with lead.database.reading() as tx:
                node = tx.units.by_code(code)
                assert node is not None
                one = plain(tx, node, None, AIMED, lead.clock())["parts"][-1]["initiatives"]
            percent = Decimal(str(one["percent"]))
            assert Decimal(shown["share"]) == percent
            assert (shown["done"], shown["target"]) == (one["valid"], one["target"])
            of_target = f"{grouped(one['valid'], 'vi')}/{grouped(one['target'], 'vi')}"
            line = f"{of_target} = đạt {decimal(percent, 'vi')} %"
            assert line in said and line in caption

    def test_the_bars_are_the_units_of_the_list(self, lead: Phone) -> None:
        has(lead.database, leaf(lead.database), 3)
        lead.types("/tiendo ROOT")
        lead.taps("trực thuộc (")
        listed = lead.last.text
        lead.types("/tiendo ROOT")
        lead.taps("Hình các đơn vị")
        bars = paper(lead).params["bars"]
        assert len(bars) == 14 and paper(lead).params["rest"] == 0
        for bar in bars[:8]:
            assert (
                f"{bar['unit']}: {grouped(bar['done'], 'vi')}/{grouped(bar['target'], 'vi')} = đạt" in listed
            )

    def test_the_same_figures_give_the_same_picture(self, lead: Phone) -> None:
        has(lead.database, leaf(lead.database), 3)
        papers = []
        for _ in range(2):
            lead.types("/tiendo")
            lead.taps("Hình tiến độ")
            papers.append(paper(lead))
            lead.clock.passes(minutes=7)
        assert papers[0] == papers[1]


class TestTheCommandLine:
    @pytest.fixture
    def config(self, tmp_path: Path) -> Path:
        file = tmp_path / "config.toml"
        example = Path("config.example.toml").read_text("utf-8")
        file.write_text(example.replace("data/sangkien.db", "here.db"), "utf-8")
        database = Database(f"sqlite:///{tmp_path / 'here.db'}")
        upgrade_database(database)
        list(import_file(database, UNITS, Clock()(), dry_run=False, programme=AIMED))
        has(database, leaf(database), 3)
        database.close()
        return file

    def run(self, config: Path, *words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["progress", *words, "--config", str(config)])
        return done.exit_code, done.output

    def test_lines_and_the_units_below(self, config: Path) -> None:
        code, said = self.run(config)
        assert code == 0 and "📊 Liên đoàn Lao động tỉnh" in said and "3/13.811 = đạt 0,0 %" in said
        assert "Mã\tĐơn vị\tHợp lệ\tChỉ tiêu\tĐạt\tNgười\tChỉ tiêu người\tĐạt (người)" in said

    def test_json_for_programs(self, config: Path) -> None:
        code, said = self.run(config, "T01", "--json")
        found = json.loads(said)
        assert code == 0 and found["unit"]["code"] == "T01" and len(found["units"]) > 8
        assert found["units"][0]["percent"] <= found["units"][-1]["percent"]
        assert {part["phase"] for part in found["parts"]} >= {None}

    def test_an_unknown_unit_or_phase_ends_with_the_way_out(self, config: Path) -> None:
        code, said = self.run(config, "khong-co-don-vi-nay")
        assert code == 2 and "Gần giống nhất" in said and said.count("(") >= 5
        code, said = self.run(config, "--phase", "gd9")
        assert code == 2 and "gd9" in said

    def test_the_talk_the_picture_the_json_the_lines_and_the_workbook_say_the_same_number(
        self, config: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        programme = configured(config).programme_facts()
        database = Database(f"sqlite:///{tmp_path / 'here.db'}")
        has(database, leaf(database, 1), 1_501, people=8)
        phone = holder(database, clock)
        runs(phone, programme)
        said = phone.types("/tiendo ROOT")[-1].text
        phone.taps("Hình tiến độ")
        shown, caption = paper(phone).params, phone.last.files[0].caption
        database.close()
        monkeypatch.setattr("bot.clock.now", clock)
        lines = self.run(config)[1]
        part = json.loads(self.run(config, "--json")[1])["parts"][-1]
        words = ["export", "initiatives", "--format", "xlsx", "-o", str(tmp_path / "x.xlsx")]
        assert CliRunner().invoke(app, [*words, "--config", str(config)]).exit_code == 0
        rows = load_workbook(tmp_path / "x.xlsx").get_sheet_by_name("Tiến độ").to_python()[1:]
        keys = [column.key for column in PROGRESS]
        row = next(dict(zip(keys, row, strict=True)) for row in rows if (row[0], row[2]) == ("T", "*"))
        one, people = part["initiatives"], part["people"]
        assert (one["valid"], one["target"], people["valid"]) == (1_504, 13_811, 9)
        assert (row["valid"], row["target_initiatives"], row["people"]) == (1_504, 13_811, 9)
        assert row["share_initiatives"] == one["percent"] == float(shown["share"]) == 10.9
        assert row["share_members"] == people["percent_of_members"]
        line = "1.504/13.811 = đạt 10,9 %"
        assert line in said and line in caption and line in lines
        assert "9/138.110 đoàn viên = đạt 0,0 %" in said and "9/138.110 đoàn viên = đạt 0,0 %" in lines

    def test_one_phase_alone(self, config: Path) -> None:
        code, said = self.run(config, "--phase", "gd2", "--json")
        assert code == 0 and [part["phase"] for part in json.loads(said)["parts"]] == ["gd2"]


def test_every_line_can_be_said_in_both_languages(lead: Phone) -> None:
    from handlers.progress import said_of

    has(lead.database, leaf(lead.database), 3, vnd=5_000_000)
    with lead.database.reading() as tx:
        for note in said_of(tx, root(lead.database), None, AIMED, lead.clock()):
            for language in ("vi", "en"):
                assert "{" not in SPEECH.say(language, note.key, note.params)
