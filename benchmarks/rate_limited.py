"""The broadcast to compare with: python-telegram-bot's Application and its AIORateLimiter, as in its manual.

Run as `python -m benchmarks.rate_limited API_URL TOKEN FIRST_CHAT COUNT`; a refused message is tried again.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

from telegram.ext import AIORateLimiter, Application

RETRIES = 20


async def broadcast(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    """Everybody at once: the limiter decides who goes when."""
    first, count = (int(number) for number in sys.argv[3:5])

    async def send(chat: int) -> None:
        await application.bot.send_message(chat, "Sáng kiến của anh/chị còn chờ.")

    application.create_task(together([send(first + number) for number in range(count)]))


async def together(sends: list[Any]) -> None:
    """As one task of the application, which it waits for when it stops."""
    await asyncio.gather(*sends)


def main() -> None:
    """Send, and poll until told to stop."""
    api_url, token = sys.argv[1:3]
    logging.basicConfig(level=logging.CRITICAL)
    limiter = AIORateLimiter(max_retries=RETRIES)
    builder = Application.builder().token(token).base_url(f"{api_url}/bot").rate_limiter(limiter)
    builder.connection_pool_size(64).pool_timeout(600).post_init(broadcast).build().run_polling()


if __name__ == "__main__":
    main()
