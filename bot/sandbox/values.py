"""Turns what a form or JSON carries into values of the Bot API's simple types."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from bot.sandbox.refusals import Refused, broken

Convert = Callable[[Any, str], Any]
"""Takes what was sent and where it stood; gives the value in its own type or raises `Refused`."""

INTEGER = re.compile(r"[+-]?\d{1,19}\Z")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came inside the request; the content is bytes in memory."""

    name: str
    content_type: str
    content: bytes


def wrong(where: str, wanted: str) -> Refused:
    """The parameter at `where` is not what the table wants."""
    return broken(f'wrong type of "{where}": {wanted} expected')


def integer(value: Any, where: str) -> int:
    """An Integer, also as the digits a form carries."""
    if type(value) is int:
        return value
    if isinstance(value, str) and INTEGER.match(value):
        return int(value)
    raise wrong(where, "Integer")


def number(value: Any, where: str) -> float:
    """A Float, also as the digits a form carries."""
    if type(value) in {int, float}:
        return float(value)
    try:
        return float(value) if isinstance(value, str) else float("nan")
    except ValueError:
        raise wrong(where, "Float") from None


def boolean(value: Any, where: str) -> bool:
    """A Boolean, also as the word a form carries."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false", "1", "0"}:
        return value.lower() in {"true", "1"}
    raise wrong(where, "Boolean")


def string(value: Any, where: str) -> str:
    """A String; a lone surrogate is no text."""
    if not isinstance(value, str):
        raise wrong(where, "String")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise broken("strings must be encoded in UTF-8") from None
    return value


def chat(value: Any, where: str) -> int | str:
    """An id or a @name."""
    if isinstance(value, str) and not INTEGER.match(value):
        return value
    return integer(value, where)


def upload(value: Any, where: str) -> Upload:
    """A file inside the request."""
    if isinstance(value, Upload):
        return value
    raise wrong(where, "InputFile")


def file(value: Any, where: str) -> Upload | str:
    """A file inside the request, or words that name one (file_id, URL, attach://)."""
    return value if isinstance(value, Upload) else string(value, where)


def unpacked(value: Any, where: str) -> Any:
    """What a form carries as JSON text, taken apart."""
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise broken(f"can't parse {where} JSON object") from None


SIMPLE: dict[str, Convert] = {
    "Integer": integer,
    "Float": number,
    "Boolean": boolean,
    "String": string,
    "InputFile": upload,
}
