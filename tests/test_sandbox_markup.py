"""Markup becomes text and entities, counted in UTF-16 units, or is refused in Telegram's words."""

import pytest

from bot.sandbox.markup import parsed, typed
from bot.sandbox.refusals import Refused
from bot.sandbox.units import pieces, units


def read(text: str, mode: str = "HTML") -> tuple[str, list[tuple[str, int, int]]]:
    plain, entities = parsed({"text": text, "parse_mode": mode})
    return plain, [(one["type"], one["offset"], one["length"]) for one in entities]


@pytest.mark.parametrize(
    ("html", "plain", "entities"),
    [
        ("Chào", "Chào", []),
        ("<b>Chào</b> An", "Chào An", [("bold", 0, 4)]),
        ("👍<b>👍</b>", "👍👍", [("bold", 2, 2)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("1 &lt; 2 &amp; 3 &#233; &nbsp;", "1 < 2 & 3 é &nbsp;", []),
        ("  <b> a </b>  ", "a", [("bold", 0, 1)]),
        ("<b></b>x", "x", []),
        ('<a href="https://a.vn/?a=1&amp;b=>">x</a>', "x", [("text_link", 0, 1)]),
        ('<pre><code class="language-py">x</code></pre>', "x", [("pre", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
        ("<STRONG>x</STRONG>", "x", [("bold", 0, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
    ],
)
def test_html_becomes_text_and_entities(html, plain, entities):
    assert read(html) == (plain, entities)


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("á<b>x</i>", 'Unmatched end tag at byte offset 6, expected "</b>", found "</i>"'),
        ("<div>x</div>", 'Unsupported start tag "div" at byte offset 0'),
        ("năng suất < 5 và > 3", 'Unsupported start tag "" at byte offset 13'),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_html_that_cannot_be_read_says_where(html, words):
    with pytest.raises(Refused) as refusal:
        read(html)
    assert refusal.value.description == f"Bad Request: can't parse entities: {words}"
    assert refusal.value.violation


@pytest.mark.parametrize(
    ("markdown", "plain", "entities"),
    [
        ("*a* _b_ __c__ ~d~ ||e||", "a b c d e", ["bold", "italic", "underline", "strikethrough", "spoiler"]),
        (r"1\.5 \* 2 \= 3\!", "1.5 * 2 = 3!", []),
        ("[x](https://a.vn)", "x", ["text_link"]),
        ("`a_b*`", "a_b*", ["code"]),
        ("```py\nx = 1\n```", "x = 1", ["pre"]),
        ("*a _b_*", "a b", ["bold", "italic"]),
    ],
)
def test_markdown_v2_becomes_text_and_entities(markdown, plain, entities):
    text, found = read(markdown, "MarkdownV2")
    assert (text, [kind for kind, _, _ in found]) == (plain, entities)


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("1.5", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("á *a", "Can't find end of Bold entity at byte offset 3"),
        ("[x](a", "Can't find end of a URL at byte offset 3"),
        ("a-b", "Character '-' is reserved and must be escaped with the preceding '\\'"),
    ],
)
def test_markdown_v2_that_cannot_be_read_says_why(markdown, words):
    with pytest.raises(Refused) as refusal:
        read(markdown, "MarkdownV2")
    assert refusal.value.description == f"Bad Request: can't parse entities: {words}"


def test_the_older_markdown_minds_only_four_signs():
    assert read("*a* 1.5 - b!", "Markdown") == ("a 1.5 - b!", [("bold", 0, 1)])
    with pytest.raises(Refused, match="Can't find end of the entity starting at byte offset 2"):
        read("x _y", "Markdown")


def test_an_unknown_mode_is_refused():
    with pytest.raises(Refused, match="unsupported parse_mode"):
        read("x", "BBCode")


@pytest.mark.parametrize(
    ("entity", "words"),
    [
        ({"type": "bold", "offset": 0, "length": 9}, "ends after the end of the text"),
        ({"type": "bold", "offset": 1, "length": 2}, "begins in a middle"),
        ({"type": "bold", "offset": 0, "length": 1}, "ends in a middle"),
        ({"type": "bold", "offset": -1, "length": 1}, "incorrect offset"),
        ({"type": "loud", "offset": 0, "length": 2}, "unsupported type"),
        ({"type": "text_link", "offset": 0, "length": 2}, 'find field "url"'),
    ],
)
def test_entities_outside_the_text_or_inside_a_letter_are_refused(entity, words):
    with pytest.raises(Refused, match=words):
        parsed({"text": "👍 x", "entities": [entity]})


def test_commands_links_and_mentions_are_found_where_people_type_them():
    text = "/nop@sangkien_bot 👍 @binh_nguyen xem https://a.vn/x, #maymac a@b.vn 1/2"
    plain, entities = typed(text)
    found = {one["type"]: text.encode("utf-16-le") for one in entities}
    assert list(found) == ["bot_command", "mention", "url", "hashtag", "email"]
    written = plain.encode("utf-16-le")
    words = [written[one["offset"] * 2 :][: one["length"] * 2].decode("utf-16-le") for one in entities]
    assert words == ["/nop@sangkien_bot", "@binh_nguyen", "https://a.vn/x", "#maymac", "a@b.vn"]


@pytest.mark.parametrize("letter", ["a", "ữ", "👍"])
def test_an_app_cuts_a_long_text_into_full_messages_and_loses_no_letter(letter):
    text = letter * 9000
    found = pieces(text)
    assert "".join(found) == text
    assert [units(piece) for piece in found[:-1]] == [4096] * (len(found) - 1)
    assert units(found[-1]) <= 4096


def test_an_app_cuts_at_a_space_when_one_is_near():
    text = "chữ " * 3000
    found = pieces(text)
    assert " ".join(piece.strip() for piece in found) == text.strip()
    assert all(4000 < units(piece) <= 4096 and piece.endswith("chữ") for piece in found[:-1])
