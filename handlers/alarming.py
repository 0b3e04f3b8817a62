"""Telling the admins that something is not well, or that it is well again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.messages import Note, Reply
from handlers.promising import promise
from storage.transaction import Transaction


def tell_admins(tx: Transaction, findings: Sequence[tuple[str, int]], now: datetime) -> int:
    """Promise every admin the present list of findings; how many were told."""
    notes = tuple(Note(f"alarm.{name}", {"figure": figure}) for name, figure in findings)
    reply = Reply("alarm.act" if notes else "alarm.well", {}, notes, slot="alarm")
    admins = tx.people.with_role("admin")
    for person in admins:
        promise(tx, person, [reply], now)
    return len(admins)


def tell_wrong_codes(tx: Transaction, count: int, now: datetime) -> None:
    """Somebody tries invitation codes one after another: the admins are told."""
    for person in tx.people.with_role("admin"):
        promise(tx, person, [Reply("alarm.wrong_codes", {"count": count})], now)


def tell_lost_file(tx: Transaction, attachment_id: int, now: datetime) -> None:
    """A file that can never be had is said so to whoever sent it."""
    lost = tx.attachments.one(attachment_id)
    if lost is None:
        return
    kind, worker_id, channel = lost
    for person in tx.people.of_worker(worker_id):
        if person.channel == channel:
            params = {"kind": {"$": "text", "key": f"files.{kind}", "params": {}}}
            promise(tx, person, [Reply("files.lost", params)], now)
