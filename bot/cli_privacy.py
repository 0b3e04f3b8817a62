"""`sangkien audit`, `sangkien privacy`, `sangkien tidy`: what an operator owes to the law."""

from __future__ import annotations

import csv
import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.commands import ConfigOption, configured, fail, opened, say

audit_app = typer.Typer(help="Nhật ký chỉ ghi thêm, dòng sau khoá dòng trước.", no_args_is_help=True)
privacy_app = typer.Typer(help="Yêu cầu của mọi người về dữ liệu của mình.", no_args_is_help=True)
FAULTS = {
    "changed": "Nhật ký bị sửa: dòng {broken} không nối được với dòng trước; {entries} dòng trên còn nguyên.",
    "cut": "Nhật ký bị cắt ở cuối: chỉ còn {entries} dòng; hãy so với bản sao lưu.",
    "no_head": "Nhật ký mất dấu cuối; hãy so với bản sao lưu.",
    "unguarded": "Nhật ký còn nguyên nhưng mất khoá chống sửa; chạy lại bản nâng cấp trên bản sao lưu.",
}


@audit_app.command()
def verify(
    head: Annotated[str, typer.Option("--head", help="Dấu đã chép lại lần trước; phải còn ở trong.")] = "",
    config: ConfigOption = None,
) -> None:
    """Đọc lại cả nhật ký: in số dòng và dấu cuối (nên chép ra giấy), hoặc dòng hỏng đầu tiên."""
    database = opened(configured(config))
    with database.reading() as tx:
        verdict = tx.audit.verify(head)
    database.close()
    if verdict.fault:
        fail(FAULTS[verdict.fault].format(broken=verdict.broken, entries=verdict.entries))
    if not verdict.seen:
        fail("Nhật ký liền mạch nhưng không có dấu đã chép: nó đã bị viết lại từ đầu.")
    say(f"ok {verdict.entries} {verdict.head}")


@audit_app.command("export")
def export_audit(
    format_: Annotated[str, typer.Option("--format", help="jsonl hoặc csv")] = "jsonl",
    config: ConfigOption = None,
) -> None:
    """In cả nhật ký ra stdout, dòng cũ trước."""
    if format_ not in ("jsonl", "csv"):
        fail(f"Không có dạng “{format_}”; dùng jsonl hoặc csv.", 2)
    database = opened(configured(config))
    with database.reading() as tx:
        entries = ({**entry, "at": _utc(entry["at"])} for entry in tx.audit.entries())
        if format_ == "jsonl":
            for entry in entries:
                say(json.dumps(entry, ensure_ascii=False))
        else:
            names = ("id", "at", "actor_id", "what", "subject", "before", "after", "why", "hash")
            lines = csv.DictWriter(sys.stdout, names, lineterminator="\n")
            lines.writeheader()
            lines.writerows(entries)
    database.close()


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@privacy_app.command("list")
def list_requests(
    everything: Annotated[bool, typer.Option("--all", help="Cả những yêu cầu đã xong.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Mỗi dòng một JSON.")] = False,
    config: ConfigOption = None,
) -> None:
    """Mỗi yêu cầu một dòng: số, loại, người (số), lúc hỏi, hạn trả lời, hạn xong, lúc xong."""
    from dataclasses import asdict

    database = opened(configured(config))
    with database.reading() as tx:
        found = tx.privacy_requests.all() if everything else tx.privacy_requests.open()
    database.close()
    for one in found:
        row = {
            name: _utc(value) if name.endswith(("_at", "_by")) and value else value
            for name, value in asdict(one).items()
        }
        if as_json:
            say(json.dumps(row))
        else:
            order = ("id", "kind", "worker_id", "asked_at", "answer_by", "finish_by", "done_at")
            say("\t".join(str(row[name] or "-") for name in order))


def tidy(config: ConfigOption = None) -> None:
    """Dọn những gì đã hết hạn giữ (bot đang chạy cũng tự dọn mỗi ngày)."""
    from dataclasses import asdict

    from bot import clock
    from bot.invitations import signing_key
    from bot.speech import Speech
    from bot.texts import load
    from bot.tidying import keeping_of
    from handlers.house import House
    from handlers.tidying import tidy as tidied

    settings = configured(config)
    database = opened(settings)
    programme = settings.programme_facts()
    key = signing_key(database)
    house = House(
        programme, Speech(load(), programme.zone), settings.programme.contact, "", key,
        keep_recognised=settings.privacy.keep_recognised,
    )  # fmt: skip
    with database.transaction() as tx:
        done = tidied(tx, keeping_of(settings), house, clock.now())
    database.vacuum()
    database.close()
    say(" ".join(f"{name} {count}" for name, count in asdict(done).items()))
