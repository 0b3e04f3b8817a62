"""Several unasked messages that are due for one person at once become one, the most urgent first.

Pure: what each of them says is given. What is drawn from the same draft is said once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.messages import Note, Reply, text
from storage.unasked import Beside

MOST_SAID, MOST_ROWS, MOST_PICTURES = 8, 24, 3
HELD = timedelta(minutes=10)  # longer than any pause before a send is tried again
PARTS = "parts"  # of a kept body: what it was made of, each with its key
END = "reminder.end"
# What is to be done first stands first: by the first word of the key.
ORDER = ("before", "moved", "nudge", "move", "slow", "", "opens", "closes", "reviewed", "half", "digest",
         "idle")  # fmt: skip
ONE_LINE = frozenset(
    {"reminder.draft.head", "reminder.draft_complete.head", "reminder.returned.head",
     "reminder.returned_missing.head", "reminder.drafts_more"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One of the messages: its key, the close it speaks of, and what it says as things stand now."""

    once: str | None
    reply: Reply
    closes: datetime | None = None


def kind_of(once: str | None) -> str:
    """The first word of a key."""
    return (once or "").partition(":")[0]


def may_join(one: Beside) -> bool:
    """Whether it may be said together with others: a reminder, or whatever else was held for hours."""
    if not one.body:
        return False
    return kind_of(one.once) in ORDER[:3] + ORDER[4:5] + ORDER[6:] or one.due_at - one.created_at > HELD


def together(said: Sequence[Said]) -> Reply:
    """One reply that says them all."""
    if len(said) == 1:
        return said[0].reply
    ordered = sorted(said, key=_urgency)
    notes: list[Note] = []
    for one in ordered:
        notes += [note for note in _notes(one.reply) if note.key not in ONE_LINE or note not in notes]
    rows = {tuple(b.action for b in row): row for one in ordered for row in one.reply.choices}
    files = [file for one in ordered for file in one.reply.files][:MOST_PICTURES]
    reply = Reply(END, {}, tuple(notes), tuple(rows.values())[:MOST_ROWS], files=tuple(files))
    return reply.guarded() if any(one.reply.protected for one in ordered) else reply


def _notes(reply: Reply) -> list[Note]:
    if reply.key == END:
        return list(reply.notes)
    # The sentence itself opens a paragraph, and its lines stand under it.
    return [Note("reminder.also.head", {"said": text(reply.key, **reply.params)}), *reply.notes]


def _urgency(one: Said) -> tuple[int, float]:
    kind = kind_of(one.once)
    closes = one.closes.timestamp() if one.closes is not None else 0.0
    return ORDER.index(kind) if kind in ORDER else ORDER.index(""), closes
