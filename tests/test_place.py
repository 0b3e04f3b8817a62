"""A place goes through storage unchanged, and says a person's words once."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from handlers.place import Place

WORDS = "Cuộn vải để dưới đất, mỗi ca hai người khiêng"


def through_storage(place: Place) -> Place:
    return Place.of(orjson.loads(orjson.dumps(place.plain())))


@pytest.mark.parametrize(
    "answer",
    [
        {"value": WORDS, "typed": [["1:7", WORDS]]},
        {"value": WORDS, "typed": []},
        {"value": WORDS, "typed": [["", WORDS]]},
        {"value": "A\nB", "typed": [["1:7", "A"], ["1:8", "B"]]},
        {"value": "A", "typed": [["1:7", "A "]]},
        {"value": {"vnd": 5_000_000, "period": "year"}, "typed": [["1:7", "5tr/năm"]]},
        {"value": [["Lan", 3_000]], "typed": [["1:7", "Lan 30%"]]},
        {"value": "technical", "typed": []},
    ],
)
def test_every_kind_of_answer_comes_back_as_it_was(answer: dict[str, Any]) -> None:
    place = Place({"before": answer}, "after", 3, refused=("1:9",), todo=("effect",))
    assert through_storage(place) == place


def test_a_text_that_came_in_one_message_is_kept_once() -> None:
    place = Place({"before": {"value": WORDS, "typed": [["1:7", WORDS]]}}, "after")
    assert orjson.dumps(place.plain()).decode().count(WORDS) == 1


def test_a_place_from_before_is_read_as_it_was_written() -> None:
    older = {"answers": {"before": {"value": WORDS, "typed": [["1:7", WORDS]]}}, "asking": "after"}
    assert Place.of(older).answers == older["answers"]
