"""What every command says on the console: a line, or one sentence of what is wrong; and how it ends then."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bot.cut_off import SENTENCE as CUT_OFF
from bot.cut_off import CutOff, over, undone_from_here

if TYPE_CHECKING:
    from bot.config import Config

_TOKEN = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{10,}")


def say(line: str) -> None:
    """One line of a command's answer."""
    print(line)  # noqa: T201 - the command line's own voice


def fail(sentence: str, code: int = 1) -> NoReturn:
    """Say what went wrong and the way out, on stderr; end with 1 (failed) or 2 (asked wrongly)."""
    print(sentence, file=sys.stderr)  # noqa: T201 - the command line's own voice
    sys.exit(code)


def end(problem: str | None) -> NoReturn:
    """End the process here and now: with 0, or with the sentence of what is wrong and 1.

    For what works until it is told to stop and has put everything in order.
    """
    if problem:
        with suppress(OSError, ValueError):
            print(problem, file=sys.stderr)  # noqa: T201 - the command line's own voice
    _leave(1 if problem else 0)


def _leave(code: int) -> NoReturn:
    """Python's own way out waits for every thread, a paper that takes minutes or a lock of another program
    among them, and is deaf: a second signal that comes meanwhile ends the process as if all had gone wrong.
    """
    for stream in (sys.stderr, sys.stdout):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def to_its_end(command: Callable[[], object], *, cut_off: bool) -> NoReturn:
    """Do a command and end the process as it says; `cut_off`: a stop in the middle of it raises CutOff."""
    try:
        with in_sentences():
            if cut_off:
                undone_from_here()
            try:
                command()
                sys.stdout.flush()
            finally:
                over()
    except SystemExit as ended:
        _leave(ended.code if isinstance(ended.code, int) else 1 if ended.code else 0)
    _leave(0)


def configured(path: Path | None) -> Config:
    """The configuration, or the end with exit code 2 and every fault named."""
    from bot.config import ConfigError, load

    try:
        return load(path, os.environ)
    except ConfigError as wrong:
        fail(_TOKEN.sub("***", str(wrong)), 2)


@contextmanager
def in_sentences() -> Iterator[None]:
    """Whatever the console speaks, we write UTF-8 in here, and what fails is one sentence and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        yield
    except CutOff:
        fail(CUT_OFF)
    except OSError as error:
        fail(f"Không đọc hoặc ghi được ({error.strerror}); xem lại đường dẫn và chỗ trống.")
    except Exception as error:
        from sqlalchemy.exc import SQLAlchemyError

        from bot.database_faults import sentence_on
        from bot.logs import frames_of

        if isinstance(error, SQLAlchemyError):
            fail(f"Cơ sở dữ liệu [database].url: {sentence_on(error)}.")
        # Never the error's own words: they may be a person's, or a password.
        where = frames_of(error).replace("\n", " ← ")
        fault = f"{type(error).__name__} tại {where}"
        fail(f"Lỗi trong chương trình ({fault}); gửi dòng này cho người phát triển.")
