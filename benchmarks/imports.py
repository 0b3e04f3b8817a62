"""Which imports the start of the bot waits for, package by package."""

from __future__ import annotations

import asyncio
import re
import sys
from collections import Counter
from statistics import median

from benchmarks.programs import ROOT
from benchmarks.tables import table

REPEATS = 5
SHOWN = 14
MODULES = "bot.cli, bot.running, bot.config"  # what `sangkien run` imports before it runs
LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)")


async def once() -> Counter[str]:
    """Microseconds spent in the modules of each package, what they import not counted in."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-X",
        "importtime",
        "-c",
        f"import {MODULES}",
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await process.communicate()
    spent: Counter[str] = Counter()
    for own, module in LINE.findall(error.decode()):
        package = module.partition(".")[0]
        spent["(standard library)" if package in sys.stdlib_module_names else package] += int(own)
    return spent


async def heaviest() -> None:
    """A table of packages, the heaviest first; `-X importtime` itself makes each a little slower."""
    runs = [await once() for _ in range(REPEATS)]
    packages = {package: median(run[package] for run in runs) / 1_000 for package in runs[0]}
    order = sorted(packages.items(), key=lambda item: -item[1])
    rows = [(package, f"{spent:.0f}") for package, spent in order[:SHOWN]]
    rows.append(("others", f"{sum(spent for _, spent in order[SHOWN:]):.0f}"))
    rows.append(("together", f"{sum(packages.values()):.0f}"))
    table((f"imports before the first poll, {REPEATS} runs", "ms"), rows)
