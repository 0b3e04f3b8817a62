"""`sangkien preview-reminders`: who would be told what on a day and why; nothing is sent or written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.commands import ConfigOption, configured, fail, opened, say

if TYPE_CHECKING:
    from handlers.reminder_preview import Previewed


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
    from handlers.reminder_preview import not_seen, preview

    settings = configured(config)
    programme = settings.programme_facts()
    database, now = opened(settings), clock.now()
    try:
        day = date.fromisoformat(on) if on else programme.local_day(now)
    except ValueError:
        fail(f"“{on}” không phải là ngày; viết dạng 2026-12-31.", 2)
    if not_seen(day, programme.local_day(now)) and on:
        fail(f"Chỉ xem trước được từ hôm nay đến mười năm tới, không xem được {on}.", 2)
    try:
        with database.reading() as tx:
            found = preview(tx, House(programme, Speech(load(), programme.zone)), day, now)
            names = {one.worker_id: tx.reviews.name_of(one.worker_id) for p in found for one in p.told}
    finally:
        database.close()
    if not as_json:
        say(f"{day.isoformat()}: {sum(len(one.told) for one in found)} tin, {len(found)} dịp")
    for one in found:
        for line in [_row(one)] if as_json else _lines(one, names, programme.zone):
            say(line)


def _row(one: Previewed) -> str:
    """A moment as one line of JSON."""
    its = one.moment
    told = [
        {"worker": it.worker_id, "at": it.at.astimezone(UTC).isoformat(), "parts": list(it.parts)}
        for it in one.told
    ]
    row = {
        "kind": its.kind, "phase": its.phase, "offset": its.offset, "at": its.at.astimezone(UTC).isoformat(),
        "skipped": one.skipped, "count": len(told), "told": told, "silent": dict(one.silent),
    }  # fmt: skip
    return json.dumps(row, ensure_ascii=False)


def _lines(one: Previewed, names: Mapping[int, str], zone: ZoneInfo) -> Iterator[str]:
    """A moment as a person reads it: how many are told and are not, then who."""
    from handlers.person_codes import code_of

    its = one.moment
    at = its.at.astimezone(zone)
    yield f"{at:%H:%M} {its.kind} {its.phase} {its.offset} nhắc={len(one.told)} {one.skipped}".rstrip()
    for why, count in one.silent.most_common():
        yield f"  không nhắc: {count} {why}"
    for it in one.told:
        parts = " ".join(it.parts) or its.kind
        yield f"  {it.at.astimezone(zone):%d/%m %H:%M} {code_of(it.worker_id)} {names[it.worker_id]}: {parts}"
