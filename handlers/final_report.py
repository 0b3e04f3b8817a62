"""The end of a phase: figures as they stood at the close or after the reviews, and what becomes of drafts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from handlers.drafts import name_of
from handlers.figures import per_cent
from handlers.messages import Button, Note, moment, number, tenths, text
from handlers.programme import Programme
from handlers.reminder_pages import Page
from handlers.reminder_parts import MOST_DRAFTS, MOST_LINES, At, Part, lines
from storage.aims import Standing
from storage.transaction import Transaction

Rows = tuple[tuple[Button, ...], ...]


def report(
    tx: Transaction, page: Page, worker: int, kind: str, at: At, programme: Programme
) -> Iterator[Part]:
    """Each unit somebody answers for, and those directly below it, with the figures of that instant."""
    units = list(dict.fromkeys([*page.watches(worker), *page.leads(worker)]))
    frozen = page.closed
    if kind == "reviewed":
        # Told again only where something was still undecided at the close, and nothing is now.
        units = [
            unit for unit in units
            if unit in frozen and frozen[unit].waiting and not page.standings[unit].figures.waiting
        ]  # fmt: skip
        for unit in units:
            tx.reminder_log.freeze(at.phase.code, "reviewed", at.now, unit)
        frozen = tx.reminder_log.frozen(at.phase.code, "reviewed", units) if units else {}
    for place, unit in enumerate(units):
        standing = page.standings[unit]
        if unit in frozen:
            standing = replace(standing, figures=frozen[unit])
        notes = [Note("reminder.frozen.head")] if kind == "closes" and place == 0 else []
        notes += [Note("reminder.unit.head", {"unit": standing.name}), *lines(standing)]
        if standing.figures.waiting:
            notes.append(Note("reminder.report_waiting", {"count": number(standing.figures.waiting)}))
        rows: Rows = ()
        if unit in page.parents:
            more, rows = _below(tx, standing, kind, at, programme)
            notes += more
        yield Part(tuple(notes), rows)


def _below(
    tx: Transaction, above: Standing, kind: str, at: At, programme: Programme
) -> tuple[list[Note], Rows]:
    """The units directly below, the furthest behind first; the rest behind a button."""
    measure = "initiatives" if above.initiatives or not above.people else "people"
    today = programme.local_day(at.now)
    count = tx.aims.count_children(above.unit_id, today)
    if not count:
        return [], ()
    found = tx.reminder_log.frozen_below(above.unit_id, at.phase.code, kind, measure, today, MOST_LINES)
    notes = [Note("reminder.below.head", {"count": number(count)})]
    for place, one in enumerate(found, start=1):
        figures = {"$": "list", "items": list(_figures(one))}
        notes.append(Note("reminder.below_line", {"number": place, "unit": one.name, "figures": figures}))
    if count > len(found):
        notes.append(Note("reminder.below_more", {"count": number(count - len(found))}))
    index = programme.phases.index(at.phase) + 1
    button = Button(
        f"progress|below.{above.unit_id}.{index}.0|-", "button.below_of",
        {"unit": above.name, "count": number(count)},
    )  # fmt: skip
    return notes, ((button,),)


def _figures(one: Standing) -> Iterator[dict[str, Any]]:
    """Both measures, never mixed; against the target where there is one."""
    both = (
        ("initiatives", one.figures.valid, one.initiatives),
        ("people", one.figures.people, one.people),
    )
    for measure, done, target in both:
        share = per_cent(done, target or 0)
        if target and share is not None:
            said = {"done": number(done), "target": number(target), "share": tenths(share)}
            yield text(f"reminder.reached_{measure}", **said)
        else:
            yield text(f"reminder.counted_{measure}", done=number(done))


def kept(page: Page, worker: int, at: At, programme: Programme) -> Iterator[Part]:
    """What becomes of a draft that was not handed in: it stays, and is offered to the phase that comes.

    Where another phase is open already, its opening tells of the draft.
    """
    own = page.drafts.get(worker, ())
    if not own or programme.phase_at(at.now) is not None:
        return
    notes, rows = [], []
    for draft in own[:MOST_DRAFTS]:
        name = name_of(draft.place) or text("drafts.unnamed")
        notes.append(Note("reminder.kept.head", {"name": name}))
        rows.append((Button(f"menu|open.{draft.id}|-", "button.resume_draft", {"name": name}),))
    if len(own) > MOST_DRAFTS:
        notes.append(Note("reminder.drafts_more", {"count": number(len(own) - MOST_DRAFTS)}))
        rows.append((Button("menu|drafts|-", "button.drafts"),))
    if (coming := programme.next_phase(at.now)) is not None:
        said = {"phase": coming.name, "opens": moment(coming.opens)}
        notes.append(Note("reminder.kept_for", said))
    else:
        notes.append(Note("reminder.kept_for_none"))
    yield Part(tuple(notes), tuple(rows), any(draft.place.sealed for draft in own[:MOST_DRAFTS]))
