"""Says in Vietnamese what an imported list changes, as a person reads it: by what happens, then by unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.unit_files import shown
from handlers.unit_plan import ChangedUnit, Difference
from handlers.units import Imported

MOST_SHOWN = 20
HEADINGS = {
    "new": "Đơn vị mới",
    "merged": "Sáp nhập",
    "replaced": "Có đơn vị khác thay",
    "split": "Chia tách",
    "closed": "Kết thúc",
    "reopened": "Mở lại",
    "renamed": "Đổi tên",
    "moved": "Chuyển cấp trên",
    "members": "Số đoàn viên",
    "target": "Chỉ tiêu",
    "groups": "Cụm, khối thi đua",
    "old_name": "Thêm tên cũ",
    "other": "Thay đổi khác",
}
_FIELDS = {"name": "renamed", "parent": "moved", "members": "members", "groups": "groups"} | {
    field: field for field in ("reopened", "old_name")
}
_OTHER = {"level": "cấp", "valid_from": "từ ngày", "valid_to": "đến trước ngày", "counted_on": "đếm ngày"}
_MEASURES = {"initiatives": "sáng kiến", "people": "người"}


def report(done: Imported, *, dry_run: bool) -> Iterator[str]:
    """Lines for the operator: what is different, grouped and cut, then one line with the sums."""
    for line, code in done.unknown[:MOST_SHOWN]:
        yield f"lưu ý, dòng {line}: mã bị thay thế {shown(code)} không có trong dữ liệu, bỏ qua"
    if dry_run:
        yield from _grouped(done.details)
    elif done.resettled or done.set_free:
        yield f"{done.resettled} người theo sang đơn vị mới, {done.set_free} người sẽ được hỏi lại đơn vị"
    gone = f", bỏ qua {done.gone} đơn vị đã rời hoặc giải thể từ trước" if done.gone else ""
    if not done.details:
        yield f"không có gì thay đổi: giữ nguyên {done.unchanged}{gone}"
    elif dry_run:
        yield f"sẽ thêm {done.added}, sẽ sửa {done.changed}, giữ nguyên {done.unchanged}{gone}; chưa ghi gì"
    else:
        yield f"đã thêm {done.added}, đã sửa {done.changed}, giữ nguyên {done.unchanged}{gone}"


def _grouped(details: Sequence[ChangedUnit]) -> Iterator[str]:
    groups: dict[str, list[str]] = {kind: [] for kind in HEADINGS}
    names = {unit.code: unit.name for unit in details}
    merged = {heir: old for heir, old in _replaced(details).items() if len(old) > 1}
    for heir, old in merged.items():
        together = " + ".join(f"{unit.code} {shown(unit.name)}" for unit in old)
        groups["merged"].append(f"{together} → {heir} {shown(names.get(heir, ''))}".rstrip())
    told = {unit.code for old in merged.values() for unit in old}
    for unit in details:
        for kind, line in _told(unit):
            if kind != "replaced" or unit.code not in told:
                groups[kind].append(line)
    for kind, lines in groups.items():
        if lines:
            yield f"{HEADINGS[kind]} ({len(lines)}):"
            yield from (f"  {line}" for line in lines[:MOST_SHOWN])
            if len(lines) > MOST_SHOWN:
                yield f"  … và {len(lines) - MOST_SHOWN} đơn vị nữa"


def _replaced(details: Sequence[ChangedUnit]) -> dict[str, list[ChangedUnit]]:
    """The units that end, by the one unit that takes their place."""
    found: dict[str, list[ChangedUnit]] = {}
    for unit in details:
        for field, _, heirs in unit.differences:
            if field == "successors" and isinstance(heirs, tuple) and len(heirs) == 1:
                found.setdefault(str(heirs[0]), []).append(unit)
    return found


def _told(unit: ChangedUnit) -> Iterator[tuple[str, str]]:
    """Each thing that happens to a unit: its kind and one line."""
    called = f"{unit.code} {shown(unit.name)}"
    after = {difference.field: difference.after for difference in unit.differences}
    if unit.is_new:
        yield "new", called + "".join(_beside(unit.differences))
        return
    heirs = after.get("successors")
    if isinstance(heirs, tuple):
        day = f" từ {shown(after['valid_to'])}" if "valid_to" in after else ""
        yield "replaced" if len(heirs) == 1 else "split", f"{called} → {shown(heirs)}{day}"
        return
    for difference in unit.differences:
        yield _one(called, unit, difference)


def _beside(differences: Sequence[Difference]) -> Iterator[str]:
    """What a new unit brings along."""
    after = {difference.field: difference.after for difference in differences}
    if "parent" in after:
        yield f"; thuộc {after['parent']}"
    if "members" in after:
        day = f" ({shown(after['counted_on'])})" if "counted_on" in after else ""
        yield f"; {after['members']} đoàn viên{day}"
    for difference in differences:
        if difference.field.startswith("target "):
            yield f"; chỉ tiêu {_aimed(difference.field)} {shown(difference.after)}"
    if "groups" in after:
        yield f"; {shown(after['groups'])}"


def _aimed(field: str) -> str:
    _, phase, measure = field.split(" ")
    return f"{phase} ({_MEASURES[measure]})"


def _one(called: str, unit: ChangedUnit, difference: Difference) -> tuple[str, str]:
    field, before, after = difference
    change = f"{shown(before)} → {shown(after)}"
    if field == "name":
        return "renamed", f"{unit.code} {change}"
    if field == "members":
        counted = next((one.after for one in unit.differences if one.field == "counted_on"), None)
        return "members", f"{called}: {change}" + (f" ({shown(counted)})" if counted else "")
    if field == "valid_to" and before is None and len(unit.differences) == 1:
        return "closed", f"{called} từ {shown(after)}"
    if field.startswith("target "):
        return "target", f"{called}: {_aimed(field)} {change}"
    if field == "reopened":
        return "reopened", f"{called}, đã kết thúc {shown(before)}"
    if field == "old_name":
        return "old_name", f"{called}: {shown(after)}"
    if field in _FIELDS:
        return _FIELDS[field], f"{called}: {change}"
    return "other", f"{called}: {_OTHER[field]} {change}"
