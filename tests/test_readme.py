"""The README is documentation that is tested: its conversation, its words, its commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
README = (HOUSE / "README.md").read_text(encoding="utf-8")


def test_it_begins_with_a_conversation_that_really_goes_so(request: pytest.FixtureRequest) -> None:
    golden = (HOUSE / "tests/transcripts/readme.vi.txt").read_text(encoding="utf-8")
    head, _, rest = README.partition("```\n")
    shown, _, tail = rest.partition("```")
    written = golden.partition("\n")[2].strip()
    if request.config.getoption("--rewrite"):
        (HOUSE / "README.md").write_text(f"{head}```\n{written}\n```{tail}", encoding="utf-8")
        return
    assert shown.strip() == written


def test_every_command_it_names_exists() -> None:
    from typer.main import get_command

    from bot.cli import app

    def paths(command: object, prefix: str) -> set[str]:
        inner = getattr(command, "commands", None)
        return set().union(*(paths(c, f"{prefix} {n}") for n, c in inner.items())) if inner else {prefix}

    known = paths(get_command(app), "sangkien")
    named = {
        match.strip() for match in re.findall(r"^\| `(sangkien [a-z-]+(?: [a-z]+)?)", README, re.MULTILINE)
    }
    assert named
    assert {name for name in named if name not in known} == set()
    assert {name for name in known if name not in README} == set()


@pytest.mark.parametrize("target", ["demo", "test", "setup", "benchmarks"])
def test_every_make_target_it_names_exists(target: str) -> None:
    makefile = (HOUSE / "Makefile").read_text(encoding="utf-8")
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_every_file_it_names_exists() -> None:
    named = set(re.findall(r"`((?:bot|handlers|storage|tests|docs)/[\w/.]+\.(?:py|md|toml|txt))`", README))
    assert named
    assert {name for name in named if not (HOUSE / name).exists()} == set()
