"""What the bot asks from a place: the open question, a doubt, a refusal, the review card."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers.answers import Doubt, Given, Refused, shown, words_of
from handlers.folding import plain_spaces
from handlers.forms import Choice, Date, Files, Form, Money, Names, Step, Text
from handlers.messages import Button, Note, Reply, text
from handlers.place import REVIEW, Place, relevant

EXCERPT = 300
LONGEST_PROPOSAL = 120
BAD_ANSWERS = 3  # after so many the bot changes its tactic

Rows = tuple[tuple[Button, ...], ...]


def button(place: Place, given: Given, step: str, choice: str, /, **params: Any) -> Button:
    """A button of this form; its label is `button.<choice>` without what follows a point."""
    label = params.pop("label", f"button.{choice.partition('.')[0]}")
    return Button(f"{step}|{choice}|{given.draft}.{place.revision}", label, params)


def question(
    form: Form, place: Place, given: Given, notes: tuple[Note, ...] = (), *, more: str = ""
) -> Reply:
    """The open question again, or the review card; `more` names the answer that may be added to."""
    if place.asking == REVIEW:
        return card(form, place, given, notes)
    step = form.step(place.asking)
    if place.waiting and (waiting := _waiting(form, step, place, given, notes)):
        return waiting
    rows = list(_choices(form, step, place, given))
    if more:
        label = text(f"{form.name}.{more}.name")
        rows.append((button(place, given, step.key, f"add.{more}", step=label),))
    if place.aside or step.key in place.todo:
        rows.append((button(place, given, step.key, "back"),))
    key, params = f"{form.name}.{step.key}.ask", _params(form, step, place)
    if params.pop("proposed", False):
        key = f"{form.name}.{step.key}.propose"
    by_word, free = isinstance(step, Money | Date), isinstance(step, Text | Names)
    reply = Reply(key, params, notes, tuple(rows), by_word=by_word, free=free)
    return revisited(form, place, given, reply) if step.key in place.todo else reply


def revisited(form: Form, place: Place, given: Given, reply: Reply) -> Reply:
    """A question that was answered before: what is there now, and ways to add to it or take it away."""
    step, value = form.step(place.asking), place.value(place.asking)
    if value in (None, []):
        return reply
    rows = reply.choices
    if step.optional:
        rows = ((button(place, given, step.key, "remove"),), *rows)
    if not isinstance(step, Text):
        line = (Note("form.present_answer", {"value": _line(form, step, place)}),) if place.todo else ()
        return replace(reply, notes=(*reply.notes, *line), choices=rows)
    add = button(place, given, step.key, f"add.{step.key}", label="button.add_here")
    notes = (*reply.notes, Note("form.present_answer", {"value": excerpt(value)}))
    return replace(reply, notes=notes, choices=((add,), *rows))


def _params(form: Form, step: Step, place: Place) -> dict[str, Any]:
    if isinstance(step, Text) and (title := proposal(step, place)):
        return {"title": title, "proposed": True}
    if isinstance(step, Files):
        return {"count": len(place.value(step.key) or ())}
    return {}


def _choices(form: Form, step: Step, place: Place, given: Given) -> Rows:
    def labelled(choice: str, **params: Any) -> tuple[Button, ...]:
        return (button(place, given, step.key, choice, **params),)

    if isinstance(step, Choice):
        return tuple(labelled(option, label=f"{form.name}.{step.key}.{option}") for option in step.options)
    if isinstance(step, Files):
        return (labelled("done"),)
    if isinstance(step, Text) and proposal(step, place):
        return (labelled("use"),)
    return tuple(labelled(offer) for offer in step.offers)


def proposal(step: Text, place: Place) -> str:
    """A title taken from the first sentence of another answer; empty when there is none to take."""
    source = place.value(step.proposes) if step.proposes and not place.sealed else None
    if not source or place.value(step.key):
        return ""
    first = plain_spaces(str(source).strip().splitlines()[0])
    for end in (". ", "! ", "? ", "; "):
        first = first.partition(end)[0]
    first = first.strip(" .,;:-–•*")
    if len(first) > LONGEST_PROPOSAL:
        first = first[:LONGEST_PROPOSAL].rsplit(" ", 1)[0].rstrip(" ,;:-–(")
    return first if len(first) >= step.shortest else ""


def _waiting(form: Form, step: Step, place: Place, given: Given, notes: tuple[Note, ...]) -> Reply | None:
    waiting = place.waiting or {}
    prefix = f"{form.name}.{step.key}"
    match waiting["for"]:
        case "pieces":
            length = sum(len(piece[1]) for piece in waiting["pieces"])
            done = ((button(place, given, step.key, "done"),),)
            return Reply("form.pieces", {"length": length}, notes, done, free=True, slot="pieces", after=2.0)
        case "addition":
            back = ((button(place, given, step.key, "back"),),)
            return Reply("form.add", {"step": text(f"{prefix}.name")}, notes, back, free=True)
        case "confirm":
            (value,) = waiting["values"]
            return _confirm(form, step, place, given, value, notes)
        case "readings":
            doubt = Doubt(waiting["reason"], tuple(waiting["values"]))
            return doubtful(form, step, place, given, doubt, notes)
        case "equally":
            yes = ((button(place, given, step.key, "equally"),), (button(place, given, step.key, "back"),))
            return Reply(f"{prefix}.share_missing", {}, notes, yes, free=True)
    return None


def _confirm(
    form: Form, step: Step, place: Place, given: Given, value: Any, notes: tuple[Note, ...]
) -> Reply:
    pair = (button(place, given, step.key, "yes"), button(place, given, step.key, "no"))
    params = {"value": shown(value), "words": words_of(value)}
    rows = (pair, *_way_back(step, place, given))
    return Reply(f"{form.name}.{step.key}.confirm", params, notes, rows, by_word=True)


def _way_back(step: Step, place: Place, given: Given) -> Rows:
    return ((button(place, given, step.key, "back"),),) if place.aside else ()


def doubtful(
    form: Form, step: Step, place: Place, given: Given, doubt: Doubt, notes: tuple[Note, ...] = ()
) -> Reply:
    """Ask which reading was meant, or ask again where there is none to offer."""
    rows: list[tuple[Button, ...]] = [
        (button(place, given, step.key, f"reading.{number}", value=shown(value)),)
        for number, value in enumerate(doubt.values)
    ]
    rows += [(button(place, given, step.key, offer),) for offer in step.offers]
    rows += _way_back(step, place, given)
    if place.tries >= BAD_ANSWERS:
        rows += _ways_out(step, place, given)
        notes = (*notes, Note(f"{form.name}.{step.key}.{doubt.reason}"))
        return Reply(f"{form.name}.{step.key}.stuck", {}, notes, tuple(rows), by_word=True)
    return Reply(f"{form.name}.{step.key}.{doubt.reason}", {}, notes, tuple(rows), by_word=True)


def refusal(form: Form, step: Step, place: Place, given: Given, refused: Refused) -> Reply:
    """Why the text is no answer, and the way out; the third time another way of asking."""
    key, rows = f"{form.name}.{step.key}.{refused.reason}", list(_choices(form, step, place, given))
    by_word, free = isinstance(step, Money | Date), isinstance(step, Text | Names)
    if place.aside:
        rows.append((button(place, given, step.key, "back"),))
    if place.tries >= BAD_ANSWERS:
        rows += _ways_out(step, place, given)
        stuck = f"{form.name}.{step.key}.stuck"
        return Reply(stuck, {}, (Note(key, refused.params),), tuple(rows), by_word=by_word, free=free)
    return Reply(key, refused.params, (), tuple(rows), by_word=by_word, free=free)


def _ways_out(step: Step, place: Place, given: Given) -> list[tuple[Button, ...]]:
    ways = (["skip"] if step.optional and not place.aside else []) + ["save", "person"]
    return [tuple(button(place, given, step.key, way) for way in ways)]


def card(form: Form, place: Place, given: Given, notes: tuple[Note, ...] = ()) -> Reply:
    """Every answer, a button to change each, what may be added, and the two endings."""
    steps = _in_order(form, place)
    lines = [*notes, Note(f"{form.name}.review.head", {"sealed": _sealed(place)})]
    lines += _lines(form, place, steps)
    changes, additions = [], []
    for step in steps:
        if not step.optional or not _empty(place, step):
            label = text(f"{form.name}.{step.key}.name")
            changes.append(button(place, given, REVIEW, f"change.{step.key}", step=label))
        elif not (isinstance(step, Choice) and step.completes) or _incomplete(place, step):
            offer = f"{form.name}.{step.key}.offer"
            additions.append(button(place, given, REVIEW, f"change.{step.key}", label=offer))
    seal = "unseal" if place.sealed else "seal"
    rows = [*_pairs(changes), *_pairs(additions), (button(place, given, REVIEW, seal),)]
    rows.append((button(place, given, REVIEW, "save"), button(place, given, REVIEW, "submit")))
    return Reply(f"{form.name}.review.ask", {}, tuple(lines), tuple(rows), slot="card")


def summary(form: Form, place: Place) -> list[Note]:
    """Every answer in a line, the name first."""
    return _lines(form, place, _in_order(form, place))


def _lines(form: Form, place: Place, steps: list[Step]) -> list[Note]:
    return [
        Note(f"{form.name}.{step.key}.line", {"value": _line(form, step, place)})
        for step in steps
        if step.key in place.answers and not _empty(place, step)
    ]


def _in_order(form: Form, place: Place) -> list[Step]:
    """The card begins with the name, though it is asked at the end."""
    return sorted(relevant(form, place), key=lambda step: not (isinstance(step, Text) and step.proposes))


def _sealed(place: Place) -> dict[str, Any] | str:
    return text("form.sealed_mark") if place.sealed else ""


def _empty(place: Place, step: Step) -> bool:
    return place.value(step.key) in (None, [], "")


def _incomplete(place: Place, step: Choice) -> bool:
    """Whether the answer that this choice completes is there and lacks it; nothing in money has no period."""
    answer = place.value(step.completes) or {}
    return answer.get("vnd") is not None and answer.get(step.key) is None


def _pairs(buttons: list[Button]) -> list[tuple[Button, ...]]:
    return [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]


def _line(form: Form, step: Step, place: Place) -> Any:
    value = place.value(step.key)
    match step:
        case Choice():
            return text(f"{form.name}.{step.key}.{value}")
        case Money() | Date():
            return shown(value)
        case Names():
            return {"$": "shares", "shares": value}
        case Files():
            return len(value)
    return excerpt(value)


def excerpt(value: str) -> str:
    """The beginning of a text, cut between words, with a mark that there is more."""
    if len(value) <= EXCERPT:
        return value
    return value[:EXCERPT].rsplit(None, 1)[0].rstrip() + " […]"
