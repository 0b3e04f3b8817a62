"""The demonstration: a sandbox, a phone in the browser and the real bot, which talks to it over HTTP."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import clock
from bot.console import end
from bot.stopping import STOP_SECONDS, until_stopped

TOKEN = "1000:SANDBOX"  # noqa: S105 - it opens nothing but the sandbox on this machine
UNITS = Path(__file__).parent / "sandbox" / "units.csv"
ZONE = "Asia/Ho_Chi_Minh"
# Hải Phòng's two phases, as days before the second one closes.
SECOND_OPENS, FIRST_OPENS = 457, 730
CLOSES_IN = 30
ROLES_TO_TRY = (
    ("Phụ trách đơn vị · lead", "lead", "T09-020"),
    ("Cán bộ cấp trên · officer", "officer", "ROOT"),
    ("Quản trị · admin", "admin", "ROOT"),
)
ENDING_SECONDS = STOP_SECONDS + 3  # the bot may take its own, and the folder goes when it has ended
PR_SET_PDEATHSIG = 1  # prctl(2)


def configuration(folder: Path, api_url: str, now: datetime) -> str:
    """A small programme with Hải Phòng's two phases, moved so that the second closes in thirty days."""
    midnight = now.astimezone(ZoneInfo(ZONE)).replace(hour=0, minute=0, second=0, microsecond=0)
    closes = midnight + timedelta(days=CLOSES_IN)
    between, opens = closes - timedelta(days=SECOND_OPENS), closes - timedelta(days=FIRST_OPENS)

    def phase(code: str, name: str, begin: datetime, end: datetime, count: int) -> str:
        last = end - timedelta(days=1)
        return f"""
[[programme.phase]]
code = "{code}"
name = "{name}"
opens = "{begin.isoformat()}"
closes = "{end.isoformat()}"
applied_from = "{begin:%d/%m/%Y}"
applied_to = "{last:%d/%m/%Y}"
[[programme.phase.target]]
measure = "initiatives"
count = {count}
unit = "ROOT"
[[programme.phase.target]]
measure = "people"
percent = 15
each = true
"""

    return f"""
[telegram]
api_url = "{api_url}"
[database]
url = "sqlite:///{(folder / "sangkien.db").as_posix()}"
[secrets]
keys = "{(folder / "keys").as_posix()}"
[files]
folder = "{(folder / "files").as_posix()}"
[reminders]
working_days = false  # whatever day it is today, every reminder is to be seen
[programme]
name = "01 triệu sáng kiến (chạy thử)"
time_zone = "{ZONE}"
contact = "Công đoàn cơ sở của anh/chị"
{phase("gd1", "Giai đoạn 1", opens, between, 20_000)}
{phase("gd2", "Giai đoạn 2", between, closes, 25_000)}
"""


def announce(line: str) -> None:
    """Tell the person who started the demonstration."""
    print(line, flush=True)  # noqa: T201 - the demonstration's own voice


def run_demo(port: int) -> None:
    """Serve until interrupted, or until it is clear that it cannot start; the process ends with it."""
    asyncio.run(_lived(port))


async def _lived(port: int) -> None:
    """The whole life; it ends in here, where the loop still hears signals: a second interrupts nothing."""
    end(await until_stopped(_passing(port), ENDING_SECONDS))


async def _passing(port: int) -> str | None:
    """In a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="sangkien-demo-", ignore_cleanup_errors=True) as folder:
        return await _demo(Path(folder), port)


async def _demo(folder: Path, port: int) -> str | None:
    from bot.sandbox import Sandbox

    sandbox = Sandbox(TOKEN, clock=clock.now)
    try:
        await sandbox.start(port=port)
    except OSError:
        return f"Cổng {port} đang có chương trình khác dùng; thử: sangkien demo --port {port + 1}"
    try:
        file = folder / "config.toml"
        moved = folder / "clock"
        sandbox.moved = lambda ahead: moved.write_text(str(ahead.total_seconds()), encoding="ascii")
        file.write_text(configuration(folder, sandbox.url, clock.now()), encoding="utf-8")
        await _bot("units", "import", str(UNITS), "--config", str(file), quiet=True)
        sandbox.next_reminder = coming(file)
        announce(f"\n  Mở trang này trong trình duyệt:  {sandbox.url}/\n")
        for line in await asyncio.to_thread(ways_in, file):
            announce(f"  {line}")
        announce(f"  .venv/bin/sangkien … --config {file}\n")
        announce("  (Ctrl+C để dừng. The real bot is running against a local stand-in for Telegram.)")
        while True:
            code = await _bot("run", "--config", str(file))
            if code == 0:
                return None
            if code == 2:
                return "Bot không chạy được với cấu hình chạy thử; xem dòng trên."
            announce(f"  Bot dừng (mã {code}), khởi động lại…")
            await asyncio.sleep(0.5)
    finally:
        await sandbox.stop()


def ways_in(file: Path) -> list[str]:
    """A line with a code for each role, so that whoever watches can be a lead or an officer as well."""
    from bot.commands import opened
    from bot.config import load
    from bot.invitations import invite_to

    settings = load(file, {"SANGKIEN_TELEGRAM__TOKEN": TOKEN})
    database = opened(settings)
    try:
        return [
            f"{what}: /start {invite_to(settings, database, (role, unit, 100, 30), None)[0]}"
            for what, role, unit in ROLES_TO_TRY
        ]
    finally:
        database.close()


def coming(file: Path) -> Callable[[datetime], datetime | None]:
    """When the next reminder of this configuration may be said, after an instant; None when none comes."""
    from bot.config import load
    from handlers.reminder_moments import Moves, moments_of, quiet_of

    programme = load(file, {"SANGKIEN_TELEGRAM__TOKEN": TOKEN}).programme_facts()
    quiet = quiet_of(programme)

    def after(now: datetime) -> datetime | None:
        moments = (one for phase in programme.phases for one in moments_of(programme, phase, Moves(), now))
        coming = [one for one in moments if one.until > now]
        said = ((quiet.any_day() if one.last else quiet).sayable(one.at) for one in coming)
        return min((at for at in said if at > now), default=None)

    return after


def _ends_with_us() -> None:
    """Where the system can (Linux), a killed demonstration takes its bot with it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


async def _bot(*arguments: str, quiet: bool = False) -> int:
    """Run the program itself, as an operator would."""
    # Nothing an operator has set for the real bot may reach this one: not its database, not its token.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANGKIEN_")}
    environment["SANGKIEN_TELEGRAM__TOKEN"] = TOKEN
    if "--config" in arguments:
        environment[clock.DEMO_FILE] = str(Path(arguments[-1]).with_name("clock"))
    out = asyncio.subprocess.DEVNULL if quiet else None
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "bot", *arguments, env=environment, stdout=out, preexec_fn=_ends_with_us
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Stop it; it is given the time that it may take for that, and no more."""
    for stop, seconds in ((process.terminate, STOP_SECONDS + 1), (process.kill, 1)):
        with suppress(ProcessLookupError, TimeoutError):
            stop()
            async with asyncio.timeout(seconds):
                await process.wait()
                return
