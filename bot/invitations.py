"""Invitation codes as people see them: easy to read aloud, hard to guess; and the link that carries one."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import Any

from bot import clock
from bot.channels import CallFailed
from bot.config import Config, ConfigError
from bot.speech import Speech
from bot.texts import load
from handlers.codes import ALPHABET, LENGTH, code_hash
from handlers.inviting import on_poster
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


class UnitClosed(Exception):
    """Nobody joins a unit that is no longer there."""


class NoBotName(Exception):
    """A poster needs the bot's name, and neither the configuration nor Telegram has said it."""


def invite_to(
    config: Config, database: Database, terms: tuple[str, str, int, int], poster: Path | None
) -> tuple[str, str]:
    """Make an invitation (role, unit's code, uses, days): its code and link; with `poster`, print that too.

    Raises LookupError for no such unit, UnitClosed, NoBotName, OSError; then there is no invitation.
    """
    role, unit, uses, days = terms
    code, now, zone = new_code(), clock.now(), config.programme.time_zone
    until = now + timedelta(days=days)
    with database.reading() as tx:
        name = bot_name(config, tx)
    if poster is not None and not name:
        raise NoBotName
    with database.transaction() as tx:
        if (node := tx.units.by_code(unit)) is None:
            raise LookupError(unit)
        if node.valid_to is not None and node.valid_to <= now.astimezone(zone).date():
            raise UnitClosed(unit)
        tx.invitations.make(code_hash(code), role, node.id, uses, until, now)
        tx.audit.note(None, "invited", f"unit:{node.code}", now, after=role, why=f"uses:{uses}")
        if poster is not None:
            day = until.astimezone(zone).date().isoformat()
            link = link_to(name, "").partition("?")[0]
            params = on_poster(config.programme.name, node.name, role, code, link, day)
            print_poster(params, zone, poster)
    return code, link_to(name, code)


def print_poster(params: dict[str, Any], zone: tzinfo, file: Path) -> None:
    """Write the poster of an invitation, in Vietnamese. Raises OSError."""
    from bot.documents.poster import poster, words_for

    words = words_for(Speech(load(), zone), params, "vi")
    file.write_bytes(poster(words, params["link"]))


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
