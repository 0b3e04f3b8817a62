"""What the configuration means: the example, single settings, the environment and the token."""

import re
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from bot.config import Config, ConfigError, load
from handlers.programme import Subsidy, Target

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "config.example.toml"
TOKEN = "123456:ABC-secret"
PHASES = """
[programme]
name = "01 triệu sáng kiến"
[[programme.phase]]
code = "gd1"
name = "Giai đoạn 1"
opens = "0 giờ 00 ngày 01/9/2021"
closes = "24 giờ 00 ngày 31/5/2022"
applied_from = "01/9/2021"
applied_to = "31/5/2022"
[[programme.phase]]
code = "gd2"
name = "Giai đoạn 2"
opens = "0 giờ 00 ngày 01/6/2022"
closes = "24 giờ 00 ngày 31/8/2023"
applied_from = "01/9/2021"
applied_to = "31/8/2023"
"""


def read(folder: Path, text: str, **environ: str) -> Config:
    file = folder / "config.toml"
    file.write_text(text, "utf-8")
    return load(file, environ)


def faults(folder: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as wrong:
        read(folder, text, **environ)
    return str(wrong.value).splitlines()


class TestTheExample:
    def test_loads_as_the_two_phases_of_hai_phong(self) -> None:
        programme = load(EXAMPLE, {}).programme_facts()
        first, second = programme.phases
        assert (first.opens, first.closes) == (
            datetime(2021, 8, 31, 17, tzinfo=UTC),
            datetime(2022, 5, 31, 17, tzinfo=UTC),
        )
        assert (second.opens, second.closes) == (first.closes, datetime(2023, 9, 1, 17, tzinfo=UTC))
        assert (first.applied_from, first.applied_to) == (date(2021, 9, 1), date(2022, 5, 31))
        people = Target("people", percent=Decimal(15), each=True)
        assert first.targets == (Target("initiatives", count=20_000), people)
        assert second.targets == (Target("initiatives", count=25_000), people)
        assert programme.subsidies == (
            Subsidy("superior", "registered", amount=100_000),
            Subsidy("unit", "valid", up_to=200_000),
        )

    def test_says_what_is_the_default_anyway(self, tmp_path: Path) -> None:
        (tmp_path / "config.toml").write_text(EXAMPLE.read_text("utf-8"), "utf-8")
        said, silent = load(tmp_path / "config.toml", {}), read(tmp_path, PHASES)
        assert said.reminders == silent.reminders
        assert (said.database, said.files) == (silent.database, silent.files)
        assert said.telegram.model_copy(update={"webhook": silent.telegram.webhook}) == silent.telegram

    def test_names_every_key_there_is(self) -> None:
        assert written(tomllib.loads(EXAMPLE.read_text("utf-8"))) == known(Config)

    def test_explains_itself_in_both_languages(self) -> None:
        comments = re.findall("^# .*", EXAMPLE.read_text("utf-8"), re.M)
        assert sum("(" in line for line in comments) > 15


def written(table: dict[str, Any], above: str = "") -> set[str]:
    """The dotted keys of a TOML document, lists of tables as one."""
    keys: set[str] = set()
    for name, value in table.items():
        for part in value if isinstance(value, list) and value else [value]:
            keys |= written(part, f"{above}{name}.") if isinstance(part, dict) else {above + name}
    return keys


def known(table: type[BaseModel], above: str = "") -> set[str]:
    """The dotted keys that the configuration knows."""
    keys: set[str] = set()
    for name, field in table.model_fields.items():
        kinds = (field.annotation, *get_args(field.annotation))
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        keys |= known(inner[0], f"{above}{name}.") if inner else {above + name}
    return keys


class TestASetting:
    def test_of_a_path_is_relative_to_the_folder_of_the_file(self, tmp_path: Path) -> None:
        config = read(tmp_path, PHASES)
        assert config.database.url == f"sqlite:///{tmp_path.as_posix()}/data/sangkien.db"
        assert config.files.folder == tmp_path / "data" / "files"

    def test_of_an_absolute_path_stays(self, tmp_path: Path) -> None:
        text = '[database]\nurl = "sqlite:////srv/x.db?timeout=5"\n[files]\nfolder = "/srv/files"' + PHASES
        config = read(tmp_path, text)
        assert config.database.url == "sqlite:////srv/x.db?timeout=5"
        assert config.files.folder == Path("/srv/files")

    @pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
    def test_may_be_a_postgresql_server(self, tmp_path: Path, scheme: str) -> None:
        config = read(tmp_path, f'[database]\nurl = "{scheme}://bot:hush@db.example.vn/sangkien"' + PHASES)
        assert config.database.url == "postgresql://bot:hush@db.example.vn/sangkien"
        assert "hush" in config.secret_words()
        assert "hush" not in repr(config)

    def test_of_reminders_is_understood(self, tmp_path: Path) -> None:
        reminders = '[reminders]\nbefore = ["90m", "2d"]\nquiet = "22:30-5:00"\ndigest = "fri 17:45"'
        config = read(tmp_path, reminders + PHASES)
        assert config.reminders.before == (timedelta(days=2), timedelta(minutes=90))
        assert config.reminders.quiet == (time(22, 30), time(5))
        assert config.reminders.digest == (4, time(17, 45))

    def test_may_be_left_empty_to_have_none(self, tmp_path: Path) -> None:
        config = read(tmp_path, '[reminders]\nbefore = []\nquiet = ""\ndigest = ""' + PHASES)
        none = {"before": (), "quiet": None, "digest": None}
        assert config.reminders.model_dump() == {**none, "working_days": True}

    def test_may_be_a_date_of_toml_itself(self, tmp_path: Path) -> None:
        text = PHASES.replace('"0 giờ 00 ngày 01/9/2021"', "2021-09-01T00:00:00+07:00")
        config = read(tmp_path, text.replace('applied_from = "01/9/2021"', "applied_from = 2021-09-01"))
        phase = config.programme_facts().phases[0]
        assert (phase.opens, phase.applied_from) == (datetime(2021, 8, 31, 17, tzinfo=UTC), date(2021, 9, 1))

    def test_of_a_percentage_stays_as_written(self, tmp_path: Path) -> None:
        target = '[[programme.phase.target]]\nmeasure = "people"\npercent = 12.3\n'
        config = read(tmp_path, PHASES + target)
        assert config.programme_facts().phases[1].targets[0].percent == Decimal("12.3")

    def test_of_a_time_zone_moves_the_phases(self, tmp_path: Path) -> None:
        config = read(tmp_path, PHASES.replace("[programme]", '[programme]\ntime_zone = "UTC"'))
        assert config.programme_facts().phases[0].opens == datetime(2021, 9, 1, tzinfo=UTC)

    def test_cannot_be_changed_afterwards(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="frozen"):
            read(tmp_path, PHASES).telegram.mode = "webhook"

    def test_may_follow_a_byte_order_mark(self, tmp_path: Path) -> None:
        assert read(tmp_path, "\ufeff" + PHASES).programme.name == "01 triệu sáng kiến"

    def test_phases_are_put_in_the_order_of_opening(self, tmp_path: Path) -> None:
        head, first, second = PHASES.split("[[programme.phase]]")
        config = read(tmp_path, "[[programme.phase]]".join((head, second, first)))
        assert [phase.code for phase in config.programme_facts().phases] == ["gd1", "gd2"]


class TestTheEnvironment:
    def test_wins_over_the_file(self, tmp_path: Path) -> None:
        environ = {
            "SANGKIEN_TELEGRAM__TOKEN": TOKEN,
            "SANGKIEN_TELEGRAM__WEBHOOK__SECRET": "from-outside",
            "SANGKIEN_REMINDERS__BEFORE": "1d, 2h",
            "HOME": "/root",
        }
        config = read(tmp_path, f'[telegram]\ntoken = "1:no"\n{PHASES}', **environ)
        assert config.require_token() == TOKEN
        assert config.secret_words() == (TOKEN, "from-outside")
        assert config.reminders.before == (timedelta(days=1), timedelta(hours=2))

    def test_says_nothing_where_it_is_empty(self, tmp_path: Path) -> None:
        config = read(tmp_path, f'[telegram]\ntoken = "{TOKEN}"{PHASES}', SANGKIEN_TELEGRAM__TOKEN="")
        assert config.require_token() == TOKEN

    def test_is_named_where_it_is_wrong(self, tmp_path: Path) -> None:
        (said,) = faults(tmp_path, PHASES, SANGKIEN_TELEGRAM__TOKN=TOKEN)
        assert said.startswith("SANGKIEN_TELEGRAM__TOKN: telegram.tokn: ")
        assert "token" in said


class TestTheToken:
    def test_is_asked_for_only_when_it_is_needed(self, tmp_path: Path) -> None:
        config = read(tmp_path, PHASES)
        with pytest.raises(ConfigError, match="SANGKIEN_TELEGRAM__TOKEN"):
            config.require_token()

    def test_that_cannot_be_one_is_refused_without_showing_it(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="BotFather") as wrong:
            read(tmp_path, f'[telegram]\ntoken = "my secret"{PHASES}').require_token()
        assert "my secret" not in str(wrong.value)

    def test_is_never_shown(self, tmp_path: Path) -> None:
        text = f'[telegram]\ntoken = "{TOKEN}"{PHASES}'
        assert TOKEN not in repr(read(tmp_path, text))
        with pytest.raises(ConfigError) as wrong:
            read(tmp_path, text.replace('token = "', f'tokn = 1\nmode = "{TOKEN}"\ntoken = "'))
        assert "secret" not in f"{wrong.value!r}{wrong.value.__context__!r}{wrong.value.__cause__!r}"


def test_the_configuration_is_read_without_heavy_libraries() -> None:
    heavy = "{'sqlalchemy', 'sqlmodel', 'telegram', 'aiohttp', 'handlers.dates'}"
    check = f"import sys, bot.config; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=True)
