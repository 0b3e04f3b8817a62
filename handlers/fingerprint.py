"""The fingerprint of what was submitted: a sha-256 that proves later who said what, and when, first.

It is taken over one line of canonical JSON: UTF-8, keys in alphabetical order, no spaces, characters not
escaped but `"`, `\\\\` and control characters. A third party who is given the line needs only `sha256sum`.
The salt keeps whoever holds nothing but the fingerprint from finding a short text by trying.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from handlers.place import Place

TEXTS = ("title", "before", "after", "effect", "conditions", "kind")


def circumstances(
    code: str, author: str, unit: str, at: datetime, salt: str, files: Sequence[str | None]
) -> dict[str, Any]:
    """What goes into the fingerprint besides the answers, kept with them: it may read otherwise later.

    `files` are the sha-256 of the contents in the order they came, null for one not received by then.
    """
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"code": code, "author": author, "unit": unit, "at": moment, "salt": salt, "files": list(files)}


def submitted(place: Place, proof: Mapping[str, Any]) -> dict[str, Any]:
    """What is fingerprinted: what was answered, and the circumstances that `circumstances` has noted."""
    benefit, applied = place.value("benefit") or {}, place.value("applied_on") or {}
    return {
        **{key: place.value(key) for key in TEXTS},
        **proof,
        "benefit_vnd": benefit.get("vnd"),
        "benefit_period": benefit.get("period"),
        "applied_on": applied.get("day"),
        "applied_precision": applied.get("precision"),
        "coauthors": [list(pair) for pair in place.value("coauthors") or ()],
        "sealed": place.sealed,
    }


def canonical(facts: dict[str, Any]) -> bytes:
    """The one line that is fingerprinted."""
    return orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)


def fingerprint(facts: dict[str, Any]) -> str:
    """The sha-256 of the canonical line, in hexadecimal."""
    return hashlib.sha256(canonical(facts)).hexdigest()
