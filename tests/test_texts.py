"""Every word the bot says: both languages whole, every key that code names there, and nothing unused."""

from __future__ import annotations

import pytest

from bot.speech import Speech
from bot.texts import BlankLeftOpen, Texts, UnknownText, WrongTexts, blanks
from handlers.answers import read
from handlers.forms import INITIATIVE, Step, Text
from handlers.place import REVIEW, Place
from handlers.progress_figures import MEASURES
from handlers.questions import question, refusal
from handlers.reminder_pages import KINDS
from tests.text_keys import (
    FIGURES_LISTED,
    FINDINGS,
    FORM_KEYS,
    GIVEN,
    LIVED,
    NAMED,
    PUT_TOGETHER,
    ROOT,
    TABLES,
    TEXTS,
    ZONE,
    patterns,
    refusals,
    sayings,
)

BOTH = pytest.mark.parametrize("language", TEXTS.languages)


def test_every_text_that_code_names_exists() -> None:
    assert sorted(key for key in NAMED if not TEXTS.has(key)) == []


def test_every_text_is_used() -> None:
    assert sorted(set(TEXTS.keys("vi")) - NAMED) == []


def test_a_key_put_together_in_a_new_way_is_told_to_this_test() -> None:
    ours = {pattern for pattern in patterns() if pattern.partition(".")[0] in TABLES - {"initiative"}}
    assert ours <= set(PUT_TOGETHER)
    ends = {p.rpartition(".")[2] for p in patterns() if p.startswith(("*.*.", "initiative.*."))}
    assert ends - {"*"} <= {key.rpartition(".")[2] for key in FORM_KEYS}


