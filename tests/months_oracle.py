"""Who should hear what at an instant of the simulated programme, and why not: by its rules, not its code.

It reads `docs/reminders.md` and the account that `tests.months` keeps, and no module of the bot that has to
do with reminders.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache

from handlers.holidays import is_working_day
from handlers.programme import Phase
from tests.months import AT_FIRST, DAY, LATER, MOVED, MOVED_AT, TARGET, ZONE, Place, Somebody, World

BEFORE = {"30d": 30 * DAY, "14d": 14 * DAY, "7d": 7 * DAY, "3d": 3 * DAY, "1d": DAY, "3h": DAY / 8}
HALF_HOUR = timedelta(minutes=30)
STALLED = 14 * DAY
# Of a phase only one of these is said at a time.
IN_TURN = ("opens", "before", "moved", "half", "digest", "closes", "reviewed")


NIGHT = (time(21), time(6, 30))
Moment = tuple[str, str, str]  # kind, phase, offset, as the log names them
Span = tuple[datetime, datetime]


def quiet(at: datetime, place: Place | None) -> bool:
    """Whether nothing unasked may be said to somebody of this place."""
    begins, ends = (place.quiet if place else None) or NIGHT
    hour = at.astimezone(ZONE).time()
    return begins <= hour < ends if begins <= ends else hour >= begins or hour < ends


def day_off(at: datetime, place: Place | None) -> bool:
    """Whether they are not at work that day; whoever works in shifts is reminded on any day."""
    shifts = place is not None and place.quiet is not None
    return not shifts and not is_working_day(at.astimezone(ZONE).date())


def never_free(begins: datetime, ends: datetime, place: Place | None) -> bool:
    """Whether there is no instant between these in which something unasked may be said to them."""
    half_hours = range(int((ends - begins) / HALF_HOUR) + 1)
    instants = (begins + HALF_HOUR * step for step in half_hours)
    return all(quiet(at, place) or day_off(at, place) for at in instants if at < ends)


def calendar(phase: Phase, again: str = "") -> dict[Moment, Span]:
    """Every instant at which a phase has something to say, and until when; `again` follows a moved close."""
    opens, closes, code = phase.opens, phase.closes, phase.code
    half = opens + (closes - opens) / 2
    found = {
        ("opens", code, "0"): (opens, opens + 14 * DAY),
        ("half", code, "0"): (half, half + 10 * DAY),
        ("closes", code, f"0{again}"): (closes, closes + 30 * DAY),
        ("idle", code, "0"): (_invites(phase), closes),
    }
    ends = closes
    for name, distance in reversed(BEFORE.items()):
        # Every close here is at midnight: three hours before it the night has just begun.
        at = closes - distance - (timedelta(minutes=1) if name == "3h" else timedelta())
        found["before", code, name + again] = (at, ends)
        ends = at
    day = opens.astimezone(ZONE).replace(hour=8, minute=0)
    while day < closes:
        if day.weekday() == 0 and day > opens:
            found["digest", code, day.date().isoformat()] = (day.astimezone(UTC), day + 3 * DAY)
        day += DAY
    return found


def _invites(phase: Phase) -> datetime:
    """Half past ten of the first working day within two weeks of the close."""
    day = (phase.closes - 14 * DAY).astimezone(ZONE).replace(hour=10, minute=30)
    while not is_working_day(day.date()):
        day += DAY
    return day.astimezone(UTC)


@lru_cache
def whole_calendar() -> dict[Moment, Span]:
    """That of the programme: until the second close was moved, and from then on."""
    first, second = AT_FIRST.phases
    found = calendar(first)
    found |= {key: span for key, span in calendar(second).items() if span[0] < MOVED_AT}
    later = calendar(MOVED.phases[1], ".1")
    found |= {key: span for key, span in later.items() if span[0] > MOVED_AT or key[0] == "before"}
    del found["before", second.code, "30d.1"]  # had come before anybody knew of it
    found["moved", second.code, "1"] = (MOVED_AT, LATER)
    return {key: span for key, span in found.items() if not _repeats(key, span[0], found)}


def _repeats(key: Moment, at: datetime, found: dict[Moment, Span]) -> bool:
    """A digest within twelve hours of something else would only repeat it."""
    others = (its for (kind, *_), (its, _) in found.items() if kind in ("before", "moved", "opens", "closes"))
    return key[0] == "digest" and any(abs(other - at) < DAY / 2 for other in others)


class Oracle:
    """Answers for one world, as it stands when asked."""

    def __init__(self, world: World) -> None:
        self.world = world
        # What waited for a decision at the close of each phase, by unit.
        self.waited: dict[str, dict[int, int]] = {}

    def audience(self, kind: str, phase: str, one: Somebody) -> bool:
        """Whether something has to be written down about them when this is said."""
        own = bool(one.drafts or one.returned[phase])
        if kind in ("opens", "moved"):
            return own or bool(one.roles) or one.willing
        if kind == "before":
            return own or bool(one.roles)
        if kind == "closes":
            return bool(one.drafts or one.roles)
        return one.willing if kind == "idle" else bool(one.roles)

    def told(self, kind: str, phase: Phase, one: Somebody, now: datetime) -> str:
        """Empty when they are to be told; else why not."""
        if not one.reachable:
            return "unreachable"
        if kind == "idle":
            return self._idle(phase, one)
        own = bool(one.drafts)
        if kind in ("before", "moved"):
            own = own or bool(one.returned[phase.code])
        match kind:
            case "half" | "digest":
                return "" if one.roles else "nothing_open"
            case "closes":
                # Where another phase is open already, its opening has told of the draft.
                kept = one.drafts and self.world.programme.phase_at(now) is None
                return "" if one.roles or kept else "nothing_open"
            case "opens" | "moved":
                new = one.willing and one.taken[phase.code] <= 0
                return "" if own or one.roles or new else "nothing_open"
            case "reviewed":
                return (
                    "" if any(self._reviewed(unit, phase.code) for _, unit in one.roles) else "nothing_open"
                )
        if own or any(self._asks(one, unit, phase, now) for _, unit in one.roles):
            return ""
        done = one.roles and all(self._met(unit, phase.code) for _, unit in one.roles)
        return "target_met" if done else "nothing_open"

    def _idle(self, phase: Phase, one: Somebody) -> str:
        if not one.willing:
            return "no_consent"
        if one.taken[phase.code] > 0:
            return "taken_part"
        if one.drafts or one.roles:
            return "told_otherwise"
        return "target_met" if self._met(one.unit, phase.code) else ""

    def _reviewed(self, unit: int, phase: str) -> bool:
        return self.waited.get(phase, {}).get(unit, 0) > 0 and self.waiting(unit, phase) == 0

    def waiting(self, unit: int, phase: str) -> int:
        """How many of a phase wait for a decision at a unit and below."""
        return sum(its == phase for place in self._below(unit) for its, _, _ in place.waiting.values())

    def closes(self, phase: str) -> None:
        """Keep what waits at this instant everywhere."""
        units = (1, *self.world.districts, *self.world.places)
        self.waited[phase] = {unit: self.waiting(unit, phase) for unit in units}

    def _below(self, unit: int) -> list[Place]:
        if unit in self.world.places:
            return [self.world.places[unit]]
        if unit in self.world.districts:
            return [self.world.places[one] for one in self.world.districts[unit]]
        return list(self.world.places.values())

    def _figures(self, unit: int, phase: str) -> tuple[int, int]:
        """Valid initiatives, and people who have one (nobody works in two units here)."""
        places = self._below(unit)
        return sum(place.valid[phase] for place in places), sum(len(place.people[phase]) for place in places)

    def _met(self, unit: int, phase: str) -> bool:
        target = TARGET * len(self._below(unit))
        return all(done >= target for done in self._figures(unit, phase))

    def _asks(self, one: Somebody, unit: int, phase: Phase, now: datetime) -> bool:
        """Whether a unit is something to speak of to somebody who answers for it."""
        if not self._met(unit, phase.code):
            return True
        if unit in self.world.places:
            return any(whose != one.id for _, _, whose in self.world.places[unit].waiting.values())
        return self._lags(unit, phase, now) or self._stalls(unit, now)

    def _lags(self, unit: int, phase: Phase, now: datetime) -> bool:
        elapsed = Fraction(int((now - phase.opens).total_seconds()),
                           int((phase.closes - phase.opens).total_seconds()))  # fmt: skip
        below = self.world.districts.get(unit) or list(self.world.districts)
        return any(
            done < TARGET * len(self._below(child)) * elapsed
            for child in below
            for done in self._figures(child, phase.code)
        )

    def _stalls(self, unit: int, now: datetime) -> bool:
        old = now - STALLED
        return any(since < old for place in self._below(unit) for _, since, _ in place.waiting.values())
