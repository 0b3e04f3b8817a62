"""What every handler may know besides the transaction: the programme, names of buttons, who to turn to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from handlers.messages import Button
from handlers.programme import Programme

CONSENT_VERSION = "1"


class Labels(Protocol):
    """How buttons are called, in every language the bot speaks."""

    def of(self, button: Button) -> Iterable[str]:
        """The button's labels and the obvious words that mean the same, as a person would type them."""
        ...


@dataclass(frozen=True, slots=True)
class House:
    """The circumstances of this installation, made once at start."""

    programme: Programme
    labels: Labels
    contact: str = ""
    link: str = ""


@dataclass(slots=True)
class Outcome:
    """What a handled event leaves for the messenger to show at once, besides the promised replies."""

    toast: str = ""
    language: str = "vi"
    repeated: bool = False