def test_the_readers_give_the_reasons_that_were_looked_for() -> None:
    """The reasons are found by reading the sources; what was typed must give none that was not found."""
    steps = {"money": INITIATIVE.step("benefit"), "date": INITIATIVE.step("applied_on")}
    for line in (ROOT / "tests" / "data" / "inputs.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        kind, typed, *_ = line.split("\t")
        if kind in steps:
            heard = read(steps[kind], typed, GIVEN)
            if not getattr(heard, "confirm", False) and (reason := getattr(heard, "reason", "")):
                assert reason in refusals(steps[kind]), typed


def test_a_reply_fills_every_blank_of_its_text() -> None:
    wrong = [where for where, key, given in sayings() if not blanks(TEXTS.get("vi", key)) <= given]
    assert wrong == []


def figured(finding: str) -> bool:
    """Whether a finding is a matter of more or less."""
    return not finding.startswith(("database_", "files_", "poll_"))


def test_where_the_sources_do_not_tell_the_blanks_are_these() -> None:
    """Forms are said in full below; what is left is either listed here or has no blank."""
    left = NAMED - FORM_KEYS - {key for _, key, _ in sayings()}
    listed = {
        **{f"alarm.{finding}": {"figure"} for finding in FINDINGS if figured(finding)},
        "button.add": {"step"},
        "button.change": {"step"},
        "button.reading": {"value"},
        "form.kept_file": {"count"},
        "form.kept_voice": {"count"},
        "export.at": {"at", "zone"},
        "export.units_below": {"unit"},
        "export.units_own": {"unit"},
        "export.by_role": {"role"},
        **{f"progress.below.head_{measure}": {"unit", "count"} for measure in MEASURES},
        **{f"progress.below.{one}": {"done", "target", "share", "waiting"} for one in MEASURES},
        **{f"progress.below.{one}_untargeted": {"done", "waiting"} for one in MEASURES},
        "progress.below.people_members": {"done", "members", "share", "waiting"},
        "progress.below.line": {"number", "unit", "done", "target", "share", "waiting"},
        "progress.below.line_untargeted": {"number", "unit", "done", "waiting"},
        "list.lettered": {"mark", "label"},
        "list.numbered": {"mark", "label"},
        "mine.one": {"code", "title", "state", "at"},
        "disclosure.one": {"code", "level"},
        "disclosure.unit": {"unit", "level"},
        **{f"life.{step}": {"day"} for step in LIVED},
        "life.returned_why": {"day", "why"},
        "life.rejected_why": {"day", "why"},
        "slow.officer": {"days", "count"},
        "slow.reviewer": {"days", "count"},
        "entry.confirmed": {"code", "state"},
        "entry.over": {"code", "state"},
        "proxy.corrected": {"code", "title", "name", "unit", "at", "fingerprint"},
        "proxy.receipt": {"code", "title", "name", "unit", "at", "fingerprint"},
        "proxy.found": {"name", "count"},
        "proxy.not_found": {"name"},
        "proxy.one": {"code", "title", "name", "state", "mark"},
        "poster.by_hand": {"bot"},
        "poster.role": {"role"},
        "poster.unit": {"unit"},
        "poster.until": {"until"},
        "poster.what": {"programme"},
        "button.ticked": {"label"},
        "button.unticked": {"label"},
        "decided.recognised": {"asks", "code", "title"},
        "decided.recognition": {"day", "number"},
        "decided.rejected": {"code", "title", "why"},
        "decided.returned": {"code", "missing", "title", "why"},
        "decided.struck": {"code", "title", "why"},
        "decided.undone": {"code", "state", "title"},
        "decided.valid": {"code", "title"},
        "review.portal.head": {"age", "count"},
        "review.reject.ask": {"code"},
        "review.return.ask": {"code"},
        "review.strike.ask": {"code"},
        "review.was_rejected": {"at", "who", "why"},
        "review.was_returned": {"at", "who", "why"},
        **{f"reminder.{kind}.head": {"phase", "until"} for kind in KINDS if kind != "reviewed"},
        **{f"reminder.{kind}.head": {"phase", "until", "left"} for kind in ("before", "half", "digest")},
        "reminder.moved.head": {"phase", "until", "was"},
        "reminder.moved_earlier.head": {"phase", "until", "was"},
        "reminder.reviewed.head": {"phase"},
        "reminder.behind.head": {"count", "share"},
        "reminder.behind_people.head": {"count", "share"},
        "reminder.returned.head": {"code", "title"},
        "reminder.returned_missing.head": {"code", "title", "steps"},
        **{f"reminder.counted_{measure}": {"done"} for measure in MEASURES},
        **{f"reminder.reached_{measure}": {"done", "share", "target"} for measure in MEASURES},
        "reminder.initiatives": {"done", "waiting", "target", "share"},
        "reminder.people": {"done", "waiting", "target", "share"},
        **{f"reminder.{unit}": {"count"} for unit in ("days", "hours", "minutes")},
        "remind.quiet": {"unit", "begins", "ends"},
        "remind.never_quiet": {"unit"},
        "submit.receipt": {"code", "title", "unit", "at", "fingerprint", "salt"},
        "submit.corrected": {"code", "title", "unit", "at", "fingerprint", "salt"},
        **{f"button.list_{name}": {"count"} for name in FIGURES_LISTED},
        "chart.reached": {"reached", "aimed"},
        **{f"chart.{one}": {"done", "target", "share"} for one in ("line", "people")},
        **{f"chart.{one}_untargeted": {"done", "waiting"} for one in ("line", "people")},
        "progress.aim": {"target"},
        "progress.aim_people": {"target"},
        "progress.caption": {"unit", "done", "target", "share", "waiting"},
        "progress.caption_untargeted": {"unit", "done", "waiting"},
        "progress.caption_people": {"unit", "done", "target", "share", "waiting"},
        "progress.caption_people_untargeted": {"unit", "done", "waiting"},
        "progress.list_line": {"number", "code", "title", "unit"},
        "progress.reached_late": {"day"},
        "progress.reached_on": {"day"},
        "progress.units": {"reached", "aimed"},
        "progress.units_people": {"reached", "aimed"},
        "progress.unknown_unit": {"typed"},
        "progress.which": {"typed"},
        "value.minutes": {"count"},
        "value.hours": {"count"},
        "value.once": {"amount"},
        "value.per_month": {"amount"},
        "value.per_year": {"amount"},
    }
    assert {key: found for key in left if (found := blanks(TEXTS.get("vi", key)))} == {
        key: found for key, found in listed.items() if key in left
    }


@BOTH
@pytest.mark.parametrize("step", INITIATIVE.steps, ids=lambda step: step.key)
def test_every_question_and_refusal_can_be_said(language: str, step: Step) -> None:
    speech = Speech(TEXTS, ZONE)
    place = Place(
        answers={"after": {"value": "Đóng giá có bánh xe", "typed": []}}, asking=step.key, aside=True
    )
    for asked in (place, Place(asking=step.key)):
        assert speech.render(question(INITIATIVE, asked, GIVEN), language).text
    for reason, refused in refusals(step).items():
        for tries in (1, 3):
            reply = refusal(INITIATIVE, step, Place(asking=step.key, tries=tries), GIVEN, refused)
            assert speech.render(reply, language).text, reason


@BOTH
def test_the_review_card_says_every_answer(language: str) -> None:
    values = {step.key: "Giá có bánh xe" for step in INITIATIVE.steps if isinstance(step, Text)}
    answers = values | {
        "benefit": {"vnd": 4_980_000_000, "period": "year"},
        "applied_on": {"day": "2022-02-25", "precision": "day"},
        "kind": "technical",
        "coauthors": [["Trần Thị Diệu {x}", 3_333]],
        "files": [{}],
    }
    place = Place({key: {"value": value, "typed": []} for key, value in answers.items()}, asking=REVIEW)
    said = Speech(TEXTS, ZONE).render(question(INITIATIVE, place, GIVEN), language).text
    assert said.count("•") == len(answers)
    assert "{x}" in said and "25/02/2022" in said


# --- finding and filling ------------------------------------------------------------------------------------


def made(vi: dict[str, object], en: dict[str, object]) -> Texts:
    return Texts({"vi": vi, "en": en})


def test_every_difference_between_the_languages_is_told_at_once() -> None:
    vi = {"a": {"one": "x", "two": "{count} tệp", "three": "{name}"}}
    en = {"a": {"two": "{number} files", "three": "{name}", "four": "y"}}
    with pytest.raises(WrongTexts) as wrong:
        made(vi, en)
    assert str(wrong.value).splitlines() == [
        "en: a.one is missing",
        "vi: a.four is missing",
        "a.two has other blanks: vi count, en number",
    ]


@pytest.mark.parametrize("text", ["{a.b}", "{a[0]}", "{a!r}", "{a:>9}", "{}", "{0}", "{a", "a}", "", 3, []])
def test_a_text_with_anything_but_plain_blanks_is_refused(text: object) -> None:
    with pytest.raises(WrongTexts, match=r"vi: a\.b"):
        made({"a": {"b": text}}, {"a": {"b": text}})


def test_words_must_be_lists_of_words_for_a_button() -> None:
    button = {"button": {"yes": "Đúng"}}
    assert made({**button, "words": {"yes": ["có"]}}, button).words("vi", "yes") == ["có"]
    with pytest.raises(WrongTexts, match=r"en: words\.yes is not a list of words"):
        made(button, {**button, "words": {"yes": "yes"}})
    with pytest.raises(WrongTexts, match=r"en: words\.no has no button\.no"):
        made(button, {**button, "words": {"no": ["no"]}})


def test_what_somebody_typed_is_never_read_as_a_text() -> None:
    texts = made({"a": {"b": "“{typed}”"}}, {"a": {"b": "{typed}"}})
    for typed in ("{typed}", "{", "}}", "{0.__class__}", "%s $x", "{typed!r}"):
        assert texts.say("vi", "a.b", {"typed": typed, "more": "x"}) == f"“{typed}”"


def test_a_blank_without_a_value_and_an_unknown_text_are_errors() -> None:
    texts = made({"a": {"b": "\n{x} y\n"}}, {"a": {"b": "y {x}"}})
    assert texts.get("vi", "a.b") == "{x} y"
    assert texts.say("en", "a.b", {"x": ""}) == "y"
    with pytest.raises(BlankLeftOpen, match="x"):
        texts.say("en", "a.b", {})
    for language, key in (("vi", "a"), ("vi", "a.c"), ("fr", "a.b")):
        with pytest.raises(UnknownText):
            texts.get(language, key)
    assert texts.keys("vi") == ["a.b"] and texts.has("a.b") and not texts.has("a")
