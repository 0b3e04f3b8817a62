"""Every way of getting the configuration wrong is told in one sentence, with file, key and the way out."""

import re
from pathlib import Path

import pytest

from bot.config import ConfigError, load
from tests.test_config import PHASES, faults, read

SECOND = "programme.phase[1]"
TARGET = '[[programme.phase.target]]\nmeasure = "people"\n'
SUBSIDY = '[[programme.subsidy]]\npayer = "unit"\nwhen = "valid"\n'

# What is changed in a right configuration, the key that must be named, and a part of the way out.
WRONG = [
    (("[programme]", "[telegram]\ntokn = 'x'\n[programme]"), "telegram.tokn", "token"),
    (("[programme]", "token = 'x'\n[programme]"), "token", "telegram.token"),
    (("[programme]", "[zzz]\n[programme]"), "zzz", "không có khóa này"),
    (("[programme]", "telegram = 'x'\n[programme]"), "telegram", "[telegram]"),
    (("[programme]", "[telegram]\nmode = 'push'\n[programme]"), "telegram.mode", '"polling" hoặc "webhook"'),
    (("[programme]", "[telegram]\napi_url = 'ftp://x'\n[programme]"), "telegram.api_url", "https://"),
    (
        ("[programme]", "[telegram.webhook]\nlisten = '8443'\n[programme]"),
        "telegram.webhook.listen",
        "127.0.0.1:",
    ),
    (("[programme]", "[database]\nurl = 'mysql://h/x'\n[programme]"), "database.url", "PostgreSQL"),
    (("[programme]", "[database]\nurl = 'sqlite://'\n[programme]"), "database.url", "tên tệp"),
    (("[programme]", "[database]\nurl = 'sqlite:///:memory:'\n[programme]"), "database.url", "tên tệp"),
    (("[programme]", "[files]\nfolder = 3\n[programme]"), "files.folder", '"data/files"'),
    (("[programme]", "[programme]\ntime_zone = 'Asia/Hanoi'"), "programme.time_zone", "Asia/Ho_Chi_Minh"),
    (('name = "01 triệu sáng kiến"', ""), "programme.name", "thiếu"),
    (('name = "01 triệu sáng kiến"', "name = 1"), "programme.name", "ngoặc kép"),
    (('code = "gd2"', 'code = "gd1"'), f"{SECOND}.code", "mã riêng"),
    (('code = "gd2"', 'code = "giai đoạn 2"'), f"{SECOND}.code", 'code = "gd1"'),
    (("0 giờ 00 ngày 01/6/2022", "01/6/2022"), f"{SECOND}.opens", "đủ giờ"),
    (
        ("24 giờ 00 ngày 31/8/2023", "24 giờ 00 ngày 31/6/2023"),
        f"{SECOND}.closes",
        "24 giờ 00 ngày 31/5/2022",
    ),
    (("24 giờ 00 ngày 31/8/2023", "24 giờ 00 ngày 31/5/2022"), f"{SECOND}.closes", "trước khi bắt đầu"),
    (("0 giờ 00 ngày 01/6/2022", "0 giờ 00 ngày 31/5/2022"), f"{SECOND}.opens", "chồng nhau"),
    (
        ('applied_to = "31/8/2023"', 'applied_to = "31/8/2021"'),
        f"{SECOND}.applied_to",
        "sớm hơn applied_from",
    ),
    (('applied_to = "31/8/2023"', 'applied_to = "31/6/2023"'), f"{SECOND}.applied_to", "không có ngày này"),
    (('applied_to = "31/8/2023"', 'applied_to = "8/2023"'), f"{SECOND}.applied_to", '"31/5/2022"'),
    (('applied_to = "31/8/2023"', 'applied_to = "31/8/23"'), f"{SECOND}.applied_to", "đủ ngày, tháng và năm"),
    (('applied_to = "31/8/2023"', 'applied_to = "hôm qua"'), f"{SECOND}.applied_to", "không đọc được"),
    (('applied_to = "31/8/2023"', ""), f"{SECOND}.applied_to", "thiếu"),
    (("\n\n", ""), "programme.phase", "[[programme.phase]]"),
    (TARGET, f"{SECOND}.target[0]", "count"),
    (TARGET + "count = 5\npercent = 5", f"{SECOND}.target[0]", "đúng một trong hai"),
    (TARGET + "percent = 101", f"{SECOND}.target[0].percent", "100"),
    (TARGET + "percent = 0", f"{SECOND}.target[0].percent", "lớn hơn 0"),
    (TARGET + "percent = -1", f"{SECOND}.target[0].percent", "lớn hơn 0"),
    (TARGET + "percent = nan", f"{SECOND}.target[0].percent", "số"),
    (TARGET + "count = '20.000'", f"{SECOND}.target[0].count", "20000"),
    (TARGET + "percent = '15'", f"{SECOND}.target[0].percent", "không có ngoặc kép"),
    (TARGET + "count = true", f"{SECOND}.target[0].count", "số nguyên"),
    (TARGET + "count = 1\neach = 'yes'", f"{SECOND}.target[0].each", "true hoặc false"),
    (TARGET + "count = 2.5", f"{SECOND}.target[0].count", "số nguyên"),
    (TARGET + "count = 1\neach = 'perhaps'", f"{SECOND}.target[0].each", "true hoặc false"),
    (TARGET.replace("people", "persons") + "count = 1", f"{SECOND}.target[0].measure", '"people"'),
    (SUBSIDY, "programme.subsidy[0]", "up_to"),
    (SUBSIDY + "amount = 1\nup_to = 2", "programme.subsidy[0]", "đúng một trong hai"),
    (SUBSIDY + "amount = 0", "programme.subsidy[0].amount", "lớn hơn 0"),
    (SUBSIDY.replace("valid", "later") + "amount = 1", "programme.subsidy[0].when", '"registered"'),
    ("[telegram]\napi_url = 'http://127.0.0.1:70000'", "telegram.api_url", "1 đến 65535"),
    ("[telegram]\napi_url = 'https://x:0'", "telegram.api_url", "1 đến 65535"),
    ("[alarms]\nchats = ['@quan_tri']", "alarms.chats", "123456789"),
    ("[logs]\nlevel = 'chatty'", "logs.level", '"debug"'),
    ("[reminders]\nbefore = ['30d', '1 tuần']", "reminders.before[1]", "d (ngày)"),
    ("[reminders]\nbefore = ['0d']", "reminders.before[0]", '"30d"'),
    ("[reminders]\nbefore = ['1d', '24h']", "reminders.before", "lặp"),
    ("[reminders]\nbefore = 5", "reminders.before", "danh sách"),
    ("[reminders]\nquiet = '21h-6h30'", "reminders.quiet", "21:00-06:30"),
    ("[reminders]\nquiet = '24:00-06:30'", "reminders.quiet", "21:00-06:30"),
    ("[reminders]\nquiet = '21:00-21:00'", "reminders.quiet", "cùng lúc"),
    ("[reminders]\ndigest = 'thứ 2 08:00'", "reminders.digest", "mon 08:00"),
    ("[reminders]\nquite = ''", "reminders.quite", "quiet"),
]


