"""Says in Vietnamese what a list of decisions changes, row by row, for the operator at the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.speech import Speech
from bot.unit_files import SENTENCES as FILE_SENTENCES
from bot.unit_files import shown
from handlers.decision_import import Weighed
from handlers.forms import INITIATIVE
from handlers.moves import Decision
from handlers.programme import Programme
from handlers.unit_rows import Fault

COLUMN_NAMES: Mapping[str, str] = {
    "code": "mã sáng kiến", "decision": "quyết định", "number": "số quyết định", "day": "ngày",
    "reason": "lý do", "missing": "còn thiếu", "portal": "mã trên Cổng",
}  # fmt: skip
SENTENCES: dict[str, str] = {
    **FILE_SENTENCES,
    "too_big": "tệp lớn hơn {megabytes} MB, không phải danh sách quyết định; chọn đúng tệp",
    "empty_file": "tệp không có dòng nào; cần một dòng tên cột rồi mỗi sáng kiến một dòng",
    "no_header": "không thấy dòng tên cột; đặt ở đầu bảng các cột: {columns}",
    "missing_column": "thiếu cột «{column}»; thêm cột này vào dòng tên cột",
    "doubled_column": "cột «{column}» có hai lần; giữ lại một cột",
    "missing_code": "thiếu mã sáng kiến; điền mã như SK-00012",
    "bad_code": "«{typed}» không phải mã sáng kiến; viết như SK-00012",
    "bad_decision": "không hiểu quyết định «{typed}»; viết công nhận, hợp lệ, trả lại hoặc không duyệt",
    "missing_reason": "thiếu lý do; tác giả nhận nguyên văn lý do trả lại hay không duyệt, điền cột «lý do»",
    "too_long": "dài {length} ký tự, tối đa {longest}; rút ngắn lại",
    "nothing_missing": "trả lại mà chưa rõ thiếu phần nào; thêm cột «còn thiếu» với tên phần: {steps}",
    "unknown_step": "không có phần nào tên là «{typed}»; dùng: {steps}",
    "missing_day": "có số quyết định mà thiếu ngày; điền cả hai",
    "missing_number": "có ngày quyết định mà thiếu số; điền cả hai",
    "number_refused": "«{typed}» không phải số quyết định; tối đa {longest} ký tự, có chữ hoặc số",
    "portal_refused": "«{typed}» không phải mã trên Cổng; tối đa {longest} ký tự, có chữ hoặc số",
    "day_refused": "«{typed}» không phải một ngày; viết như 5/3/2026",
    "day_future": "ngày «{typed}» còn ở phía trước; sửa lại ngày",
    "doubled_code": "{code} còn ở dòng {other_line} với quyết định khác; giữ lại một dòng",
    "no_such": "không có sáng kiến mã {code}; xem lại mã",
    "own": "người quyết định là tác giả của {code}; để người khác quyết định",
    "rights": "người quyết định không được xét {code}; chạy với --as của cán bộ phụ trách đơn vị ấy",
    "late": "{code} đang ở trạng thái «{is}», không đổi như vậy được; xem lại dòng này",
    "gone": "{code} không còn nữa; bỏ dòng này",
    "decider": "{code} đang được xem xét lại; phải do người chưa từng không duyệt nó quyết định",
    "needs": "{code} còn thiếu {lacking}; điền vào cột ấy",
    "differs": "{code} đã ghi «{kept}», tệp ghi «{typed}»; kiểm tra lại, không ghi đè",
    "decided_before": "{code} đã nhận quyết định y hệt {at}, nay «{is}»; quyết định mới cần lý do mới",
    "locked": "{code} có dấu bí mật mà không mở được khoá để báo tác giả; xem lại [secrets] trong cấu hình",
    "changed_since": "{code} vừa có thay đổi, nay «{is}»; chạy lại để xem",
}  # fmt: skip
LACKING = {"number": "số quyết định", "day": "ngày quyết định", "why": "lý do", "missing": "phần còn thiếu"}


@dataclass(frozen=True, slots=True)
class Voice:
    """What the report speaks with."""

    speech: Speech
    programme: Programme

    def state(self, state: str) -> str:
        return self.speech.say("vi", f"state.{state}", {}) if state else "không còn"

    def step(self, key: str) -> str:
        return self.speech.say("vi", f"initiative.{key}.name", {})

    def value(self, name: str, value: Any) -> str:
        """A blank of a sentence, in words."""
        if name == "is":
            return self.state(str(value))
        if name == "lacking":
            return ", ".join(LACKING.get(str(one), str(one)) for one in value)
        if name == "column":
            return COLUMN_NAMES.get(str(value), str(value))
        if isinstance(value, datetime):
            return f"{value.astimezone(self.programme.zone):%d/%m/%Y}"
        return shown(value)


def describe(fault: Fault, voice: Voice) -> str:
    """One sentence: where, what is wrong, and the way out."""
    filled = {name: voice.value(name, value) for name, value in fault.params.items()}
    filled.setdefault("columns", ", ".join(COLUMN_NAMES.values()))
    filled["steps"] = "; ".join(voice.step(step.key) for step in INITIATIVE.steps)
    sentence = SENTENCES[fault.reason].format_map(filled)
    column = filled.get("column", "")
    where = f"dòng {fault.line}" + (f", cột {column}" if column else "")
    return f"{where}: {sentence}" if fault.line else sentence


def fault_of(one: Weighed) -> Fault:
    """The fault of a row that cannot be carried out."""
    return Fault(one.row.line, one.reason, one.params)


def line_of(one: Weighed, voice: Voice) -> str:
    """What becomes of a row that is no fault."""
    head = f"dòng {one.row.line}: {one.row.code}"
    if one.outcome == "undecided":
        return f"{head} chưa có quyết định, bỏ qua"
    if one.outcome == "already":
        return f"{head} đã như vậy ({voice.state(one.before)})"
    told = list(_facts(one.row.decision, voice))
    change = f"{voice.state(one.before)} → {voice.state(one.after)}"
    if one.before == one.after:
        change = f"{voice.state(one.after)}, ghi thêm"
    waits = ", ".join(voice.speech.say("vi", f"asked.{ask}", {}) for ask in one.lacking)
    if waits:
        told.append(f"chưa hợp lệ vì còn chờ: {waits}")
    return f"{head} {change}" + (f"; {'; '.join(told)}" if told else "")


def _facts(decision: Decision, voice: Voice) -> Iterator[str]:
    if decision.number:
        yield f"số {shown(decision.number)} ngày {shown(decision.day)}"
    if decision.portal_code:
        yield f"mã trên Cổng {shown(decision.portal_code)}"
    if decision.missing:
        yield "bổ sung: " + ", ".join(voice.step(key) for key in decision.missing)
    if decision.why:
        yield f"lý do: {shown(decision.why)}"


def summary(found: Sequence[Weighed], faults: int, *, done: bool) -> str:
    """The sums, in one line."""
    counts = Counter(one.outcome for one in found)
    changed = f"đã đổi {counts['change']}" if done else f"sẽ đổi {counts['change']}"
    rest = f"đã như vậy {counts['already']}, không đổi được {faults}"
    skipped = f", chưa có quyết định {counts['undecided']}" if counts["undecided"] else ""
    return f"{changed}, {rest}{skipped}" + ("" if done else "; chưa ghi gì")
