"""`sangkien run`: what works for months is started without what only other commands use."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

from bot.console import configured, fail

# structlog loads rich, and with it pygments, wherever they are installed: 3 MB for coloured tracebacks, which
# no log of ours has. It does without.
NEVER_USED = "rich"
# python-telegram-bot's own way to the network, in whose place ours stands (bot/channels/telegram_request.py):
# it loads httpx, another 1.3 MB. Only its name is asked for, to see that it is not what we gave.
REPLACED, ITS_NAME = "telegram.request._httpxrequest", "HTTPXRequest"


def keep_out() -> None:
    """Libraries find from now on that these are missing, or empty: memory for what nobody here would use.

    What is None among the modules Python reports as not found (its import system says so). To be called
    before the libraries are loaded, and only where nothing will be shown on a terminal.
    """
    sys.modules.setdefault(NEVER_USED, None)  # type: ignore[arg-type]
    empty = ModuleType(REPLACED, "Nothing: see bot/serving.py.")
    setattr(empty, ITS_NAME, type(ITS_NAME, (), {}))
    sys.modules.setdefault(REPLACED, empty)


def serve(path: Path | None) -> None:
    """Run the bot until it is told to stop; ends with a sentence when it cannot."""
    from bot.config import ConfigError

    settings = configured(path)
    try:
        settings.require_token()
    except ConfigError as wrong:
        fail(f"{path or 'config.toml'}: {wrong}", 2)
    keep_out()
    from bot.running import run_app

    run_app(settings)
