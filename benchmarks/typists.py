"""The people of the measurements: they join, and they type whole talks as fast as they are answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Any

from benchmarks.questions import ANSWERS, BUTTONS, QUESTIONS
from benchmarks.stories import story
from bot.sandbox import Person, Sandbox

PATIENCE = 60.0  # seconds until a measurement gives up
UNIT = "C.ty TNHH May Quế Lâm Sơn"

Deed = tuple[str, str]  # "type" or "press", and the words or the button


def _plain(key: str) -> Deed:
    return ("press" if key in BUTTONS else "type", ANSWERS[key])


# Optional questions are asked by us only when somebody wishes it: one tap more for each of two.
WISHED = {"coauthors": "Đồng tác giả", "conditions": "Điều kiện áp dụng"}
STOCK_TALK: tuple[Deed, ...] = (("type", "/sangkien"), *(_plain(key) for key, _ in QUESTIONS))
OUR_TALK: tuple[Deed, ...] = (
    ("type", "/sangkien"),
    *(
        deed
        for key, _ in QUESTIONS
        for deed in ([("press", f"➕ {WISHED[key]}"), _plain(key)] if key in WISHED else [_plain(key)])
    ),
)

JOINING: tuple[Deed, ...] = (
    ("type", "/start"),
    ("press", "Đồng ý"),
    ("type", UNIT),
    ("press", f"CĐCS {UNIT}"),
)


async def does(person: Person, deed: Deed) -> str:
    """One message or tap, and the last thing the bot says to it. Raises TimeoutError."""
    kind, words = deed
    if kind == "type":
        await person.types(words)
    else:
        await person.presses(*_button(person, words))
    return str((await person.answer(PATIENCE))[-1].get("text", ""))


def _button(person: Person, words: str) -> tuple[dict[str, Any], str]:
    """The last message with a button whose label contains the words, and that button's data."""
    for message in reversed(person.screen()):
        for row in message.get("reply_markup", {}).get("inline_keyboard", ()):
            for button in row:
                if words in button["text"]:
                    return message, button["callback_data"]
    raise AssertionError(f"no button {words!r} on the screen")


_numbers = count()
_KEY_OF = {ANSWERS[key]: key for key in story(0)}


def told(talk: Sequence[Deed], number: int) -> list[Deed]:
    """The same talk about an improvement of one's own."""
    own = story(number)
    return [(kind, own[_KEY_OF[words]] if words in _KEY_OF else words) for kind, words in talk]


async def talks(person: Person, talk: Sequence[Deed]) -> None:
    """One whole talk, from the first word to the receipt. Raises AssertionError when there is no receipt."""
    said = ""
    for deed in told(talk, next(_numbers)):
        said = await does(person, deed)
    assert said.startswith("✅"), said


async def joins(person: Person) -> None:
    """Past consent and into a unit."""
    for deed in JOINING:
        await does(person, deed)


def gathered(sandbox: Sandbox, count: int) -> list[Person]:
    """So many people with phones."""
    return [sandbox.person(f"Người {number}", last_name="Nguyễn Thị") for number in range(count)]


async def each(people: Sequence[Person], deed: Callable[[Person], Awaitable[None]]) -> None:
    """Everybody at once."""
    await asyncio.gather(*(deed(person) for person in people))


async def confirmed(sandbox: Sandbox) -> None:
    """Wait until the bot has confirmed every update. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE):
        while sandbox.world.updates.pending:  # noqa: ASYNC110 - the sandbox has no event for it
            await asyncio.sleep(0.01)
