"""The lines that say how a unit stands: keys and numbers, made from the figures alone.

Each line says something true whatever is missing: a target, a count of members, any entry at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers.messages import Note, day, moment, money, number, tenths, text
from handlers.programme import Programme
from handlers.progress_figures import Measured, Progress

PERIODS = (("year", "benefit_year"), ("month", "benefit_month"), ("once", "benefit_once"))
HOURS_FROM = 48 * 3_600  # nearer to the close than this, hours are said


def lines_of(parts: Sequence[Progress], programme: Programme) -> list[Note]:
    """Every part (a phase, or all together) as a paragraph; money stands in the last one."""
    found: list[Note] = []
    for part in parts:
        found += _paragraph(part, programme)
    if parts:
        found += _benefit(parts[-1])
        found += _members_dated(parts[-1])
    return found


def _paragraph(part: Progress, programme: Programme) -> list[Note]:
    head = (
        Note("progress.total.head")
        if part.phase is None
        else Note("progress.phase.head", {"phase": part.phase.name, "when": _when(part, programme)})
    )
    return [head, *_entries(part), *_pace(part, programme), *_units(part)]


def _when(part: Progress, programme: Programme) -> dict[str, object]:
    """Not open yet, open with what is left, or closed: the closing instant itself is outside."""
    if part.phase is None:
        return text("progress.total.head")
    closes = part.phase.closes.astimezone(programme.zone)
    if closes.timetz().replace(tzinfo=None) == closes.min.time():  # midnight is the end of the day before
        until = text("progress.end_of", day=day((closes - timedelta(days=1)).date().isoformat(), "day"))
    else:
        until = moment(part.phase.closes)
    if part.seconds_left is None:
        if part.coming:
            return text("progress.coming", at=moment(part.phase.opens))
        return text("progress.closed", until=until)
    if part.seconds_left < HOURS_FROM:
        return text("progress.open_hours", until=until, hours=-(-part.seconds_left // 3_600))
    return text("progress.open", until=until, days=part.days_left)


def _entries(part: Progress) -> list[Note]:
    figures = part.figures
    if part.coming and part.phase is not None:
        return _aims(part)
    if not (figures.waiting or figures.returned or figures.valid or figures.rejected):
        found = [Note("progress.nothing")]
        if part.initiatives.target is None and part.people.target is None:
            return [*found, Note("progress.no_target")]
    else:
        found = []
    found.append(_initiatives(part.initiatives))
    if figures.returned:
        found.append(Note("progress.returned", {"returned": number(figures.returned)}))
    return [*found, *_people(part)]


def _aims(part: Progress) -> list[Note]:
    """What is to be reached in a phase that has not opened."""
    aims = (("progress.aim", part.initiatives.target), ("progress.aim_people", part.people.target))
    found = [Note(key, {"target": number(target)}) for key, target in aims if target is not None]
    return found or [Note("progress.no_target")]


def _initiatives(one: Measured) -> Note:
    said = {"done": number(one.done), "waiting": number(one.waiting)}
    if one.target is None or one.share is None:
        return Note("progress.initiatives_untargeted", said)
    return Note("progress.initiatives", {**said, "target": number(one.target), "share": tenths(one.share)})


def _people(part: Progress) -> list[Note]:
    """Distinct people against members; beside it their own target, where there is one."""
    people = part.people
    said = {"done": number(people.done), "waiting": number(people.waiting)}
    if part.members_share is None:
        found = [Note("progress.people_uncounted", said)]
    else:
        against = {"members": number(part.size.members), "share": tenths(part.members_share)}
        found = [Note("progress.people", {**said, **against})]
    if people.target is not None and people.share is not None:
        aim = {"done": said["done"], "target": number(people.target), "share": tenths(people.share)}
        found.append(Note("progress.people_target", aim))
    return found


def _pace(part: Progress, programme: Programme) -> list[Note]:
    """What is needed a day against the last seven days; only while there is time left."""
    if part.seconds_left is None or part.phase is None:
        return []
    if part.pace_needed is None:
        return [Note("progress.pace", {"pace": tenths(part.pace)})] if part.figures.valid else []
    found = [Note("progress.pace_needed", {"pace": tenths(part.pace), "needed": tenths(part.pace_needed)})]
    if part.reached_on is None:
        return found if part.pace else [*found, Note("progress.stands_still")]
    in_time = part.closes is None or part.reached_on <= programme.local_day(
        part.closes - timedelta(microseconds=1)
    )
    key = "progress.reached_on" if in_time else "progress.reached_late"
    return [*found, Note(key, {"day": day(part.reached_on.isoformat(), "day")})]


def _units(part: Progress) -> list[Note]:
    found: list[Note] = []
    if part.coming:
        return found
    for key, one in (("progress.units", part.initiatives), ("progress.units_people", part.people)):
        if one.units.aimed:
            said = {"reached": number(one.units.reached), "aimed": number(one.units.aimed)}
            found.append(Note(key, said))
    return found


def _benefit(part: Progress) -> list[Note]:
    """Money as claimed, by period and never converted, and how many entries carry a figure."""
    figures = part.figures
    if not figures.valid:
        return []
    if not figures.figures:
        return [Note("progress.no_benefit", {"valid": number(figures.valid)})]
    amounts = [money(getattr(figures, name), period) for period, name in PERIODS if getattr(figures, name)]
    items = amounts or [money(0, None)]
    said = {"figures": number(figures.figures), "valid": number(figures.valid)}
    return [Note("progress.benefit", {"amounts": {"$": "list", "items": items}, **said})]


def _members_dated(part: Progress) -> list[Note]:
    start, end = part.size.counted_from, part.size.counted_to
    if not part.size.members or start is None or end is None:
        return []
    said = {"members": number(part.size.members), "from": day(start.isoformat(), "day")}
    if start == end:
        return [Note("progress.counted_on", said)]
    return [Note("progress.counted_between", {**said, "to": day(end.isoformat(), "day")})]
