"""`/tiendo`: where a unit stands, in figures that open: down to the units below, up, into lists and pictures.

Everybody may see the figures of any unit; nobody is named. The lists behind them need the right to review.
"""

from __future__ import annotations

from datetime import datetime

from handlers import initiative, progress_lists, rankings, rights
from handlers.folding import kept
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Reply, day, moment, number
from handlers.nearest_units import meant, suggested
from handlers.programme import Phase, Programme
from handlers.progress_figures import MEASURES, parts_of, progress_of
from handlers.progress_lines import lines_of
from handlers.progress_pictures import MOST_BARS, bars_of, curve_of
from handlers.promising import offer, promise
from handlers.unit_labels import labels
from storage.people import Person
from storage.tallies import ALL
from storage.transaction import Transaction
from storage.units import UnitNode

TOPIC = "progress"
PAGE = 8
SEARCHED_FROM = 30  # more units below than this are rather searched than paged
LONGEST_NUMBER = 18
Row = tuple[Button, ...]


def command(tx: Transaction, person: Person, argument: str, house: House, now: datetime) -> Outcome:
    """The unit that the words name; without any, the one the person answers for or works in."""
    _forget(tx, person)
    if argument:
        return hear(tx, person, argument, house, now)
    own = own_units(tx, person)
    if own:
        return show(tx, person, own[0], 0, house, now)
    root = tx.units.root()
    if root is None:
        return initiative.reply_and_ask_again(tx, person, Note("progress.no_units"), house=house, now=now)
    return show(tx, person, root.id, 0, house, now, Note("progress.no_own_unit"))


def own_units(tx: Transaction, person: Person) -> list[int]:
    """The units a person answers for, and where none, the one they work in; merged ones as they are now."""
    held = rights.units_for(tx, person, "review") or ([person.unit_id] if person.unit_id is not None else [])
    return list(dict.fromkeys(tx.tree.present(unit) for unit in held))


def hear(tx: Transaction, person: Person, typed: str, house: House, now: datetime) -> Outcome:
    """Show the unit that was typed, by code or name; where several may be meant, those to choose from."""
    today = house.programme.local_day(now)
    unit_id, found = meant(tx, typed, today)
    if unit_id is not None:
        return show(tx, person, unit_id, 0, house, now)
    likely, offered = suggested(tx, typed, found, today)
    key = "progress.which" if likely else "progress.unknown_unit"
    if not offered:
        return initiative.reply_and_ask_again(tx, person, Note("progress.no_units"), house=house, now=now)
    rows: list[Row] = [
        (Button(f"progress|see.{unit.id}.0|-", "button.unit", {"name": name, "above": above}),)
        for unit, (name, above) in zip(offered, labels(offered), strict=True)
    ]
    rows.append((Button("menu|back|-", "button.back"),))
    return _say(tx, person, Reply(key, {"typed": kept(typed)[:60]}, (), tuple(rows)), now, about=TOPIC)


def ask(tx: Transaction, person: Person, house: House, now: datetime, *notes: Note) -> Outcome:
    """Ask which unit to show: its code or words of its name."""
    rows = ((Button("menu|back|-", "button.back"),),)
    return _say(tx, person, Reply("progress.search", {}, notes, rows, free=True), now, about=TOPIC)


def phase_of(programme: Programme, index: int) -> Phase | None:
    """The phase a button names by its place, from 1; 0, or one that is no longer there, is all of them."""
    return programme.phases[index - 1] if 1 <= index <= len(programme.phases) else None


