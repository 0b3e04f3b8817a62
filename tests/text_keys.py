"""Which texts the sources name, and which blanks they fill, found by reading the sources."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.channels import telegram
from bot.cli_progress import HEADS
from bot.documents.poster import LINES
from bot.export_columns import INITIATIVES, PROGRESS
from bot.texts import load
from handlers import money
from handlers.answers import Given, Refused, read
from handlers.commands import SHOWN
from handlers.consent import OPTIONAL
from handlers.disclosure import LEVELS
from handlers.forms import INITIATIVE, Choice, Date, Money, Names, Step, Text
from handlers.heard import Decision
from handlers.progress_figures import MEASURES
from handlers.progress_lists import STATES as FIGURES_LISTED
from handlers.reminder_pages import KINDS
from handlers.reminder_why import NAMED, REASONS
from handlers.review_facts import FACTS
from handlers.rights import ROLES
from storage.personal import RULES
from storage.privacy_models import REQUESTS
from storage.reminder_models import OUTCOMES

ROOT = Path(__file__).parent.parent
FOLDERS = ("handlers", "bot", "bot/channels", "bot/documents")
SOURCES = [path for folder in FOLDERS for path in (ROOT / folder).glob("*.py")]
TEXTS = load()
TABLES = {key.partition(".")[0] for key in TEXTS.keys("vi")}
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
GIVEN = Given(datetime(2023, 8, 15, 2, tzinfo=UTC), ZONE, date(2021, 9, 1), date(2023, 9, 1))
_KEY = re.compile(r"[a-z]+(\.[a-z_]+)+")
STATES = ("submitted", "returned", "recognised", "valid", "rejected", "withdrawn")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(module: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names:
            yield node


def strings(node: ast.AST | None) -> set[str]:
    """The texts an expression may be: `a or "x"`, `"x" if sure else "y"`; never what it compares with."""
    match node:
        case ast.Constant(value=str(value)):
            return {value} if value else set()
        case ast.IfExp(body=body, orelse=orelse):
            return strings(body) | strings(orelse)
        case ast.BoolOp(values=values):
            return set().union(*map(strings, values))
    return set()


def written_keys() -> set[str]:
    """Every text in the sources that looks like a key of one of our tables."""
    found = set()
    for path in SOURCES:
        module = tree(path)
        inside = {id(part) for f in ast.walk(module) if isinstance(f, ast.JoinedStr) for part in f.values}
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
                found.add(node.value)
    keys = {key for key in found if _KEY.fullmatch(key) and not key.endswith(".typ")}
    return {key for key in keys if key.partition(".")[0] in TABLES}


def patterns() -> set[str]:
    """Every key that is put together, a star for each part that is computed: `form.kept_*`."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "*" for part in node.values]
                found.add("".join(map(str, parts)))
    return {pattern for pattern in found if re.fullmatch(r"[a-z_*]+(\.[a-z_*]+)+", pattern)}


def drawn_choices() -> set[str]:
    """The choices for which a form draws buttons; each has its label `button.<choice>`."""
    found = {"skip", "save", "person", "seal", "unseal"}
    found |= {offer for step in INITIATIVE.steps for offer in step.offers}
    for name in ("questions.py", "presses.py"):
        module = tree(ROOT / "handlers" / name)
        drawn = [call.args[3] for call in calls(module, "button") if not labelled(call)]
        for node in (*drawn, *(call.args[0] for call in calls(module, "labelled") if not labelled(call))):
            first = node.values[0] if isinstance(node, ast.JoinedStr) else node
            found |= {choice.partition(".")[0] for choice in strings(first)}
    return found


def labelled(call: ast.Call) -> bool:
    return any(keyword.arg == "label" for keyword in call.keywords)


def refusals_of(*names: str) -> dict[str, Refused]:
    """The refusals that functions of the reader of answers make, with the blanks they fill."""
    module = tree(ROOT / "handlers" / "answers.py")
    found = {}
    for function in (
        node for node in module.body if isinstance(node, ast.FunctionDef) and node.name in names
    ):
        for call in calls(function, "Refused"):
            given = call.args[1] if len(call.args) > 1 else None
            filled = {name for key in getattr(given, "keys", ()) for name in strings(key)}
            if isinstance(given, ast.DictComp):
                filled = {"from", "to"}
            for reason in strings(call.args[0]):
                found[reason] = Refused(reason, dict.fromkeys(filled, "1"))
    return found