@pytest.mark.parametrize(("change", "key", "way_out"), WRONG)
def test_a_wrong_setting_is_named_with_the_way_out(
    tmp_path: Path, change: str | tuple[str, str], key: str, way_out: str
) -> None:
    text = PHASES + change if isinstance(change, str) else PHASES.replace(*change)
    if change == ("\n\n", ""):
        text = PHASES.split("[[", 1)[0]
    (said,) = faults(tmp_path, text)
    assert re.match(
        rf"{re.escape(str(tmp_path / 'config.toml'))}: {re.escape(key)}(?: \(mục thứ .*?\))?: ", said
    )
    assert way_out in said
    assert said.endswith(".")


WEBHOOK = '[telegram]\nmode = "webhook"\n[telegram.webhook]\n'


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        ("", ["url", "secret"]),
        ('url = "http://bot.example.vn"\nsecret = "a-b_1"', ["url"]),
        ('url = "https:///telegram"\nsecret = "a-b_1"', ["url"]),
        ('url = "https://[bad"\nsecret = "a-b_1"', ["url"]),
        ('url = "https://bot.example.vn"\nsecret = "có dấu"', ["secret"]),
    ],
)
def test_a_webhook_needs_https_and_a_secret(tmp_path: Path, table: str, keys: list[str]) -> None:
    said = faults(tmp_path, WEBHOOK + table + PHASES)
    assert [re.findall(r": telegram\.webhook\.(\w+): ", fault) for fault in said] == [[key] for key in keys]