def pressed(
    tx: Transaction, person: Person, event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """A button of the progress: what it names is looked up now, and so are rights."""
    name, *given = choice.split(".")
    if name == "search":
        return ask(tx, person, house, now)
    numbers = [int(part) if part.isdecimal() and len(part) <= LONGEST_NUMBER else -1 for part in given]
    if not 2 <= len(numbers) <= 4 or -1 in numbers or tx.units.by_id(numbers[0]) is None:
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    _forget(tx, person)
    unit_id, index, *rest = numbers
    page = min(rest[-1], 100_000) if rest else 0
    if name == "below":
        return below(tx, person, unit_id, index, page, house, now)
    if name in ("curve", "bars"):
        return picture(tx, person, name, unit_id, index, house, now)
    if name in progress_lists.STATES:
        phase = phase_of(house.programme, index)
        return progress_lists.show(tx, person, (unit_id, index, name, page), phase, house, now)
    if name == "rank":
        return rankings.show(tx, person, (unit_id, index, page, MEASURES[0]), house, now)
    return show(tx, person, unit_id, index, house, now)


def show(
    tx: Transaction, person: Person, unit_id: int, index: int, house: House, now: datetime, *notes: Note
) -> Outcome:
    """A unit's lines, and the ways on from them."""
    unit, phase = tx.units.by_id(unit_id), phase_of(house.programme, index)
    if unit is None:
        return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)
    said = (*notes, *said_of(tx, unit, phase, house.programme, now))
    rows = _ways(tx, person, unit, index, house, now)
    return _say(tx, person, Reply("progress.ask", {}, said, tuple(rows)), now)


def said_of(
    tx: Transaction, unit: UnitNode, phase: Phase | None, programme: Programme, now: datetime
) -> list[Note]:
    """The lines of a unit: in one phase, or in each and together."""
    parts = (
        parts_of(tx, programme, unit.id, now)
        if phase is None
        else [progress_of(tx, programme, unit.id, phase, now)]
    )
    lines = [Note("progress.head", {"unit": unit.name, "at": moment(now)})]
    if unit.valid_to is not None and unit.valid_to <= programme.local_day(now):
        lines.append(Note("progress.unit_closed", {"day": day(unit.valid_to.isoformat(), "day")}))
    return [*lines, *lines_of(parts, programme)]


def _ways(
    tx: Transaction, person: Person, unit: UnitNode, index: int, house: House, now: datetime
) -> list[Row]:
    """Pictures, lists behind figures, down, up, other phases, other units of one's own."""
    today, programme = house.programme.local_day(now), house.programme
    here = f"{unit.id}.{index}"
    count = tx.aims.count_children(unit.id, today)
    pictures: list[Button] = [Button(f"progress|curve.{here}|-", "button.curve")]
    if count:
        pictures.append(Button(f"progress|bars.{here}|-", "button.bars"))
    rows: list[Row] = [tuple(pictures)]
    if count:
        label = {"count": number(count)}
        rows.append((Button(f"progress|below.{here}.0|-", "button.below", label),))
    rows += progress_lists.ways(tx, person, unit.id, index, phase_of(programme, index), now)
    if rights.may(tx, person, "export", unit.id, now):
        rows.append((Button(f"export|unit.{unit.id}|-", "button.sheet"),))
    if tx.unit_groups.of(unit.id):
        rows.append((Button(f"progress|rank.{here}.0|-", "button.ranking"),))
    if unit.parent_id is not None:
        above = {"unit": tx.people.unit_name(unit.parent_id)}
        rows.append((Button(f"progress|see.{unit.parent_id}.{index}|-", "button.up", above),))
    if len(programme.phases) > 1:
        rows += _phases(unit.id, index, programme)
    others = [one for one in own_units(tx, person) if one != unit.id][:4]
    for one in others:
        label_of = {"unit": tx.people.unit_name(one)}
        rows.append((Button(f"progress|see.{one}.{index}|-", "button.unit_named", label_of),))
    rows.append((Button("progress|search|-", "button.search_unit"),))
    if person.draft is not None:
        rows.append((Button("menu|continue|-", "button.continue"),))
    return rows