def date_reasons() -> set[str]:
    """The reasons with which the reader of dates asks or refuses; those it confirms with are not shown."""
    found = set()
    for path in (ROOT / "handlers").glob("date*.py"):
        module = tree(path)
        for call in calls(module, "asked", "Heard"):
            if "Decision.CONFIRM" not in ast.unparse(call):
                found |= {w for word in call.keywords if word.arg == "reason" for w in strings(word.value)}
        found |= {word for call in calls(module, "_only") for word in strings(call.args[0])}
        if path.name == "date_doubts.py":
            found |= {
                w for node in ast.walk(module) if isinstance(node, ast.Return) for w in strings(node.value)
            }
    return found


@cache
def refusals(step: Step) -> dict[str, Refused]:
    """Every way in which an answer to `step` is asked again or refused."""
    match step:
        case Text():
            return refusals_of("_text")
        case Money():
            reasons = money.REASONS[Decision.ASK] | money.REASONS[Decision.REJECT]
            return refusals_of("_money") | {reason: Refused(reason) for reason in reasons}
        case Date():
            return refusals_of("_date", "_outside") | {reason: Refused(reason) for reason in date_reasons()}
        case Names():
            module = tree(ROOT / "handlers" / "names.py")
            reasons = {word for call in calls(module, "NotNames") for word in strings(call.args[0])}
            return {reason: Refused(reason) for reason in reasons}
    heard = read(step, "gì cũng được", GIVEN)
    assert isinstance(heard, Refused)
    return {heard.reason: heard}


def parts_of(step: Step) -> set[str]:
    """The last parts of every key that a step needs."""
    parts = {"name", "ask", "line", "stuck", *refusals(step)} | ({"offer"} if step.optional else set())
    match step:
        case Choice(options=options):
            parts |= set(options)
        case Text(proposes=proposes) if proposes:
            parts.add("propose")
        case Money():
            parts |= {"confirm", "echo", "none_echo"}
        case Date():
            parts |= {"confirm", "echo"}
    return parts


