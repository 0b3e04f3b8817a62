"""What every handler may know besides the transaction: the programme, names of buttons, who to turn to."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from handlers.messages import Button
from handlers.programme import Programme
from handlers.quiet import Quiet

CONSENT_VERSION = "2"  # of the texts with which consent is asked; they and it change together


class Labels(Protocol):
    """How buttons are called and what is shown, in every language the bot speaks."""

    def say(self, language: str, key: str, params: Mapping[str, Any]) -> str:
        """A text as it is shown: what a proof of consent is made of."""
        ...

    def of(self, button: Button) -> Iterable[str]:
        """The button's labels and the obvious words that mean the same, as a person would type them."""
        ...


class NoCodes(Exception):
    """This house was made without a source of codes; only the running program has one."""


def _no_codes() -> str:
    raise NoCodes


@dataclass(frozen=True, slots=True)
class House:
    """The circumstances of this installation, made once at start; `new_code` is its dice.

    `quiet`: the hours in which nothing unasked is said; None where there are none.
    """

    programme: Programme
    labels: Labels
    contact: str = ""
    link: str = ""
    key: bytes = b""
    new_code: Callable[[], str] = _no_codes
    keep_recognised: bool = True
    quiet: Quiet | None = None

    def mark(self, words: str) -> str:
        """A mark that only this installation can make: a button that carries it was drawn by us."""
        return hmac.new(self.key, words.encode(), hashlib.sha256).hexdigest()[:20]


@dataclass(slots=True)
class Outcome:
    """What a handled event leaves for the messenger to show at once, besides the promised replies."""

    toast: str = ""
    language: str = "vi"
    repeated: bool = False