def _phases(unit_id: int, index: int, programme: Programme) -> list[Row]:
    rows: list[Row] = [
        (Button(f"progress|see.{unit_id}.{place}|-", "button.phase_named", {"phase": phase.name}),)
        for place, phase in enumerate(programme.phases, 1)
        if place != index
    ]
    return rows if index == 0 else [*rows, (Button(f"progress|see.{unit_id}.0|-", "button.all_phases"),)]


def below(
    tx: Transaction, person: Person, unit_id: int, index: int, page: int, house: House, now: datetime
) -> Outcome:
    """The units directly below, the furthest behind first."""
    today, phase = house.programme.local_day(now), phase_of(house.programme, index)
    code, count = ALL if phase is None else phase.code, tx.aims.count_children(unit_id, today)
    measure = progress_of(tx, house.programme, unit_id, phase, now).leading
    found = tx.aims.children(unit_id, code, measure, today, PAGE, page * PAGE)
    head = {"unit": tx.people.unit_name(unit_id), "count": number(count)}
    lines = [Note(f"progress.below.head_{measure}", head)]
    rows: list[Row] = []
    for place, standing in enumerate(found, page * PAGE + 1):
        lines += progress_lists.standing_lines(place, standing, measure)
        label = {"number": place, "unit": standing.name}
        rows.append((Button(f"progress|see.{standing.unit_id}.{index}|-", "button.unit_numbered", label),))
    if count > (page + 1) * PAGE:
        rows.append((Button(f"progress|below.{unit_id}.{index}.{page + 1}|-", "button.more"),))
    if count > SEARCHED_FROM:
        rows.append((Button("progress|search|-", "button.search_unit"),))
    rows.append((Button(f"progress|see.{unit_id}.{index}|-", "button.back"),))
    return _say(tx, person, Reply("progress.choose", {}, tuple(lines), tuple(rows)), now)


def picture(
    tx: Transaction, person: Person, name: str, unit_id: int, index: int, house: House, now: datetime
) -> Outcome:
    """The curve of a unit, or the bars of the units below; drawn when it is sent."""
    today, phase = house.programme.local_day(now), phase_of(house.programme, index)
    part, unit = progress_of(tx, house.programme, unit_id, phase, now), tx.people.unit_name(unit_id)
    if name == "curve":
        paper = curve_of(tx, house.programme, part, unit, today)
    else:
        code, measure = ALL if phase is None else phase.code, part.leading
        behind = tx.aims.children(unit_id, code, measure, today, MOST_BARS)
        paper = bars_of(part, unit, behind, tx.aims.count_children(unit_id, today), measure)
    rows = ((Button(f"progress|see.{unit_id}.{index}|-", "button.figures"),),)
    return _say(tx, person, Reply("progress.picture", {"unit": unit}, (), rows, files=(paper,)), now)


def in_group(tx: Transaction, unit_id: int, argument: str, house: House, now: datetime) -> tuple[Note, ...]:
    """What a group is told: the figures of its unit, or of one below it that was named by code or name.

    Of another unit nothing, and that is said; what was typed is not repeated before everybody.
    """
    named = meant(tx, argument, house.programme.local_day(now))[0] if argument else unit_id
    inside = named is not None and tx.tree.is_within(named, unit_id)
    unit = tx.units.by_id(named if named is not None and inside else unit_id)
    if unit is None:
        return ()
    elsewhere = () if inside else (Note("progress.group_elsewhere", {"unit": unit.name}),)
    return (*elsewhere, *said_of(tx, unit, None, house.programme, now))


def _forget(tx: Transaction, person: Person) -> None:
    """The search for a unit is over; what else the talk is about stays open."""
    if person.talk.get("about") == TOPIC:
        tx.people.set_talk(person, {})


def _say(tx: Transaction, person: Person, reply: Reply, now: datetime, about: str | None = None) -> Outcome:
    promise(tx, person, [reply], now)
    if about is None:
        offer(tx, person, reply)
    else:
        offer(tx, person, reply, about=about)
    return Outcome()
