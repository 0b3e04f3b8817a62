"""Logs: one line an event, and whatever is secret or a person's taken out of every record.

A line says what happened, never what was said: of an error it keeps the kind and the places it passed in the
program, not its message, which may quote a person, a file or an address with the token in it.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterable
from types import TracebackType
from typing import Any
from urllib.parse import quote, unquote

import structlog

# A token in an address or a message, even one we were not told of.
_TOKEN = re.compile(r"\b\d{3,12}:[A-Za-z0-9_-]{5,64}")
# At DEBUG some of them write every call with all its parameters: what people say.
_QUIET = (
    "apscheduler",
    "telegram",
    "aiohttp",
    "httpx",
    "httpcore",
    "asyncio",
    "alembic",
    "sqlalchemy",
    "psycopg",
    "filelock",
)
_ORDER = ["timestamp", "level", "event"]


def frames_of(error: BaseException) -> str:
    """Where an error came from, without messages and values: they may carry a person's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return "\n".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames)


def kinds_of(error: BaseException) -> str:
    """The kind of an error and of those that led to it, the last one first."""
    kinds: list[str] = []
    at: BaseException | None = error
    while at is not None and len(kinds) < 8:
        kinds.append(type(at).__name__)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return " ← ".join(kinds)


class Scrubbing(logging.Formatter):
    """Formats a record, then takes out every secret: the last place it passes."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner
        written = {form for secret in secrets for form in (secret, quote(secret, ""), unquote(secret))}
        self._secrets = sorted(written - {""}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        line = self._inner.format(_without_words(record))
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return _TOKEN.sub("***", line)


def _without_words(record: logging.LogRecord) -> logging.LogRecord:
    """The record with the kind and the places of its error instead of the error."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return record
    bare = logging.makeLogRecord(record.__dict__)
    bare.exc_info, bare.exc_text = None, None
    if isinstance(bare.msg, str):  # a library's: ours are structured, and carry their own
        # With its values filled in it may quote the error.
        bare.msg, bare.args = record.msg.split("%")[0].strip() or record.name, ()
        bare.msg += f" ({kinds_of(error)} at {frames_of(error)!r})"
    return bare


def settle_logs(secrets: Iterable[str], *, level: str = "info") -> None:
    """Structured lines on stderr: JSON for programs, key=value for a person at a terminal."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if sys.stderr.isatty():
        renderer = structlog.processors.LogfmtRenderer(key_order=_ORDER)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Scrubbing(formatter, secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    _settle_hooks()


def _settle_hooks() -> None:
    """What nobody caught is told like everything else, instead of by Python with its message."""
    log = structlog.get_logger()

    def uncaught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        log.critical("uncaught", reason=kinds_of(error), trace=frames_of(error))

    def in_a_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            uncaught(args.exc_type, args.exc_value, None)

    def unraisable(args: Any) -> None:
        if args.exc_value is not None:
            log.error("unraisable", reason=kinds_of(args.exc_value), trace=frames_of(args.exc_value))

    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, in_a_thread, unraisable


def loop_trouble(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What the event loop complains of, an error nobody awaited for one: told without the error's words."""
    error = context.get("exception")
    about = {"reason": kinds_of(error), "trace": frames_of(error)} if isinstance(error, BaseException) else {}
    structlog.get_logger().error("loop_trouble", what=str(context.get("message", ""))[:100], **about)
