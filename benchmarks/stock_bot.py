"""The stock bot to compare with: python-telegram-bot's ConversationHandler, kept in memory, as in its manual.

Run as `python -m benchmarks.stock_bot API_URL TOKEN`. Nothing is saved: a restart forgets every answer.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)

from benchmarks.questions import BUTTONS, QUESTIONS, RECEIPT

Context = ContextTypes.DEFAULT_TYPE


def keyboard(key: str) -> InlineKeyboardMarkup | None:
    """The buttons under a question, if it has any."""
    labels = BUTTONS.get(key)
    if labels is None:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label[:20])] for label in labels])


async def begin(update: Update, _: Context) -> int:
    """The first question."""
    assert update.message is not None
    await update.message.reply_text(QUESTIONS[0][1])
    return 0


async def kept(message: Message, context: Context, number: int, answer: str) -> int:
    """Keep one answer and ask the next question."""
    assert context.user_data is not None
    context.user_data[QUESTIONS[number][0]] = answer
    if number + 1 == len(QUESTIONS):
        await message.reply_text(RECEIPT)
        return ConversationHandler.END
    key, words = QUESTIONS[number + 1]
    await message.reply_text(words, reply_markup=keyboard(key))
    return number + 1


def state(number: int) -> list[Any]:
    """What may be said at question `number`."""

    async def typed(update: Update, context: Context) -> int:
        assert update.message is not None
        return await kept(update.message, context, number, update.message.text or "")

    async def pressed(update: Update, context: Context) -> int:
        query = update.callback_query
        assert query is not None
        assert isinstance(query.message, Message)
        await query.answer()
        return await kept(query.message, context, number, query.data or "")

    if QUESTIONS[number][0] in BUTTONS:
        return [CallbackQueryHandler(pressed)]
    return [MessageHandler(filters.TEXT & ~filters.COMMAND, typed)]


def main() -> None:
    """Poll until told to stop."""
    api_url, token = sys.argv[1:3]
    logging.basicConfig(level=logging.WARNING)
    application = Application.builder().token(token).base_url(f"{api_url}/bot").build()
    begins = [CommandHandler("sangkien", begin)]
    states: dict[object, list[Any]] = {number: state(number) for number in range(len(QUESTIONS))}
    application.add_handler(ConversationHandler(begins, states, begins))  # type: ignore[arg-type]
    application.run_polling()


if __name__ == "__main__":
    main()
