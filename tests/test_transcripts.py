"""Golden conversations: what a worker does and what the bot answers, readable without knowing any Python.

    > what the worker types        > [a button they tap]       > (something else they do)
    < what the bot answers         < [a button] [beside it]    @ what is set up before, who has the phone

Each is played on a messenger with buttons and again on one without, through storage between every two
messages; the second must say the same words. `pytest --rewrite` writes the answers anew.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.speech import Spoken
from bot.unit_import import import_file
from handlers.codes import code_hash
from storage.database import Database
from storage.transaction import Transaction
from tests.kept import filled
from tests.phone import PROGRAMME, Clock, Phone

FOLDER = Path(__file__).parent / "transcripts"
UNITS = Path(__file__).parent / "data" / "units.csv"
FILES = sorted(FOLDER.glob("*.txt"))


class Player:
    """Plays the lines of a transcript on a phone."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.team: Any = None  # several people, one of whom has the phone

    def sets(self, line: str) -> None:
        if line == "units":
            import_units(self.phone.database, self.phone.clock)
        elif line == "joined":
            self.phone.joins()
        elif line == "reviewers":
            self.team = people(self.phone)
        elif self.team is not None and line in ("author", "lead", "second", "officer"):
            self.phone = getattr(self.team, line)
        elif line == "invited":
            invite(self.phone)
        elif line == "lead":
            lead(self.phone)
        else:
            raise AssertionError(f"nothing is called {line!r}")

    def does(self, line: str) -> list[Spoken]:
        if match := re.fullmatch(r"\[(.+)\]", line):
            return self.phone.taps(match.group(1))
        if match := re.fullmatch(r"\((\w+)(?:: (.*))?\)", line):
            return getattr(self, f"_{match.group(1)}")(match.group(2) or "")
        return self.phone.types(line.replace("\\n", "\n"))

    def _photo(self, caption: str) -> list[Spoken]:
        return self.phone.sends("photo", caption=caption)

    def _voice(self, caption: str) -> list[Spoken]:
        return self.phone.sends("voice", caption=caption)

    def _video(self, size: str) -> list[Spoken]:
        return self.phone.sends("video", size=int(size))

    def _document(self, size: str) -> list[Spoken]:
        return self.phone.sends("document", name="so-do.pdf", size=int(size))

    def _album(self, number: str) -> list[Spoken]:
        said: list[Spoken] = []
        for _ in range(int(number)):
            said = self.phone.sends("photo", album="album-1")
        return said

    def _sticker(self, _: str) -> list[Spoken]:
        return self.phone.sends_other("sticker")

    def _location(self, _: str) -> list[Spoken]:
        return self.phone.sends_other("location")

    def _edit(self, words: str) -> list[Spoken]:
        old, new = words.split(" => ")
        return self.phone.edits(old, new)

    def _long(self, words: str) -> list[Spoken]:
        """A text that the app cuts: so many characters, in pieces of 4,096."""
        length = int(words)
        text = ("Cuộn vải nặng. " * (length // 15 + 1))[:length]
        said: list[Spoken] = []
        for start in range(0, length, 4_096):
            said = self.phone.types(text[start : start + 4_096])
        return said

    def _reads(self, _: str) -> list[Spoken]:
        return self.phone.reads()

    def _submits(self, words: str) -> list[Spoken]:
        """The author hands in an initiative: how it was, what was changed."""
        before, after = words.split(" => ")
        self.team.sends(before=before, after=after)
        return []

    def _wait(self, words: str) -> list[Spoken]:
        number, unit = words.split()
        self.phone.clock.at += timedelta(**{unit: float(number)})
        return []


CODE = "7KQ2M9XHTP"


def invite(phone: Phone) -> None:
    """The units are there, and somebody holds a poster with a code."""
    import_units(phone.database, phone.clock)
    with phone.database.transaction() as tx:
        until = phone.clock() + timedelta(days=30)
        tx.invitations.make(code_hash(CODE), "worker", a_leaf(tx), 10, until, phone.clock())


def lead(phone: Phone) -> None:
    """The person leads a unit to which one other person belongs, whom the bot cannot reach."""
    phone.joins()
    import_units(phone.database, phone.clock)
    now = phone.clock()
    with phone.database.transaction() as tx:
        unit = a_leaf(tx)
        person = tx.people.behind(phone.channel, phone.address)
        assert person is not None
        tx.people.set_talk(person, {})
        tx.people.join(person, unit, now)
        tx.roles.grant(person.worker_id, "lead", unit, now)
        other = tx.people.welcome(phone.channel, "200", "Trần Văn Hùng", "vi", now)
        tx.people.join(other, unit, now)
        tx.people.reachable(other, reachable=False)


def a_leaf(tx: Transaction) -> int:
    """The first unit of the first branch."""
    root = tx.units.root()
    assert root is not None
    middle = next(unit for unit in tx.units.children(root.id) if tx.units.children(unit.id))
    return tx.units.children(middle.id)[0].id


def people(phone: Phone) -> Any:
    """A unit with its leads, who read the language of the transcript, and the officer above."""
    from tests.reviewers import people as joined  # which imports the units by what stands here

    return joined(phone.database, phone.clock, buttons=phone.buttons, language=phone.language)


def import_units(database: Database, clock: Clock) -> None:
    """The list of units, read and written once for each instant; other databases get a copy."""
    now = clock()
    filled(
        database,
        ("units", now),
        lambda: list(import_file(database, UNITS, now, dry_run=False, programme=PROGRAMME)),
    )


def shown(spoken: Spoken) -> list[str]:
    lines = [f"< {line}".rstrip() for line in spoken.text.split("\n")]
    lines += ["< " + " ".join(f"[{label}]" for label, _ in row) for row in spoken.rows]
    return lines + [f"< 📎 {given.caption} ({given.file.kind})".replace("  ", " ") for given in spoken.files]


def play(file: Path, phone: Phone) -> list[str]:
    """The transcript as it comes out: the lines done, each with the answers it got."""
    player, lines = Player(phone), []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("@ "):
            player.sets(line[2:])
            lines.append(line)
        elif line.startswith("> "):
            lines.append(line)
            for spoken in player.does(line[2:]):
                lines += shown(spoken)
            lines.append("")
        elif line.startswith("#"):
            lines.append(line)
    return lines


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
@pytest.mark.parametrize("buttons", [True, False], ids=["buttons", "list"])
def test_the_conversation_goes_as_written(
    file: Path, buttons: bool, database: Database, request: pytest.FixtureRequest
) -> None:
    phone = Phone(database, Clock(), buttons=buttons, language=file.suffixes[-2][1:])
    played = "\n".join(play(file, phone)).rstrip("\n") + "\n"
    if buttons and request.config.getoption("--rewrite"):
        file.write_text(played, encoding="utf-8")
    assert played == file.read_text(encoding="utf-8")


def test_there_are_conversations_in_both_languages() -> None:
    languages = [file.suffixes[-2] for file in FILES]
    assert languages.count(".vi") >= 10
    assert languages.count(".en") >= 3
