"""The other bot to compare with: aiogram 3 with states and answers in SQLite, on the disk before it replies.

Run in an environment of its own as `python -m benchmarks.aiogram_bot API_URL TOKEN FILE`; it imports nothing
of the project but the questions. aiogram brings no SQLite storage, so here is the smallest: one row a person.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import aiosqlite  # type: ignore[import-not-found]
from aiogram import Bot, Dispatcher, F  # type: ignore[import-not-found]
from aiogram.client.session.aiohttp import AiohttpSession  # type: ignore[import-not-found]
from aiogram.client.telegram import TelegramAPIServer  # type: ignore[import-not-found]
from aiogram.filters import Command, StateFilter  # type: ignore[import-not-found]
from aiogram.fsm.state import State  # type: ignore[import-not-found]
from aiogram.fsm.storage.base import BaseStorage  # type: ignore[import-not-found]
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup  # type: ignore[import-not-found]

from benchmarks.questions import BUTTONS, QUESTIONS, RECEIPT

STATES = [State(key, "initiative") for key, _ in QUESTIONS]
SCHEMA = "CREATE TABLE IF NOT EXISTS talk (person TEXT PRIMARY KEY, state TEXT, data TEXT) WITHOUT ROWID"
SET_STATE = (
    "INSERT INTO talk (person, state) VALUES (?, ?) ON CONFLICT (person) DO UPDATE SET state = excluded.state"
)
SET_DATA = (
    "INSERT INTO talk (person, data) VALUES (?, ?) ON CONFLICT (person) DO UPDATE SET data = excluded.data"
)


class SqliteStorage(BaseStorage):  # type: ignore[misc]
    """States and data in one table; the same pragmas as ours, each write committed at once."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def set_state(self, key: Any, state: Any = None) -> None:
        name = state.state if isinstance(state, State) else state
        await self._write(SET_STATE, (_person(key), name))

    async def get_state(self, key: Any) -> str | None:
        return await self._read("SELECT state FROM talk WHERE person = ?", key)

    async def set_data(self, key: Any, data: Any) -> None:
        await self._write(SET_DATA, (_person(key), json.dumps(data, ensure_ascii=False)))

    async def get_data(self, key: Any) -> dict[str, Any]:
        found = await self._read("SELECT data FROM talk WHERE person = ?", key)
        return {} if found is None else dict(json.loads(found))

    async def close(self) -> None:
        await self._connection.close()

    async def _write(self, statement: str, values: tuple[Any, ...]) -> None:
        await self._connection.execute(statement, values)
        await self._connection.commit()

    async def _read(self, statement: str, key: Any) -> str | None:
        async with self._connection.execute(statement, (_person(key),)) as cursor:
            row = await cursor.fetchone()
        return None if row is None else row[0]


def _person(key: Any) -> str:
    return f"{key.bot_id}:{key.chat_id}:{key.user_id}"


def keyboard(key: str) -> Any:
    """The buttons under a question, if it has any."""
    labels = BUTTONS.get(key)
    if labels is None:
        return None
    rows = [[InlineKeyboardButton(text=label, callback_data=label[:20])] for label in labels]
    return InlineKeyboardMarkup(inline_keyboard=rows)


async def begin(message: Any, state: Any) -> None:
    """The first question."""
    await state.set_state(STATES[0])
    await message.answer(QUESTIONS[0][1])


async def kept(message: Any, state: Any, number: int, answer: str) -> None:
    """Keep one answer and ask the next question."""
    await state.update_data({QUESTIONS[number][0]: answer})
    last = number + 1 == len(QUESTIONS)
    await state.set_state(None if last else STATES[number + 1])
    key, words = ("", RECEIPT) if last else QUESTIONS[number + 1]
    await message.answer(words, reply_markup=keyboard(key))


def listen_at(dispatcher: Any, number: int) -> None:
    """What may be said at question `number`."""

    async def typed(message: Any, state: Any) -> None:
        await kept(message, state, number, message.text)

    async def pressed(query: Any, state: Any) -> None:
        await query.answer()
        await kept(query.message, state, number, query.data)

    if QUESTIONS[number][0] in BUTTONS:
        dispatcher.callback_query.register(pressed, StateFilter(STATES[number]))
    else:
        dispatcher.message.register(typed, StateFilter(STATES[number]), F.text)


async def main() -> None:
    """Poll until told to stop."""
    api_url, token, file = sys.argv[1:4]
    connection = await aiosqlite.connect(file)
    await connection.execute("PRAGMA journal_mode=WAL")
    await connection.execute("PRAGMA synchronous=FULL")
    await connection.execute(SCHEMA)
    await connection.commit()
    dispatcher = Dispatcher(storage=SqliteStorage(connection))
    dispatcher.message.register(begin, Command("sangkien"))
    for number in range(len(QUESTIONS)):
        listen_at(dispatcher, number)
    session = AiohttpSession(api=TelegramAPIServer.from_base(api_url))
    await dispatcher.start_polling(Bot(token, session=session))


if __name__ == "__main__":
    asyncio.run(main())
