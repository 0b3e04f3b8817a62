"""The entry point of `sangkien` and `python -m bot`: a stop is understood before anything slow is loaded."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.cut_off import understood

# What works until it is told to stop. Any other command that is cut off has failed, and must say so.
UNTIL_STOPPED = ("run", "demo")


def main() -> None:
    """Do what the command line says."""
    understood(until_stopped=sys.argv[1:2] != [] and sys.argv[1] in UNTIL_STOPPED)
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
