"""A messenger in the terminal, without buttons and without editing: choices are typed, cards sent again."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

from bot import clock
from bot.channels.plain import listed
from bot.config import Config
from bot.invitations import new_code
from bot.keys import settle_keys, vault_of
from bot.speech import Speech
from bot.texts import load
from handlers.house import House
from handlers.listening import listen
from handlers.messages import Attached, Event, File, Reply, Started, Typed, What
from handlers.programme import Programme
from storage.database import Database
from storage.outbox import Settled
from storage.upgrade import upgrade_database

CHANNEL = "terminal"
HELP = "(Gõ /start để bắt đầu, @tệp để gửi tệp, Ctrl+D để thoát.)"


class Terminal:
    """One person at one terminal: a line in, lines out; everything in between goes through the database."""

    def __init__(self, database: Database, house: House, speech: Speech, *, address: str = "local") -> None:
        self._database, self._house, self._speech = database, house, speech
        self._address = address
        self._numbers = count(1)
        self._run = clock.now().isoformat()

    def says(self, line: str, now: datetime) -> list[str]:
        """What the bot answers to a line."""
        number = next(self._numbers)
        event = Event(
            what=_what(line),
            channel=CHANNEL,
            bot="terminal",
            number=f"{self._run}:{number}",
            address=self._address,
            message=f"{self._run}:{number}",
            sender=self._address,
            name="Người dùng thử",
            language="vi",
            sent_at=now,
            lists=True,
        )
        with self._database.transaction() as tx:
            listen(tx, event, self._house, now)
        return list(self._answers(now))

    def _answers(self, now: datetime) -> Iterator[str]:
        """Everything that waits, as it is to be read; a terminal has no reason to wait for more."""
        far = now.replace(year=now.year + 1, day=1)
        while True:
            with self._database.transaction() as tx:
                claimed = [one for one in tx.outbox.claim(64, far, far) if one.channel == CHANNEL]
                tx.outbox.settle([Settled(one.id, "sent") for one in claimed], now)
                tx.outbox.forget_strangers([one.id for one in claimed])
            if not claimed:
                return
            for one in claimed:
                spoken = self._speech.render(Reply.of(one.body), one.language)
                yield listed(self._speech, one.language, spoken)


def _what(line: str) -> What:
    path = Path(line[1:]).expanduser() if line.startswith("@") else None
    if path is not None and path.is_file():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return Attached(File("document", str(path.resolve()), digest, path.name, "", path.stat().st_size))
    command, _, payload = line.partition(" ")
    return Started(payload.strip()) if command == "/start" else Typed(line)


def run_chat(config: Config | None) -> None:
    """Talk until the end of input. Without a configuration: the demonstration's, in a passing database."""
    with tempfile.TemporaryDirectory(prefix="sangkien-chat-") as folder:
        if config is None:
            config = _passing(Path(folder))
        database = Database(config.database.url, vault=vault_of(config))
        upgrade_database(database)
        settle_keys(config, database)
        programme = config.programme_facts()
        if config.database.url.endswith(f"{Path(folder).name}/sangkien.db"):
            _with_units(database, programme)
        speech = Speech(load(), programme.zone)
        terminal = Terminal(
            database, House(programme, speech, config.programme.contact, "", new_code=new_code), speech
        )
        print(HELP)  # noqa: T201 - this is the messenger's screen
        for line in _lines():
            for answer in terminal.says(line, clock.now()):
                print(f"\n{answer}\n", flush=True)  # noqa: T201 - this is the messenger's screen
        database.close()


def _lines() -> Iterator[str]:
    while True:
        if sys.stdin.isatty():
            print("> ", end="", flush=True)  # noqa: T201 - the prompt
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            yield line.rstrip("\n")


def _passing(folder: Path) -> Config:
    from bot.config import load as load_config
    from bot.demo import TOKEN, configuration

    file = folder / "config.toml"
    file.write_text(configuration(folder, "http://127.0.0.1:1", clock.now()), encoding="utf-8")
    return load_config(file, {"SANGKIEN_TELEGRAM__TOKEN": TOKEN})


def _with_units(database: Database, programme: Programme) -> None:
    from bot.demo import UNITS
    from bot.unit_import import import_file

    list(import_file(database, UNITS, clock.now(), dry_run=False, programme=programme))
