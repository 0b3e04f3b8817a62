"""What SIGINT and SIGTERM mean before an event loop hears them, and to a command that has none."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

STOPS = (signal.SIGINT, signal.SIGTERM)
SENTENCE = "Bị dừng giữa chừng, việc chưa xong; dữ liệu vẫn nguyên vẹn, chạy lại lệnh khi cần."


class CutOff(BaseException):
    """A command was told to stop in the middle: what it has begun is undone on the way out."""


def understood(*, until_stopped: bool) -> None:
    """Before anything has begun a stop ends the process at once: with 0 if that is what it works for."""
    for number in STOPS:
        if until_stopped:
            signal.signal(number, _nothing_begun)
        else:
            _hears(number, _not_begun)


def undone_from_here() -> None:
    """From here on a stop raises CutOff: temporary files go, the transaction that is open is rolled back."""
    for number in STOPS:
        _hears(number, _undone)


def over() -> None:
    """All is done, or being undone: a stop that comes now changes nothing any more."""
    for number in STOPS:
        _hears(number, _changes_nothing)


def _hears(number: int, handler: Callable[[int, FrameType | None], None]) -> None:
    # A shell starts what works in the background deaf to Ctrl-C, and such a command stays so.
    if signal.getsignal(number) != signal.SIG_IGN:
        signal.signal(number, handler)


def _changes_nothing(_number: int, _frame: FrameType | None) -> None:
    """Not SIG_IGN: of a signal that has come, but has not been handled when it is set, Python complains."""


def _nothing_begun(_number: int, _frame: FrameType | None) -> None:
    os._exit(0)


def _not_begun(_number: int, _frame: FrameType | None) -> None:
    os.write(2, f"{SENTENCE}\n".encode())
    os._exit(1)


def _undone(_number: int, _frame: FrameType | None) -> NoReturn:
    """Once: another signal must not come between a command and what it tidies up."""
    over()
    raise CutOff
