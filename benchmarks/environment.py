"""An environment of its own for the bot we compare with: our own packages stay as they are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.programs import done

AIOGRAM = ("aiogram>=3.20,<4", "aiosqlite>=0.20")


def folder(name: str) -> Path:
    """Where one is kept between measurements: the person's cache, outside the repository."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "sangkien-benchmarks" / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"


async def aiogram_python() -> str:
    """The interpreter that has aiogram, made on first use. Raises RuntimeError when it cannot be made."""
    return await python_with("aiogram", *AIOGRAM)


async def python_with(name: str, *packages: str) -> str:
    """The interpreter of an environment with packages, made on first use. Raises RuntimeError."""
    place = folder(name)
    python, ready = place / "bin" / "python", place / "ready"
    if not ready.exists():
        print(f"making an environment for {name} in {place} …", flush=True)
        await done(sys.executable, "-m", "venv", "--clear", str(place))
        await done(str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *packages)
        ready.touch()
    return str(python)
