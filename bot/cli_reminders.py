"""`sangkien preview-reminders`: who would be told what on a day and why; nothing is sent or written."""

from __future__ import annotations

import json
from datetime import UTC, date
from typing import Annotated

import typer

from bot.commands import ConfigOption, configured, fail, opened, say


def preview_reminders(
    on: Annotated[str, typer.Option("--date", help="Ngày, dạng 2026-12-31; bỏ trống là hôm nay.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Mỗi lần nhắc một dòng JSON.")] = False,
    config: ConfigOption = None,
) -> None:
    """Xem trước: ngày đó ai được nhắc gì và vì sao; không gửi và không ghi gì."""
    from bot import clock
    from bot.speech import Speech
    from bot.texts import load
    from handlers.house import House
    from handlers.reminder_preview import preview

    settings = configured(config)
    programme = settings.programme_facts()
    database, now = opened(settings), clock.now()
    try:
        day = date.fromisoformat(on) if on else programme.local_day(now)
    except ValueError:
        fail(f"“{on}” không phải là ngày; viết dạng 2026-12-31.", 2)
    try:
        with database.reading() as tx:
            found = preview(tx, House(programme, Speech(load(), programme.zone)), day, now)
            names = {one.worker_id: tx.reviews.name_of(one.worker_id) for p in found for one in p.told}
    finally:
        database.close()
    if not as_json:
        say(f"{day.isoformat()}: {sum(len(one.told) for one in found)} tin, {len(found)} dịp")
    for one in found:
        its = one.moment
        if as_json:
            told = [
                {"worker": it.worker_id, "at": it.at.astimezone(UTC).isoformat(), "parts": list(it.parts)}
                for it in one.told
            ]
            row = {
                "kind": its.kind, "phase": its.phase, "offset": its.offset,
                "at": its.at.astimezone(UTC).isoformat(), "skipped": one.skipped, "count": len(told),
                "told": told, "silent": dict(one.silent),
            }  # fmt: skip
            say(json.dumps(row, ensure_ascii=False))
            continue
        at = its.at.astimezone(programme.zone)
        say(f"{at:%H:%M} {its.kind} {its.phase} {its.offset} nhắc={len(one.told)} {one.skipped}".rstrip())
        for why, count in one.silent.most_common():
            say(f"  không nhắc: {count} {why}")
        for it in one.told:
            local = it.at.astimezone(programme.zone)
            parts = " ".join(it.parts) or its.kind
            say(f"  {local:%d/%m %H:%M} {it.worker_id} {names[it.worker_id]}: {parts}")
