"""What the machine is, which core is whose, and what a process has used: read from /proc, so Linux only."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def description() -> str:
    """One line to stand under every table: processor, cores, Python, how busy the machine was before."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in (PROC / "cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    system = f"{platform.system()} {platform.release()}"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {system}, {python}; load {os.getloadavg()[0]:.1f}"


@dataclass(frozen=True, slots=True)
class Cores:
    """Where the bot runs, and where the sandbox and the typists do; the same core when there is only one."""

    bot: int
    others: int

    @classmethod
    def shared_out(cls) -> Cores:
        """The first and the last core this process may use."""
        allowed = sorted(os.sched_getaffinity(0))
        return cls(allowed[0], allowed[-1])

    def take(self) -> None:
        """Put this process, which plays the sandbox and the typists, on its own core."""
        os.sched_setaffinity(0, {self.others})


def release() -> None:
    """Let this process, and those it starts, run wherever there is room again."""
    os.sched_setaffinity(0, range(os.cpu_count() or 1))


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far, its threads included. Raises OSError when it has ended."""
    after_name = (PROC / str(pid) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS  # fields 14 and 15 of proc(5)


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory in MB (10⁶ bytes): all pages, and with shared pages divided among their users."""

    rss: float
    pss: float


def memory(pid: int) -> Memory:
    """What a process holds now. Raises OSError when it has ended."""
    sizes: dict[str, float] = {}
    for line in (PROC / str(pid) / "smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]:
        name, _, size = line.partition(":")
        sizes[name] = int(size.split()[0]) * 1024 / 1e6
    return Memory(sizes["Rss"], sizes["Pss"])


def file_system(folder: Path) -> str:
    """The kind of file system a folder is on: on tmpfs a commit would cost nothing."""
    best, kind = "", "unknown"
    for line in (PROC / "mounts").read_text(encoding="utf-8").splitlines():
        _, place, found, *_ = line.split(" ")
        if str(folder.resolve()).startswith(place) and len(place) > len(best):
            best, kind = place, found
    return kind
