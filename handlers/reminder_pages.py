"""What hundreds of people have open, read at once: the facts from which each one's reminder is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from handlers.forms import INITIATIVE
from handlers.place import Place, is_blank, missing
from storage.aims import Standing
from storage.reminders import Reader, Returned
from storage.tallies import Figures
from storage.transaction import Transaction


class Kind(NamedTuple):
    """Who may be due for a kind of reminder, what it tells them of, and whether it is news by itself."""

    audiences: tuple[str, ...]
    parts: tuple[str, ...]
    news: bool = False


_OWN, _ANSWERING = ("drafts", "returned"), ("roles",)
# The whole table of who hears what; when is in reminder_moments.
KINDS: Mapping[str, Kind] = {
    "opens": Kind((*_OWN, *_ANSWERING, "willing"), ("draft", "lead", "officer"), news=True),
    "before": Kind((*_OWN, *_ANSWERING), ("draft", "returned", "lead", "officer")),
    "moved": Kind((*_OWN, *_ANSWERING, "willing"), ("draft", "returned", "lead", "officer"), news=True),
    "idle": Kind(("willing",), ("idle",)),
    "half": Kind(_ANSWERING, ("lead", "officer")),
    "digest": Kind(_ANSWERING, ("lead", "officer")),
    "closes": Kind(("drafts", *_ANSWERING), ("kept", "report")),
    "reviewed": Kind(_ANSWERING, ("report",)),
}


class DraftFacts(NamedTuple):
    """A draft that has at least one answer, and the questions it lacks."""

    id: int
    place: Place
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The facts about some workers, by their numbers; about units, by theirs."""

    readers: Mapping[int, Reader]
    drafts: Mapping[int, Sequence[DraftFacts]]
    returned: Mapping[int, Sequence[Returned]]
    grants: Mapping[int, Sequence[tuple[str, int]]]
    willing: frozenset[int]
    taken_part: frozenset[int]
    standings: Mapping[int, Standing]
    drafts_in: Mapping[int, int]
    undecided: frozenset[int]  # units where something waits, of an earlier phase too
    parents: frozenset[int]
    closed: Mapping[int, Figures]  # as they were kept at the close

    def leads(self, worker: int) -> list[int]:
        """The units whose own business is theirs: as lead, or as officer where nothing is below."""
        roles = self.grants.get(worker, ())
        units = [unit for role, unit in roles if role == "lead" or unit not in self.parents]
        return [unit for unit in dict.fromkeys(units) if unit in self.standings]

    def watches(self, worker: int) -> list[int]:
        """The units below which they answer for others."""
        roles = self.grants.get(worker, ())
        units = [unit for role, unit in roles if role == "officer" and unit in self.parents]
        return [unit for unit in dict.fromkeys(units) if unit in self.standings]


def page_of(tx: Transaction, kind: str, phase: str, workers: Sequence[int]) -> Page:
    """Read what a kind of reminder tells of, a few statements for all of them."""
    parts, know = KINDS[kind].parts, tx.reminders
    answering = {"lead", "officer", "report"} & set(parts)
    readers = know.readers(workers)
    idle = "idle" in parts
    grants = know.grants(workers) if answering or idle else {}
    own = {unit for held in grants.values() for _, unit in held}
    units = own | ({reader.unit_id for reader in readers.values() if reader.unit_id} if idle else set())
    return Page(
        readers,
        _drafts(tx, workers) if {"draft", "kept"} & set(parts) or idle else {},
        know.returned(workers, phase) if "returned" in parts or idle else {},
        grants,
        frozenset(know.willing(workers) if KINDS[kind].news or idle else ()),
        frozenset(know.taken_part(workers, phase) if KINDS[kind].news or idle else ()),
        know.standings(sorted(units), phase),
        know.drafts_in(sorted(own)) if "lead" in parts else {},
        frozenset(know.undecided(sorted(own)) if "lead" in parts else ()),
        frozenset(know.with_units_below(sorted(own)) if answering else ()),
        tx.reminder_log.frozen(phase, "closes", sorted(own)) if "report" in parts else {},
    )


def _drafts(tx: Transaction, workers: Sequence[int]) -> dict[int, list[DraftFacts]]:
    found: dict[int, list[DraftFacts]] = {}
    for worker, drafts in tx.reminders.drafts(workers).items():
        for draft in drafts:
            place = Place.of(draft.place)
            if not is_blank(place):
                lacking = tuple(step.key for step in missing(INITIATIVE, place))
                found.setdefault(worker, []).append(DraftFacts(draft.id, place, lacking))
    return found
