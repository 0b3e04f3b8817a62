"""Invitation codes as people see them: easy to read aloud, hard to guess; and the link that carries one."""

from __future__ import annotations

import asyncio
import secrets

from bot.channels import CallFailed
from bot.config import Config, ConfigError
from handlers.codes import ALPHABET, LENGTH
from storage.database import Database
from storage.transaction import Transaction

BOT_NAME = "telegram.username"  # the setting under which a running bot leaves its name
SIGNING_KEY = "signing.key"
PATIENCE = 5.0


def new_code() -> str:
    """A random code of ten letters and digits, a digit among them: nothing typed as a name looks like it."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if any(letter.isdigit() for letter in code):
            return code


def signing_key(database: Database) -> bytes:
    """The key of this installation's marks on buttons, made the first time it is needed."""
    with database.transaction() as tx:
        kept = tx.heard.setting(SIGNING_KEY)
        if kept is None:
            kept = secrets.token_hex(32)
            tx.heard.settle_setting(SIGNING_KEY, kept)
    return bytes.fromhex(kept)


def bot_name(config: Config, tx: Transaction) -> str:
    """The bot's name: as configured, as the running bot left it, or as Telegram says; empty if unknown."""
    return config.telegram.username or tx.heard.setting(BOT_NAME) or asyncio.run(_asked(config))


async def _asked(config: Config) -> str:
    from bot.channels.telegram_calls import TelegramChannel

    try:
        channel = TelegramChannel(config.require_token(), config.telegram.api_url)
    except ConfigError:
        return ""
    try:
        await asyncio.wait_for(channel.open(), PATIENCE)
        return channel.username
    except (CallFailed, TimeoutError):
        return ""
    finally:
        await channel.close()


def link_to(name: str, code: str) -> str:
    """The link that opens the private talk with this code; without a bot's name, the words to send."""
    return f"https://t.me/{name}?start={code}" if name else f"/start {code}"
