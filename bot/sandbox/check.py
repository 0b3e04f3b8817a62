"""Checks every call against the table of the Bot API: method, parameters, types, what is required, lengths.

The table (`bot_api.json`) holds facts of Bot API 10.1 only. A checker is compiled once per method, at its
first call, into plain functions, so that checking costs microseconds. We are stricter than Telegram on
purpose: it ignores an unknown parameter, we refuse it, because a misspelt one does nothing in silence.
"""

from functools import cache
from pathlib import Path
from typing import Any

import orjson

from bot.sandbox.refusals import NOT_FOUND, Refused, broken
from bot.sandbox.values import SIMPLE, Convert, chat, file, unpacked, wrong

COUNTED_ELSEWHERE = {("text", 4096), ("message_text", 4096), ("caption", 1024), ("quote", 1024)}
"""Their length counts after the entities are parsed, so `markup` measures them."""

SAYINGS = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "user_id": "invalid user_id specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
}
"""What Telegram says of a missing parameter where it has words of its own."""

SIZE_SAYINGS = {("callback_data", 64): "BUTTON_DATA_INVALID", ("text", 200): "MESSAGE_TOO_LONG"}
"""The same for one that is too short or too long."""


class Table:
    """The Bot API as data, and the checkers made from it."""

    def __init__(self, path: Path) -> None:
        table = orjson.loads(path.read_bytes())
        self.methods: dict[str, Any] = table["methods"]
        self.types: dict[str, Any] = table["types"]
        self._names: dict[str, str] = {name.lower(): name for name in self.methods}
        self._checkers: dict[str, Convert] = {}
        self._requires: dict[str, frozenset[str]] = {}

    def name_of(self, method: str) -> str:
        """The method as the table spells it; Telegram does not mind the case. Raises 404."""
        if method in self.methods:
            return method
        if method.lower() not in self._names:
            raise NOT_FOUND
        return self._names[method.lower()]

    def check(self, method: str, sent: dict[str, Any]) -> dict[str, Any]:
        """The parameters in their own types. Raises `Refused` (a violation) at the first that is wrong."""
        checker = self._checkers.get(method)
        if checker is None:
            checker = self._checkers[method] = self._fields(self.methods[method]["fields"])
        checked: dict[str, Any] = checker(sent, "")
        return checked

    def check_type(self, name: str, value: Any) -> None:
        """Raises `Refused` when the value is no such thing; for what the sandbox itself says."""
        self._type(name)(value, name)

    def _fields(self, fields: dict[str, Any]) -> Convert:
        rules = {name: self._rule(name, field) for name, field in fields.items()}
        required = [name for name, field in fields.items() if field["required"]]

        def convert(sent: Any, where: str) -> dict[str, Any]:
            if not isinstance(sent, dict):
                raise wrong(where, "object")
            for name in required:
                if name not in sent:
                    raise broken(SAYINGS.get(name, f'parameter "{where}{name}" is required'))
            done: dict[str, Any] = {}
            for name, value in sent.items():
                rule = rules.get(name)
                if rule is None:
                    raise broken(f'unknown parameter "{where}{name}"')
                done[name] = rule(value, f"{where}{name}")
            return done

        return convert

    def _rule(self, name: str, field: dict[str, Any]) -> Convert:
        convert = self._types(tuple(field["types"]))
        if "length" not in field or (name, field["length"][1]) in COUNTED_ELSEWHERE:
            return convert
        least, most, unit = field["length"]
        saying = SIZE_SAYINGS.get((name, most))

        def measured(value: Any, where: str) -> Any:
            text = convert(value, where)
            size = len(text.encode()) if unit == "bytes" else len(text)
            if not least <= size <= most:
                raise broken(saying or f'length of "{where}" must be {least}-{most} {unit}')
            return text

        return measured

    def _types(self, names: tuple[str, ...]) -> Convert:
        if len(names) == 1:
            return self._type(names[0])
        if set(names) == {"Integer", "String"}:
            return chat
        if set(names) == {"InputFile", "String"}:
            return file
        if all(name.startswith("Array of ") for name in names):
            return self._array(self._union(tuple(name.removeprefix("Array of ") for name in names)))
        return self._union(names)

    def _type(self, name: str) -> Convert:
        if name in SIMPLE:
            return SIMPLE[name]
        if name.startswith("Array of "):
            return self._array(self._type(name.removeprefix("Array of ")))
        kind = self.types[name]
        if "subtypes" in kind:
            return self._union(tuple(kind["subtypes"]))
        return self._object(name)

    def _array(self, item: Convert) -> Convert:
        def convert(value: Any, where: str) -> list[Any]:
            items = unpacked(value, where)
            if not isinstance(items, list):
                raise wrong(where, "Array")
            return [item(one, f"{where}[{place}]") for place, one in enumerate(items)]

        return convert

    @cache  # noqa: B019 -- one table lives as long as the process
    def _object(self, name: str) -> Convert:
        fields: list[Convert] = []  # filled late: some types contain themselves

        def convert(value: Any, where: str) -> Any:
            if not fields:
                fields.append(self._fields(self.types[name]["fields"]))
            return fields[0](unpacked(value, where), f"{where}.")

        return convert

    @cache  # noqa: B019 -- the same
    def _union(self, names: tuple[str, ...]) -> Convert:
        def convert(value: Any, where: str) -> Any:
            thing = unpacked(value, where)
            refusal = wrong(where, " or ".join(names))
            for name in self._candidates(thing, names):
                try:
                    return self._type(name)(thing, where)
                except Refused as reason:
                    refusal = reason
            raise refusal

        return convert

    def _candidates(self, thing: Any, names: tuple[str, ...]) -> list[str]:
        """Which of the types it may be: by its `type`, else by the fields that the type requires."""
        if not isinstance(thing, dict):
            return [name for name in names if name in SIMPLE or name.startswith("Array of ")]
        if isinstance(kind := thing.get("type", thing.get("source")), str):
            shared = _shared_beginning(names)
            return [
                name
                for name in names
                if name[shared:].removeprefix("Cached").lower() == kind.replace("_", "")
            ]
        return [name for name in names if name in self.types and self._required(name) <= thing.keys()]

    def _required(self, name: str) -> frozenset[str]:
        known = self._requires.get(name)
        if known is None:
            fields: dict[str, Any] = self.types[name].get("fields", {})
            known = frozenset(key for key, field in fields.items() if field["required"])
            self._requires[name] = known
        return known


def _shared_beginning(names: tuple[str, ...]) -> int:
    """How many letters all the names begin with alike."""
    pairs = list(zip(min(names), max(names), strict=False))
    return next((place for place, (one, other) in enumerate(pairs) if one != other), len(pairs))


TABLE = Table(Path(__file__).with_name("bot_api.json"))
