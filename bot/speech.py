"""From a key and parameters to words: replies rendered in the reader's language, when they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from bot.texts import Texts
from handlers.enclosures import Enclosure, Paper
from handlers.figures import decimal, grouped
from handlers.messages import Button, Reply
from handlers.money import digits, words
from handlers.when import Precision, When

LONGEST_LABEL = 60
REMEMBERED_NAMES = 4_096  # of buttons, blanks filled
REMEMBERED_MOMENTS = 64


@dataclass(frozen=True, slots=True)
class Captioned:
    """A file of a reply, with its caption in the reader's language."""

    file: Enclosure | Paper
    caption: str
    language: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reply in words: the text, and rows of (label, action); `replaces` is our message to change.

    `files` are sent after the text, each as a message of its own.
    """

    text: str
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    by_word: bool = False
    replaces: str | None = None
    protected: bool = False
    files: tuple[Captioned, ...] = ()


class Speech:
    """Renders replies. Pure: the same reply and language always give the same words."""

    def __init__(self, texts: Texts, zone: tzinfo) -> None:
        self._texts = texts
        self._zone = zone
        self._called_before: dict[tuple[str, str], tuple[str, ...]] = {}
        self._moments: dict[tuple[str, str], str] = {}
        self._labels: dict[tuple[str, str], str] = {}  # by language and key, of buttons without blanks

    def render(self, reply: Reply, language: str) -> Spoken:
        """The whole reply: notes first, a blank line, then the question."""
        parts: list[str] = []
        for note in reply.notes:
            line = self.say(language, note.key, note.params).rstrip()
            # A heading begins a paragraph of its own; other lines stand under each other.
            if parts and not note.key.endswith(".head"):
                parts[-1] += "\n" + line
            else:
                parts.append(line)
        parts.append(self.say(language, reply.key, reply.params))
        rows = tuple(
            tuple((self.label(language, button), button.action) for button in row) for row in reply.choices
        )
        files = tuple(self._captioned(language, file) for file in reply.files)
        return Spoken("\n\n".join(parts), rows, reply.by_word, reply.replaces, reply.protected, files)

    def _captioned(self, language: str, file: Enclosure | Paper) -> Captioned:
        blanks = file.blanks if isinstance(file, Paper) else file.params
        caption = self.say(language, file.caption, blanks) if file.caption else ""
        return Captioned(file, caption, language)

    def say(self, language: str, key: str, params: Mapping[str, Any]) -> str:
        """One text with its blanks filled."""
        if not params:
            return self._texts.say(language, key, params)
        filled = {
            name: value if type(value) is str else self._value(language, value)
            for name, value in params.items()
        }
        return self._texts.say(language, key, filled)

    def label(self, language: str, button: Button) -> str:
        """A button's label, not longer than a phone shows."""
        if button.params:
            return self._shown(language, button.key, button.params)
        # As many as there are texts; nearly every reply carries some of them.
        label = self._labels.get((language, button.key))
        if label is None:
            label = self._labels[language, button.key] = self._shown(language, button.key, {})
        return label

    def _shown(self, language: str, key: str, params: Mapping[str, Any]) -> str:
        label = self.say(language, key, params).strip(" —")
        return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1].rstrip() + "…"

    def of(self, button: Button) -> Iterable[str]:
        """How a button is called: its label in every language, and the obvious words."""
        # The same few hundred buttons are compared with whatever is typed; their blanks are part of the name.
        which = (button.key, repr(button.params) if button.params else "")
        called = self._called_before.get(which)
        if called is None:
            if len(self._called_before) >= REMEMBERED_NAMES:
                self._called_before.clear()
            called = self._called_before[which] = tuple(self._called(button))
        return called

    def _called(self, button: Button) -> Iterator[str]:
        for language in self._texts.languages:
            yield self.label(language, button)
            yield self.say(language, button.key, button.params)
            yield from self._texts.words(language, button.key.removeprefix("button.").replace(".", "_"))

    def _value(self, language: str, value: Any) -> str:
        if isinstance(value, Mapping):
            return self._tagged(language, value)
        return str(value)

    def _tagged(self, language: str, value: Mapping[str, Any]) -> str:
        match value["$"]:
            case "money":
                return self._money(language, value["vnd"], value["period"])
            case "words":
                return words(value["vnd"], language)
            case "number":
                return grouped(value["number"], language)
            case "tenths":
                return decimal(Decimal(value["number"]), language)
            case "day":
                return When(date.fromisoformat(value["day"]), Precision(value["precision"])).written(language)
            case "moment":
                return self._moment(language, value["at"])
            case "age":
                return self._age(language, value["seconds"])
            case "text":
                return self.say(language, value["key"], value.get("params", {}))
            case "list":
                return ", ".join(self._value(language, item).lower() for item in value["items"])
            case "chain":
                return " → ".join(self._value(language, item) for item in value["items"])
            case "shares":
                return ", ".join(
                    f"{name} {self._percent(language, share)}" for name, share in value["shares"]
                )
        raise ValueError(value["$"])

    def _money(self, language: str, vnd: int | None, period: str | None) -> str:
        if vnd is None:
            return self.say(language, "value.not_in_money", {})
        amount = digits(vnd, language)
        key = {"year": "value.per_year", "month": "value.per_month", "once": "value.once"}.get(period or "")
        return self.say(language, key, {"amount": amount}) if key else amount

    def _moment(self, language: str, at: str) -> str:
        # Whoever is answered in one transaction is told the same moment.
        said = self._moments.get((language, at))
        if said is None:
            if len(self._moments) >= REMEMBERED_MOMENTS:
                self._moments.clear()
            here = datetime.fromisoformat(at).astimezone(self._zone)
            params = {"time": f"{here:%H:%M:%S}", "day": f"{here:%d/%m/%Y}"}
            said = self._moments[language, at] = self.say(language, "value.moment", params)
        return said

    def _percent(self, language: str, share: int) -> str:
        """Hundredths of a per cent as people write them: `50 %`, `33,33 %`."""
        whole, rest = divmod(share, 100)
        mark = "," if language == "vi" else "."
        number = f"{whole}{mark}{rest:02d}" if rest else str(whole)
        return self.say(language, "value.percent", {"number": number})

    def _age(self, language: str, seconds: int) -> str:
        if seconds < 60:
            return self.say(language, "value.now", {})
        for unit, size, most in (("minutes", 60, 3_600), ("hours", 3_600, 86_400)):
            if seconds < most:
                return self.say(language, f"value.{unit}", {"count": seconds // size})
        return self.say(language, "value.days", {"count": seconds // 86_400})
