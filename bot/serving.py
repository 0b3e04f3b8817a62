"""`sangkien run`: what works for months is started without what only other commands use."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.console import configured, fail

# structlog loads rich, and with it pygments, wherever they are installed: 3 MB for coloured tracebacks, which
# no log of ours has.
NEVER_USED = ("rich",)


def keep_out() -> None:
    """From now on these are missing for whoever tries to import them; every library here does without.

    What is None among the modules Python reports as not found (its import system says so). To be called
    before the libraries are loaded, and only where nothing will be shown on a terminal.
    """
    for name in NEVER_USED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


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

    if problem := run_app(settings):
        fail(problem)
