"""What comes in and what goes out, in words that belong to no messenger: events and replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from handlers.enclosures import MOST_FILES, Enclosure, Paper, TooManyFiles, file_of

BUTTON_BYTES = 64  # Bot API, InlineKeyboardButton.callback_data: 1-64 bytes


# --- in: an event is what a person did -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class File:
    """A file as a messenger names it: `reference` fetches it, `unique` recognises it, size in bytes."""

    kind: str
    reference: str
    unique: str
    name: str = ""
    media_type: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """Opened the talk, perhaps through a link that carried a code."""

    payload: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """Wrote a text (a command is a text that begins with a stroke)."""

    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """Pressed a button: `action` is `step|choice|revision`, as it was drawn."""

    action: str


@dataclass(frozen=True, slots=True)
class Attached:
    """Sent a file; files of one album carry the same `album`."""

    file: File
    album: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """Changed the text (or caption) of an earlier message of theirs."""

    message: str
    text: str


@dataclass(frozen=True, slots=True)
class Left:
    """Blocked the bot or left: nothing can be sent."""


@dataclass(frozen=True, slots=True)
class Returned:
    """Unblocked the bot."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Sent something that is no answer (sticker, poll, place, contact): it still deserves a reply."""

    kind: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """A group has another address from now on."""

    address: str


What = Started | Typed | Pressed | Attached | Edited | Left | Returned | Unsupported | Migrated


@dataclass(frozen=True, slots=True)
class Event:
    """What a person did, where, and under which number the messenger told us (for once-only)."""

    what: What
    channel: str
    bot: str
    number: str
    address: str
    message: str = ""
    sender: str = ""
    name: str = ""
    language: str = ""
    private: bool = True
    sent_at: datetime | None = None
    query: str = ""
    lists: bool = False  # the messenger shows choices as a list to be typed


# --- out: a reply is a key and parameters, not a sentence ------------------------------------------------

Params = Mapping[str, Any]


def money(vnd: int | None, period: str | None) -> dict[str, Any]:
    """A parameter shown as đồng in the reader's language, with its period."""
    return {"$": "money", "vnd": vnd, "period": period}


def amount_in_words(vnd: int) -> dict[str, Any]:
    """A parameter shown as the amount written out in the reader's language."""
    return {"$": "words", "vnd": vnd}


def number(count: int) -> dict[str, Any]:
    """A parameter shown as a whole number with its thousands apart, as the reader's language has it."""
    return {"$": "number", "number": count}


def tenths(value: Decimal) -> dict[str, Any]:
    """A parameter shown with one decimal: 108,9 in Vietnamese, 108.9 in English."""
    return {"$": "tenths", "number": str(value)}


def day(iso: str, precision: str) -> dict[str, Any]:
    """A parameter shown as a day, a month or a quarter."""
    return {"$": "day", "day": iso, "precision": precision}


def moment(instant: datetime) -> dict[str, Any]:
    """A parameter shown as day and time in the programme's zone."""
    return {"$": "moment", "at": instant.isoformat()}


def text(key: str, **params: Any) -> dict[str, Any]:
    """A parameter that is itself a text found by its key."""
    return {"$": "text", "key": key, "params": params}


@dataclass(frozen=True, slots=True)
class Button:
    """A choice: what it does (`step|choice|revision`) and the key of its label."""

    action: str
    key: str
    params: Params = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 1 <= len(self.action.encode()) <= BUTTON_BYTES:
            raise ButtonTooLong(self.action)


class ButtonTooLong(ValueError):
    """A button's action must be 1 to 64 bytes: messengers cut or refuse more."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line said before the reply itself."""

    key: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot says back.

    `by_word`: a number would be an answer to this question, so a list without buttons is lettered instead.
    `free`: anything may be an answer, so the place in the list counts only where a list was shown.
    `replaces`: our message to change in place, where the messenger can.
    `slot`: takes the place of an unsent reply of the same slot; `after`: seconds to wait for such a one.
    `files`: up to ten, each a message of its own after the text; `protected`: not to be passed on or saved.
    """

    key: str
    params: Params = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    choices: tuple[tuple[Button, ...], ...] = ()
    by_word: bool = False
    free: bool = False
    replaces: str | None = None
    slot: str | None = None
    after: float = 0.0
    protected: bool = False
    files: tuple[Enclosure | Paper, ...] = ()

    def __post_init__(self) -> None:
        if len(self.files) > MOST_FILES:
            raise TooManyFiles(self.key)

    def buttons(self) -> list[Button]:
        """The choices in reading order: the order of their numbers."""
        return [button for row in self.choices for button in row]

    def body(self) -> dict[str, Any]:
        """The reply as plain values, for the outbox; empty parts are left out."""
        found: dict[str, Any] = {"key": self.key}
        if self.params:
            found["params"] = dict(self.params)
        if self.notes:
            found["notes"] = [[note.key, dict(note.params)] for note in self.notes]
        if self.choices:
            found["choices"] = [[[b.action, b.key, dict(b.params)] for b in row] for row in self.choices]
        for name in ("by_word", "replaces", "protected"):
            if value := getattr(self, name):
                found[name] = value
        if self.files:
            found["files"] = [file.plain() for file in self.files]
        return found

    def guarded(self) -> Reply:
        """The same, not to be passed on or saved, and kept as cipher text until it is sent."""
        return replace(self, protected=True)

    def offered(self) -> dict[str, Any] | None:
        """What may be chosen by typing, as plain values; None when nothing is offered."""
        buttons = [[button.action, button.key, dict(button.params)] for button in self.buttons()]
        return {"buttons": buttons, "by_word": self.by_word, "free": self.free} if buttons else None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Reply:
        """The reply that `body` was made of."""
        return cls(
            key=body["key"],
            params=body.get("params", {}),
            notes=tuple(Note(key, params) for key, params in body.get("notes", ())),
            choices=tuple(tuple(Button(*button) for button in row) for row in body.get("choices", ())),
            by_word=body.get("by_word", False),
            replaces=body.get("replaces"),
            protected=body.get("protected", False),
            files=tuple(file_of(plain) for plain in body.get("files", ())),
        )
