"""What an export of many initiatives costs: seconds, and the most memory of the whole process.

`python -m benchmarks.exports [--rows 100000]` fills a database with units and initiatives of ordinary length,
then runs `sangkien export initiatives` in each format as a process of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import update

from benchmarks.filling import filled
from benchmarks.machine import description
from storage.database import Database
from storage.models import metadata
from storage.recount import Recount
from storage.upgrade import upgrade_database

# Of the length that 240 real ones have at the median.
BEFORE = "Cuộn vải để dưới đất, mỗi ca hai người khiêng, hay rách mép và bẩn phải cắt bỏ. " * 2
AFTER = "Đóng giá có bánh xe để lăn cuộn vải, chặn hai đầu, một người đẩy được cả cuộn. " * 2
EFFECT = "Mỗi ca bớt 40 phút, không còn vải bẩn phải cắt."
CONFIG = """[database]
url = "sqlite:///{file}"
[programme]
name = "benchmark"
time_zone = "Asia/Ho_Chi_Minh"
[[programme.phase]]
code = "gd1"
name = "1"
opens = "0 giờ 00 ngày 01/9/2021"
closes = "24 giờ 00 ngày 31/5/2022"
applied_from = "01/9/2021"
applied_to = "31/5/2022"
[[programme.phase]]
code = "gd2"
name = "2"
opens = "0 giờ 00 ngày 01/6/2022"
closes = "24 giờ 00 ngày 31/8/2023"
applied_from = "01/9/2021"
applied_to = "31/8/2023"
"""


def measured(config: Path, *options: str) -> tuple[float, float, float, int]:
    """Seconds, seconds of CPU, megabytes at the most, and megabytes written, of one export."""
    out = config.with_name("out")
    out.unlink(missing_ok=True)
    command = [sys.executable, "-m", "bot", "export", "initiatives", "-o", str(out), *options]
    began = time.perf_counter()
    process = subprocess.Popen([*command, "--config", str(config)])
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1_024, out.stat().st_size // 1_000_000


def main() -> None:
    """Fill, export, print."""
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=100_000)
    rows = options.parse_args().rows
    print(description())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.db"
        database = Database(f"sqlite:///{file}")
        upgrade_database(database)
        filled(database, rows)
        initiative = metadata.tables["initiative"]
        words = {"title": EFFECT, "before": BEFORE, "after": AFTER, "effect": EFFECT}
        with database.transaction() as tx:
            tx.connection.execute(update(initiative).values(**words, fingerprint="ab" * 32))
            Recount(tx.connection).differences(keep=True)
        database.close()
        config = Path(folder) / "config.toml"
        config.write_text(CONFIG.format(file=file), "utf-8")
        for format_ in ("jsonl", "csv", "xlsx"):
            took, worked, memory, size = measured(config, "--format", format_)
            print(f"{format_:5} {rows:,} rows {took:5.1f} s, {worked:5.1f} s of CPU", end=" ")
            print(f"{memory:5.0f} MB of memory, {size} MB written")


if __name__ == "__main__":
    main()
