"""The columns of exported tables: which value of a line stands in them, of what kind, how wide.

A column's heading is the text `export.<key>`; the key itself is the heading in CSV, as in JSON lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Kind = Literal[
    "text", "word", "yes", "number", "money", "tenth", "day", "applied", "instant", "names", "files"
]


class Column(NamedTuple):
    """`key` of the value, its kind, width in letters; `words` how the texts begin that name its values."""

    key: str
    kind: Kind = "text"
    width: int = 12
    words: str = ""


INITIATIVES = (
    Column("code"),
    Column("unit"),
    Column("unit_name", width=30),
    Column("phase", width=8),
    Column("state", "word", 20, "state."),
    Column("title", width=40),
    Column("kind", "word", 22, "initiative.kind."),
    Column("authors", "names", 34),
    Column("before", width=40),
    Column("after", width=40),
    Column("effect", width=40),
    Column("conditions", width=24),
    Column("benefit_vnd", "money", 18),
    Column("benefit_period", "word", 12, "export.period."),
    Column("benefit_in_money", "yes", 10),
    Column("applied_on", "applied"),
    Column("sealed", "yes", 8),
    Column("disclosure", "word", 24, "disclosure."),
    Column("submitted_at", "instant", 18),
    Column("decided_at", "instant", 18),
    Column("recognised_on", "day"),
    Column("recognition_number", width=16),
    Column("valid_on", "day"),
    Column("portal_code", width=16),
    Column("officer_confirmed_at", "instant", 18),
    Column("appealed_at", "instant", 18),
    Column("by_proxy", "yes", 10),
    Column("entered_by", width=22),
    Column("files", "files", 24),
    Column("fingerprint", width=20),
    Column("fingerprint_at", "instant", 18),
    Column("created_at", "instant", 18),
)

PROGRESS = (
    Column("unit"),
    Column("unit_name", width=36),
    Column("phase", width=12),
    Column("valid", "number"),
    Column("target_initiatives", "number"),
    Column("share_initiatives", "tenth"),
    Column("waiting", "number"),
    Column("returned", "number"),
    Column("rejected", "number"),
    Column("withdrawn", "number"),
    Column("people", "number"),
    Column("target_people", "number"),
    Column("share_people", "tenth"),
    Column("people_waiting", "number"),
    Column("members", "number"),
    Column("share_members", "tenth"),
    Column("figures", "number", 14),
    Column("benefit_year", "money", 20),
    Column("benefit_month", "money", 20),
    Column("benefit_once", "money", 20),
)


def shared(authors: list[Any]) -> str:
    """Authors with their shares in one cell: `Lan (60 %); Bình (40 %)`."""
    return "; ".join(f"{name} ({share:g} %)" for name, share in authors)


def named(files: list[Mapping[str, Any]]) -> str:
    """Files in one cell, by name, or kind where the name is not known."""
    return "; ".join(str(file["name"] or file["kind"]) for file in files)
