"""What workers type for a day: the vectors, the sample of initiatives, and every style for every day."""

import json
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import thread_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.dates import NotAnInstant, Precision, When, read_date, read_instant
from handlers.folding import fold
from handlers.heard import Decision, Heard

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY = date(2023, 8, 15)
DATA = Path(__file__).parent / "data"
ACCEPT, CONFIRM, ASK, REJECT = Decision


def hear(text: str, today: date = TODAY) -> Heard[When]:
    return read_date(text, today, ZONE)


def shown(heard: Heard[When]) -> str:
    """The decision, the value (or the readings of a question) and the reason, in one line."""
    whens = [heard.value] if heard.value else heard.readings
    said = " ".join(when.instant.isoformat() if when.instant else when.iso for when in whens)
    return " ".join(part for part in (heard.decision.value, said, heard.reason) if part)


def vectors() -> list[list[str]]:
    lines = (DATA / "inputs.tsv").read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line.startswith("date\t")]


@pytest.mark.parametrize(("_", "typed", "value", "decision", "__"), vectors())
def test_every_vector_is_read_as_it_was_judged(
    _: str, typed: str, value: str, decision: str, __: str
) -> None:
    heard = hear(typed)
    assert heard.decision.value == decision
    if heard.value is not None:
        assert value == (heard.value.instant.isoformat() if heard.value.instant else heard.value.iso)
    else:
        assert not value


JUDGED = dict(
    line.split(" = ") for line in (DATA / "dates.txt").read_text("utf-8").splitlines() if line[0] != "#"
)


@pytest.mark.parametrize(("typed", "expected"), JUDGED.items())
def test_a_day_said_in_another_way_is_read_or_asked(typed: str, expected: str) -> None:
    assert shown(hear(typed)) == expected


def test_every_day_of_the_sample_is_right_or_asked() -> None:
    for line in (DATA / "initiatives.jsonl").read_text("utf-8").splitlines():
        typed = unicodedata.normalize("NFC", json.loads(line)["applied"])
        if typed in JUDGED:
            continue
        numbers = [int(number) for number in re.split(r"[/.-]", typed)]
        if len(numbers) == 3:
            assert hear(typed) == Heard(ACCEPT, When(date(*numbers[::-1])))
        else:
            month = When(date(numbers[1], numbers[0], 1), Precision.MONTH)
            assert hear(typed) == Heard(CONFIRM, month, reason="only_month")


TENS = ("", "mười", "hai mươi", "ba mươi")
ONES = ("", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
MONTHS = ("một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai")
ENGLISH = [date(2000, month, 1).strftime("%B") for month in range(1, 13)]


def in_words(number: int) -> str:
    tens, ones = divmod(number, 10)
    last = {(True, 1): "mốt", (True, 5): "lăm"}.get((tens > 1, ones), ONES[ones])
    if tens == 1 and ones == 5:
        last = "lăm"
    return f"{TENS[tens]} {last}".strip()


STYLES = {
    "slashes": lambda day: f"{day.day}/{day.month}/{day.year}",
    "zeros": lambda day: f"{day:%d/%m/%Y}",
    "dots": lambda day: f"{day.day}.{day.month}.{day.year}",
    "dashes": lambda day: f"{day:%d-%m-%Y}",
    "wide dashes": lambda day: f"{day.day} – {day.month} – {day.year}",
    "spaces": lambda day: f"{day.day} {day.month} {day.year}",
    "short year": lambda day: f"{day:%d/%m/%y}",
    "iso": lambda day: day.isoformat(),
    "words": lambda day: f"ngày {day.day} tháng {day.month} năm {day.year}",
    "no marks": lambda day: f"ngay {day.day} thang {day.month} nam {day.year}",
    "telegram": lambda day: f"{day.day} thg {day.month} {day.year}",
    "comma": lambda day: f"Ngày {day.day:02} tháng {day.month:02}, {day.year}",
    "numerals": lambda day: f"ngày {in_words(day.day)} tháng {MONTHS[day.month - 1]} năm {day.year}",
    "English": lambda day: f"{day.day} {ENGLISH[day.month - 1]} {day.year}",
    "American": lambda day: f"{ENGLISH[day.month - 1][:3]} {day.day}, {day.year}",
}
KEYBOARDS = (
    str,
    str.upper,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: text.replace(" ", "\u00a0"),
    "\u200b".join,
    lambda text: "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isdigit() else c for c in text),
    lambda text: f"  {text} . ",
    lambda text: f"dạ {text} ạ",
)


@settings(max_examples=300, deadline=None)
@given(
    day=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    style=st.sampled_from(sorted(STYLES)),
    keyboard=st.sampled_from(KEYBOARDS),
)
def test_every_day_reads_back_in_every_style(day: date, style: str, keyboard: object) -> None:
    typed = keyboard(STYLES[style](day))  # type: ignore[operator]
    assert hear(typed, date(2100, 1, 1)) == Heard(ACCEPT, When(day)), typed


@settings(max_examples=100, deadline=None)
@given(day=st.dates(date(2000, 1, 1), date(2023, 8, 15)), precision=st.sampled_from(Precision))
def test_what_is_written_back_is_read_as_the_same(day: date, precision: Precision) -> None:
    first = {
        "day": day,
        "month": day.replace(day=1),
        "quarter": date(day.year, (day.month - 1) // 3 * 3 + 1, 1),
    }
    when = When(first[precision.value], precision)
    assert {hear(text).value for text in (when.iso, when.written("vi"), when.written("en"))} == {when}


@settings(max_examples=100, deadline=None)
@given(today=st.dates(date(2020, 1, 1), date(2040, 1, 1)), back=st.integers(0, 400))
def test_days_ago_count_from_today(today: date, back: int) -> None:
    assert hear(f"{back} ngày trước", today) == Heard(ACCEPT, When(today - timedelta(days=back)))


@settings(max_examples=300, deadline=None)
@given(today=st.dates(date(2020, 1, 1), date(2040, 1, 1)), day=st.dates(date(2000, 1, 1), date(2000, 12, 31)))
def test_a_day_without_a_year_is_the_latest_past_one(today: date, day: date) -> None:
    heard = hear(f"{day.day}/{day.month}", today)
    assert heard.decision is CONFIRM
    assert heard.value is not None
    found = heard.value.day
    assert (found.day, found.month) == (day.day, day.month)
    assert today - timedelta(days=366 * 8) < found <= today
    if (day.day, day.month) != (29, 2):
        assert today - timedelta(days=366) < found


PIECES = re.findall(r"\S+", fold(" ".join(JUDGED))) + list("/.-:,()~ ") + ["0", "24", "2022", "99999999"]


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)))
def test_no_text_raises_and_nothing_to_come_is_taken(text: str) -> None:
    heard = hear(text)
    if heard.decision in (ACCEPT, CONFIRM):
        assert heard.value is not None
        assert heard.value.instant is not None or heard.value.day <= TODAY
        assert 1950 <= heard.value.day.year <= 2100
    else:
        assert heard.reason
    assert (heard.decision is ACCEPT) == (not heard.reason)


