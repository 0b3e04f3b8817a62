"""Pictures for a phone: every odd set of figures gives one, small, and with the figures as given."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from bot.charts import WIDTH, Charts, _shortened, _wrapped
from handlers.progress_pictures import MOST_POINTS, thinned
from tests.phone import SPEECH

CHARTS = Charts(SPEECH)
LONG = "Công đoàn cơ sở Công ty Trách nhiệm hữu hạn Một thành viên Sản xuất Thương mại Dịch vụ Hải sản " * 3
HEAD = {
    "unit": "LĐLĐ tỉnh", "phase": "Giai đoạn 2", "done": 15_040, "waiting": 320, "target": 13_811,
    "share": "108.9",
}  # fmt: skip
CURVE = {
    **HEAD, "opens": "2022-01-08", "closes": "2023-08-31", "today": "2023-08-15", "needed": None,
    "points": [["2022-02-01", 10], ["2023-08-01", 15_040]],
}  # fmt: skip
UNTARGETED = {"target": None, "share": None}
CURVES: dict[str, dict[str, Any]] = {
    "over the target": {},
    "nothing yet": {"points": [], "done": 0, "share": "0.0", "needed": "24.3"},
    "no target": {**UNTARGETED},
    "one day": {"opens": "2023-08-15", "closes": "2023-08-15", "points": [["2023-08-15", 1]], **UNTARGETED},
    "before it opens": {"today": "2022-01-08", "points": [], "done": 0},
    "valid after the close": {"points": [["2023-09-20", 7]]},
    "valid before it opens": {"points": [["2021-09-20", 7]], "done": 7},
    "a long name": {"unit": LONG, "phase": LONG},
    "signs of formulas": {"unit": "A $x^2$ & <b> % {done} \\frac", "phase": None},
    "millions": {"done": 2_400_000, "target": 1_000_000, "points": [["2022-02-01", 2_400_000]]},
}
BAR = {"unit": "CĐ Viên chức", "done": 505, "target": 500, "share": "101.0"}
BARS = {**HEAD, "measure": "initiatives", "rest": 0, "reached": 8, "aimed": 14}
ROWS: dict[str, list[dict[str, Any]]] = {
    "none": [],
    "one": [BAR],
    "far above": [{**BAR, "done": 12_345, "share": "2469.0"}],
    "no target": [{**BAR, **UNTARGETED}],
    "fifteen long names": [{**BAR, "unit": LONG}] * 15,
}


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("case", CURVES)
def test_a_curve_is_small_and_fits_a_phone(case: str, language: str) -> None:
    drawn = CHARTS.curve({**CURVE, **CURVES[case]}, language)
    assert size(drawn.content) == (WIDTH, 1_080)
    assert len(drawn.content) <= 300_000 and drawn.kind == "photo" and not drawn.personal


@pytest.mark.parametrize("case", ROWS)
def test_bars_are_small_and_fit_a_phone(case: str) -> None:
    drawn = CHARTS.bars({**BARS, "bars": ROWS[case]}, "vi")
    width, height = size(drawn.content)
    assert width == WIDTH and height < 2_100
    assert len(drawn.content) <= 300_000


def test_bars_of_people_say_that_they_are() -> None:
    people = {"bars": [BAR], "measure": "people"}
    kinds = ({**BARS, "bars": [BAR]}, {**BARS, **people}, {**BARS, **UNTARGETED, **people})
    assert len({CHARTS.bars(kind, "vi").content for kind in kinds}) == 3


def test_other_figures_give_another_picture() -> None:
    assert CHARTS.curve(CURVE, "vi").content == CHARTS.curve(CURVE, "vi").content
    assert CHARTS.curve(CURVE, "vi").content != CHARTS.curve({**CURVE, "done": 15_041}, "vi").content
    assert CHARTS.curve(CURVE, "vi").content != CHARTS.curve(CURVE, "en").content


def test_a_long_curve_keeps_its_first_and_last_day() -> None:
    from datetime import date, timedelta

    points = [(date(2022, 1, 1) + timedelta(days=n), n) for n in range(900)]
    kept = thinned(points)
    assert len(kept) == MOST_POINTS
    assert kept[0] == points[0] and kept[-1] == points[-1]
    assert list(thinned(points[:5])) == points[:5]


def test_a_long_name_loses_its_middle_and_fills_two_lines() -> None:
    assert _shortened("Trường Tiểu học Lê Lợi số 12", 15) == "Trường…số 12"
    assert all(len(line) <= 36 for line in _wrapped(LONG, 36)) and len(_wrapped(LONG, 36)) == 2
    assert _wrapped("x" * 50, 36) == ["x" * 36, "x" * 14]
