"""The list behind a figure: which initiatives are valid, wait or were returned, for reviewers there only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers import rights
from handlers.disclosure import HIDDEN, level
from handlers.figures import per_cent
from handlers.house import House, Outcome
from handlers.messages import Button, Note, Reply, number, tenths, text
from handlers.programme import Phase
from handlers.progress_figures import MEASURES
from handlers.promising import offer, promise
from storage.aims import Standing
from storage.figure_lists import Behind
from storage.people import Person
from storage.tallies import ALL, WAITING
from storage.transaction import Transaction

PAGE = 10
LONGEST_TITLE = 90
DEED = "review"
# Which states a figure counts.
STATES = {"valid": ("valid",), "waiting": WAITING, "returned": ("returned",)}


def ways(
    tx: Transaction, person: Person, unit_id: int, index: int, phase: Phase | None, now: datetime
) -> list[tuple[Button, ...]]:
    """A button for each figure that has something behind it; none for those who do not review here."""
    if not rights.may(tx, person, DEED, unit_id, now):
        return []
    figures = tx.tallies.of(unit_id, ALL if phase is None else phase.code)
    counts = {"valid": figures.valid, "waiting": figures.waiting, "returned": figures.returned}
    row = tuple(
        Button(f"progress|{name}.{unit_id}.{index}.0|-", f"button.list_{name}", {"count": number(count)})
        for name, count in counts.items()
        if count
    )
    return [row] if row else []


def show(
    tx: Transaction,
    person: Person,
    asked: tuple[int, int, str, int],
    phase: Phase | None,
    house: House,
    now: datetime,
) -> Outcome:
    """One page of what is behind a figure: `asked` is the unit, the phase's place, the figure, the page."""
    unit_id, index, name, page = asked
    if not rights.may(tx, person, DEED, unit_id, now):
        return rights.refused(tx, person, DEED, unit_id, house, now)
    code = ALL if phase is None else phase.code
    crowded = _is_crowded(tx, unit_id, code, STATES[name], (page + 1) * PAGE)
    found = tx.figure_lists.of(unit_id, code, STATES[name], PAGE + 1, page * PAGE, crowded=crowded)
    head = {
        "unit": tx.people.unit_name(unit_id),
        "figure": text(f"progress.figure_{name}"),
        "phase": text("progress.total.head") if phase is None else phase.name,
    }
    lines = [Note("progress.list.head", head)]
    lines += [
        Note("progress.list_line", {"number": place, **said})
        for place, said in enumerate(_lines(tx, person, found[:PAGE], now), page * PAGE + 1)
    ]
    rows: list[tuple[Button, ...]] = []
    if len(found) > PAGE:
        rows.append((Button(f"progress|{name}.{unit_id}.{index}.{page + 1}|-", "button.more"),))
    rows.append((Button(f"progress|see.{unit_id}.{index}|-", "button.back"),))
    key = "progress.list_end" if found else "progress.list_empty"
    reply = Reply(key, {}, tuple(lines), tuple(rows))
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()


def _is_crowded(tx: Transaction, unit_id: int, code: str, states: Sequence[str], upto: int) -> bool:
    """Whether looking through the newest of all is quicker than putting all of the unit's in order."""
    root = tx.units.root()
    own, every = tx.tallies.of(unit_id, code), tx.tallies.of(root.id if root else unit_id)
    here, there = (sum(int(getattr(figures, state)) for state in states) for figures in (own, every))
    return here * here > upto * there


def _lines(
    tx: Transaction, person: Person, found: Sequence[Behind], now: datetime
) -> list[dict[str, object]]:
    """Code, title and unit; the title where it is sealed, or does not leave its unit, is not told."""
    units = sorted({item.unit_id for item in found})
    here: dict[int, bool] = {}
    own = tx.disclosures.of_initiatives([item.id for item in found])
    by_unit = tx.disclosures.of_units(units)
    lines: list[dict[str, object]] = []
    for item in found:
        lets_out = level(own.get(item.id), by_unit.get(item.unit_id), sealed=item.sealed)
        if item.sealed:
            title: object = text("progress.sealed_title")
        else:
            hidden = "title" in HIDDEN[lets_out]
            if hidden and item.unit_id not in here:
                here[item.unit_id] = rights.may(tx, person, "read_sealed", item.unit_id, now)
            hidden = hidden and not here[item.unit_id]
            title = text("progress.hidden_title") if hidden else _short(item.title)
        lines.append({"code": item.code, "title": title, "unit": item.unit})
    return lines


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"


def standing_lines(place: int, standing: Standing, measure: str) -> list[Note]:
    """One unit among its sisters: the measure they are put in order by, and under it the other one."""
    (other,) = (one for one in MEASURES if one != measure)
    key, said = _measured(standing, measure)
    first = Note(f"progress.below.line{key}", {"number": place, "unit": standing.name, **said})
    key, said = _measured(standing, other)
    if other == "people" and key:
        share = per_cent(standing.figures.people, standing.members)
        if share is not None:
            against = {"members": number(standing.members), "share": tenths(share)}
            return [first, Note("progress.below.people_members", {**said, **against})]
    return [first, Note(f"progress.below.{other}{key}", said)]


def _measured(standing: Standing, measure: str) -> tuple[str, dict[str, object]]:
    """How the key of the line ends, and its blanks."""
    figures = standing.figures
    initiatives = measure == "initiatives"
    done, target = (figures.valid, standing.initiatives) if initiatives else (figures.people, standing.people)
    waiting = figures.waiting if initiatives else figures.people_waiting
    said: dict[str, object] = {"done": number(done), "waiting": number(waiting)}
    share = None if target is None else per_cent(done, target)
    if target is None or share is None:
        return "_untargeted", said
    return "", {**said, "target": number(target), "share": tenths(share)}
