"""What every messenger must offer, and the names of the ways a call can fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.speech import Spoken


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file as it is handed to a messenger: its `content`, or the `reference` under which it is there.

    `sha256`: of the content, wherever that is.
    """

    kind: str
    name: str
    caption: str = ""
    content: bytes = b""
    reference: str = ""
    sha256: str = ""
    protected: bool = False


class CallFailed(Exception):
    """A call to a messenger failed. The subclasses say what follows from it."""


class NotSent(CallFailed):
    """It surely did not arrive; it may be sent again."""


class Unknown(CallFailed):
    """It was written and no answer came: it may have arrived. It is not blindly repeated."""


class Unreachable(CallFailed):
    """The person has blocked the bot or is gone."""


class Moved(CallFailed):
    """The chat has another address now; what waits for it goes there."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class Rejected(CallFailed):
    """The messenger will never take it as it is; the reason is kept."""


class Slower(CallFailed):
    """Too many calls; `seconds` is when the messenger allows the next."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:g} s")
        self.seconds = seconds


class NotOurs(CallFailed):
    """The token is not valid: nothing will ever work until an operator acts."""


class Elsewhere(CallFailed):
    """Another process is receiving with the same token."""


class Channel(Protocol):
    """A messenger to send through."""

    name: str

    def parts(self, spoken: Spoken) -> int:
        """In how many messages the words of the reply are sent; its files follow."""
        ...

    async def send(self, address: str, spoken: Spoken, part: int) -> str:
        """Send one part of the words; the messenger's name for the message. Raises CallFailed."""
        ...

    async def send_file(self, address: str, parcel: Parcel) -> tuple[str, str]:
        """Send a file; the messenger's names for the message and for the file. Raises CallFailed."""
        ...

    async def answer(self, query: str, toast: str) -> None:
        """Let a pressed button stop waiting. Raises CallFailed."""
        ...

    async def fetch(self, reference: str, most: int) -> bytes:
        """The bytes of a file somebody sent, `most` at the most. Raises CallFailed."""
        ...
