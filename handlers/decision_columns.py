"""Names the columns and the words of a list of decisions, whatever the list calls them, in either language.

Pure. Only whole cells are compared, folded: «không công nhận» holds «công nhận» and says the opposite.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from handlers.folding import fold, plain_spaces

COLUMNS = ("code", "decision", "number", "day", "reason", "missing", "portal")
REQUIRED = ("code", "decision")
_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "code": (
        "ma", "ma sang kien", "ma sk", "ma so", "ma so sang kien", "sang kien ma", "ma ho so", "initiative",
        "initiative code", "ma cua sang kien",
    ),
    "decision": (
        "quyet dinh", "ket qua", "ket luan", "outcome", "result", "trang thai", "state", "status", "verdict",
        "ket qua xet", "ket qua xet duyet", "ket luan hoi dong", "ket luan cua hoi dong", "y kien hoi dong",
        "quyet dinh cua hoi dong", "quyet dinh hoi dong", "hoi dong ket luan", "council decision",
    ),
    "number": (
        "so", "so quyet dinh", "so qd", "so cong nhan", "so quyet dinh cong nhan", "so qd cong nhan",
        "quyet dinh so", "recognition number", "decision number", "decision no", "number", "no", "so van ban",
        "recognition no",
    ),
    "day": (
        "ngay", "ngay quyet dinh", "ngay qd", "ngay cong nhan", "ngay ky", "ngay ban hanh", "date",
        "decision date", "recognition date", "recognised on", "recognized on", "ngay quyet dinh cong nhan",
        "ngay thang", "date of decision", "date of recognition",
    ),
    "reason": ("ly do", "li do", "reasons", "why", "ly do khong duyet", "ly do tra lai", "ly do tu choi"),
    "missing": (
        "thieu", "con thieu", "phan con thieu", "muc con thieu", "can bo sung", "noi dung can bo sung",
        "bo sung", "phan can bo sung", "muc can bo sung", "to complete", "lacking", "incomplete",
    ),
    "portal": (
        "ma cong", "ma tren cong", "ma cong sang kien", "ma dang ky", "portal code", "ma tren phan mem",
        "ma phan mem", "ma tren cong sang kien", "code on the portal", "portal id",
    ),
}  # fmt: skip
_BY_SPELLING = {said: name for name, several in _SPELLINGS.items() for said in several} | {
    name: name for name in COLUMNS
}
# What a council can have decided, and the deed of the table of moves that it is.
DEEDS: Mapping[str, str] = {
    "recognised": "accept",
    "valid": "accept",
    "returned": "return",
    "rejected": "reject",
}
_DECISIONS: Mapping[str, tuple[str, ...]] = {
    "recognised": (
        "recognised", "recognized", "recognise", "recognize", "accepted", "accept", "approved", "approve",
        "cong nhan", "da cong nhan", "duoc cong nhan", "dong y", "dong y cong nhan", "thong qua", "duyet",
        "da duyet", "dat", "da thong qua", "de nghi cong nhan", "duoc duyet", "duoc thong qua",
    ),
    "valid": ("valid", "hop le", "da hop le", "is valid"),
    "returned": (
        "returned", "return", "sent back", "tra lai", "da tra lai", "tra lai de bo sung", "bo sung",
        "yeu cau bo sung", "can bo sung", "tra ve", "de nghi bo sung", "tra lai bo sung", "bi tra lai",
    ),
    "rejected": (
        "rejected", "reject", "refused", "refuse", "declined", "not recognised", "not recognized",
        "not valid", "invalid", "khong duyet", "khong cong nhan", "khong duoc cong nhan", "tu choi",
        "khong dat", "khong hop le", "khong dong y", "khong thong qua", "bac", "loai", "bi loai",
        "khong duoc duyet", "bi tu choi", "not approved", "not accepted",
    ),
}  # fmt: skip
_BY_WORD = {word: said for said, several in _DECISIONS.items() for word in several}
# How a list may call the questions of the form, besides their own names in both languages.
_STEPS: Mapping[str, tuple[str, ...]] = {
    "before": ("cach lam cu", "cach cu", "truoc day", "hien trang"),
    "after": ("cach lam moi", "giai phap", "da thay doi", "thay doi", "noi dung giai phap", "cach moi"),
    "effect": ("ket qua", "hieu qua", "tac dung"),
    "benefit": ("lam loi", "so tien", "so tien lam loi", "gia tri lam loi", "tien lam loi"),
    "applied_on": ("ngay ap dung", "thoi gian ap dung", "thoi diem ap dung", "lan dau ap dung"),
    "kind": ("loai", "loai sang kien", "linh vuc"),
    "title": ("ten", "ten sang kien", "tieu de"),
    "coauthors": ("dong tac gia", "co-authors", "coauthors"),
    "files": (
        "anh", "tep", "anh tep", "hinh anh", "tai lieu", "minh chung", "tai lieu minh chung", "photos",
        "thieu anh", "bo sung anh", "kem anh", "thieu tep", "bo sung tep",
    ),
    "conditions": ("dieu kien", "dieu kien ap dung"),
}  # fmt: skip
MOST_TITLES = 20


def _key(cell: str) -> str:
    return " ".join(re.sub(r"[^\w]+|_", " ", fold(cell)).split())


def column_of(cell: str) -> str:
    """The column a header cell names; empty when it names none of ours."""
    return _BY_SPELLING.get(_key(cell), "")


def known_columns(cells: Sequence[str]) -> int:
    """How many different columns the cells name."""
    return len({name for cell in cells if (name := column_of(cell))})


def header_at(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows names the columns: at least a code and one thing more; None for none."""
    found = [
        (known_columns(cells), -at)
        for at, cells in enumerate(rows[:MOST_TITLES])
        if "code" in map(column_of, cells) and known_columns(cells) > 1
    ]
    return -max(found)[1] if found else None


def decision_of(cell: str) -> str:
    """What was decided: `recognised`, `valid`, `returned`, `rejected`; empty when the words say none."""
    return _BY_WORD.get(_key(cell), "")


def steps_in(cell: str, names: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], str]:
    """The questions of the form that a cell names, and the first part that names none.

    `names` gives what each question is called in the languages of the bot; parts stand
    between `;`, `,` or lines.
    """
    by_word = {word: step for step, several in _STEPS.items() if step in names for word in several}
    by_word |= {_key(word): step for step, several in names.items() for word in (step, *several)}
    whole = by_word.get(_key(cell))
    if whole:
        return (whole,), ""
    parts = [part for part in map(plain_spaces, re.split(r"[;,\n]", cell)) if part]
    unknown = next((part for part in parts if _key(part) not in by_word), "")
    return tuple(dict.fromkeys(by_word[_key(part)] for part in parts if _key(part) in by_word)), unknown


def steps_named_in(words: str, names: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The questions that a reason names, as in «chưa rõ số tiền làm lợi»; only by names of several words."""
    said = f" {_key(words)} "
    called = {
        step: [*(_key(one) for one in several), *_STEPS.get(step, ())] for step, several in names.items()
    }
    return tuple(
        step for step, several in called.items() if any(" " in one and f" {one} " in said for one in several)
    )