FORM_KEYS = {f"initiative.{step.key}.{part}" for step in INITIATIVE.steps for part in parts_of(step)}
FORM_KEYS |= {"initiative.review.head", "initiative.review.ask"}
KINDS_NOT_READ = {telegram._SAID_AS.get(kind, kind) for kind in telegram._UNSUPPORTED} | {"other"}
FINDINGS = (
    *("no_poll_seconds", "poll_elsewhere", "unsettled_seconds", "dead_letters"),
    *("disk_free_megabytes", "files_folder", "privacy_requests_due"),
    *(f"database_{fault}" for fault in ("locked", "read_only", "full", "away", "broken")),
)
KINDS_OF_FILE = ("photo", "document", "video", "voice", "audio")
REVIEW_QUESTIONS = (*FACTS, "return", "reject", "strike")
LIVED = ("sent", "again", "appealed", "returned", "recognised", "valid", "rejected", "withdrawn")
PURPOSES = ("processing", *OPTIONAL)
PUT_TOGETHER = {
    "consent.*": {f"consent.{purpose}" for purpose in OPTIONAL},
    "consent.name_*": {f"consent.name_{purpose}" for purpose in PURPOSES},
    "privacy.request_*": {f"privacy.request_{kind}" for kind in REQUESTS},
    "mydata.*": {f"mydata.{rule.table}" for rule in RULES if rule.export},
    "button.*_*": {f"button.{deed}_{purpose}" for deed in ("give", "take") for purpose in OPTIONAL},
    "alarm.*": {f"alarm.{finding}" for finding in FINDINGS},
    "files.*": {f"files.{kind}" for kind in KINDS_OF_FILE},
    "button.list_*": {f"button.list_{name}" for name in FIGURES_LISTED},
    "button.rank_*": {f"button.rank_{measure}" for measure in MEASURES},
    "progress.figure_*": {f"progress.figure_{name}" for name in FIGURES_LISTED},
    "table.*": {f"table.{name}" for name in HEADS},
    "progress.below.head_*": {f"progress.below.head_{measure}" for measure in MEASURES},
    "progress.below.line*": {"progress.below.line", "progress.below.line_untargeted"},
    "progress.below.**": {f"progress.below.{one}{end}" for one in MEASURES for end in ("", "_untargeted")},
    "ranking.by_*": {f"ranking.by_{measure}" for measure in MEASURES},
    "button.in_*": {f"button.in_{language}" for language in TEXTS.languages},
    "button.role_*": {f"button.role_{role}" for role in ROLES},
    "button.*": {f"button.{choice}" for choice in drawn_choices()},
    "commands.*": {f"commands.{command}" for command in SHOWN},
    "button.share_*": {f"button.share_{level}" for level in LEVELS},
    "export.*": {f"export.{column.key}" for column in (*INITIATIVES, *PROGRESS)}
    | {f"export.period.{period}" for period in ("year", "month", "once")},
    "disclosure.*": {f"disclosure.{level}" for level in LEVELS},
    "form.kept_*": {"form.kept_voice"},
    "form.*": {"form.file_too_large", "form.file_empty", "form.files_too_many"},
    "poster.*": {f"poster.{line}" for line in LINES},
    "asked.*": {f"asked.{ask}" for ask in ("unit", "recognition", "portal", "officer", "author")},
    "button.send_*": {f"button.send_{deed}" for deed in ("return", "reject", "strike")},
    "review.was_*": {"review.was_returned", "review.was_rejected"},
    "review.*.ask": {f"review.{what}.ask" for what in REVIEW_QUESTIONS},
    "review.*.refused": {f"review.{fact}.refused" for fact in FACTS},
    "why.kind_*": {f"why.kind_{kind}" for kind in NAMED} | {"why.kind_other"},
    "why.was_*": {f"why.was_{outcome}" for outcome in (*OUTCOMES, "merged")},
    "why.for_*": {f"why.for_{reason}" for reason in REASONS},
    "reminder.*_one": {f"reminder.{unit}_one" for unit in ("days", "hours", "minutes")},
    "reminder.*": {f"reminder.{unit}" for unit in ("days", "hours", "minutes")},
    "reminder.reached_*": {f"reminder.reached_{measure}" for measure in MEASURES},
    "reminder.counted_*": {f"reminder.counted_{measure}" for measure in MEASURES},
    "reminder.*.head": {f"reminder.{kind}.head" for kind in KINDS},
    "life.*": {f"life.{step}" for step in LIVED},
    "life.*_why": {"life.returned_why", "life.rejected_why"},
    "proxy.mark_*": {f"proxy.mark_{mark}" for mark in ("waiting", "confirmed", "disowned")},
    "role.*": {f"role.{role}" for role in ROLES},
    "state.*": {f"state.{state}" for state in ("draft", *STATES)},
    "unsupported.*": {f"unsupported.{kind}" for kind in KINDS_NOT_READ},
    "value.*": {"value.minutes", "value.hours"},
}
NAMED = written_keys() | FORM_KEYS | set().union(*PUT_TOGETHER.values())


def filled(module: ast.Module, function: ast.AST, node: ast.AST | None) -> set[str] | None:
    """The names that an expression gives values for; None where reading the source does not tell."""
    match node:
        case None:
            return set()
        case ast.Dict(keys=keys, values=values):
            parts = [
                filled(module, function, value) if key is None else strings(key)
                for key, value in zip(keys, values, strict=True)
            ]
            return None if None in parts else set().union(*(part or set() for part in parts))
        case ast.Name(id=name):
            for found in ast.walk(function):
                if isinstance(found, ast.Assign) and ast.unparse(found.targets[0]) == name:
                    return filled(module, function, found.value)
        case ast.Call(func=ast.Name(id=name)):
            for found in module.body:
                if isinstance(found, ast.FunctionDef) and found.name == name:
                    returned = [n.value for n in ast.walk(found) if isinstance(n, ast.Return)]
                    return filled(module, found, returned[0]) if len(returned) == 1 else None
    return None


def sayings() -> list[tuple[str, str, set[str]]]:
    """Where a text is said by a key written out, the key, and the blanks that are filled there."""
    found = []
    for path in SOURCES:
        module = tree(path)
        for function in (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)):
            for call in calls(function, "Reply", "Note", "Button", "text", "say"):
                name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                keys, params, *_ = [*call.args[name in ("Button", "say") :], None, None]
                given = filled(module, function, params)
                if name == "text":
                    given = {word.arg or "" for word in call.keywords}
                where = f"{path.name}:{call.lineno}"
                texts = [key for key in strings(keys) if TEXTS.has(key)]
                found += [(f"{where} {key}", key, given) for key in texts if given is not None]
    return found
