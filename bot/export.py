"""Initiatives as lines of JSON: what was submitted, in the words it was typed in, sealed content left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO

import orjson

from handlers.disclosure import HIDDEN, level
from handlers.forms import INITIATIVE
from handlers.place import Place
from storage.initiatives import UnitIds
from storage.transaction import Transaction

_AT_ONCE = 500
_ANSWERS = ("title", "kind", "before", "after", "effect", "conditions")


# What is carried over as it is, without a word that a level of disclosure could hide.
_INSTANTS = (
    "fingerprint_at",
    "created_at",
    "submitted_at",
    "decided_at",
    "officer_confirmed_at",
    "appealed_at",
)
_DAYS = ("recognised_on", "valid_on")


def initiatives(
    tx: Transaction, units: UnitIds | None = None, phase: str | None = None
) -> Iterator[dict[str, Any]]:
    """Every submitted initiative in the order of its code; of these units, of this phase."""
    rows = tx.initiatives.export(units, phase)
    while block := list(islice(rows, _AT_ONCE)):
        numbers = [row["id"] for row in block]
        authors, files = tx.initiatives.authors_of(numbers), tx.attachments.of_initiatives(numbers)
        typists = tx.entered.typists(numbers)
        own = tx.disclosures.of_initiatives(numbers)
        levels = tx.disclosures.of_units(sorted({row["unit_id"] for row in block}))
        for row in block:
            shares = _shares(authors.get(row["id"], []))
            held = [_file(file) for file in files.get(row["id"], [])]
            let_out = level(own.get(row["id"]), levels.get(row["unit_id"]), sealed=row["sealed"])
            yield _line(row, shares, held, let_out, typists.get(row["id"]))


def _line(
    row: Mapping[Any, Any], authors: list[Any], files: list[Any], let_out: str, typist: str | None
) -> dict[str, Any]:
    """One line; what the level of disclosure does not let out is null, a list empty.

    `typist` is who entered it for its author, nothing when that is no longer known, None for the author.
    """
    line = {
        "code": row["code"],
        "unit": row["unit"],
        "unit_name": row["unit_name"],
        "phase": row["phase"],
        "author": row["author"],
        "state": row["state"],
        "title": row["title"],
        "kind": row["kind"],
        "before": row["before"],
        "after": row["after"],
        "effect": row["effect"],
        "conditions": row["conditions"],
        "benefit_vnd": row["benefit_vnd"],
        "benefit_period": row["benefit_period"],
        "benefit_in_money": row["benefit_in_money"],
        "applied_on": _applied(row["applied_on"], row["applied_precision"]),
        "applied_precision": row["applied_precision"],
        "sealed": row["sealed"],
        "disclosure": let_out,
        "by_proxy": typist is not None,
        "entered_by": typist or None,
        "fingerprint": row["fingerprint"],
        "authors": authors,
        "coauthors": authors[1:],
        "files": files,
        **{name: _instant(row.get(name)) for name in _INSTANTS},
        **{name: _day(row.get(name)) for name in _DAYS},
        "recognition_number": row.get("recognition_number"),
        "portal_code": row.get("portal_code"),
    }
    line.update({key: [] if isinstance(line[key], list) else None for key in HIDDEN[let_out] & line.keys()})
    return line


def _shares(authors: Sequence[Any]) -> list[Any]:
    """Names with per cents, whole ones as whole numbers."""
    return [[name, share // 100 if share % 100 == 0 else share / 100] for name, share in authors]


def _file(row: Any) -> dict[str, Any]:
    names = ("kind", "name", "media_type", "size", "sha256", "state")
    return {name: row[name] for name in names}


def _applied(day: Any, precision: str) -> str | None:
    if day is None:
        return None
    if precision == "month":
        return f"{day:%Y-%m}"
    return f"{day.year}-Q{(day.month + 2) // 3}" if precision == "quarter" else str(day.isoformat())


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def drafts(tx: Transaction, units: UnitIds | None = None) -> Iterator[dict[str, Any]]:
    """Drafts in the same form; what has not been answered is null, and the state is `draft`."""
    for row in tx.drafts.export(units):
        place = Place.of(row["place"])
        answers = {step.key: place.value(step.key) for step in INITIATIVE.steps}
        benefit, applied = answers["benefit"] or {}, answers["applied_on"] or {}
        typist = row["author"] if row["for_name"] or row["for_worker_id"] else None
        author = row["author"] if typist is None else row["for_name"] or row["whom"]
        flat = {key: answers[key] for key in _ANSWERS}
        fields = {
            **flat,
            "code": None,
            "unit": row["unit"],
            "unit_name": row["unit_name"],
            "phase": None,
            "author": author,
            "state": "draft",
            "benefit_vnd": benefit.get("vnd"),
            "benefit_period": benefit.get("period"),
            "benefit_in_money": benefit["vnd"] is not None if benefit else None,
            "applied_on": date.fromisoformat(applied["day"]) if applied else None,
            "applied_precision": applied.get("precision"),
            "sealed": place.sealed,
            "fingerprint": None,
            "created_at": row["created_at"],
            "submitted_at": None,
        }
        others = answers["coauthors"] or []
        first = (author, 10_000 - sum(share for _, share in others))
        files = [{"kind": file["kind"], "name": file["name"]} for file in answers["files"] or []]
        levels = tx.disclosures.of_units([row["in_unit"]]) if row["in_unit"] else {}
        let_out = level(None, levels.get(row["in_unit"]), sealed=place.sealed)
        yield _line(fields, _shares([first, *others]), files, let_out, typist)


def write_jsonl(lines: Iterable[Mapping[str, Any]], out: BinaryIO) -> int:
    """Write one JSON object a line; how many."""
    count = 0
    for line in lines:
        out.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        count += 1
    return count
