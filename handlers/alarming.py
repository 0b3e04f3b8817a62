"""Telling the admins that something is not well, or that it is well again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.messages import Note, Reply
from handlers.promising import promise, promise_to
from storage.transaction import Transaction

TOLD = "alarms_told"  # the setting that remembers what the admins know
Place = tuple[str, str, str]
"""Where an admin is told: channel, address and language."""


def alarm(findings: Sequence[tuple[str, int]]) -> Reply:
    """The present list of findings, or that all is well again."""
    notes = tuple(Note(f"alarm.{name}", {"figure": figure}) for name, figure in findings)
    return Reply("alarm.act" if notes else "alarm.well", {}, notes, slot="alarm")


def tell_admins(
    tx: Transaction,
    findings: Sequence[tuple[str, int]],
    now: datetime,
    chats: Sequence[Place] = (),
    *,
    anyway: bool = False,
) -> tuple[list[Place], bool]:
    """Promise the findings to every admin and to the configured chats, if they differ from what was told.

    Returns where admins are told, and whether they were. `anyway`: they know something else by now.
    """
    admins = tx.people.with_role("admin")
    own = [(person.channel, person.address, person.language) for person in admins]
    known = {place[:2] for place in own}
    others = [place for place in chats if place[:2] not in known]
    told = " ".join(_mark(name, figure) for name, figure in findings)
    if told == (tx.heard.setting(TOLD) or "") and not anyway:
        return [*own, *others], False
    tx.heard.settle_setting(TOLD, told)
    for person in admins:
        promise(tx, person, [alarm(findings)], now)
    for channel, address, language in others:
        promise_to(tx, (channel, address), language, alarm(findings), now)
    return [*own, *others], True


def _mark(name: str, figure: int) -> str:
    """By what a finding is recognised: dead letters are told again whenever there are twice as many."""
    return f"{name}:{figure.bit_length()}" if name == "dead_letters" else name


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
