"""What a reader of typed text says: take it, confirm it, ask, or refuse — and with which readings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar


class Decision(StrEnum):
    """What the conversation does next with what was typed."""

    ACCEPT = "accept"
    CONFIRM = "confirm"
    ASK = "ask"
    REJECT = "reject"


V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Heard(Generic[V]):
    """A reader's answer about one typed text.

    `value` is set for accept and confirm; for reject it may name what was understood.
    `readings` are for ask: the possible meanings, most likely first, offered as buttons.
    `reason` is a key (never a sentence): why it is confirmed, asked or refused; empty for accept.
    """

    decision: Decision
    value: V | None = None
    readings: tuple[V, ...] = ()
    reason: str = ""
