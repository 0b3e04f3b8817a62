"""The ways the server says no, in the words Telegram uses."""

from typing import Any


class Refused(Exception):
    """A call was refused; `code` is the HTTP status and `description` what the caller reads.

    `violation` marks what no correct client ever sends: the contract itself was broken, not merely a
    wish that could not be granted.
    """

    def __init__(
        self,
        description: str,
        code: int = 400,
        *,
        parameters: dict[str, Any] | None = None,
        violation: bool = False,
    ) -> None:
        super().__init__(description)
        self.description = description
        self.code = code
        self.parameters = parameters
        self.violation = violation


def bad_request(reason: str) -> Refused:
    """400: the wish is well formed and cannot be granted."""
    return Refused(f"Bad Request: {reason}")


def broken(reason: str) -> Refused:
    """400: the call itself breaks the contract of the Bot API."""
    return Refused(f"Bad Request: {reason}", violation=True)


def forbidden(reason: str) -> Refused:
    """403: the person or the group does not want this bot."""
    return Refused(f"Forbidden: {reason}", 403)


def too_many(seconds: int) -> Refused:
    """429: come back after that many seconds."""
    return Refused(f"Too Many Requests: retry after {seconds}", 429, parameters={"retry_after": seconds})


UNAUTHORIZED = Refused("Unauthorized", 401)
NOT_FOUND = Refused("Not Found", 404, violation=True)