@pytest.mark.parametrize("url", ["https://bot.example.vn/telegram", "http://127.0.0.1:8443/x"])
def test_a_complete_webhook_is_taken(tmp_path: Path, url: str) -> None:
    config = read(tmp_path, f'{WEBHOOK}url = "{url}"\nsecret = "a-b_1"{PHASES}')
    assert (config.telegram.mode, config.telegram.webhook.url) == ("webhook", url)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = WEBHOOK + "lisen = 1" + PHASES.replace("gd2", "gd1").replace("31/8/2023", "31/6/2023") + TARGET
    said = faults(tmp_path, text)
    keys = [re.split(": | \\(", fault)[1] for fault in said]
    assert sorted(keys) == [
        f"{SECOND}.applied_to",
        f"{SECOND}.closes",
        f"{SECOND}.code",
        f"{SECOND}.target[0]",
        "telegram.webhook.lisen",
        "telegram.webhook.secret",
        "telegram.webhook.url",
    ]


class TestAFileThatCannotBeRead:
    def test_because_there_is_none_points_at_the_example(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"none\.toml: .*config\.example\.toml"):
            load(tmp_path / "none.toml", {})

    def test_is_looked_for_in_the_working_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(ConfigError, match=r"^config\.toml: "):
            load(None, {})
        (tmp_path / "config.toml").write_text(PHASES, "utf-8")
        assert load(None, {}).files.folder == tmp_path / "data" / "files"

    def test_because_of_its_syntax_names_the_line(self, tmp_path: Path) -> None:
        (said,) = faults(tmp_path, '[telegram]\ntoken = "x"\nmode = polling\n')
        assert "dòng 3, cột 8: sai cú pháp TOML" in said

    def test_because_it_ends_too_early_says_so(self, tmp_path: Path) -> None:
        (said,) = faults(tmp_path, '[telegram]\ntoken = """x')
        assert "cuối tệp" in said

    def test_because_of_its_encoding_says_so(self, tmp_path: Path) -> None:
        file = tmp_path / "config.toml"
        file.write_bytes("name = 'sáng'".encode("utf-16"))
        with pytest.raises(ConfigError, match="UTF-8"):
            load(file, {})

    def test_because_it_is_a_folder_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="không đọc được tệp"):
            load(tmp_path, {})


def test_codes_of_phases_that_differ_in_case_only_are_one_code(tmp_path: Path) -> None:
    first, second = read(tmp_path, PHASES).programme.phase[:2]
    (said,) = faults(tmp_path, PHASES.replace(f'code = "{second.code}"', f'code = "{first.code.upper()}"'))
    assert "hoa, thường" in said


def test_chats_for_alarms_may_come_from_the_environment(tmp_path: Path) -> None:
    config = read(tmp_path, PHASES, SANGKIEN_ALARMS__CHATS="123456789, -1001234567890")
    assert config.alarms.chats == ("123456789", "-1001234567890")
