"""When the bot speaks first: every moment of a phase, and which of those that came is still worth saying.

Pure: the programme and the time give the moments; what has been seen to is given. The nearest distance wins,
so that after a night or a week without the bot nobody gets three reminders at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from handlers.programme import Phase, Programme
from handlers.quiet import Quiet

LATE_MORNING = time(10, 30)  # when somebody who has handed in nothing is asked: at work, before lunch
MORNING = time(9)
NEAR = timedelta(hours=12)  # a digest so near to a reminder would only repeat it
TOLD = timedelta(hours=24)  # a distance so soon after the notice of a new date would only repeat it
LATE = timedelta(minutes=15)  # from here on a message says that it is late
WEEK = timedelta(days=7)
MISSED = 8  # weeks: of a longer absence the digests are not accounted for one by one
SWEPT, LATEST = ".late", timedelta(minutes=30)  # before a close: time enough to hand in a draft
HOLIDAYS = timedelta(days=10)  # no run of days off is longer
# One of these at a time for a phase, the most urgent first.
URGENCY = ("closes", "reviewed", "moved", "before", "half", "digest", "opens")


@dataclass(frozen=True, slots=True)
class Moment:
    """Something to be said from `at` until before `until`; `offset` names it within its kind.

    `once` is the offset under which a person is told at most once, however often the moment comes. `sweep`:
    the last warning once more, for drafts that were begun after it.
    """

    kind: str
    phase: str
    offset: str
    at: datetime
    until: datetime
    once: str = ""
    last: bool = False
    sweep: bool = False

    @property
    def noted(self) -> tuple[str, str, str]:
        """What is written down of a person goes under this."""
        return self.kind, self.phase, self.offset.removesuffix(SWEPT)

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is remembered by."""
        return self.kind, self.phase, self.offset

    def once_for(self, worker_id: int) -> str:
        """The key under which a worker is told at most once."""
        return f"{self.kind}:{self.phase}:{self.once or self.offset}:{worker_id}"

    def late(self, now: datetime) -> bool:
        """Whether it comes later than it should have."""
        return now - self.at > LATE


@dataclass(frozen=True, slots=True)
class Moves:
    """How a phase's dates were changed in the configuration.

    `generation`: how often its close was moved, the last time `at`. `told`: how often that was to be told,
    the last time `told_at`; `was` and `opens_was` are the dates people know until then, where they differ.
    `opening`: how often an opening that had come was put off. `tag` names the present close among several,
    so that a distance before a date that holds again is not said a second time.
    """

    generation: int = 0
    at: datetime | None = None
    was: datetime | None = None
    told: int = 0
    told_at: datetime | None = None
    opens_was: datetime | None = None
    opening: int = 0
    tag: str = ""


