"""`/nhac`: which reminders a person wants, at what hour, not before when; a lead's unit and its quiet hours.

The last warning before a close is always said, and the screen says so.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from handlers import initiative, unit_quiet
from handlers.dates import read_date
from handlers.day_times import take_times
from handlers.folding import fold
from handlers.house import House, Outcome
from handlers.messages import Button, Event, Note, Reply, moment, text
from handlers.promising import offer, promise
from handlers.reminder_moments import written
from handlers.reminder_parts import distance as said_as
from storage.people import Person
from storage.reminder_choices import AS_IT_COMES, Choice
from storage.transaction import Transaction

HOURS = ("06:30", "11:30", "15:30", "19:00")
TOPIC = "remind"
MOST_WORDS = 6  # of an hour or a day; more of them are an answer to something else
LONGEST_SNOOZE = timedelta(days=366)


def distances(house: House) -> list[str]:
    """What may be left out: every distance of the programme, the farthest first, and the weekly digest."""
    before = [written(one) for one in sorted(house.programme.reminding.before, reverse=True)]
    return [*before, "digest"] if house.programme.reminding.digest is not None else before


def command(tx: Transaction, person: Person, argument: str, house: House, now: datetime) -> Outcome:
    """The choices as they stand; with words, an hour of the day or a day until which nothing is said."""
    if not argument:
        return _show(tx, person, house, now)
    return _understood(tx, person, argument, house, now)


def _show(tx: Transaction, person: Person, house: House, now: datetime, *notes: Note) -> Outcome:
    choice = _choice(tx, person)
    rows: list[tuple[Button, ...]] = []
    marks = []
    for name in distances(house):
        label = {"label": _named(name)}
        key = "button.unticked" if name in choice.left_out else "button.ticked"
        marks.append(Button(f"remind|tick.{name}|-", key, label))
    rows += [tuple(marks[place : place + 2]) for place in range(0, len(marks), 2)]
    rows.append(tuple(_hour_button(hour) for hour in HOURS))
    rows.append((Button("remind|any_hour|-", "button.any_hour"),))
    if _snoozed(choice, now):
        rows.append((Button("remind|wake|-", "button.wake"),))
    else:
        snoozes = ("button.snooze_day", "1"), ("button.snooze_days", "3")
        rows.append(tuple(Button(f"remind|snooze.{days}|-", key) for key, days in snoozes))
        rows.append((Button("remind|until|-", "button.snooze_until"),))
    rows += unit_quiet.buttons(tx, person)
    rows.append((Button("remind|done|-", "button.done"),))
    said = [*notes, *_as_it_stands(choice, house, now)]
    return _say(tx, person, Reply("remind.ask", {}, tuple(said), tuple(rows)), now, about=TOPIC)


def _as_it_stands(choice: Choice, house: House, now: datetime) -> list[Note]:
    wanted = [name for name in distances(house) if name not in choice.left_out]
    notes = [Note("remind.last_stays")]
    if not wanted:
        notes.insert(0, Note("remind.only_last"))
    if choice.hour is not None:
        notes.append(Note("remind.at_hour", {"hour": f"{choice.hour:%H:%M}"}))
    if _snoozed(choice, now) and choice.snoozed_until is not None:
        notes.append(Note("remind.snoozed", {"until": moment(choice.snoozed_until)}))
    return notes


def _named(distance: str) -> dict[str, object]:
    """7d as people say it."""
    if distance == "digest":
        return text("remind.digest")
    return text("remind.ahead", left=said_as(distance))


def _hour_button(hour: str) -> Button:
    return Button(f"remind|hour.{hour.replace(':', '')}|-", "button.at_hour", {"hour": hour})


def _choice(tx: Transaction, person: Person) -> Choice:
    return tx.reminder_choices.of([person.worker_id]).get(person.worker_id, AS_IT_COMES)


def _snoozed(choice: Choice, now: datetime) -> bool:
    return choice.snoozed_until is not None and choice.snoozed_until > now


def pressed(
    tx: Transaction, person: Person, _event: Event, choice: str, house: House, now: datetime
) -> Outcome:
    """A button of `/nhac`: tick, hour, snooze, wake; `quiet.<unit>` and its hours for a lead."""
    name, _, argument = choice.partition(".")
    chosen = _choice(tx, person)
    if name == "quiet":
        return unit_quiet.show(tx, person, argument, house, now)
    if name == "done":
        tx.people.set_talk(person, {})
        return initiative.reply_and_ask_again(tx, person, house=house, now=now)
    if name == "until":
        return _ask_until(tx, person, now)
    if name == "tick" and argument in distances(house):
        return _keep(tx, person, chosen._replace(left_out=chosen.left_out ^ {argument}), house, now)
    if name == "hour" and len(argument) == 4 and argument.isdecimal() and int(argument[:2]) < 24:
        hour = time(int(argument[:2]), min(int(argument[2:]), 59))
        return _keep(tx, person, chosen._replace(hour=hour), house, now)
    if name == "any_hour":
        return _keep(tx, person, chosen._replace(hour=None), house, now)
    if name == "wake":
        return _keep(tx, person, chosen._replace(snoozed_until=None), house, now)
    if name == "snooze" and argument in ("1", "3"):
        until = now + timedelta(days=int(argument))
        return _keep(tx, person, chosen._replace(snoozed_until=until), house, now)
    return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)


def _keep(tx: Transaction, person: Person, choice: Choice, house: House, now: datetime) -> Outcome:
    tx.reminder_choices.keep(person.worker_id, choice, now)
    return _show(tx, person, house, now, Note("remind.kept"))


def _ask_until(tx: Transaction, person: Person, now: datetime, *notes: Note) -> Outcome:
    rows = ((Button("menu|reminders|-", "button.back"),),)
    return _say(tx, person, Reply("remind.until", {}, notes, rows, free=True), now, about=TOPIC)


def hear(tx: Transaction, person: Person, typed: str, house: House, now: datetime) -> Outcome:
    """An hour ("17h30"), quiet hours for a unit ("22h đến 6h"), or a day ("25/12", "đến thứ Hai")."""
    if person.talk.get("remind_unit") is not None:
        return unit_quiet.hear(tx, person, hours_in(typed), house, now)
    return _understood(tx, person, typed, house, now)


def ask(tx: Transaction, person: Person, house: House, now: datetime, *notes: Note) -> Outcome:
    """The same again."""
    if (unit := person.talk.get("remind_unit")) is not None:
        return unit_quiet.show(tx, person, str(unit), house, now, *notes)
    return _show(tx, person, house, now, *notes)


def hours_in(typed: str) -> list[time]:
    """The times of day that somebody typed, in their order; 24 o'clock is 0."""
    times = [one for one in take_times(fold(typed[:200]))[0] if one is not None]
    return [time(one.hour % 24, one.minute) for one in times]


