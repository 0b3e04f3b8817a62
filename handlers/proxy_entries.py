"""What somebody entered for others: listed by page, found by code, corrected, confirmed on paper."""

from __future__ import annotations

import re
from datetime import datetime

from handlers import confirming, correcting, entering, initiative, proxy, proxy_linking, rights, whose
from handlers.folding import fold
from handlers.house import House, Outcome
from handlers.messages import Button, Note, Reply, text
from handlers.moves import RULES
from handlers.promising import offer, promise
from storage.entered import EntryLine
from storage.people import Person
from storage.transaction import Transaction

PAGE = 8
_CODE = re.compile(r"sk[- ]?0*(\d{1,12})")


def pressed(
    tx: Transaction, person: Person, name: str, numbers: list[int], house: House, now: datetime
) -> Outcome:
    """A button of the list or of one entry; of what somebody else entered nothing is said."""
    if name == "list":
        return listed(tx, person, min(numbers[0], 10_000), house, now)
    line, entry = tx.entered.line(numbers[0]), tx.entered.of(numbers[0])
    item = tx.reviews.look(numbers[0])
    if line is None or entry is None or item is None or entry.entered_by != person.worker_id:
        return rights.refused(tx, person, proxy.DEED, None, house, now)
    if not rights.may(tx, person, proxy.DEED, item.unit_id, now):
        return rights.refused(tx, person, proxy.DEED, item.unit_id, house, now)
    if name == "see":
        return show(tx, person, line, house, now)
    if name == "fix":
        return _fix(tx, person, line, item.unit_id, house, now)
    if name == "code":
        drawn = f"{person.chat_id}:{line.id}:{int(now.timestamp())}"
        note = entering.code_for(tx, person, line.author_id, drawn, house, now)
        return show(tx, person, line, house, now, note)
    if name in ("paper", "really_paper"):
        return _paper(tx, person, line, house, now, sure=name == "really_paper")
    if name in ("link", "same", "really_same"):
        return proxy_linking.pressed(
            tx, person, name, line, numbers[1] if len(numbers) > 1 else 0, house, now
        )
    return initiative.reply_and_ask_again(tx, person, Note("form.stale"), house=house, now=now)


def by_code(tx: Transaction, person: Person, typed: str, house: House, now: datetime) -> Outcome:
    """One entry by its code, if the person entered it."""
    match = _CODE.fullmatch(fold(typed))
    item = tx.reviews.find(f"SK-{int(match.group(1)):05d}") if match else None
    entry = tx.entered.of(item.id) if item else None
    if item is None or entry is None or entry.entered_by != person.worker_id:
        return initiative.reply_and_ask_again(tx, person, Note("proxy.no_such"), house=house, now=now)
    return pressed(tx, person, "see", [item.id], house, now)


def listed(tx: Transaction, person: Person, page: int, house: House, now: datetime) -> Outcome:
    """What the person entered for others, the newest first, a page at a time."""
    count = tx.entered.count_by(person.worker_id)
    page = min(page, max(0, count - 1) // PAGE)
    lines = tx.entered.by(person.worker_id, PAGE, page * PAGE)
    if not lines:
        return initiative.reply_and_ask_again(tx, person, Note("proxy.none"), house=house, now=now)
    notes = [Note("proxy.head", {"count": count}), *(Note("proxy.line", _about(line)) for line in lines)]
    rows: list[tuple[Button, ...]] = []
    rows += [(Button(f"proxy|see.{line.id}|-", "button.see", {"code": line.code}),) for line in lines]
    turn = [Button(f"proxy|list.{page - 1}|-", "button.newer")] if page else []
    if count > (page + 1) * PAGE:
        turn.append(Button(f"proxy|list.{page + 1}|-", "button.more"))
    rows += [tuple(turn)] if turn else []
    return _say(tx, person, Reply("proxy.choose", {}, tuple(notes), tuple(rows)), now)


def _about(line: EntryLine) -> dict[str, object]:
    return {
        "code": line.code,
        "title": line.title,
        "name": line.author,
        "state": text(f"state.{line.state}"),
        "mark": text(f"proxy.mark_{whose.mark_of(line)}"),
    }


def show(
    tx: Transaction, person: Person, line: EntryLine, house: House, now: datetime, *notes: Note
) -> Outcome:
    """One entry and what can be done with it."""
    line = tx.entered.line(line.id) or line
    rows: list[tuple[Button, ...]] = []
    if line.state in RULES["correct"].before:
        rows.append((Button(f"proxy|fix.{line.id}|-", "button.correct"),))
    rows += entering.ways_to_confirm(tx, line, house)
    whom = tx.entered.whom(line.author_id)
    if whom is not None and whom.placeholder:
        rows.append((Button(f"proxy|link.{line.id}.0|-", "button.proxy_link"),))
    rows.append((Button("proxy|list.0|-", "button.proxy_list"),))
    return _say(tx, person, Reply("proxy.one", _about(line), notes, tuple(rows)), now)


def _fix(
    tx: Transaction, person: Person, line: EntryLine, unit_id: int, house: House, now: datetime
) -> Outcome:
    """Correct what was entered; its author is asked anew."""
    if (found := whose.line_of(tx, person, line.id, now)) is None:
        return rights.refused(tx, person, "read_sealed", None, house, now)
    if line.state not in RULES["correct"].before:
        return initiative.reply_and_ask_again(tx, person, Note("mine.too_late"), house=house, now=now)
    whom = (unit_id, line.author_id, line.author)
    return correcting.correct(tx, person, found, house, now, whom=whom)


def _paper(
    tx: Transaction, person: Person, line: EntryLine, house: House, now: datetime, *, sure: bool
) -> Outcome:
    """The author has signed on paper: only of somebody without a phone, where the programme takes it."""
    whom = tx.entered.whom(line.author_id)
    if house.programme.proxy_needs != "paper" or whom is None or not whom.placeholder:
        return show(tx, person, line, house, now, Note("proxy.no_paper"))
    if line.confirmed or line.disowned:
        return show(tx, person, line, house, now)
    if not sure:
        yes = Button(f"proxy|really_paper.{line.id}|-", "button.proxy_really_paper")
        back = Button(f"proxy|see.{line.id}|-", "button.back")
        said = {"code": line.code, "name": line.author}
        return _say(tx, person, Reply("proxy.paper", said, (), ((yes,), (back,))), now)
    confirming.confirm(tx, person.worker_id, line, "paper", house, now)
    return show(tx, person, line, house, now, Note("proxy.paper_done", {"code": line.code}))


def _say(tx: Transaction, person: Person, reply: Reply, now: datetime) -> Outcome:
    promise(tx, person, [reply], now)
    offer(tx, person, reply)
    return Outcome()
