"""The real command line with handlers and a disk that fail on order: `python -m tests.saboteur run …`."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Any, NoReturn

import bot.fetching
import bot.ledger
from handlers.messages import Event, Typed


def main() -> None:
    listen = bot.ledger.listen

    def failing(tx: Any, event: Event, house: Any, now: Any) -> Any:
        outcome = listen(tx, event, house, now)
        if isinstance(event.what, Typed) and event.what.text.startswith("hỏng"):
            said, name = event.what.text, event.name
            try:
                raise KeyError(said)
            except KeyError as cause:
                raise ValueError(f"{name} said {said!r}") from cause
        if isinstance(event.what, Typed) and event.what.text.startswith("chết"):
            raise SystemError(event.what.text)
        return outcome

    def full(_folder: Path, content: bytes) -> NoReturn:
        raise OSError(errno.ENOSPC, f"No space left on device for {content!r}", "/" + content[3:].decode())

    bot.ledger.listen = failing  # type: ignore[assignment]
    bot.fetching.keep = full  # type: ignore[assignment]
    from bot.cli import main as real

    sys.argv[0] = "sangkien"
    real()


if __name__ == "__main__":
    main()