@pytest.mark.parametrize(
    "text", ["x" * 20_000, "1/" * 10_000, "🙂" * 750_000, "9" * 600, "25/2/2022 " * 60, "nam " * 150]
)
def test_garbage_of_any_length_is_asked_at_once(text: str) -> None:
    started = thread_time()
    hear(text)
    assert thread_time() - started < 0.25


def test_a_time_of_day_keeps_the_day_that_was_said() -> None:
    when = hear("24 giờ 00 ngày 31/8/2023").value
    assert when == When(date(2023, 8, 31), Precision.DAY, datetime(2023, 9, 1, tzinfo=ZONE))


class TestAnAnswerIsShown:
    @pytest.mark.parametrize(
        ("typed", "iso", "vietnamese", "english", "last"),
        [
            ("25/2/2022", "2022-02-25", "25/02/2022", "25/02/2022", date(2022, 2, 25)),
            ("9/2022", "2022-09", "tháng 9/2022", "September 2022", date(2022, 9, 30)),
            ("quý 1/2022", "2022-Q1", "quý 1/2022", "Q1 2022", date(2022, 3, 31)),
        ],
    )
    def test_in_both_languages(self, typed: str, iso: str, vietnamese: str, english: str, last: date) -> None:
        when = hear(typed).value
        assert when is not None
        assert (when.iso, when.written("vi"), when.written("en"), when.last_day) == (
            iso,
            vietnamese,
            english,
            last,
        )


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2023-09-01T00:00:00", datetime(2023, 8, 31, 17, tzinfo=UTC)),
        ("0 giờ 00 ngày 01/9/2021", datetime(2021, 8, 31, 17, tzinfo=UTC)),
        ("24 giờ 00 ngày 31/5/2022", datetime(2022, 5, 31, 17, tzinfo=UTC)),
        ("24 giờ 00 phút, ngày 31 tháng 8 năm 2023", datetime(2023, 8, 31, 17, tzinfo=UTC)),
        ("hết ngày 31/8/2023", datetime(2023, 8, 31, 17, tzinfo=UTC)),
        ("17:30 ngày 31/12/2030", datetime(2030, 12, 31, 10, 30, tzinfo=UTC)),
        ("2023-08-31T17:00:00Z", datetime(2023, 8, 31, 17, tzinfo=UTC)),
        ("2023-09-01T00:00:00+07:00", datetime(2023, 8, 31, 17, tzinfo=UTC)),
    ],
)
def test_a_deadline_is_an_exact_instant(text: str, instant: datetime) -> None:
    assert read_instant(text, ZONE) == instant


NO_MOMENTS = """
01/9/2021 | 24 giờ 00 | hôm qua 7h | 24h 31/6/2022 | 7h 1/9 | 12h đêm 31/8/2023 | 25h 1/9/2021 | 7h 2/25/2022
từ 7h 1/9/2021 | trước 7h 1/9/2021 | 2023-13-01T00:00:00Z | 7h 9/2021 | 7h 8h 1/9/2021 | 7h 1/9/2021 2/9/2021
"""


@pytest.mark.parametrize(
    "text", ["", "x" * 9_999, *(text.strip() for text in re.split(r"[|\n]", NO_MOMENTS))]
)
def test_what_is_no_single_moment_is_refused(text: str) -> None:
    with pytest.raises(NotAnInstant):
        read_instant(text, ZONE)