NEVER = Moves()


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be said now, most urgent first; what is not said any more, and why; what comes next."""

    due: tuple[Moment, ...]
    skipped: tuple[tuple[Moment, str], ...]
    next_at: datetime | None


def quiet_of(programme: Programme) -> Quiet:
    """The quiet hours of the programme, and its days off."""
    begins, ends = programme.reminding.quiet or (time(0), time(0))
    return Quiet(programme.zone, begins, ends, programme.reminding.working_days, programme.days_off)


def written(distance: timedelta) -> str:
    """A distance as the configuration writes it: 7d, 3h, 30m."""
    minutes = int(distance.total_seconds()) // 60
    if minutes % 1_440 == 0:
        return f"{minutes // 1_440}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def moments_of(programme: Programme, phase: Phase, moves: Moves, now: datetime) -> list[Moment]:
    """Every moment of a phase; of daily ones the last that has come, of weekly ones a few, and the next."""
    code, long = phase.code, phase.closes - phase.opens
    first = _again("0", moves.opening)
    found = [Moment("opens", code, first, phase.opens, min(phase.opens + 2 * WEEK, phase.closes))]
    found += _before(programme, phase, moves)
    if moves.told_at is not None and (moves.was or moves.opens_was):
        found.append(Moment("moved", code, str(moves.told), moves.told_at, phase.closes))
    if long >= 2 * WEEK:
        half = phase.opens + long / 2
        found.append(Moment("half", code, "0", half, min(half + HOLIDAYS, phase.closes)))
    found += _idle(programme, phase)
    found += _digests(programme, phase, now)
    last = _again("0", moves.generation)
    found.append(Moment("closes", code, last, phase.closes, phase.closes + timedelta(days=30)))
    found += _reviewed(programme, phase, now)
    return found


def _again(offset: str, times: int) -> str:
    """The same distance before another date is another moment."""
    return f"{offset}.{times}" if times else offset


def _before(programme: Programme, phase: Phase, moves: Moves) -> list[Moment]:
    quiet, found = quiet_of(programme).any_day(), []
    for distance in sorted(programme.reminding.before, reverse=True):
        at = phase.closes - distance
        if quiet.sayable(at) >= phase.closes:
            # Rather than be lost to the night before the close, it is said before the night.
            at = quiet.last_sayable(at) or at
        if at > phase.opens:
            found.append((distance, at))
    ends = [*(at for _, at in found[1:]), phase.closes][: len(found)]
    moments = [
        Moment(
            "before", phase.code, _again(written(distance), moves.generation), at, until,
            once=f"{written(distance)}{moves.tag}", last=until == phase.closes,
        )
        for (distance, at), until in zip(found, ends, strict=True)
    ]  # fmt: skip
    return [*moments, *_sweeps(moments, phase)]


def _sweeps(moments: Sequence[Moment], phase: Phase) -> Iterable[Moment]:
    at = phase.closes - LATEST
    if moments and moments[-1].at < at:
        yield replace(moments[-1], offset=moments[-1].offset + SWEPT, at=at, sweep=True)


def _idle(programme: Programme, phase: Phase) -> list[Moment]:
    """Once in a phase, on a working day: when half of it is over, and not earlier than two weeks before."""
    start = max(phase.opens + (phase.closes - phase.opens) / 2, phase.closes - 2 * WEEK)
    quiet = Quiet(programme.zone, time(0), time(0), working_days=True, days_off=programme.days_off)
    for days in range(15):
        day = programme.local_day(start) + timedelta(days=days)
        at = datetime.combine(day, LATE_MORNING, programme.zone).astimezone(UTC)
        if at >= start and not quiet.holds(at):
            return [Moment("idle", phase.code, "0", at, phase.closes)] if at < phase.closes else []
    return []


def _digests(programme: Programme, phase: Phase, now: datetime) -> list[Moment]:
    """The weekly ones that have come lately, each to be accounted for, and the next one."""
    if programme.reminding.digest is None:
        return []
    weekday, hour = programme.reminding.digest
    today = programme.local_day(now)
    monday = today - timedelta(days=today.weekday())
    found = []
    for weeks in range(-MISSED, 2):
        day = monday + timedelta(days=weekday, weeks=weeks)
        at = datetime.combine(day, hour, programme.zone).astimezone(UTC)
        if phase.opens < at < phase.closes:
            found.append(Moment("digest", phase.code, day.isoformat(), at, at + timedelta(days=3)))
    past = [moment for moment in found if moment.at <= now]
    return [*past, *[moment for moment in found if moment.at > now][:1]]


def _reviewed(programme: Programme, phase: Phase, now: datetime) -> list[Moment]:
    """Every working morning for four months after a close it is looked whose reviews are done."""
    today, quiet = programme.local_day(now), quiet_of(programme)
    found = []
    for days in (-1, 0, 1):
        day = today + timedelta(days=days)
        at = datetime.combine(day, MORNING, programme.zone).astimezone(UTC)
        if phase.closes < at < phase.closes + timedelta(days=120) and not quiet.day_off(at):
            found.append(Moment("reviewed", phase.code, day.isoformat(), at, at + timedelta(days=1), "0"))
    past = [moment for moment in found if moment.at <= now]
    return [*past[-1:], *[moment for moment in found if moment.at > now][:1]]


def choose(
    moments: Sequence[Moment], settled: Collection[tuple[str, str, str]], moves: Moves, now: datetime
) -> Chosen:
    """Of the moments of one phase, those to be said now; `settled` are the keys that were seen to."""
    coming = [moment.at for moment in moments if moment.at > now]
    open_ = [moment for moment in moments if moment.at <= now and moment.key not in settled]
    skipped = [(moment, reason) for moment in open_ if (reason := _why_not(moment, moments, moves, now))]
    if any(moment.last and not moment.sweep for moment in open_):  # everybody hears it now
        skipped += [(moment, "nearer") for moment in open_ if moment.sweep and now < moment.until]
    gone = {moment.key for moment, _ in skipped}
    left = sorted((moment for moment in open_ if moment.key not in gone), key=_urgency)
    rivals = [moment for moment in left if moment.kind in URGENCY]
    skipped += [(moment, "nearer") for moment in rivals[1:]]
    due = [*rivals[:1], *(moment for moment in left if moment.kind not in URGENCY)]
    return Chosen(tuple(due), tuple(skipped), min(coming, default=None))


def _urgency(moment: Moment) -> tuple[int, float]:
    rank = URGENCY.index(moment.kind) if moment.kind in URGENCY else len(URGENCY)
    return rank, -moment.at.timestamp()


def _why_not(moment: Moment, moments: Iterable[Moment], moves: Moves, now: datetime) -> str:
    """Why something that has come is not said any more; empty when it is."""
    if now >= moment.until:
        return "too_late"
    # A close that was moved, and moved back before anybody heard of it, has no notice.
    told = moves.at + TOLD if moves.at is not None and moves.was is not None else None
    if moment.kind == "before" and told is not None and moment.at < told and not moment.last:
        return "told_by_notice"
    if moment.kind in ("digest", "half"):
        near = (other for other in moments if other.kind in ("before", "moved", "opens", "closes"))
        if any(abs(other.at - moment.at) < NEAR for other in near):
            return "nearer"
    return ""


__all__ = ["NEVER", "Chosen", "Moment", "Moves", "choose", "moments_of", "quiet_of", "written"]
