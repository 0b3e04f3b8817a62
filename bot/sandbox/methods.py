"""Which function answers which method of the Bot API."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.refusals import broken
from bot.sandbox.values import Upload
from bot.sandbox.world import World

Json = dict[str, Any]


@dataclass(slots=True)
class Request:
    """A call that passed the check: parameters in their own types and the files that came with it."""

    world: World
    sent: Json
    uploads: dict[str, Upload] = field(default_factory=dict)


Method = Callable[[Request], Any]

UNPLAYED = frozenset(
    {
        "business_connection_id",
        "direct_messages_topic_id",
        "inline_message_id",
        "rich_message",
        "suggested_post_parameters",
    }
)
"""Parameters of worlds that the sandbox has not got."""

METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Registers the function that answers the method of that name."""

    def register(function: Method) -> Method:
        METHODS[name] = function
        return function

    return register


def answer(name: str, request: Request) -> Any:
    """The result of a call. Raises `Refused`; a method we do not play is a violation, never a silent yes."""
    function = METHODS.get(name)
    if function is None:
        raise broken(f"{name} is not played by the sandbox")
    if unplayed := UNPLAYED & request.sent.keys():
        raise broken(f"{min(unplayed)} is not played by the sandbox")
    return function(request)
