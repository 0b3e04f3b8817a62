"""`sangkien fingerprint`: the fingerprints of an initiative, and whether a file of proof is one of them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from bot.commands import ConfigOption, configured, fail, opened, say


def fingerprint(
    code: Annotated[str, typer.Argument(help="Mã sáng kiến, ví dụ SK-00001.")],
    check: Annotated[Path | None, typer.Option("--check", help="Tệp chứng minh của tác giả.")] = None,
    config: ConfigOption = None,
) -> None:
    """Dấu vân tay đã ghi, mỗi bản một dòng: lúc nào, sha-256; không in nội dung."""
    if check is not None and not check.is_file():
        fail(f"Không có tệp {check}.", 2)
    database = opened(configured(config))
    try:
        with database.reading() as tx:
            item = tx.reviews.find(code)
            taken = tx.initiatives.fingerprints(item.id) if item is not None else []
    finally:
        database.close()
    if item is None:
        fail(f"Không có sáng kiến mã {code}.", 2)
    if check is None:
        for at, digest in taken:
            say(f"{at:%Y-%m-%dT%H:%M:%SZ} {digest}")
        return
    digest = hashlib.sha256(check.read_bytes()).hexdigest()
    for at, known in taken:
        if known == digest:
            say(f"ok {at:%Y-%m-%dT%H:%M:%SZ} {digest}")
            return
    fail(f"{check} không khớp dấu vân tay nào của {code}.")
