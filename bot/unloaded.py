"""Keeps out of a process that serves what its libraries would load and nobody there would use: memory."""

from __future__ import annotations

import sys

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
