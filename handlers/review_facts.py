"""What accepting asks a reviewer besides the tap: the establishment's number and day, the portal's code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from handlers.dates import read_date
from handlers.folding import kept, plain_spaces
from handlers.heard import Decision as Heard
from handlers.house import House
from handlers.messages import Button, Note, Reply, day
from handlers.moves import Decision
from handlers.when import Precision
from storage.reviews import Item

LONGEST = 100  # characters of a number or a code
FACTS = ("number", "day", "portal")


def asked_of(items: Sequence[Item], house: House, *, portal: bool = True) -> tuple[str, ...]:
    """Which facts accepting these would still need, as the programme has it."""
    asks = house.programme.asks
    found: list[str] = []
    if "recognition" in asks and any(not item.recognition_number for item in items):
        found += ["number", "day"]
    if portal and "portal" in asks and any(not item.portal_code for item in items):
        found.append("portal")
    return tuple(found)


def next_asked(asked: Sequence[str], known: Mapping[str, Any]) -> str:
    """The first fact that was not said yet; empty when all were."""
    return next((fact for fact in asked if fact not in known), "")


def question(fact: str, back: Button, skip: Button | None = None, *notes: Note) -> Reply:
    """Ask for one fact; the portal's code may come later."""
    rows = ((back,),) if skip is None or fact != "portal" else ((skip,), (back,))
    return Reply(f"review.{fact}.ask", {}, notes, rows, by_word=fact == "day", free=fact != "day")


def heard(fact: str, typed: str, house: House, now: datetime) -> tuple[str, str]:
    """What was typed as a fact, ready to be kept, or else the reason why it is none."""
    if fact != "day":
        value = plain_spaces(kept(typed))
        fits = 0 < len(value) <= LONGEST and any(letter.isalnum() for letter in value)
        return (value, "") if fits else ("", f"review.{fact}.refused")
    reading = read_date(typed, house.programme.local_day(now), house.programme.zone)
    if reading.decision is Heard.REJECT and reading.reason == "future":
        return "", "review.day.future"
    sure = reading.decision in (Heard.ACCEPT, Heard.CONFIRM) and reading.value is not None
    if not sure or reading.value is None or reading.value.precision is not Precision.DAY:
        return "", "review.day.refused"
    return reading.value.day.isoformat(), ""


def said(known: Mapping[str, Any]) -> list[Note]:
    """The facts as they were understood, a line each."""
    lines = []
    if known.get("number") and known.get("day"):
        said_ = {"number": known["number"], "day": day(known["day"], "day")}
        lines.append(Note("review.recognition", said_))
    if known.get("portal"):
        lines.append(Note("review.portal_code", {"code": known["portal"]}))
    return lines


def decision(known: Mapping[str, Any]) -> Decision:
    """Accepting with the facts that were said."""
    on = date.fromisoformat(known["day"]) if known.get("day") else None
    return Decision("accept", number=known.get("number", ""), day=on, portal_code=known.get("portal", ""))
