"""Where a person is in the tables: every table by name, what is kept there, and what an erasure does to it.

This is the one place to add a line when a table is added; a test fails for a table that is not named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ERASE, BLANK, KEEP = "erase", "blank", "keep"
# Whose rows: the person; their chats, drafts and initiatives; of those, the ones whose text goes.
WHOSE = ("worker", "chat", "draft", "initiative", "emptied")


@dataclass(frozen=True, slots=True)
class Rule:
    """The rows of `table` whose `column` names the person (or what is theirs): erased, emptied, or kept.

    `blank` is what an emptied row holds instead; `export` says that the rows are part of what is handed over.
    """

    table: str
    column: str
    whose: str
    deed: str
    blank: Mapping[str, Any] = field(default_factory=dict)
    export: bool = True


# In this order, so that nothing is erased that something left still points to.
RULES = (
    Rule("outbox", "chat_id", "chat", ERASE),
    Rule("dead_letter", "chat_id", "chat", ERASE),
    Rule("attachment", "worker_id", "worker", ERASE),
    Rule("attachment", "initiative_id", "initiative", ERASE, export=False),
    # Of a draft that somebody types for the person, its files too.
    Rule("attachment", "draft_id", "draft", ERASE, export=False),
    Rule("likeness_key", "initiative_id", "initiative", ERASE),
    Rule("initiative_version", "initiative_id", "initiative", ERASE),
    Rule("review_note", "worker_id", "worker", ERASE),
    Rule("review_note", "initiative_id", "emptied", ERASE, export=False),
    Rule("move", "initiative_id", "emptied", BLANK, {"why": None, "missing": None}),
    Rule("move", "actor_id", "worker", KEEP),
    Rule("author", "initiative_id", "emptied", BLANK, {"name": ""}),
    Rule("author", "worker_id", "worker", BLANK, {"name": ""}),
    Rule(
        "initiative",
        "id",
        "emptied",
        BLANK,
        {
            "title": "",
            "before": None,
            "after": None,
            "effect": "",
            "conditions": None,
            "place": {},
            "fingerprint": None,
            "fingerprint_at": None,
        },
        export=False,
    ),
    Rule("initiative", "author_id", "worker", KEEP),
    Rule("chat", "worker_id", "worker", ERASE),
    Rule("draft", "worker_id", "worker", ERASE),
    Rule("draft", "for_worker_id", "worker", ERASE, export=False),
    # That a decision took long: numbers and dates.
    Rule("slow_told", "initiative_id", "initiative", KEEP, export=False),
    Rule("claim", "worker_id", "worker", ERASE),
    # That it was typed for them by somebody: numbers and dates.
    Rule("entered_for", "initiative_id", "initiative", KEEP),
    Rule("entered_for", "entered_by", "worker", KEEP),
    Rule("petition", "asker_id", "worker", ERASE),
    Rule("petition", "subject_id", "worker", ERASE),
    Rule("invitation_use", "worker_id", "worker", ERASE),
    Rule("group_chat", "bound_by", "worker", KEEP),
    # What was made or decided for a unit is the unit's; of whoever did it a number stays.
    Rule("invitation", "made_by", "worker", KEEP),
    Rule("disclosure", "set_by", "worker", KEEP),
    Rule("disclosure", "initiative_id", "initiative", KEEP, export=False),
    Rule("membership", "worker_id", "worker", ERASE),
    Rule("role_grant", "worker_id", "worker", ERASE),
    # The proof that they once agreed: purpose, version, dates; the event only as a mark of ours.
    Rule("reminder_note", "worker_id", "worker", ERASE),
    Rule("reminder_choice", "worker_id", "worker", ERASE),
    Rule("unit_quiet", "set_by", "worker", KEEP),
    Rule("consent", "worker_id", "worker", KEEP),
    Rule("privacy_request", "worker_id", "worker", KEEP),
    # Numbers, codes and keys; it could not be changed if one wanted to.
    # Only that somebody with this number counted; the figures of units would change otherwise.
    Rule("tally_person", "worker_id", "worker", KEEP, export=False),
    Rule("audit", "actor_id", "worker", KEEP),
    Rule(
        "worker",
        "id",
        "worker",
        BLANK,
        {"name": "", "language": "vi", "unit_id": None, "consent": "", "consent_asked_at": None},
    ),
)
# Tables that hold nothing about a person who uses the bot.
OF_NOBODY = frozenset(
    {
        "code_attempt",  # a mark made with our key, for an hour
        "heard",  # numbers of events, which name nobody
        "discarded",  # digests of files that are being wiped
        "sequence",
        "setting",
        "aim",
        "phase_report",
        "reminder_moment",
        "tally",
        "unit_size",
        "tally_day",
        "unit",
        "unit_above",
        "unit_group",
        "unit_group_member",
        "unit_members",
        "unit_name",
        "unit_successor",
        "unit_target",
        "unit_word",
        "units_reached",
    }
)
