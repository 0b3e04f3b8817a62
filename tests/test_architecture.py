"""The arrows of the house: bot → handlers → storage, never back; time and commits each in one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
FOLDERS = ("bot", "handlers", "storage")
FORBIDDEN = {
    "handlers": {"bot", "tests", "telegram", "aiohttp", "apscheduler", "asyncio"},
    "storage": {"bot", "handlers", "tests", "telegram", "aiohttp", "apscheduler", "asyncio"},
    "bot": {"tests"},
}
PURE = (
    "answers choosing commands conversation dates edits folding forms heard messages money names place",
    "enclosures presses programme questions turns when",
)
VAGUE = {"utils", "helpers", "common", "base", "manager", "misc"}
LONGEST_FILE, LONGEST_FUNCTION = 300, 50


def modules(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in sorted((HOUSE / folder).rglob("*.py")))
    return [path for path in found if "versions" not in path.parts]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def named(path: Path) -> str:
    return str(path.relative_to(HOUSE))


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_arrows_never_bend(folder: str) -> None:
    wrong = [
        f"{named(path)} imports {name}"
        for path in modules(folder)
        for name in imported(path)
        if name.partition(".")[0] in FORBIDDEN[folder]
    ]
    assert wrong == []


def test_the_core_knows_no_storage_and_no_clock() -> None:
    files = [HOUSE / "handlers" / f"{name}.py" for names in PURE for name in names.split()]
    wrong = [
        f"{named(path)} imports {name}"
        for path in files
        for name in imported(path)
        if name.partition(".")[0] in {"storage", "sqlalchemy", "time", "random", "os", "secrets"}
    ]
    assert wrong == []


def calls(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            yield f"{name}.{node.func.attr}"


def test_only_the_clock_reads_the_time() -> None:
    readings = {
        "datetime.now",
        "datetime.utcnow",
        "date.today",
        "datetime.today",
        "time.time",
        "time.monotonic",
    }
    allowed = {"bot/clock.py"}
    wrong = [
        f"{named(path)} calls {call}"
        for path in modules(*FOLDERS)
        for call in calls(path)
        if call in readings and named(path) not in allowed
    ]
    assert wrong == []


def test_only_the_transaction_and_the_migrations_commit() -> None:
    allowed = {"storage/database.py", "storage/upgrade.py"}
    ending = {"connection.commit", "connection.begin", "session.commit", "self.commit"}
    wrong = [
        f"{named(path)} calls {call}"
        for path in modules(*FOLDERS)
        for call in calls(path)
        if call in ending and named(path) not in allowed
    ]
    assert wrong == []


def test_every_module_says_its_one_job_first() -> None:
    silent = [named(path) for path in modules(*FOLDERS) if not ast.get_docstring(tree_of(path))]
    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [named(path) for path in modules(*FOLDERS, "tests") if path.stem in VAGUE] == []


def test_files_and_functions_stay_small() -> None:
    wrong = [
        f"{named(path)}: {length} lines"
        for path in modules(*FOLDERS)
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    for path in modules(*FOLDERS):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno
                if length > LONGEST_FUNCTION:
                    wrong.append(f"{named(path)}: {node.name} has {length} lines")
    assert wrong == []


def test_the_handlers_speak_no_language() -> None:
    """A sentence in code is one nobody can translate: texts live in bot/texts."""
    marked = set("ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ")
    wrong = []
    for path in modules("storage"):
        tree = tree_of(path)
        documented = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            sentence = marked & set(node.value.lower()) and " " in node.value.strip()
            if sentence and id(node) not in documented:
                wrong.append(f"{named(path)}:{node.lineno} {node.value[:40]!r}")
    assert wrong == []


def _has_docstring(node: ast.AST) -> bool:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return isinstance(node, kinds) and bool(node.body) and isinstance(node.body[0], ast.Expr)