def _understood(tx: Transaction, person: Person, typed: str, house: House, now: datetime) -> Outcome:
    waits = person.draft is not None and person.talk.get("about") == TOPIC
    if waits and len(typed.split()) > MOST_WORDS:
        return _answered(tx, person, typed, house, now)
    hours = hours_in(typed)
    zone = house.programme.zone
    today = house.programme.local_day(now)
    days: list[date] = []
    for near in (today, today + timedelta(days=365)):  # a day without a year may lie ahead
        heard = read_date(typed, near, zone)
        found = (one.day for one in (heard.value, *heard.readings) if one is not None)
        days = days or [day for day in found if day > today]
    chosen = _choice(tx, person)
    if days:
        if days[0] - today > LONGEST_SNOOZE:
            return _show(tx, person, house, now, Note("remind.too_far"))
        at = datetime.combine(days[0], hours[0] if hours else time(0), zone).astimezone(UTC)
        return _keep(tx, person, chosen._replace(snoozed_until=at), house, now)
    if len(hours) == 1:
        return _keep(tx, person, chosen._replace(hour=hours[0]), house, now)
    if waits:
        return _answered(tx, person, typed, house, now)
    return _show(tx, person, house, now, Note("remind.not_understood"))


def _answered(tx: Transaction, person: Person, typed: str, house: House, now: datetime) -> Outcome:
    """What is neither an hour nor a day answers the question of the open draft."""
    tx.people.set_talk(person, {})
    return initiative.say(tx, person, typed, house, now)


def _say(tx: Transaction, person: Person, reply: Reply, now: datetime, **talk: object) -> Outcome:
    promise(tx, person, [reply], now)
    tx.people.set_talk(person, {})
    offer(tx, person, reply, **talk)
    return Outcome()
