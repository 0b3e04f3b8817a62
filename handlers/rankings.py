"""`/xephang`: the units of a group (cụm, khối thi đua) in order of what they have of their targets.

Units only. The order is that of the figure which is shown, one decimal: who shows the same stands equal, and
the place after two equals is skipped (1, 2, 2, 4). Units without a target are named but have no place, and
fewer than three with one are not ranked at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from handlers import initiative
from handlers.choosing import key_of
from handlers.figures import per_cent
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Reply, number, tenths, text
from handlers.programme import Phase, Programme
from handlers.progress_figures import MEASURES
from handlers.promising import offer, promise
from storage.aims import Standing
from storage.people import Person
from storage.tallies import ALL
from storage.transaction import Transaction
from storage.unit_groups import Group

PAGE = 20
LEAST_RANKED = 3
SHOWN_GROUPS = 20
LONGEST_NUMBER = 18


def ranked(standings: Sequence[Standing], measure: str) -> list[tuple[int | None, Decimal | None, Standing]]:
    """Each unit with its place and its share of the target; equals share a place, None has none."""
    shares = [(share_of(standing, measure), standing) for standing in standings]
    placed = sorted(
        ((share, standing) for share, standing in shares if share is not None),
        key=lambda one: (-one[0], one[1].name, one[1].code),
    )
    found: list[tuple[int | None, Decimal | None, Standing]] = []
    for place, (share, standing) in enumerate(placed, 1):
        equal = found and found[-1][1] == share
        found.append((found[-1][0] if equal else place, share, standing))
    rest = [(None, None, standing) for share, standing in shares if share is None]
    if len(placed) < LEAST_RANKED:
        found = [(None, share, standing) for _, share, standing in found]
    return [*found, *rest]


def share_of(standing: Standing, measure: str) -> Decimal | None:
    """What a unit has of its target, in per cent with one decimal; None where it has no target."""
    done, target = both_of(standing, measure)
    return None if target is None else per_cent(done, target)


def both_of(standing: Standing, measure: str) -> tuple[int, int | None]:
    """What counts in a measure, and the target."""
    if measure == "initiatives":
        return standing.figures.valid, standing.initiatives
    return standing.figures.people, standing.people


def command(tx: Transaction, person: Person, argument: str, house: House, now: datetime) -> Outcome:
    """The groups of one's unit; with words, the group they name."""
    groups = tx.unit_groups.all()
    if not groups:
        return initiative.reply_and_ask_again(tx, person, Note("ranking.none"), house=house, now=now)
    said = key_of(argument)
    named = [one for one in groups if said and said in (key_of(one.name), key_of(one.code))]
    named = named or [one for one in groups if said and said in key_of(one.name)]
    if not argument:
        from handlers.progress import own_units  # it draws the button that leads here

        own = [one for unit in own_units(tx, person) for one in tx.unit_groups.of(unit)]
        named = list(dict.fromkeys(own))
    if len(named) == 1:
        return _shown(tx, person, named[0], (_present(house.programme, now), 0, MEASURES[0]), house, now)
    return _which(tx, person, named or groups, now)


def _which(tx: Transaction, person: Person, groups: Sequence[Group], now: datetime) -> Outcome:
    rows = tuple(
        (Button(f"rank|{one.id}.0.0.0|-", "button.unit_named", {"unit": one.name}),)
        for one in groups[:SHOWN_GROUPS]
    )
    return _say(tx, person, Reply("ranking.which", {"count": len(groups)}, (), rows), now)


def show(
    tx: Transaction, person: Person, asked: tuple[int, int, int, str], house: House, now: datetime
) -> Outcome:
    """From a unit: the ranking of its group, or which of its groups."""
    unit_id, index, page, measure = asked
    groups = tx.unit_groups.of(unit_id)
    if len(groups) != 1:
        return _which(tx, person, groups or tx.unit_groups.all(), now)
    return _shown(tx, person, groups[0], (index, page, measure), house, now)


def pressed(
    tx: Transaction, person: Person, event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """`rank|<group>.<phase>.<page>.<measure>`, the phase and the measure by their places."""
    parts = choice.split(".")
    numbers = [int(part) for part in parts if part.isdecimal() and len(part) <= LONGEST_NUMBER]
    groups = {one.id: one for one in tx.unit_groups.all()}
    if len(numbers) != 4 or len(parts) != 4 or numbers[0] not in groups or numbers[3] >= len(MEASURES):
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    group, index, page, measure = numbers
    asked = (index, min(page, 10_000), MEASURES[measure])
    return _shown(tx, person, groups[group], asked, house, now)


def _present(programme: Programme, now: datetime) -> int:
    """The place of the phase that is open; nought (all together) when none is."""
    phase = programme.phase_at(now)
    return 0 if phase is None else programme.phases.index(phase) + 1


def _shown(
    tx: Transaction, person: Person, group: Group, asked: tuple[int, int, str], house: House, now: datetime
) -> Outcome:
    index, page, measure = asked
    programme = house.programme
    index = index if index <= len(programme.phases) else 0
    phase = programme.phases[index - 1] if index else None
    lines, count = lines_of(tx, group, phase, measure, programme, now, page)
    rows: list[tuple[Button, ...]] = []
    place, other = MEASURES.index(measure), 1 - MEASURES.index(measure)
    if count > (page + 1) * PAGE:
        rows.append((Button(f"rank|{group.id}.{index}.{page + 1}.{place}|-", "button.more"),))
    rows.append((Button(f"rank|{group.id}.{index}.0.{other}|-", f"button.rank_{MEASURES[other]}"),))
    for number_, one in enumerate(programme.phases, 1) if len(programme.phases) > 1 else ():
        if number_ != index:
            action = f"rank|{group.id}.{number_}.0.{place}|-"
            rows.append((Button(action, "button.phase_named", {"phase": one.name}),))
    if index and len(programme.phases) > 1:
        rows.append((Button(f"rank|{group.id}.0.0.{place}|-", "button.all_phases"),))
    return _say(tx, person, Reply("ranking.ask", {}, tuple(lines), tuple(rows)), now)


def lines_of(
    tx: Transaction,
    group: Group,
    phase: Phase | None,
    measure: str,
    programme: Programme,
    now: datetime,
    page: int,
) -> tuple[list[Note], int]:
    """One page of a group's units in order, under what the order goes by and how many take part."""
    code, today = ALL if phase is None else phase.code, programme.local_day(now)
    standings = tx.aims.together(tx.unit_groups.members(group.id), code, measure, today)
    found = ranked(standings, measure)
    aimed = sum(share is not None for _, share, _ in found)
    head = {
        "group": group.name,
        "measure": text(f"ranking.by_{measure}"),
        "phase": text("progress.total.head") if phase is None else phase.name,
        "aimed": number(aimed),
        "units": number(len(found)),
    }
    lines = [Note("ranking.head", head)]
    if aimed < LEAST_RANKED:
        lines.append(Note("ranking.too_few", {"least": LEAST_RANKED}))
    lines += [_line(*one, measure) for one in found[page * PAGE : (page + 1) * PAGE]]
    return lines, len(found)


def _line(place: int | None, share: Decimal | None, standing: Standing, measure: str) -> Note:
    done, target = both_of(standing, measure)
    said = {"unit": standing.name, "done": number(done)}
    if share is None or target is None:
        return Note("ranking.line_untargeted", said)
    against = {**said, "target": number(target), "share": tenths(share)}
    if place is None:
        return Note("ranking.line_unranked", against)
    return Note("ranking.line", {"place": place, **against})


def _say(tx: Transaction, person: Person, reply: Reply, now: datetime) -> Outcome:
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()
