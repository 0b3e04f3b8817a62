"""The entry point of `sangkien` and `python -m bot`: a stop is understood before anything slow is loaded."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

# What works until it is told to stop. Any other command that is cut off has failed, and must say so.
UNTIL_STOPPED = ("run", "demo")


def _nothing_begun(_number: int, _frame: object) -> None:
    """Stop in good order: nothing is open yet. The event loop brings handlers of its own."""
    os._exit(0)


def main() -> None:
    """Do what the command line says."""
    if sys.argv[1:2] and sys.argv[1] in UNTIL_STOPPED:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _nothing_begun)
    match sys.argv[1:]:
        # A question or a mistake is for the command line, which would stay in memory for months: 3 MB.
        case ["run"]:
            _serve(None)
        case ["run", "--config", file] if not file.startswith("-"):
            _serve(Path(file))
        case _:
            from bot.cli import main as command_line

            command_line()


def _serve(config: Path | None) -> None:
    from bot.console import in_sentences
    from bot.serving import serve

    with in_sentences():
        serve(config)


if __name__ == "__main__":
    main()
